"""Who leaves the organisation, or an account of theirs that the organisation does not manage, does not come in or stay in."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client

from forecourt.access import Actor, OperatorRole
from forecourt.identity.models import Person
from forecourt.identity.tests.factories import PASSWORD, make_person
from forecourt.kit import clock
from forecourt.operators.models import OperatorMember
from forecourt.sso.models import DirectoryUser, ExternalIdentity, IdentityProvider, SsoSession
from forecourt.sso.operations import group_roles, providers
from forecourt.sso.queries import domain_of
from forecourt.sso.queries.directories import objection
from forecourt.sso.tests.support import reason_on

SYSTEM = Actor.system("test")


def is_in(client) -> bool:
    return bool(client.get("/me").status_code == 200)


@pytest.fixture
def nils(sign_in):
    """A browser in which Nils came in through the provider."""
    client = Client()
    sign_in(client)
    return client


def test_people_of_the_domain_cannot_take_their_address_away(nils):
    assert "Your organisation keeps your e-mail address." in nils.get("/me").text
    answer = nils.post("/me/contact/email", {"address": "nils@elsewhere.example"})
    assert answer.status_code == 403
    assert nils.get("/me/contact/email/code").status_code == 403
    assert Person.objects.filter(email="nils@nordic.example").exists()


def test_with_dual_login_they_can(nils):
    IdentityProvider.objects.update(password_also=True)
    assert "Your organisation keeps" not in nils.get("/me").text


def test_people_of_a_directory_cannot_either(babs):
    person = DirectoryUser.objects.get().person
    client = Client()
    client.force_login(person)
    assert client.post("/me/contact/email", {"address": "babs@elsewhere.example"}).status_code == 403


def test_who_moved_to_another_address_is_no_longer_signed_in_by_the_provider(nils, sign_in):
    Person.objects.filter(email="nils@nordic.example").update(email="nils@elsewhere.example")
    client = Client()
    answer = sign_in(client)
    assert (answer.status_code, reason_on(answer), is_in(client)) == (403, "email_domain", False)


def test_a_directory_keeps_out_the_people_of_its_own_domains_alone(scim, babs):
    scim.call("PATCH", f"/Users/{babs['id']}", {"Operations": [{"op": "replace", "path": "active", "value": False}]})
    person = DirectoryUser.objects.get().person
    assert objection(person.pk)
    Person.objects.filter(pk=person.pk).update(email="babs@elsewhere.example")
    assert objection(person.pk) is None


def test_a_named_admin_who_is_no_admin_any_more_has_no_password(provider, cast):
    person = make_person("Nora", email="nora@nordic.example")
    member = OperatorMember.objects.create(
        organisation_id=cast.northwind.organisation_id, operator=cast.northwind, person=person, role=OperatorRole.ADMIN,
        state=OperatorMember.State.ACCEPTED, accepted_at=clock.now(),
    )  # fmt: skip
    providers.allow_password(actor=cast.actor("ada"), operator=cast.northwind, person=person, at=clock.now())

    def comes_in():
        client = Client()
        client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
        return is_in(client)

    assert comes_in()
    for changes in ({"role": OperatorRole.BOOKKEEPER}, {"role": OperatorRole.ADMIN, "state": OperatorMember.State.BLOCKED}):
        OperatorMember.objects.filter(pk=member.pk).update(**changes)
        assert not comes_in()


@pytest.mark.parametrize(("hosted", "is_let_in"), [("nordic.example", True), (None, False), ("elsewhere.example", False), (7, False)])
def test_a_google_account_counts_if_the_organisation_manages_it(provider, sign_in, fake, hosted, is_let_in):
    IdentityProvider.objects.update(kind="google")
    fake.claims = {"hd": hosted}
    client = Client()
    answer = sign_in(client)
    assert (is_in(client), reason_on(answer)) == (is_let_in, "" if is_let_in else "hosted_domain")


def test_a_key_that_was_withdrawn_counts_for_an_hour_at_most(sign_in, fake):
    IdentityProvider.objects.update(keys_at=clock.now() - providers.KEYS_LAST)
    fake.answers["/keys"] = (200, {"keys": []})
    client = Client()
    assert reason_on(sign_in(client)) == "key"
    assert not is_in(client)


def test_a_provider_whose_keys_cannot_be_had_goes_on_with_those_it_had(sign_in, fake):
    IdentityProvider.objects.update(keys_at=clock.now() - providers.KEYS_LAST)
    fake.answers["/keys"] = (503, {})
    client = Client()
    sign_in(client)
    assert is_in(client)


def test_a_new_key_under_the_same_name_is_asked_for(sign_in, fake, monkeypatch):
    IdentityProvider.objects.update(keys_at=clock.now() - providers.KEYS_REST - timedelta(seconds=1))
    monkeypatch.setattr(fake, "rsa", rsa.generate_private_key(65537, 2048))
    client = Client()
    sign_in(client)
    assert is_in(client)


@pytest.mark.parametrize("claims", [{"nonce": "nønce"}, {"at_hash": "hæsh"}])
def test_odd_letters_are_wrong_and_no_fault(sign_in, fake, claims):
    fake.claims = claims
    assert reason_on(sign_in(Client())) == next(iter(claims))


def test_groups_that_only_the_userinfo_page_tells_bring_their_role(cast, sign_in, fake):
    group_roles.map_group(actor=SYSTEM, account=cast.northwind, group="staff", role=OperatorRole.SUPPORT_AGENT, at=clock.now())
    fake.userinfo = {"sub": "subject-1", "groups": ["staff"]}
    sign_in(Client())
    assert OperatorMember.objects.get(person__email="nils@nordic.example").role == OperatorRole.SUPPORT_AGENT


def test_groups_are_asked_for_where_the_provider_knows_that_scope(provider, sign_in, fake):
    fake.lie = {"scopes_supported": ["openid", "groups"]}
    IdentityProvider.objects.update(metadata_at=clock.now() - timedelta(minutes=1))
    assert "scope=openid+email+profile+groups" in Client().get(f"/accounts/sso/{provider.slug}/go/")["Location"]


def test_who_was_blocked_by_hand_stays_so_whatever_the_groups_say(cast):
    person = make_person("Nils")
    group_roles.map_group(actor=SYSTEM, account=cast.northwind, group="staff", role=OperatorRole.SUPPORT_AGENT, at=clock.now())
    known = {"person_id": person.pk, "organisation_id": cast.northwind.organisation_id, "source": "scim:1", "at": clock.now()}
    group_roles.apply(groups=["staff"], **known)
    OperatorMember.objects.filter(person=person).update(state=OperatorMember.State.BLOCKED)
    for groups in ([], ["staff"]):
        group_roles.apply(groups=groups, **known)
        assert OperatorMember.objects.get(person=person).state == OperatorMember.State.BLOCKED


def test_a_role_of_a_directorys_group_comes_and_goes_at_once(cast, scim, babs):
    scim.call("POST", "/Groups", {"displayName": "staff", "members": [{"value": babs["id"]}]})
    row = group_roles.map_group(actor=SYSTEM, account=cast.northwind, group="staff", role=OperatorRole.SUPPORT_AGENT, at=clock.now())
    roles = OperatorMember.objects.filter(person=DirectoryUser.objects.get().person)
    assert [member.role for member in roles] == [OperatorRole.SUPPORT_AGENT]
    group_roles.unmap_group(actor=SYSTEM, mapping=row, at=clock.now())
    assert not roles.all().exists()


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("a@STRASSE.de", "strasse.de"), ("a@straße.de", "xn--strae-oqa.de"), ("a@Køge.dk", "xn--kge-0na.dk"), ("a@xn--kge-0na.dk", "xn--kge-0na.dk"),
        ("a@", ""), ("", ""), ("a@.", ""), ("a@a..b", ""), ("a@" + "x" * 64 + ".dk", ""), ("nordic.example.", "nordic.example"),
    ],
)  # fmt: skip
def test_whose_domain_an_address_lies_in(address, domain):
    assert domain_of(address) == domain


def test_who_forgot_the_password_may_make_a_new_one_while_the_provider_vouches_for_the_address(sign_in, mailoutbox):
    make_person("Nils", email="nils@nordic.example")
    client = Client()
    sign_in(client)  # shows the old way once
    assert client.post("/accounts/password/reset/", {"email": "nils@nordic.example"}).status_code == 302
    assert Client().post("/accounts/password/reset/", {"email": "nils@nordic.example"}).status_code == 200


def test_a_changed_password_leaves_the_browser_in_the_providers_reach(provider, fake, sign_in):
    IdentityProvider.objects.update(password_also=True)
    person, client = make_person("Nils", email="nils@nordic.example"), Client()
    sign_in(client)
    client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    before = SsoSession.objects.get().session_key
    assert client.post("/me/security/password", {"password": "a long new pass phrase 7"}).status_code == 303
    assert SsoSession.objects.get().session_key == client.session.session_key != before
    Client().post(f"/accounts/sso/{provider.slug}/logout/", {"logout_token": fake.logout_token()})
    assert not is_in(client)


def test_a_removed_provider_leaves_nobody_in(provider, nils, cast):
    providers.remove_provider(actor=cast.actor("ada"), provider=provider, at=clock.now())
    assert not is_in(nils)
    assert not ExternalIdentity.objects.exists()


def test_a_logout_of_a_session_that_no_sign_in_named_ends_the_persons(provider, fake, nils):
    assert SsoSession.objects.get().sid == ""
    Client().post(f"/accounts/sso/{provider.slug}/logout/", {"logout_token": fake.logout_token(sid="session-9")})
    assert not is_in(nils)


def test_a_logout_token_counts_once_for_as_long_as_it_lasts(provider, fake, nils, sign_in, monkeypatch):
    now = clock.now()
    token = fake.logout_token(exp=int((now + timedelta(days=9)).timestamp()))
    out = f"/accounts/sso/{provider.slug}/logout/"
    assert Client().post(out, {"logout_token": token}).status_code == 200
    from forecourt.sso.operations import signing_in

    signing_in.purge(at=now + timedelta(days=8))
    again = Client()
    sign_in(again)
    Client().post(out, {"logout_token": token})
    assert is_in(again)
