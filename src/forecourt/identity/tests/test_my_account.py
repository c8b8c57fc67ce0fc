import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from forecourt.files.models import StoredFile
from forecourt.identity.models import Person
from forecourt.places.models import Country

PROFILE = {
    "first_name": "Augusta",
    "last_name": "King",
    "address1": "Havnegade 1",
    "zip_code": "1058",
    "city": "København",
    "country_id": "",
}


def _picture(name="me.png"):
    written = io.BytesIO()
    Image.new("RGB", (600, 400), "teal").save(written, "PNG")
    return SimpleUploadedFile(name, written.getvalue())


def test_the_profile_is_saved_by_its_button(cast):
    client = cast.client("ada")
    denmark = Country.objects.get(alpha2="DK")
    assert client.post("/me", PROFILE | {"country_id": denmark.pk}).status_code == 303
    cast.ada.refresh_from_db()
    assert (cast.ada.display_name, cast.ada.city, cast.ada.country_id) == ("Augusta King", "København", denmark.pk)


@pytest.mark.parametrize(("field", "value"), [("first_name", "x" * 81), ("country_id", "99999"), ("city", "y" * 101)])
def test_what_breaks_its_rule_is_said_at_the_field_and_stores_nothing(cast, field, value):
    answer = cast.client("ada").post("/me", PROFILE | {field: value})
    assert answer.status_code == 422
    assert f'id="id_{field}-error"' in answer.content.decode()
    assert Person.objects.get(pk=cast.ada.pk).last_name == "Test"


def test_a_picture_is_written_anew_shown_and_replaced(cast):
    client = cast.client("ada")
    assert client.post("/me/picture", {"picture": _picture()}).status_code == 303
    first = Person.objects.get(pk=cast.ada.pk).picture_id
    page = client.get("/me").content.decode()
    assert f'src="/files/{first}/' in page
    client.post("/me/picture", {"picture": _picture()})
    assert not StoredFile.objects.filter(pk=first).exists()
    client.post("/me/picture", {"remove": "1"})
    assert Person.objects.get(pk=cast.ada.pk).picture_id is None
    assert StoredFile.objects.count() == 0


def test_something_else_than_a_picture_is_refused(cast):
    answer = cast.client("ada").post("/me/picture", {"picture": SimpleUploadedFile("me.png", b"<svg onload=alert(1)>")})
    assert answer.status_code == 422
    assert "Choose a PNG, JPEG or WebP picture." in answer.content.decode()


def test_language_and_zone_hold_from_the_next_page_on(cast):
    client = cast.client("ada")
    answer = client.post("/me/locale", {"language": "da", "time_zone": "America/New_York"}, follow=True)
    assert answer.headers["Content-Language"] == "da"
    assert "America/New York" in answer.content.decode()
    assert client.post("/me/locale", {"language": "xx", "time_zone": "Moon/Base"}).status_code == 422


def test_the_newsletter_is_a_consent_with_a_time(cast):
    client = cast.client("ada")
    client.post("/me/preferences", {"wants_newsletter": "on", "is_beta": "on"})
    ada = Person.objects.get(pk=cast.ada.pk)
    assert (ada.wants_receipts, ada.wants_newsletter, ada.is_beta) == (False, True, True)
    assert ada.marketing_emails_accepted_at is not None
    client.post("/me/preferences", {"wants_receipts": "on"})
    ada.refresh_from_db()
    assert (ada.wants_receipts, ada.wants_newsletter, ada.marketing_emails_accepted_at) == (True, False, None)


def test_the_page_shows_the_wallet_and_the_id(cast):
    from forecourt.ledger.tests.factories import give_funds, make_wallet
    from forecourt.teams.models import Team

    give_funds(make_wallet(Team.objects.get(owner=cast.dora, type="personal")), 12_345)
    page = cast.client("dora").get("/me").content.decode()
    assert "123.45" in page
    assert f'data-copy="{cast.dora.pk}"' in page
    assert 'href="/me"' in page
