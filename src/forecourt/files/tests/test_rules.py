"""What an uploaded picture may be."""

import io

import pytest
from PIL import Image

from forecourt.files import rules


def picture(kind: str, size: tuple[int, int] = (40, 20), mode: str = "RGB", **save: object) -> bytes:
    written = io.BytesIO()
    Image.new(mode, size, (255, 0, 0, 90) if mode == "RGBA" else "red").save(written, kind, **save)
    return written.getvalue()


@pytest.mark.parametrize(
    ("upload", "content_type"),
    [
        (picture("PNG"), "image/png"),
        (picture("JPEG"), "image/jpeg"),
        (picture("WEBP"), "image/jpeg"),
        (picture("WEBP", mode="RGBA"), "image/png"),
        (picture("PNG", mode="P"), "image/png"),
        (picture("JPEG", mode="CMYK"), "image/jpeg"),
    ],
    ids=["png", "jpeg", "webp", "transparent", "palette", "cmyk"],
)
def test_is_written_anew(upload: bytes, content_type: str) -> None:
    made = rules.rewritten(upload, max_side=512)
    assert (made.content_type, made.width, made.height) == (content_type, 40, 20)
    with Image.open(io.BytesIO(made.content)) as opened:
        opened.load()
        assert opened.size == (40, 20)


def test_is_made_smaller_and_keeps_its_shape() -> None:
    made = rules.rewritten(picture("PNG", (1000, 250)), max_side=512)
    assert (made.width, made.height) == (512, 128)


def test_metadata_goes_and_the_picture_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif[0x010E] = "taken at home"
    made = rules.rewritten(picture("JPEG", exif=exif.tobytes()), max_side=512)
    assert (made.width, made.height) == (20, 40)
    assert b"taken at home" not in made.content
    with Image.open(io.BytesIO(made.content)) as opened:
        assert not opened.getexif()


def test_what_follows_the_picture_goes_too() -> None:
    assert b"<script>" not in rules.rewritten(picture("PNG") + b"<script>alert(1)</script>", max_side=512).content


@pytest.mark.parametrize(
    ("upload", "why"),
    [
        (b"", "format"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "format"),
        (picture("GIF", mode="P"), "format"),
        (picture("BMP"), "format"),
        (picture("PNG")[:60], "broken"),
        (picture("JPEG", (400, 400))[:300], "broken"),
        (picture("PNG", (9000, 9000), mode="1"), "size"),
        (b"\x89PNG" + b"\0" * rules.LARGEST_UPLOAD, "size"),
    ],
    ids=["empty", "svg", "gif", "bmp", "cut png", "cut jpeg", "too many pixels", "too many bytes"],
)
def test_what_is_refused(upload: bytes, why: str) -> None:
    with pytest.raises(rules.NotAPicture, match=why):
        rules.rewritten(upload, max_side=512)
