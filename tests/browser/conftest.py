"""Debian's Chromium, driven by Playwright. Without Chromium the tests are skipped and say so; in CI that is a failure."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, ViewportSize, sync_playwright

from tests.running import Product

MISSING = "Chromium is not installed, so the portal was not tried in a browser: apt-get install chromium"
# The second line: no connection to anything but the product.
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
SignIn = Callable[[str], Page]
Theme = Literal["light", "dark"]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Gone with its module: while Playwright runs, its event loop stands in the thread of whatever test comes next."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.fail(MISSING) if os.environ.get("CI") == "true" else pytest.skip(MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


def opened(browser: Browser, portal: str, complaints: list[str], *, width: int = 1280, theme: Theme = "light") -> Page:
    """A window of its own. Console errors (a refused security policy is one) and broken scripts land in `complaints`."""
    size: ViewportSize = {"width": width, "height": 900}
    context = browser.new_context(base_url=portal, viewport=size, color_scheme=theme, reduced_motion="reduce")
    context.set_default_timeout(10_000)
    page = context.new_page()

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and "422 (" not in message.text:  # Chromium's word for a form with mistakes
            complaints.append(f"{page.url}: {message.text}")

    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    return page


def sign_in(page: Page, email: str, password: str) -> None:
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")


@pytest.fixture
def signed_in(chromium: Browser, furnished: Product) -> Iterator[SignIn]:
    """`signed_in("ada")`: a window where she has signed in. The test fails if a page complained in the console."""
    from forecourt.identity.tests.factories import PASSWORD

    pages: list[Page] = []
    complaints: list[str] = []

    def go(name: str) -> Page:
        pages.append(opened(chromium, furnished.portal, complaints))
        sign_in(pages[-1], f"{name}@example.com", PASSWORD)
        return pages[-1]

    yield go
    for page in pages:
        page.context.close()
    assert complaints == []
