"""The Admin's pages: set up, prove, test, switch on."""

import re

import pytest
from django.test import Client

from forecourt.audit.tests.factories import recorded
from forecourt.kit import clock
from forecourt.sso import dns
from forecourt.sso.models import BreakGlass, EmailDomain, GroupRole, IdentityProvider
from forecourt.sso.operations import domains, providers
from forecourt.sso.tests.fake_provider import CLIENT_SECRET
from forecourt.sso.tests.support import values

TENANT = "8eaef023-2b34-4da1-9baa-8bc8c9d6a490"
PAGES = ("/sso/", "/sso/providers/new", "/sso/domains/new", "/sso/groups/new", "/sso/passwords/new")


def posted(fake, **changes):
    given = values(fake.issuer) | {"client_secret": CLIENT_SECRET, "creates_people": "on", "password_also": ""} | changes
    return {name: value for name, value in given.items() if value != ""}


@pytest.mark.parametrize(
    ("who", "status"), [("ada", 200), ("oscar", 200), ("bea", 404), ("sven", 404), ("sue", 404), ("tom", 404), ("eve", 200)]
)
def test_who_may_see_single_sign_on(cast, who, status):
    assert cast.client(who).get("/sso/").status_code == status


@pytest.mark.parametrize(("who", "status"), [("ada", 200), ("oscar", 403), ("bea", 404), ("sue", 404), ("eve", 200)])
def test_who_may_set_it_up(cast, who, status):
    assert {cast.client(who).get(path).status_code for path in PAGES[1:]} == {status}


def test_from_nothing_to_switched_on(cast, fake, sign_in_test, monkeypatch):
    client = cast.client("ada")
    assert client.post("/sso/providers/new", posted(fake)).status_code == 303
    row = IdentityProvider.objects.get()
    assert (row.is_active, row.slug, CLIENT_SECRET.encode() in bytes(row.client_secret)) == (False, "northwind", False)
    assert client.post(f"/sso/providers/{row.pk}/switch").status_code == 409  # not tested
    client.post("/sso/domains/new", {"domain": "nordic.example", "provider": row.pk})
    domain = EmailDomain.objects.get()
    monkeypatch.setattr(dns, "txt_records", lambda name: frozenset({domains.expected_record(domain)[1]}))
    client.post(f"/sso/domains/{domain.pk}/check")
    assert sign_in_test(client, row).status_code == 303
    client.post(f"/sso/providers/{row.pk}/switch")
    row.refresh_from_db()
    assert (row.is_active, row.tested_at is not None) == (True, True)


@pytest.fixture
def sign_in_test(fake):
    def go(client, row):
        page = client.post(f"/sso/providers/{row.pk}/test").text
        state, fake.nonce = (re.findall(rf"[?;]{name}=([\w-]+)", page)[0] for name in ("state", "nonce"))
        return client.get(f"/accounts/sso/{row.slug}/callback/", {"state": state, "code": "code"})

    return go


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"issuer": "https://127.0.0.2/"}, "private network"),
        ({"client_secret": ""}, "Fill in this field."),
        ({"kind": "microsoft", "tenant_id": "common"}, "Enter the ID of your own tenant"),
        ({"kind": "microsoft", "tenant_id": TENANT}, "The issuer must name your own tenant"),
        ({"issuer": f"https://login.microsoftonline.com/{TENANT}/v2.0"}, "This issuer is Microsoft Entra ID."),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_stored(cast, fake, changes, message):
    response = cast.client("ada").post("/sso/providers/new", posted(fake, **changes))
    assert (response.status_code, message in response.text) == (422, True)
    assert not IdentityProvider.objects.exists()


