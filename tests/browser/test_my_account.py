"""My Account in a real browser: passkeys with a virtual authenticator, the second step, language at once, no script where none is needed."""

import re
import time
from collections.abc import Iterator

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from forecourt.identity.tests.factories import PASSWORD
from tests.browser.conftest import opened, sign_in
from tests.running import Product

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.xdist_group("furnished")]


@pytest.fixture
def page(chromium: Browser, furnished: Product) -> Iterator[Page]:
    """A window with a passkey device. At `localhost`: browsers make no passkeys for an address in numbers."""
    complaints: list[str] = []
    page = opened(chromium, furnished.portal.replace("127.0.0.1", "localhost"), complaints)
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options | {"isUserVerified": True, "automaticPresenceSimulation": True}})
    yield page
    page.context.close()
    assert complaints == []


def confirm(page: Page) -> None:
    """Show once more that it is you."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Is it you?")
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()


def faults(page: Page) -> list[str]:
    return [f"{fault['id']}: {fault['nodes'][0]['html'][:120]}" for fault in Axe().run(page).response["violations"]]


def sign_out(page: Page) -> None:
    page.goto("/accounts/logout/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/accounts/login/**")


def test_a_passkey_is_added_named_signs_in_and_is_removed(page: Page):
    sign_in(page, "sven@example.com", PASSWORD)
    page.goto("/me/security/passkeys/new")
    confirm(page)
    page.locator("input[name=name]").fill("Laptop")
    assert faults(page) == []
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    assert len(re.findall(r"^\d{8}$", page.locator("pre").inner_text(), re.MULTILINE)) == 10
    assert faults(page) == []
    sign_out(page)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(lambda url: "/accounts/" not in url)
    page.goto("/me/security")
    expect(page.get_by_role("link", name="Laptop", exact=True)).to_be_visible()
    assert faults(page) == []
    page.get_by_role("link", name="Remove Laptop").click()
    confirm(page)
    page.get_by_role("button", name="Remove the passkey").click()
    expect(page.get_by_text("No passkeys yet.")).to_be_visible()


def test_an_authenticator_app_is_asked_for_at_sign_in(page: Page):
    sign_in(page, "bea@example.com", PASSWORD)
    page.goto("/me/security/app")
    confirm(page)
    expect(page.get_by_role("img", name="QR code for the authenticator app").locator("svg")).to_be_visible()
    assert faults(page) == []
    secret = page.locator(".fc-copy code").inner_text()
    page.locator("input[name=code]").fill(code(secret))
    page.get_by_role("button", name="Turn it on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    sign_out(page)
    page.locator("input[name=login]").fill("bea@example.com")
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Second step")
    assert faults(page) == []
    page.locator("input[name=code]").fill(code(secret))
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "/accounts/" not in url)
    page.goto("/me/security/app/remove")
    confirm(page)
    page.get_by_role("button", name="Remove the app").click()
    expect(page.get_by_role("link", name="Add an authenticator app")).to_be_visible()


def code(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def test_language_changes_on_selection(page: Page):
    sign_in(page, "oscar@example.com", PASSWORD)
    page.goto("/me")
    assert faults(page) == []
    page.locator("select[name=language]").select_option("da")
    expect(page.get_by_role("heading", level=1)).to_have_text("Min konto")
    page.locator("select[name=language]").select_option("en")
    expect(page.get_by_role("heading", level=1)).to_have_text("My Account")


def test_deleting_an_account_says_what_stands_in_the_way(page: Page):
    sign_in(page, "eve@example.com", PASSWORD)
    page.goto("/me/deletion")
    confirm(page)
    expect(page.get_by_text("You are the last Admin of Eastgate.")).to_be_visible()
    assert faults(page) == []
    expect(page.get_by_role("button", name="Delete my account")).to_have_count(0)


@pytest.mark.parametrize("address", ["/accounts/signup/", "/accounts/login/"])
def test_the_entrance_is_accessible(page: Page, address: str):
    page.goto(address)
    assert faults(page) == []


@pytest.mark.slow
def test_who_lacks_the_second_factor_that_an_account_asks_for_is_led_to_set_one_up(page: Page):
    sign_in(page, "eve@example.com", PASSWORD)
    page.goto("/account")
    page.get_by_role("link", name="Security", exact=True).click()
    settings = page.url
    ask = page.get_by_label("Everybody who works here signs in with a second factor")
    ask.check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Set up your own second factor first.")).to_be_visible()
    assert faults(page) == []
    page.goto("/me/security/passkeys/new")
    confirm(page)
    add_passkey(page, "One")
    page.goto(settings)
    ask.check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Everybody who works here has one.")).to_be_visible()
    remove_passkey(page, "One")
    page.goto(settings)
    expect(page.get_by_role("heading", level=1)).to_have_text("Set up a second factor")
    assert faults(page) == []
    page.get_by_role("link", name="Add a passkey").click()
    add_passkey(page, "Two")
    page.goto(settings)
    expect(ask).to_be_checked()
    ask.uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The security settings are saved.")).to_be_visible()
    remove_passkey(page, "Two")  # or nobody else signs in as Eve


def remove_passkey(page: Page, name: str) -> None:
    page.goto("/me/security")
    page.get_by_role("link", name=f"Remove {name}").click()
    page.get_by_role("button", name="Remove the passkey").click()
    expect(page.get_by_text("No passkeys yet.")).to_be_visible()


def add_passkey(page: Page, name: str) -> None:
    page.locator("input[name=name]").fill(name)
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
