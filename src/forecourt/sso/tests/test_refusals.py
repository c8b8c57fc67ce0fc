"""Whatever a provider gets wrong ends on a page that says so and in the audit log, never in an account."""

import time

import pytest
from django.test import Client

from forecourt.audit.tests.factories import recorded
from forecourt.identity.models import Person
from forecourt.kit import clock
from forecourt.sso import dns
from forecourt.sso.models import EmailDomain, IdentityProvider, SsoAttempt
from forecourt.sso.operations import domains, providers
from forecourt.sso.tests.support import assert_refused, prove, reason_on, recorded_reasons

PAST = int(time.time()) - 3600


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"iss": "https://evil.example"}, "issuer"),
        ({"aud": "somebody-else"}, "audience"),
        ({"aud": ["forecourt", "other"]}, "audience"),
        ({"azp": "other"}, "audience"),
        ({"nonce": "another"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"exp": PAST}, "expired"),
        ({"iat": PAST + 7800, "exp": PAST + 9000}, "not_yet_valid"),
        ({"nbf": PAST + 7800}, "not_yet_valid"),
        ({"exp": None}, "claim_missing"),
        ({"at_hash": "wrong"}, "at_hash"),
        ({"email_verified": False}, "email_unverified"),
        ({"email_verified": None}, "email_unverified"),
        ({"email": "nils@elsewhere.example"}, "email_domain"),
        ({"email": "nils@nordic.example.evil.example"}, "email_domain"),
    ],
)
def test_a_token_that_is_wrong(sign_in, fake, claims, reason):
    fake.claims = claims
    client = Client()
    assert_refused(client, sign_in(client), reason)


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_a_token_that_is_not_signed_by_a_key_of_theirs(sign_in, fake, algorithm):
    fake.algorithm = algorithm
    client = Client()
    assert_refused(client, sign_in(client), "algorithm")


def test_a_signature_of_another_key_under_a_known_name(sign_in, fake):
    from cryptography.hazmat.primitives.asymmetric import rsa

    own, fake.rsa = fake.rsa, rsa.generate_private_key(65537, 2048)
    client = Client()
    response = sign_in(client)
    fake.rsa = own
    assert_refused(client, response, "signature")


def test_a_new_key_is_asked_for_and_accepted(sign_in, fake):
    IdentityProvider.objects.update(keys_at=clock.now() - providers.KEYS_REST)
    fake.kid = "two"
    client = Client()
    sign_in(client)
    assert client.get("/me").status_code == 200


def test_keys_are_not_asked_for_at_every_unknown_name(sign_in, fake):
    fake.kid = "two"
    client = Client()
    assert_refused(client, sign_in(client), "key")


def test_an_answer_of_another_issuer(sign_in):
    client = Client()
    assert_refused(client, sign_in(client, iss="https://evil.example"), "issuer")


def test_an_answer_to_nothing(sign_in, provider):
    client = Client()
    assert_refused(client, client.get(f"/accounts/sso/{provider.slug}/callback/", {"state": "made-up", "code": "code"}), "state")


def test_an_answer_in_another_browser(sign_in, provider, monkeypatch):
    SsoAttempt.objects.all().delete()
    mine, theirs = Client(), Client()
    sent = mine.get(f"/accounts/sso/{provider.slug}/go/")
    state = sent["Location"].split("state=")[1].split("&")[0]
    assert_refused(theirs, theirs.get(f"/accounts/sso/{provider.slug}/callback/", {"state": state, "code": "code"}), "state")


def test_an_answer_counts_once(sign_in, provider):
    client = Client()
    first = client.get(f"/accounts/sso/{provider.slug}/go/")
    state = first["Location"].split("state=")[1].split("&")[0]
    client.get(f"/accounts/sso/{provider.slug}/callback/", {"state": state, "error": "no"})
    assert reason_on(client.get(f"/accounts/sso/{provider.slug}/callback/", {"state": state, "code": "code"})) == "state"


def test_a_provider_that_makes_no_accounts(sign_in):
    IdentityProvider.objects.update(creates_people=False)
    client = Client()
    assert_refused(client, sign_in(client), "no_account")


def test_a_provider_that_is_off(provider, cast):
    providers.switch_off(actor=cast.actor("ada"), provider=provider, at=clock.now())
    client = Client()
    assert_refused(client, client.get(f"/accounts/sso/{provider.slug}/go/"), "switched_off")


def test_a_closed_account(sign_in):
    sign_in(Client())
    Person.objects.filter(email="nils@nordic.example").update(is_active=False)
    client = Client()
    assert reason_on(sign_in(client)) == "locked"
    assert (client.get("/me").status_code, recorded_reasons()) == (302, ["locked"])


def test_a_domain_that_two_operators_claim_is_the_firsts(provider, cast):
    theirs = domains.add_domain(actor=cast.actor("eve"), operator=cast.eastgate, domain="Nordic.Example", at=clock.now())
    record = domains.expected_record(theirs)[1]
    with pytest.raises(domains.DomainTaken):
        domains.check_domain(actor=cast.actor("eve"), domain=theirs, at=clock.now(), resolve=lambda name: frozenset({record}))
    theirs.refresh_from_db()
    assert theirs.verified_at is None


def test_a_domain_that_two_operators_claim_ends_in_words_and_in_the_audit_log(provider, cast, monkeypatch):
    theirs = domains.add_domain(actor=cast.actor("eve"), operator=cast.eastgate, domain="nordic.example", at=clock.now())
    monkeypatch.setattr(dns, "txt_records", lambda _name: frozenset({domains.expected_record(theirs)[1]}))
    page = cast.client("eve").post(f"/sso/domains/{theirs.pk}/check", follow=True)
    assert "Another organisation has proved this domain." in page.text
    (event,) = recorded(action="sign_in_refused")
    assert (event.operator_id, event.entity_type, event.entity_id, event.actor_name) == (
        cast.eastgate.pk, "EmailDomain", theirs.pk, cast.eve.display_name,
    )  # fmt: skip
    assert event.context == {"reason": "domain_taken"}


def test_a_provider_whose_domain_another_organisation_proved_signs_nobody_in(sign_in, provider, cast):
    """Eastgate has it now; Northwind's provider still says nils@nordic.example."""
    domain = EmailDomain.objects.get()
    domains.remove_domain(actor=cast.actor("ada"), domain=domain, at=clock.now())
    prove(cast.actor("eve"), cast.eastgate, "nordic.example")
    client = Client()
    assert_refused(client, sign_in(client), "email_domain")
