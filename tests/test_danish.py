"""Pages in Danish: for who chose it, and for strangers whose browser asks for it."""

import pytest
from django.urls import reverse

from forecourt.identity.models import Person

pytestmark = pytest.mark.django_db


def test_the_sign_in_page_follows_the_browser(client):
    page = client.get(reverse("account_login"), headers={"accept-language": "da-DK,da;q=0.9,en;q=0.5"})
    assert page.headers["Content-Language"] == "da"
    for words in ('<html lang="da"', "Log ind", "Adgangskode", "Glemt adgangskoden?"):
        assert words in page.content.decode()


def test_the_overview_follows_the_person(cast):
    Person.objects.filter(pk=cast.ada.pk).update(language="da")
    page = cast.client("ada").get("/", headers={"accept-language": "en"})
    assert page.headers["Content-Language"] == "da"
    for words in ("Overblik", "Ingen ladepunkter endnu.", "Seneste opladninger", "Log ud"):
        assert words in page.content.decode()


def test_others_still_read_english(cast):
    page = cast.client("ada").get("/", headers={"accept-language": "da"}).content.decode()
    assert "No charge points yet." in page
    assert "Ingen ladepunkter endnu." not in page


def test_a_refusal_is_danish_too(cast):
    Person.objects.filter(pk=cast.sven.pk).update(language="da")
    page = cast.client("sven").get(f"/teams/{cast.harbour.pk}/edit")
    assert page.status_code == 403
    assert "Din rolle omfatter ikke ”Team: ændre” her." in page.content.decode()
