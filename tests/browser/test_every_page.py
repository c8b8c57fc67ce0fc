"""
Every page of the portal at three widths, light and dark: axe finds nothing, nothing scrolls sideways, the console is silent.

A page is loaded once in each theme and then made wider: the server sends the same whatever the width, and no script asks for it.
"""

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
HEIGHT = 900
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
AXE = Axe().axe_script
FIND = """async () => {
  await new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  const found = await axe.run({resultTypes: ["violations"]});
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  return [found.violations.map(fault => `${fault.id}: ${fault.nodes[0].html.slice(0, 120)}`), wide];
}"""


def address(product: Product, name: str) -> str:
    """The page's URL with Harbour's ids."""
    return "/" + re.sub(r"<\w+:(\w+)>", lambda found: str(product.ids["harbour"][found[1]]), PAGES[name])


@pytest.fixture(scope="module")
def windows(chromium: Browser, furnished: Product) -> Iterator[dict[tuple[str, Theme], tuple[Page, list[str]]]]:
    """One signed-in window for each reader and theme."""
    made: dict[tuple[str, Theme], tuple[Page, list[str]]] = {}
    for who in READERS:
        for theme in THEMES:
            complaints: list[str] = []
            page = opened(chromium, furnished.portal, complaints, width=WIDTHS[0], theme=theme)
            sign_in(page, f"{who}@example.com", PASSWORD)
            made[who, theme] = page, complaints
    yield made
    for page, _ in made.values():
        page.context.close()


def faults(page: Page, complaints: list[str], url: str) -> dict[int, list[str]]:
    """What is wrong with the page at each width; the width is the narrowest while it loads."""
    found = {}
    complaints.clear()
    page.set_viewport_size({"width": WIDTHS[0], "height": HEIGHT})
    answer = page.goto(url)
    assert answer
    assert answer.status == 200, answer.status
    page.evaluate(AXE)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        violations, wide = page.evaluate(FIND)
        if problems := violations + ([f"{wide} px too wide"] if wide > 0 else []) + complaints:
            found[width] = problems
    return found


@pytest.mark.parametrize("name", OPENED)
def test_every_page_is_accessible_and_fits(windows, furnished: Product, name: str):
    found = {}
    for theme in THEMES:
        page, complaints = windows[OPENED[name], theme]
        if problems := faults(page, complaints, address(furnished, name)):
            found[theme] = problems
    assert found == {}


@pytest.mark.parametrize("name", SIGNED_OUT)
@pytest.mark.parametrize("theme", THEMES)
def test_every_page_of_sign_in_is_accessible_and_fits(chromium: Browser, furnished: Product, name: str, theme: Theme):
    complaints: list[str] = []
    page = opened(chromium, furnished.portal, complaints, width=WIDTHS[0], theme=theme)
    found = faults(page, complaints, SIGNED_OUT[name])
    page.context.close()
    assert found == {}
