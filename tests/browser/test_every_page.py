"""Every page of the portal at three widths, light and dark: axe finds nothing, nothing scrolls sideways, the console is silent."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from forecourt.identity.tests.factories import PASSWORD
from tests.browser.conftest import Theme, opened, sign_in
from tests.running import Product
from tests.test_who_may import PAGES
from tests.who_may import TABLE

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(500), pytest.mark.xdist_group("pages")]
WIDTHS = (390, 820, 1440)
THEMES: tuple[Theme, ...] = ("light", "dark")
READERS = ("ada", "root", "tom")  # the first of these who may open a page opens it
SIGNED_OUT = {"account_login": "/accounts/login/", "account_reset_password": "/accounts/password/reset/"}
# Addresses that answer no page: plain text, downloads, pictures, parts of a page, links that are wrong here.
NO_PAGE = {
    "healthz", "setup", "operator-invitation", "notification-open", "team-import-template", "team-join-code-picture",
    "platform-audit-heads", "theme-preview",
}  # fmt: skip


def reader(name: str) -> str | None:
    may = (TABLE[name].get or "").split()
    return next((who for who in READERS if who in may), None)


OPENED = {name: reader(name) for name in PAGES if name in TABLE and name not in NO_PAGE and reader(name)}
VIEWS = [(width, theme) for width in WIDTHS for theme in THEMES]


def address(product: Product, name: str) -> str:
    """The page's URL with Harbour's ids."""
    return "/" + re.sub(r"<\w+:(\w+)>", lambda found: str(product.ids["harbour"][found[1]]), PAGES[name])


@pytest.fixture(scope="module")
def windows(chromium: Browser, furnished: Product) -> Iterator[dict[tuple[str, int, Theme], tuple[Page, list[str]]]]:
    """One signed-in window for each reader, width and theme."""
    made: dict[tuple[str, int, Theme], tuple[Page, list[str]]] = {}
    for who in READERS:
        for width, theme in VIEWS:
            complaints: list[str] = []
            page = opened(chromium, furnished.portal, complaints, width=width, theme=theme)
            sign_in(page, f"{who}@example.com", PASSWORD)
            made[who, width, theme] = page, complaints
    yield made
    for page, _ in made.values():
        page.context.close()


def faults(page: Page) -> list[str]:
    found = [f"{violation['id']}: {violation['nodes'][0]['html'][:120]}" for violation in Axe().run(page).response["violations"]]
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return found + ([f"{wide} px too wide"] if wide > 0 else [])


@pytest.mark.parametrize("name", OPENED)
def test_every_page_is_accessible_and_fits(windows, furnished: Product, name: str):
    url, who, found = address(furnished, name), OPENED[name], {}
    for width, theme in VIEWS:
        page, complaints = windows[who, width, theme]
        complaints.clear()
        answer = page.goto(url)
        assert answer
        assert answer.status == 200, answer.status
        if problems := faults(page) + complaints:
            found[f"{width} {theme}"] = problems
    assert found == {}


@pytest.mark.parametrize("name", SIGNED_OUT)
def test_every_page_of_sign_in_is_accessible_and_fits(chromium: Browser, furnished: Product, name: str):
    found = {}
    for width, theme in VIEWS:
        complaints: list[str] = []
        page = opened(chromium, furnished.portal, complaints, width=width, theme=theme)
        page.goto(SIGNED_OUT[name])
        if problems := faults(page) + complaints:
            found[f"{width} {theme}"] = problems
        page.context.close()
    assert found == {}
