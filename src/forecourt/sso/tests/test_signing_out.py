"""Sign-out at the provider ends our sessions, and ours theirs."""

import pytest
from django.test import Client

from forecourt.audit.tests.factories import recorded
from forecourt.identity.models import Person
from forecourt.sso.models import SsoSession


@pytest.fixture
def signed_in(sign_in, fake):
    fake.claims = {"sid": "session-1"}
    client = Client()
    sign_in(client)
    return client


def tell(provider, token):
    return Client().post(f"/accounts/sso/{provider.slug}/logout/", {"logout_token": token})


@pytest.mark.parametrize("names", [{}, {"sid": "session-1"}, {"sub": None, "sid": "session-1"}])
def test_a_logout_token_ends_the_session(signed_in, provider, fake, names):
    response = tell(provider, fake.logout_token(**names))
    assert (response.status_code, response["Cache-Control"]) == (200, "no-store")
    assert signed_in.get("/me").status_code == 302
    assert not SsoSession.objects.exists()


def test_a_sign_out_by_back_channel_is_in_the_audit_log_once(signed_in, provider, fake, sign_in):
    sign_in(Client())  # a second browser
    for _again in range(2):
        tell(provider, fake.logout_token())
    nils = Person.objects.get(email="nils@nordic.example")
    (row,) = recorded(action="signed_out")
    assert (row.actor_id, row.entity_id, row.context) == (nils.pk, nils.pk, {"reason": "back_channel", "provider": "Nordic"})


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://evil.example"},
        {"aud": "other"},
        {"nonce": "n"},
        {"events": {}},
        {"events": None},
        {"sub": None},
        {"jti": None},
        {"exp": 1},
    ],
)
def test_a_wrong_logout_token_ends_nothing(signed_in, provider, fake, changes):
    assert tell(provider, fake.logout_token(**changes)).status_code == 400
    assert signed_in.get("/me").status_code == 200
    assert [row.context["reason"][:7] for row in recorded(action="sign_in_refused")] == ["logout_"]


def test_another_session_of_theirs_goes_on(signed_in, provider, fake):
    assert tell(provider, fake.logout_token(sid="session-2")).status_code == 200
    assert signed_in.get("/me").status_code == 200


def test_a_logout_token_counts_once(signed_in, provider, fake, sign_in):
    token = fake.logout_token()
    tell(provider, token)
    again = Client()
    sign_in(again)
    assert tell(provider, token).status_code == 200
    assert again.get("/me").status_code == 200


def test_signing_out_goes_on_to_the_provider(signed_in, fake):
    hop = signed_in.post("/accounts/logout/")
    page = signed_in.get(hop["Location"]).text
    assert f"{fake.issuer}/end?id_token_hint=" in page
    assert signed_in.get("/me").status_code == 302
    assert not SsoSession.objects.exists()
