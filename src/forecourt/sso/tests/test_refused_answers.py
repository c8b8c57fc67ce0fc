"""A provider that is down, lies about itself, says no, or says nothing we understand: a page, an audit event, nobody in."""

from datetime import timedelta

import pytest
from django.test import Client

from forecourt.identity import throttles
from forecourt.kit import clock
from forecourt.sso.models import ExternalIdentity, IdentityProvider, SsoAttempt
from forecourt.sso.operations import providers
from forecourt.sso.pages import entrance
from forecourt.sso.tests.support import assert_refused, reason_on, recorded_reasons

DOCUMENT = "/.well-known/openid-configuration"


def long_ago() -> None:
    """As if the provider was asked for its document and its keys a while ago."""
    IdentityProvider.objects.update(keys_at=clock.now() - providers.KEYS_REST, metadata_at=clock.now() - providers.METADATA_RESTS)


@pytest.mark.parametrize(
    ("path", "answer", "reason", "status", "says"),
    [
        ("/token", (503, {}), "answer", 502, "answered in a way that we do not understand (503)"),
        ("/token", (200, []), "answer", 502, "answered in a way that we do not understand (200)"),
        ("/token", (400, {"error": "invalid_grant"}), "code", 403, "did not confirm the sign-in"),
        ("/token", (200, {"access_token": "a"}), "no_id_token", 403, "did not say who you are"),
        ("/token", (200, {"id_token": "not.a.token"}), "token", 403, "could not be trusted"),
        ("/keys", (200, {}), "keys", 502, "publishes no keys"),
        ("/me", (200, {"sub": "another"}), "subject", 403, "spoke of two people at once"),
        ("/me", (500, {}), "answer", 502, "answered in a way that we do not understand (500)"),
    ],
)
def test_an_answer_that_is_none(sign_in, fake, path, answer, reason, status, says):
    long_ago()
    fake.answers = {path: answer}
    fake.kid = "two" if path == "/keys" else "one"
    fake.claims = {"email": None} if path == "/me" else {}
    client = Client()
    assert_refused(client, sign_in(client), reason, status=status, says=says)


@pytest.mark.parametrize(
    ("lie", "reason", "says"),
    [
        ({"issuer": "https://evil.example"}, "issuer", "The discovery document is of another issuer: https://evil.example"),
        ({"token_endpoint": None}, "metadata", "The discovery document lacks token_endpoint."),
        ({"jwks_uri": "https://127.0.0.2/keys"}, "metadata", "This host lies in a private network."),
    ],
)
def test_a_document_that_lies_sends_nobody_there(provider, fake, lie, reason, says):
    long_ago()
    fake.lie = lie
    client = Client()
    assert_refused(client, client.get(f"/accounts/sso/{provider.slug}/go/"), reason, status=502, says=says)
    assert not SsoAttempt.objects.exists()


def test_a_provider_that_is_down_at_the_start(provider, fake, settings):
    long_ago()
    settings.PRIVATE_HOSTS = set()  # nothing can be asked
    client = Client()
    response = client.get(f"/accounts/sso/{provider.slug}/go/")
    assert_refused(client, response, "unreachable", status=502, says="Your identity provider could not be asked:")


def test_a_provider_that_is_down_when_the_code_is_exchanged(sign_in, settings, monkeypatch):
    client, begin = Client(), providers.refresh_metadata
    monkeypatch.setattr(providers, "refresh_metadata", lambda *args, **more: (begin(*args, **more), settings.PRIVATE_HOSTS.clear()))
    assert_refused(client, sign_in(client), "unreachable", status=502, says="Your identity provider could not be asked:")


def test_pages_that_moved_are_followed(provider, fake):
    long_ago()
    fake.lie = {"authorization_endpoint": f"{fake.issuer}/elsewhere"}
    sent = Client().get(f"/accounts/sso/{provider.slug}/go/")["Location"]
    assert sent.startswith(f"{fake.issuer}/elsewhere?")


@pytest.mark.parametrize(
    ("error", "reason", "status", "says"),
    [
        ("access_denied", "declined", 403, "You cancelled, or your identity provider did not let you in."),
        ("temporarily_unavailable", "unavailable", 502, "cannot sign anybody in at the moment"),
        ("server_error", "unavailable", 502, "cannot sign anybody in at the moment"),
        ("login_required", "no_code", 403, "did not sign you in"),
        ("<b>evil</b>", "no_code", 403, "did not sign you in"),
        ("", "no_code", 403, "did not sign you in"),
    ],
)
def test_a_provider_that_says_no(sign_in, error, reason, status, says):
    client = Client()
    response = sign_in(client, error=error, code="")
    assert_refused(client, response, reason, status=status, says=says)
    assert "evil" not in response.text


def test_an_error_beside_a_code_is_an_error(sign_in):
    client = Client()
    assert_refused(client, sign_in(client, error="access_denied"), "declined")


def test_an_answer_that_comes_too_late(sign_in, provider):
    client = Client()
    sent = client.get(f"/accounts/sso/{provider.slug}/go/")
    SsoAttempt.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    state = sent["Location"].split("state=")[1].split("&")[0]
    assert_refused(client, client.get(f"/accounts/sso/{provider.slug}/callback/", {"state": state, "code": "code"}), "state")


def test_an_answer_without_a_state(provider):
    client = Client()
    assert_refused(client, client.get(f"/accounts/sso/{provider.slug}/callback/", {"code": "code"}), "state")


def test_strangers_cannot_fill_the_audit_log(provider, monkeypatch):
    monkeypatch.setattr(entrance, "REFUSED", throttles.Door("sso-refused", 2, 86_400))
    answers = [Client().get(f"/accounts/sso/{provider.slug}/callback/") for _again in range(4)]
    assert ([reason_on(answer) for answer in answers], recorded_reasons()) == (["state"] * 4, ["state"] * 2)


def test_nobody_begins_without_end(provider, monkeypatch):
    monkeypatch.setattr(entrance, "GO", throttles.Door("sso-go", 2, 86_400))
    answers = [Client().get(f"/accounts/sso/{provider.slug}/go/").status_code for _again in range(3)]
    assert (answers, SsoAttempt.objects.count()) == ([302, 302, 429], 2)


def test_an_account_of_another_tenant(sign_in, fake):
    IdentityProvider.objects.update(kind="microsoft", tenant_id="8eaef023-2b34-4da1-9baa-8bc8c9d6a490")
    fake.claims = {"tid": "9" * 36}
    client = Client()
    assert_refused(client, sign_in(client), "tenant", says="You signed in with an account of another organisation.")


def test_an_address_that_belongs_to_another_of_their_accounts(sign_in, fake):
    sign_in(Client())
    fake.claims = {"sub": "subject-2"}
    client = Client()
    assert reason_on(sign_in(client)) == "subject"
    assert (client.get("/me").status_code, recorded_reasons(), ExternalIdentity.objects.count()) == (302, ["subject"], 1)


def test_a_test_sign_in_by_somebody_who_was_signed_out(cast, provider, sign_in, fake):
    client = cast.client("ada")
    page = client.post(f"/sso/providers/{provider.pk}/test").text
    state, fake.nonce = (page.split(f"{name}=")[1].split("&")[0] for name in ("state", "nonce"))
    session = client.session
    browser = session["sso_browser"]
    client.logout()
    session = client.session
    session["sso_browser"] = browser
    session.save()
    response = client.get(f"/accounts/sso/{provider.slug}/callback/", {"state": state, "code": "code"})
    assert_refused(client, response, "signed_out", says="You were signed out during the test.")
