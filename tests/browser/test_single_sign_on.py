"""
Single sign-on with an OpenID provider that is not ours (oidc-provider): set up, in, refused, linked, out, and out from there. In this
order. What each refusal means, and which tests try it: docs/domains/sso.md.
"""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from forecourt.identity.tests.factories import PASSWORD
from tests import openid_provider
from tests.browser.conftest import SignIn, opened
from tests.openid_provider import DOMAIN, SLUG, Server
from tests.running import OWN, Product, clean_environment

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(400), pytest.mark.xdist_group("furnished")]
PATIENCE: Final = 30_000  # milliseconds: three servers answer in turn, on a machine that has other work
GO: Final = f"/accounts/sso/{SLUG}/go/"
CALLBACK: Final = f"/accounts/sso/{SLUG}/callback/"
NOT_TRUSTED: Final = "The answer of your identity provider could not be trusted, so nobody was signed in."
# How the provider misbehaves, and what comes of it: status, text and reason of the page.
TWISTS: Final[list[tuple[dict[str, Any], int, str, str]]] = [
    ({"claims": {"iss": "https://evil.example"}}, 403, NOT_TRUSTED, "issuer"),
    ({"claims": {"aud": "somebody-else"}}, 403, NOT_TRUSTED, "audience"),
    ({"claims": {"nonce": "another"}}, 403, NOT_TRUSTED, "nonce"),
    ({"claims": {"exp": 1}}, 403, NOT_TRUSTED, "expired"),
    ({"algorithm": "none"}, 403, NOT_TRUSTED, "algorithm"),
    ({"algorithm": "HS256"}, 403, NOT_TRUSTED, "algorithm"),
    ({"foreign": True}, 403, NOT_TRUSTED, "signature"),
    ({"account": {"email_verified": False}}, 403, "Your identity provider has not verified your e-mail address.", "email_unverified"),
    ({"account": {"email": "vera@elsewhere.example"}}, 403, "not in a domain that this identity provider may sign in", "email_domain"),
    ({"status": 503}, 502, "answered in a way that we do not understand (503)", "answer"),
    ({"discovery": {"issuer": "https://evil.example"}}, 502, "The discovery document is of another issuer", "issuer"),
]


@pytest.fixture(scope="module")
def server(furnished: Product) -> Iterator[Server]:
    with openid_provider.running(furnished.portal, ("eva", "anna", "nora", "vera"), algorithm="ES256") as running:
        yield running


@pytest.fixture(scope="module")
def issuer(server: Server) -> str:
    return server.issuer


@pytest.fixture(scope="module")
def provider(furnished: Product, issuer: str) -> dict[str, Any]:
    """Eastgate's, with a proved domain, before its test sign-in."""
    secret = json.loads((furnished.folder / "secrets.json").read_text())["secret_key"]
    environment = clean_environment(DATABASE_URL=furnished.run["database_url"], FORECOURT_SECRET_KEY=secret, **OWN)
    command = [sys.executable, "-m", "tests.openid_provider", issuer]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["slug"] == SLUG
    return found


@pytest.fixture
def page(chromium: Browser, furnished: Product) -> Iterator[Page]:
    """A window of somebody whom neither we nor the provider know yet."""
    page = opened(chromium, furnished.portal, [])
    page.set_default_timeout(PATIENCE)
    yield page
    page.context.close()


def at_the_provider(page: Page, issuer: str, name: str) -> None:
    page.wait_for_url(f"{issuer}/interaction/**")
    page.locator("input[name=subject]").fill(name)
    page.get_by_role("button", name="Go on").click()


def come_in(page: Page, issuer: str, name: str) -> None:
    """From our sign-in page as far as the provider's answer."""
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill(f"{name}@{DOMAIN}")
    page.locator("input[name=password]").fill("anything")
    page.get_by_role("button", name="Sign in", exact=True).click()
    at_the_provider(page, issuer, name)


def expect_in(page: Page, name: str) -> None:
    page.wait_for_url(lambda url: "localhost" not in url and "/accounts/" not in url)
    page.goto("/me")
    expect(page.get_by_role("main")).to_contain_text(f"{name}@{DOMAIN}", timeout=PATIENCE)


def expect_refused(page: Page, path: str, status: int, says: str, reason: str) -> None:
    """The way from there ends on a page that says why, and nobody is signed in."""
    answer = page.goto(path)
    assert answer
    assert answer.status == status, reason
    expect_no(page, says, reason)


