"""Operator accounts by clicking: members, themes, the tabs. axe looks at each page."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.test_main_paths import SignIn, fill, send

pytestmark = [pytest.mark.browser, pytest.mark.timeout(150), pytest.mark.xdist_group("furnished")]


def nothing_found(page: Page) -> None:
    assert Axe().run(page).response["violations"] == []


def tab(page: Page, label: str) -> None:
    """A tab of the account that Ada works in."""
    page.goto("/account")
    page.get_by_role("navigation", name="Sections of this page").get_by_role("link", name=label, exact=True).click()


def test_inviting_a_member_shows_the_link_and_the_open_invitation(signed_in: SignIn):
    page = signed_in("ada")
    tab(page, "Members & access")
    page.get_by_role("link", name="Invite").click()
    nothing_found(page)
    fill(page, email="browser@example.com")
    send(page)
    expect(page.locator(".fc-secret")).to_contain_text("/invitations/")
    expect(page.get_by_role("row", name=re.compile("browser@example.com"))).to_contain_text("Invited")
    nothing_found(page)


def test_a_theme_shows_its_colours_while_they_are_chosen(signed_in: SignIn):
    page = signed_in("ada")
    tab(page, "Themes")
    page.get_by_role("link", name="New theme").click()
    fill(page, name="Sunny", primary="#ffee00")
    expect(page.locator("#preview")).to_contain_text("hard to read")
    nothing_found(page)
    send(page)
    expect(page.get_by_role("row", name=re.compile("Sunny"))).to_be_visible()
    nothing_found(page)


def test_all_tabs_of_an_account_fit_a_desktop(signed_in: SignIn):
    page = signed_in("ada")
    tab(page, "Wallets")
    tabs = page.get_by_role("navigation", name="Sections of this page")
    assert tabs.evaluate("tabs => tabs.scrollWidth - tabs.clientWidth") <= 0
