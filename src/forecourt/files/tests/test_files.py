"""Storing, serving and removing files."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.cast import Cast

from forecourt.access import Actor
from forecourt.files import operations, queries
from forecourt.files.models import StoredFile
from forecourt.files.tests.test_rules import picture
from forecourt.kit import clock
from forecourt.kit.errors import Invalid

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("test")


def store(**fields: object) -> StoredFile:
    return operations.store(actor=SYSTEM, name="me.zip", content=b"mine", content_type="application/zip", at=clock.now(), **fields)


def test_a_picture_is_served_to_whoever_has_its_address(client: Client) -> None:
    upload = SimpleUploadedFile("logo.png", picture("PNG"))
    file = operations.store_image(actor=SYSTEM, upload=upload, at=clock.now(), field="logo")
    response = client.get(queries.address(file))
    assert (response.status_code, response["Content-Type"]) == (200, "image/png")
    assert response["Content-Disposition"] == "inline; filename*=UTF-8''logo.png"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response.content == queries.content(file.pk)
    assert queries.addresses([file.pk, 0]) == {file.pk: queries.address(file)}


def test_a_wrong_address_finds_nothing(client: Client) -> None:
    file = store()
    for path in (f"/files/{file.pk}/wrong", f"/files/{file.pk + 1}/{file.key}"):
        assert client.get(path).status_code == 404
    assert client.post(queries.address(file)).status_code == 405


def test_a_persons_own_file_is_theirs_alone(cast: Cast, client: Client) -> None:
    file = store(person_id=cast.tom.pk)
    assert client.get(queries.address(file)).status_code == 404
    client.force_login(cast.ada)
    assert client.get(queries.address(file)).status_code == 404
    client.force_login(cast.tom)
    response = client.get(queries.address(file))
    assert (response.content, response["Cache-Control"]) == (b"mine", "private, no-store")
    assert response["Content-Disposition"] == "attachment; filename*=UTF-8''me.zip"


def test_what_has_expired_is_neither_served_nor_kept(client: Client) -> None:
    old, new = store(expires_at=clock.now() + timedelta(hours=1)), store(expires_at=clock.now() + timedelta(hours=3))
    later = clock.now() + timedelta(hours=2)
    assert queries.served(old.pk, old.key, person_id=None, at=later) is None
    assert queries.served(new.pk, new.key, person_id=None, at=later) == new
    assert operations.remove_expired(at=later) == 1
    assert list(StoredFile.objects.values_list("pk", flat=True)) == [new.pk]


def test_a_refused_picture_says_why_at_its_field_and_stores_nothing() -> None:
    with pytest.raises(Invalid) as refused:
        operations.store_image(actor=SYSTEM, upload=SimpleUploadedFile("x.png", b"<svg/>"), at=clock.now(), field="logo")
    assert refused.value.fields == {"logo": "Choose a PNG, JPEG or WebP picture."}
    assert not StoredFile.objects.exists()


def test_deleting_twice_is_no_error() -> None:
    file = store()
    for _time in range(2):
        operations.delete(actor=SYSTEM, file_id=file.pk, at=clock.now())
    assert not StoredFile.objects.exists()