@pytest.mark.parametrize(
    ("lie", "message"),
    [
        ({"issuer": "https://login.microsoftonline.com/{tenantid}/v2.0"}, "This issuer stands for every organisation at once."),
        ({"issuer": "https://evil.example"}, "The discovery document is of another issuer: https://evil.example"),
        ({"jwks_uri": None}, "The discovery document lacks jwks_uri."),
        ({"token_endpoint": "https://127.0.0.2/token"}, "This host lies in a private network."),
        ({"authorization_endpoint": "http://login.example/authorize"}, "The address must begin with https://."),
    ],
)
def test_a_discovery_document_that_lies_is_said_at_the_issuer_and_nothing_is_stored(cast, fake, lie, message):
    fake.lie = lie
    response = cast.client("ada").post("/sso/providers/new", posted(fake))
    assert (response.status_code, message in response.text) == (422, True)
    assert not IdentityProvider.objects.exists()


def test_another_client_may_have_other_names_for_people(cast, provider, fake, sign_in):
    sign_in(Client())
    cast.client("ada").post(f"/sso/providers/{provider.pk}/edit", posted(fake, client_id="another"))
    assert not provider.identities.exists()


@pytest.mark.parametrize("name", ["gmail.com", "nonsense", "", "nordic.example"])
def test_domains_that_cannot_be_claimed(cast, provider, name):
    assert cast.client("ada").post("/sso/domains/new", {"domain": name}).status_code == 422
    assert EmailDomain.objects.count() == 1


def test_that_it_asks_everybody_for_a_second_factor_is_the_admins_word(cast, provider, fake):
    client = cast.client("ada")
    client.post(f"/sso/providers/{provider.pk}/edit", posted(fake, client_secret="", asks_second_factor="on"))
    provider.refresh_from_db()
    assert (provider.asks_second_factor, provider.is_active) == (True, True)
    assert "asked for there, of everybody" in client.get(f"/sso/providers/{provider.pk}").text
    (event,) = recorded(entity_type="IdentityProvider", action="updated", actor_id=cast.ada.pk, changes__has_key="asks_second_factor")
    assert event.changes["asks_second_factor"] == [False, True]


def test_another_secret_must_be_tested_again(cast, provider, fake):
    cast.client("ada").post(f"/sso/providers/{provider.pk}/edit", posted(fake, client_secret="another"))
    provider.refresh_from_db()
    assert (provider.is_active, provider.tested_at) == (False, None)


def test_a_stranger_and_a_manager_change_nothing(cast, provider):
    domain = EmailDomain.objects.get()
    paths = [f"/sso/providers/{provider.pk}/{what}" for what in ("edit", "test", "switch", "remove")]
    paths += [f"/sso/domains/{domain.pk}/{what}" for what in ("check", "remove")]
    for who, status in (("oscar", 403), ("eve", 404), ("sue", 404)):
        assert {cast.client(who).post(path).status_code for path in paths} == {status}
    provider.refresh_from_db()
    assert provider.is_active


def test_roles_and_named_admins_come_and_go(cast):
    client = cast.client("ada")
    client.post("/sso/groups/new", {"group": "staff", "account": cast.southwind.pk, "role": "bookkeeper"})
    client.post("/sso/passwords/new", {"person": cast.ada.pk})
    page = client.get("/sso/").text
    assert ("staff" in page, cast.ada.display_name in page) == (True, True)
    client.post(f"/sso/groups/{GroupRole.objects.get().pk}/remove")
    client.post(f"/sso/passwords/{BreakGlass.objects.get().pk}/remove")
    assert (GroupRole.objects.count(), BreakGlass.objects.count()) == (0, 0)


def test_a_record_may_be_missing_for_a_week(cast, provider):
    domain, at = EmailDomain.objects.get(), clock.now()
    for after, is_proved in ((0, True), (6, True), (7, False)):
        moment = at + domains.PATIENCE / 7 * after
        domain = domains.check_domain(actor=cast.actor("ada"), domain=domain, at=moment, resolve=lambda name: frozenset())
        assert bool(domain.verified_at) == is_proved


def test_a_removed_provider_signs_nobody_in(cast, provider):
    cast.client("ada").post(f"/sso/providers/{provider.pk}/remove")
    assert cast.client(None).get(f"/accounts/sso/{provider.slug}/go/").status_code == 404
    with pytest.raises(providers.NotTested):
        providers.switch_on(actor=cast.actor("ada"), provider=provider, at=clock.now())
