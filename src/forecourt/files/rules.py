"""What an uploaded picture may be, and how it is written anew. Pure: bytes in, bytes out."""

import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

LARGEST_UPLOAD = 5 * 1024 * 1024  # bytes
MOST_PIXELS = 40_000_000
FORMATS = ("PNG", "JPEG", "WEBP")


class NotAPicture(Exception):
    """The bytes are no picture that we take. The argument says why: `format`, `size` or `broken`."""


@dataclass(frozen=True, slots=True)
class Picture:
    content: bytes
    content_type: str
    width: int
    height: int


def rewritten(upload: bytes, *, max_side: int) -> Picture:
    """
    The picture, turned upright, at most `max_side` pixels wide and high, without metadata: PNG where it has
    transparency or came as PNG, else JPEG.

    :raises NotAPicture: for other formats (SVG among them), broken files, and pictures that would unpack to too much.
    """
    if len(upload) > LARGEST_UPLOAD:
        raise NotAPicture("size")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _rewritten(upload, max_side)
    except UnidentifiedImageError as error:
        raise NotAPicture("format") from error
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise NotAPicture("broken") from error


def _rewritten(upload: bytes, max_side: int) -> Picture:
    with Image.open(io.BytesIO(upload), formats=FORMATS) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise NotAPicture("size")
        keeps_png = opened.format == "PNG" or opened.has_transparency_data
        upright = ImageOps.exif_transpose(opened).convert("RGBA" if keeps_png else "RGB")
    upright.thumbnail((max_side, max_side))
    clean = Image.new(upright.mode, upright.size)
    clean.paste(upright)
    written = io.BytesIO()
    if keeps_png:
        clean.save(written, "PNG", optimize=True)
    else:
        clean.save(written, "JPEG", quality=88)
    return Picture(written.getvalue(), "image/png" if keeps_png else "image/jpeg", clean.width, clean.height)
