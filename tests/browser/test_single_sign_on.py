"""Single sign-on with an OpenID provider that is not ours (oidc-provider): set up, in, linked, out, and out from there. In this order."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from forecourt.identity.tests.factories import PASSWORD
from tests import openid_provider
from tests.browser.conftest import SignIn, opened
from tests.running import OWN, Product, clean_environment

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(150), pytest.mark.xdist_group("furnished")]


@pytest.fixture(scope="module")
def issuer(furnished: Product) -> Iterator[str]:
    with openid_provider.running(furnished.portal, ("eva", "anna", "nora"), algorithm="ES256") as address:
        yield address


@pytest.fixture(scope="module")
def provider(furnished: Product, issuer: str) -> dict[str, Any]:
    """Eastgate's, with a proved domain, before its test sign-in."""
    secret = json.loads((furnished.folder / "secrets.json").read_text())["secret_key"]
    environment = clean_environment(DATABASE_URL=furnished.run["database_url"], FORECOURT_SECRET_KEY=secret, **OWN)
    command = [sys.executable, "-m", "tests.openid_provider", issuer]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["slug"] == openid_provider.SLUG
    return found


@pytest.fixture
def page(chromium: Browser, furnished: Product) -> Iterator[Page]:
    """A window of somebody whom neither we nor the provider know yet."""
    page = opened(chromium, furnished.portal, [])
    page.set_default_timeout(30_000)  # two servers answer in turn, on a machine that has other work
    yield page
    page.context.close()


def at_the_provider(page: Page, issuer: str, name: str) -> None:
    page.wait_for_url(f"{issuer}/interaction/**")
    page.locator("input[name=subject]").fill(name)
    page.get_by_role("button", name="Go on").click()


def come_in(page: Page, issuer: str, name: str) -> None:
    """From our sign-in page as far as the provider's answer."""
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill(f"{name}@{openid_provider.DOMAIN}")
    page.locator("input[name=password]").fill("anything")
    page.get_by_role("button", name="Sign in", exact=True).click()
    at_the_provider(page, issuer, name)


def expect_in(page: Page, name: str) -> None:
    page.wait_for_url(lambda url: "localhost" not in url and "/accounts/" not in url)
    page.goto("/me")
    expect(page.get_by_role("main")).to_contain_text(f"{name}@{openid_provider.DOMAIN}")


def test_an_admin_tests_a_provider_and_switches_it_on(signed_in: SignIn, provider: dict[str, Any], issuer: str):
    page = signed_in("eve")
    page.goto(f"/sso/providers/{provider['provider']}")
    page.get_by_role("button", name="Test the sign-in").click()
    at_the_provider(page, issuer, "eva")
    expect(page.get_by_text(f"The test worked: eva@{openid_provider.DOMAIN}.")).to_be_visible()
    page.goto(f"/sso/providers/{provider['provider']}/switch")
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_text("Switched on.")).to_be_visible()


def test_somebody_new_comes_in_and_goes_out_through_the_provider(furnished: Product, page: Page, issuer: str):
    come_in(page, issuer, "nora")
    expect_in(page, "nora")
    role = "SELECT role FROM operators_operatormember JOIN identity_person AS person ON person.id = person_id WHERE person.email = %s"
    assert furnished.rows(role, f"nora@{openid_provider.DOMAIN}") == [("bookkeeper",)]  # her group's
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
    page.locator("input[name=login]").fill(f"anna@{openid_provider.DOMAIN}")
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect_in(page, "anna")
    other = opened(chromium, furnished.portal, [])
    come_in(other, issuer, "anna")
    expect_in(other, "anna")
    other.context.close()


def test_a_sign_out_at_the_provider_ends_the_session_here(page: Page, issuer: str):
    come_in(page, issuer, "nora")
    expect_in(page, "nora")
    page.goto(f"{issuer}/session/end")
    page.get_by_role("button", name="Yes").click()
    page.wait_for_url(f"{issuer}/session/end/success**")
    page.goto("/me")
    page.wait_for_url("**/accounts/login/**")