def expect_no(page: Page, says: str, reason: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("You are not signed in", timeout=PATIENCE)
    assert says in page.get_by_role("alert").inner_text()
    assert page.locator("code").inner_text() == reason
    assert page.request.get("/me", max_redirects=0).status == 302


def long_ago(product: Product) -> None:
    """As if the provider was asked for its keys and its document half a minute ago."""
    aged = "UPDATE sso_identityprovider SET keys_at = keys_at - interval '30 s', metadata_at = metadata_at - interval '30 s' RETURNING id"
    assert product.rows(aged)


def recorded(product: Product, action: str) -> Counter[str]:
    """How often which reason stands in the audit log, sealed or not."""
    query = " UNION ALL ".join(f"SELECT context ->> 'reason' FROM {table} WHERE action = %s" for table in ("audit_pending", "audit_event"))
    return Counter(reason for (reason,) in product.rows(query, action, action))


def test_an_admin_tests_a_provider_and_switches_it_on(signed_in: SignIn, provider: dict[str, Any], issuer: str):
    page = signed_in("eve")
    page.set_default_timeout(PATIENCE)
    page.goto(f"/sso/providers/{provider['provider']}")
    page.get_by_role("button", name="Test the sign-in").click()
    at_the_provider(page, issuer, "eva")
    page.get_by_text(f"The test worked: eva@{DOMAIN}.").wait_for()
    page.goto(f"/sso/providers/{provider['provider']}/switch")
    page.get_by_role("button", name="Switch on").click()
    page.get_by_text("Switched on.").wait_for()


def test_whatever_the_provider_gets_wrong_signs_nobody_in(furnished: Product, page: Page, server: Server):
    before = recorded(furnished, "sign_in_refused")
    server.twist(**TWISTS[0][0])
    page.goto(GO)
    at_the_provider(page, server.issuer, "vera")  # who is signed in there from now on
    page.wait_for_url(f"**{CALLBACK}**")
    for twist, status, says, reason in TWISTS:
        server.twist(**twist)
        long_ago(furnished)
        expect_refused(page, GO, status, says, reason)
    made = recorded(furnished, "sign_in_refused") - before
    assert made == Counter(reason for _twist, _status, _says, reason in (TWISTS[0], *TWISTS))
    assert not furnished.rows("SELECT id FROM identity_person WHERE email LIKE 'vera@%%'")
    server.twist()
    page.goto(GO)  # it was the provider, not Vera
    expect_in(page, "vera")


def test_an_answer_that_belongs_to_nothing_or_to_another_browser(chromium: Browser, furnished: Product, page: Page):
    other = opened(chromium, furnished.portal, [])
    sent = other.request.get(GO, max_redirects=0, timeout=PATIENCE).headers["location"]
    other.context.close()
    foreign = parse_qs(urlsplit(sent).query)["state"][0]
    for query in ("code=code", f"code=code&state={foreign}"):
        expect_refused(page, f"{CALLBACK}?{query}", 403, "This sign-in is too old, was used before, or began in another browser.", "state")


def test_somebody_who_cancels_is_told_so(furnished: Product, page: Page, issuer: str):
    page.goto(GO)
    page.wait_for_url(f"{issuer}/interaction/**")
    page.get_by_role("button", name="Cancel").click()
    page.wait_for_url(f"**{CALLBACK}**")
    expect_no(page, "You cancelled, or your identity provider did not let you in.", "declined")
    assert recorded(furnished, "sign_in_refused")["declined"] == 1


def test_somebody_new_comes_in_and_goes_out_through_the_provider(furnished: Product, page: Page, issuer: str):
    come_in(page, issuer, "nora")
    expect_in(page, "nora")
    role = "SELECT role FROM operators_operatormember JOIN identity_person AS person ON person.id = person_id WHERE person.email = %s"
    assert furnished.rows(role, f"nora@{DOMAIN}") == [("bookkeeper",)]  # her group's
    page.goto("/accounts/logout/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{issuer}/session/end**")
    page.get_by_role("button", name="Yes").click()
    page.wait_for_url("**/accounts/login/")
    come_in(page, issuer, "nora")  # asked again: the provider's session is over too
    expect_in(page, "nora")


def test_somebody_with_a_password_shows_it_once(chromium: Browser, furnished: Product, page: Page, issuer: str):
    come_in(page, issuer, "anna")
    page.get_by_role("link", name="Sign in as before").click()
    page.locator("input[name=login]").fill(f"anna@{DOMAIN}")
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect_in(page, "anna")
    other = opened(chromium, furnished.portal, [])
    other.set_default_timeout(PATIENCE)
    come_in(other, issuer, "anna")
    expect_in(other, "anna")
    other.context.close()


def test_a_provider_that_is_down_and_comes_back_with_other_keys(furnished: Product, page: Page, server: Server):
    server.stop()
    long_ago(furnished)
    expect_refused(page, GO, 502, "Your identity provider could not be asked: No connection could be made", "unreachable")
    server.start(algorithm="RS256")
    come_in(page, server.issuer, "nora")
    expect_in(page, "nora")


def test_a_sign_out_at_the_provider_ends_the_session_here(furnished: Product, page: Page, issuer: str):
    come_in(page, issuer, "nora")
    expect_in(page, "nora")
    before = recorded(furnished, "signed_out")["back_channel"]
    page.goto(f"{issuer}/session/end")
    page.get_by_role("button", name="Yes").click()
    page.wait_for_url(f"{issuer}/session/end/success**")
    page.goto("/me")
    page.wait_for_url("**/accounts/login/**")
    assert recorded(furnished, "signed_out")["back_channel"] == before + 1
