"""
Nobody outside is asked inside a transaction: a slow name server or provider would hold its locks (house rule). A test is itself in a
transaction, so what counts is whether another one, a savepoint of it, is open when the question goes out.
"""

import pytest
from django.db import connection
from django.test import Client

from forecourt.kit import clock, outside
from forecourt.kit.operations import operation
from forecourt.sso import dns
from forecourt.sso.models import EmailDomain, IdentityProvider
from forecourt.sso.operations import domains, providers
from forecourt.sso.tests.fake_provider import CLIENT_SECRET
from forecourt.sso.tests.support import values


@pytest.fixture
def asked(monkeypatch, cast):
    """Every question that goes out, with how many transactions are open around it inside the product."""
    found, outermost = [], len(connection.savepoint_ids)

    def watched(name, function):
        def ask(*args, **more):
            found.append((name, len(connection.savepoint_ids) - outermost))
            return function(*args, **more)

        return ask

    monkeypatch.setattr(outside, "call", watched("http", outside.call))
    monkeypatch.setattr(dns, "txt_records", watched("dns", lambda _name: frozenset()))
    return found


def test_the_watch_sees_an_open_transaction(asked, provider):
    del asked[:]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(domains, "check_domain", operation(domains.check_domain))
        domains.check_domain(actor=None, domain=EmailDomain.objects.get(), at=clock.now())
    assert asked == [("dns", 1)]


def test_a_domain_that_is_added_and_checked(asked, cast):
    client = cast.client("ada")
    client.post("/sso/domains/new", {"domain": "nordic.example"})
    client.post(f"/sso/domains/{EmailDomain.objects.get().pk}/check")
    assert asked == [("dns", 0)]


def test_the_nightly_look_at_domains(asked, provider, cast):
    del asked[:]
    domains.recheck_domains(actor=cast.actor("ada"), at=clock.now())
    assert asked == [("dns", 0)]


def test_a_provider_that_is_saved(asked, fake, cast):
    given = values(fake.issuer) | {"client_secret": CLIENT_SECRET}
    assert cast.client("ada").post("/sso/providers/new", {name: value for name, value in given.items() if value}).status_code == 303
    assert asked == [("http", 0)] * 2  # document, keys


def test_a_sign_in_that_asks_for_everything(asked, provider, fake, sign_in):
    del asked[:]
    IdentityProvider.objects.update(keys_at=clock.now() - providers.KEYS_REST, metadata_at=clock.now() - providers.METADATA_RESTS)
    fake.kid, fake.claims = "two", {"email": None}
    fake.userinfo = {"sub": "subject-1", "email": "nils@nordic.example", "email_verified": True}
    client = Client()
    sign_in(client)
    assert client.get("/me").status_code == 200
    assert asked == [("http", 0)] * 4  # document, token, keys, userinfo


def test_a_sign_out_by_back_channel_with_a_new_key(asked, provider, fake):
    del asked[:]
    IdentityProvider.objects.update(keys_at=clock.now() - providers.KEYS_REST)
    fake.kid = "two"
    answer = Client().post(f"/accounts/sso/{provider.slug}/logout/", {"logout_token": fake.logout_token()})
    assert (answer.status_code, asked) == (200, [("http", 0)])
