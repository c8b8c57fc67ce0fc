"""The living pages in a real Chromium: axe finds nothing, the policy is kept, nothing scrolls sideways."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = shutil.which("chromium")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ADDRESSES = ["/design", "/design/list", "/design/detail", "/design/form", "/design/dialog", "/design/sign-in", "/design/error/403"]
EVERY_SIGHT = [(width, theme) for width in (1440, 820, 390, 360) for theme in ("light", "dark")]
SIGHTS = [
    (1440, "light"),
    (390, "dark"),
    *(pytest.param(*sight, marks=pytest.mark.slow) for sight in EVERY_SIGHT[1:] if sight != (390, "dark")),
]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.xdist_group("design"),
]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, "--enable-unsafe-swiftshader"])
        yield browser
        browser.close()


@pytest.fixture
def served(shell_alone: None) -> Iterator[str]:
    """The shell on a socket, with static files and without a database."""
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.test.testcases import LiveServerThread

    thread = LiveServerThread("127.0.0.1", StaticFilesHandler)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    yield f"http://127.0.0.1:{thread.port}"
    thread.terminate()


def opened(chromium: Browser, *, width: int = 1440, theme: Any = "light", is_axe: bool = False) -> tuple[Page, list[str]]:
    """A page, and the errors that its console will collect. axe is injected, so the policy has to let it in."""
    page = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=theme, bypass_csp=is_axe).new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    return page, errors


@pytest.mark.parametrize(("width", "theme"), SIGHTS)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(chromium, served, width, theme):
    page, _ = opened(chromium, width=width, theme=theme, is_axe=True)
    for address in ADDRESSES:
        page.goto(served + address)
        found = [violation["id"] for violation in Axe().run(page).response["violations"]]
        assert (address, found) == (address, [])
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_charts_and_maps_are_drawn_within_the_policy(chromium, served):
    page, errors = opened(chromium)
    page.goto(served + "/design")
    page.wait_for_selector("[data-map][data-drawn]")
    assert page.locator("[data-chart] canvas").count() == 2
    assert errors == []


def test_a_list_answers_while_one_types_and_keeps_the_address(chromium, served):
    page, errors = opened(chromium)
    page.goto(served + "/design/list")
    page.press("body", "/")
    page.keyboard.type("malm")
    page.wait_for_url("**/design/list?q=malm")
    page.wait_for_function("document.querySelectorAll('#rows tr').length === 1")
    assert page.get_attribute("[data-filter-csv]", "href") == "?q=malm&format=csv"
    assert page.evaluate("document.activeElement.name") == "q"
    assert errors == []


def test_a_question_opens_as_a_dialog_and_its_answer_is_a_toast(chromium, served):
    page, _ = opened(chromium)
    page.goto(served + "/design/detail")
    page.click("a[data-dialog]")
    page.click("#fc-dialog[open] button[type=submit]")
    page.wait_for_selector("#toasts .fc-toast")
    assert page.inner_text("#toasts p") == "We asked the station to stop."


def test_the_theme_changes_at_once_and_stays(chromium, served):
    page, _ = opened(chromium)
    page.goto(served + "/design")
    with page.expect_response("**/theme"):
        page.keyboard.press("Shift+D")
    page.reload()
    assert page.get_attribute("html", "data-bs-theme") == "dark"


def test_everything_but_charts_and_maps_works_without_javascript(chromium, served):
    page = chromium.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800}).new_page()
    page.goto(served + "/design/list")
    page.fill("[data-search]", "malm")
    page.click("[data-filter-submit]")
    assert page.locator("#rows tr").count() == 1
    page.goto(served + "/design/detail")
    page.click("a[data-dialog]")
    page.click("form[data-dialog-body] button[type=submit]")
    assert page.inner_text("#toasts p") == "We asked the station to stop."
