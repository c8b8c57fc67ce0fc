"""Through a provider: who comes in, who is made, who is linked."""

import base64
import hashlib

import pytest
from django.test import Client

from forecourt.identity.models import Person
from forecourt.identity.tests.factories import PASSWORD, make_person
from forecourt.kit import clock
from forecourt.operators.models import OperatorMember
from forecourt.sso.models import ExternalIdentity, SsoSession
from forecourt.sso.operations import group_roles, providers
from forecourt.teams.models import Team


def is_in(client) -> bool:
    return bool(client.get("/me").status_code == 200)


def test_somebody_new_gets_an_account_without_a_role(sign_in):
    client = Client()
    response = sign_in(client)
    person = Person.objects.get(email="nils@nordic.example")
    assert (response.status_code, response["Location"], is_in(client)) == (302, "/me", True)
    assert (person.first_name, person.last_name, person.has_password, bool(person.email_verified_at)) == ("Nils", "Holm", False, True)
    assert not OperatorMember.objects.filter(person=person).exists()
    assert Team.objects.filter(owner=person, type=Team.Type.PERSONAL).count() == 1


def test_the_code_is_exchanged_with_the_verifier_of_the_challenge(provider, fake, sign_in):
    sign_in(Client())
    asked = fake.asked[0]
    assert (asked["code"], asked["grant_type"]) == (["code"], ["authorization_code"])
    assert asked["redirect_uri"] == [providers_redirect(provider)]
    assert len(base64.urlsafe_b64encode(hashlib.sha256(asked["code_verifier"][0].encode()).digest())) == 44


def providers_redirect(provider) -> str:
    from forecourt.sso.operations.signing_in import redirect_uri

    return redirect_uri(provider)


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256"])
def test_signatures_that_are_accepted(sign_in, fake, algorithm):
    fake.algorithm = algorithm
    client = Client()
    sign_in(client)
    assert is_in(client)


def test_the_address_may_come_from_the_userinfo_page(sign_in, fake):
    fake.claims = {"email": None, "email_verified": None}
    fake.userinfo = {"sub": "subject-1", "email": "nils@nordic.example", "email_verified": True}
    client = Client()
    sign_in(client)
    assert is_in(client)


def test_who_has_a_password_shows_it_once_and_is_linked(sign_in):
    person = make_person("Nils", email="nils@nordic.example")
    client = Client()
    response = sign_in(client)
    assert (response["Location"], is_in(client)) == ("/accounts/sso/link/", False)
    assert "nils@nordic.example" in client.get("/accounts/sso/link/").text
    client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    assert ExternalIdentity.objects.get().person_id == person.pk
    again = Client()
    sign_in(again)
    assert is_in(again)
    assert SsoSession.objects.count() == 2


def test_another_persons_password_links_nothing(sign_in, cast):
    make_person("Nils", email="nils@nordic.example")
    client = Client()
    sign_in(client)
    client.post("/accounts/login/", {"login": cast.dora.email, "password": PASSWORD})
    assert is_in(client)
    assert not ExternalIdentity.objects.exists()


def test_an_invited_person_without_any_way_comes_in_at_once(sign_in):
    person = make_person("Nils", email="nils@nordic.example")
    person.set_unusable_password()
    person.save()
    client = Client()
    sign_in(client)
    assert ExternalIdentity.objects.get().person_id == person.pk
    assert is_in(client)


def test_a_password_is_refused_for_people_of_the_domain(provider):
    person = make_person("Nils", email="nils@nordic.example")
    client = Client()
    for address in (person.email, "nobody@nordic.example"):
        response = client.post("/accounts/login/", {"login": address, "password": PASSWORD})
        assert (response.status_code, response["Location"].split("?")[0]) == (303, f"/accounts/sso/{provider.slug}/")
    assert client.post("/accounts/password/reset/", {"email": person.email}).status_code == 200
    assert not is_in(client)


def test_dual_login_takes_both(provider):
    person = make_person("Nils", email="nils@nordic.example")
    type(provider).objects.update(password_also=True)
    client = Client()
    assert client.post("/accounts/login/", {"login": person.email}).status_code == 303
    client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    assert is_in(client)


def test_a_named_admin_gets_in_by_password(provider, cast):
    Person.objects.filter(pk=cast.ada.pk).update(email="ada@nordic.example")
    client = Client()
    assert client.post("/accounts/login/", {"login": "ada@nordic.example", "password": PASSWORD}).status_code == 303
    assert not is_in(client)
    providers.allow_password(actor=cast.actor("ada"), operator=cast.northwind, person=cast.ada, at=clock.now())
    client.post("/accounts/login/", {"login": "ada@nordic.example", "password": PASSWORD})
    assert is_in(client)


def test_groups_bring_roles_at_each_sign_in(sign_in, fake, cast):
    group_roles.map_group(actor=cast.actor("ada"), account=cast.northwind, group="staff", role="support_agent", at=clock.now())
    fake.claims = {"groups": ["staff"]}
    sign_in(Client())
    assert OperatorMember.objects.get(person__email="nils@nordic.example").role == "support_agent"
    fake.claims = {"groups": []}
    sign_in(Client())
    assert not OperatorMember.objects.filter(person__email="nils@nordic.example").exists()


def test_switched_off_people_use_their_password_again(provider, cast):
    person = make_person("Nils", email="nils@nordic.example")
    providers.switch_off(actor=cast.actor("ada"), provider=provider, at=clock.now())
    client = Client()
    client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    assert is_in(client)
