"""Operator accounts by clicking: the switcher, company information, Sub-accounts, members, roles, themes. axe looks at each page."""

import re
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_main_paths import SignIn, act, agree, fill, heading, secret, send
from tests.running import Product

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.xdist_group("furnished")]


def nothing_found(page: Page) -> None:
    assert Axe().run(page).response["violations"] == []


def tab(page: Page, label: str) -> None:
    """A tab of the account that Ada works in."""
    page.goto("/account")
    page.get_by_role("navigation", name="Sections of this page").get_by_role("link", name=label, exact=True).click()


@pytest.mark.slow
def test_an_account_is_found_by_keyboard_remembered_and_named_by_a_link(signed_in: SignIn, furnished: Product):
    page, southwind = signed_in("ada"), furnished.ids["garden"]["operator_id"]
    switch_to(page, "Northwind")
    page.goto("/switch-account")
    nothing_found(page)
    page.get_by_role("main").locator("[name=q]").press_sequentially("south")
    page.keyboard.press("Enter")
    expect(page.get_by_text("You are here")).to_have_count(0)  # Northwind does not match
    page.get_by_role("button", name="Go to account Southwind").press("Enter")
    expect(page.get_by_text("You work in Southwind now.")).to_be_visible()
    again = signed_in("ada")
    expect(switcher(again)).to_contain_text("Southwind")
    switch_to(again, "Northwind")
    again.goto(f"/charge-points/?account={southwind}")
    expect(again).to_have_url(re.compile(r"/charge-points/$"))
    expect(switcher(again)).to_contain_text("Southwind")
    switch_to(again, "Northwind")


def switch_to(page: Page, account: str) -> None:
    page.goto("/switch-account")
    if "You are here" not in page.get_by_role("row").filter(has_text=account).first.inner_text():
        page.get_by_role("button", name=f"Go to account {account}").click()
        expect(page.get_by_text(f"You work in {account} now.")).to_be_visible()


def switcher(page: Page) -> Locator:
    return page.get_by_title("Switch account").first


def test_bad_company_information_stands_at_its_field_and_is_not_stored(signed_in: SignIn):
    page = signed_in("ada")
    tab(page, "Settings")
    page.get_by_role("link", name="Edit").click()
    main = page.get_by_role("main")
    before = [main.locator(f"[name={name}]").input_value() for name in ("vat_number", "ean_number")]
    fill(page, vat_number="DK1", ean_number="579", finance_email="nobody", city="")
    send(page)
    expect(page.locator("#id_vat_number-error")).to_contain_text("valid VAT number")
    expect(page.locator("#id_ean_number-error")).to_contain_text("13 digits")
    expect(page.locator("#id_finance_email-error")).to_be_visible()
    expect(page.locator("#id_city-error")).to_be_visible()
    nothing_found(page)
    page.goto(page.url)
    assert [main.locator(f"[name={name}]").input_value() for name in ("vat_number", "ean_number")] == before


def test_a_sub_account_is_opened_when_what_was_wrong_is_put_right(signed_in: SignIn, furnished: Product):
    page = signed_in("ada")
    page.goto(f"/account/{furnished.ids['harbour']['operator_id']}/sub-accounts")
    page.get_by_role("link", name="New Sub-account").click()
    fill(page, name="Browserwind", vat_number="DK1", admin_email="nobody")
    send(page)
    expect(page.locator("#id_vat_number-error")).to_contain_text("valid VAT number")
    expect(page.locator("#id_admin_email-error")).to_be_visible()
    nothing_found(page)
    assert furnished.rows("SELECT 1 FROM operators_operator WHERE name = 'Browserwind'") == []
    fill(page, vat_number="", admin_email="first@example.com")
    send(page)
    heading(page, "Browserwind")
    expect(page.get_by_role("row", name=re.compile("first@example.com"))).to_contain_text("Invited")
    assert "/invitations/" in secret(page)
    nothing_found(page)


@pytest.mark.slow
def test_a_member_is_invited_again_gets_another_role_and_goes_but_the_last_admin_stays(signed_in: SignIn, furnished: Product):
    page, members = signed_in("eve"), f"/account/{furnished.ids['gate']['operator_id']}/members"
    page.goto(members)
    page.get_by_role("link", name="Invite").click()
    nothing_found(page)
    fill(page, email="browser@example.com")
    send(page)
    link, invited = secret(page), page.get_by_role("row", name=re.compile("browser@example.com"))
    assert "/invitations/" in link
    expect(invited).to_contain_text("Invited")
    nothing_found(page)
    act(page, "browser@example.com", "Send a new link")
    assert "/invitations/" in secret(page)
    assert secret(page) != link, "the old link is worth nothing"
    act(page, "browser@example.com", "Change role")
    page.get_by_label("Bookkeeper").check()
    nothing_found(page)
    send(page)
    expect(invited).to_contain_text("Bookkeeper")
    act(page, "browser@example.com", "Withdraw the invitation")
    nothing_found(page)
    agree(page, "Remove")
    expect(invited).to_have_count(0)
    act(page, "eve@example.com", "Change role")
    page.get_by_label("Support agent").check()
    send(page)
    expect(page.get_by_role("main")).to_contain_text("last Admin")
    page.goto(members)
    act(page, "eve@example.com", "Remove")
    agree(page, "Remove")
    expect(page.locator("body")).to_contain_text("last Admin")
    page.goto(members)
    expect(page.get_by_role("row", name=re.compile("eve@example.com"))).to_contain_text("Admin")


@pytest.mark.slow
def test_somebody_with_an_account_accepts_and_whom_to_turn_to_is_told(signed_in: SignIn, furnished: Product):
    sue = signed_in("sue")
    tab(sue, "Members & access")
    sue.get_by_role("link", name="Invite").click()
    fill(sue, email="holger@example.com")
    send(sue)
    holger = signed_in("holger")
    holger.goto(urlsplit(secret(sue)).path)
    heading(holger, "Work in Southwind")
    nothing_found(holger)
    holger.get_by_role("button", name="Accept the invitation").click()
    expect(switcher(holger)).to_contain_text("Southwind")
    sue.get_by_role("link", name="Support", exact=True).click()
    fill(sue, email="help@southwind.example", phone="12", hours="Mon–Fri 8–16")
    send(sue)
    expect(sue.locator("#id_phone-error")).to_be_visible()
    nothing_found(sue)
    fill(sue, phone="+45 33 11 22 33")
    sue.locator("[name=is_first_line]").check()
    send(sue)
    holger.goto(f"/teams/{furnished.ids['garden']['team_id']}")
    expect(holger.get_by_role("main")).to_contain_text("help@southwind.example")


@pytest.mark.slow
def test_the_roles_page_draws_the_whole_matrix(signed_in: SignIn):
    page = signed_in("ada")
    tab(page, "Members & access")
    page.get_by_role("link", name="What each role may do").click()
    for whose in ("People of an operator", "People of a team", "Toggles of a member", "People of the platform"):
        expect(page.get_by_role("heading", name=whose)).to_be_visible()
    assert page.get_by_role("table").first.get_by_role("row").count() > 40
    nothing_found(page)


def test_a_theme_shows_its_colours_while_they_are_chosen(signed_in: SignIn):
    page = signed_in("ada")
    tab(page, "Themes")
    page.get_by_role("link", name="New theme").click()
    fill(page, name="Sunny", primary="#ffee00")
    expect(page.locator("#preview")).to_contain_text("hard to read")
    nothing_found(page)
    fill(page, primary="#0b5d3b")
    expect(page.locator("#preview")).not_to_contain_text("hard to read")
    send(page)
    expect(page.get_by_role("row", name=re.compile("Sunny"))).to_be_visible()
    nothing_found(page)


GREEN = "#0b5d3b"
COLOUR = "rgb(11, 93, 59)"


@pytest.mark.slow
def test_a_theme_in_use_colours_the_portal_and_letters(signed_in: SignIn, furnished: Product):
    page = signed_in("eve")
    tab(page, "Themes")
    page.get_by_role("link", name="New theme").click()
    fill(page, name="Forest", primary=GREEN)
    send(page)
    act(page, "Forest", "Use here")
    expect(page.get_by_role("row", name=re.compile("Forest"))).to_contain_text("Used here")
    page.get_by_role("link", name="Members & access", exact=True).click()
    invite = page.get_by_role("link", name="Invite")
    expect(invite).to_have_css("background-color", COLOUR)
    nothing_found(page)
    for scheme in ("light", "dark"):
        page.set_viewport_size({"width": 390, "height": 900})
        page.emulate_media(color_scheme=scheme)
        page.goto("/second-factor")
        nothing_found(page)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"/account/{furnished.ids['gate']['operator_id']}/members/new")
    fill(page, email="forest@example.com")
    send(page)
    assert "/invitations/" in secret(page)
    letter_is_green(signed_in("root"), furnished)
    act_on_invitation_away(page)
    tab(page, "Themes")
    page.get_by_role("button", name="Back to the default").click()
    expect(page.get_by_text("Used here")).to_have_count(0)


def letter_is_green(page: Page, furnished: Product) -> None:
    """The platform keeps the letter; its page shows the words, and what a mail program draws has the colour."""
    page.goto("/platform/emails?q=forest@example.com")
    page.get_by_role("main").get_by_role("row").nth(1).get_by_role("link").click()
    expect(page.get_by_role("main")).to_contain_text("Eastgate")
    nothing_found(page)
    ((html,),) = furnished.rows("SELECT html FROM notifications_outgoingemail WHERE \"to\" = 'forest@example.com'")
    letter = page.context.new_page()  # no page of ours: mail programs know no policy
    letter.set_content(str(html))
    expect(letter.get_by_text("Eastgate", exact=True).first).to_have_css("background-color", COLOUR)
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}  # a letter has no landmarks: it is shown inside a page
    assert Axe().run(letter, options=rules).response["violations"] == []


def act_on_invitation_away(page: Page) -> None:
    tab(page, "Members & access")
    act(page, "forest@example.com", "Withdraw the invitation")
    agree(page, "Remove")


@pytest.mark.slow
def test_a_main_account_narrows_its_lists_to_one_account_without_going_there(signed_in: SignIn, furnished: Product):
    page, southwind = signed_in("ada"), furnished.ids["garden"]["operator_id"]
    switch_to(page, "Northwind")
    page.goto("/teams/")
    for name in ("Harbour", "Garden"):
        expect(page.get_by_role("link", name=name, exact=True)).to_be_visible()
    choice = page.get_by_role("main").locator("select[name=operator]")
    choice.select_option(label="Southwind")
    expect(page).to_have_url(re.compile(rf"operator={southwind}"))
    expect(page.get_by_role("link", name="Harbour", exact=True)).to_have_count(0)
    expect(page.get_by_role("link", name="Garden", exact=True)).to_be_visible()
    expect(switcher(page)).to_contain_text("Northwind")
    nothing_found(page)
    ours = {
        name for (name,) in furnished.rows(f"SELECT name FROM network_chargepoint WHERE operator_id = {southwind} AND deleted_at IS NULL")
    }
    page.goto(f"/charge-points/?operator={southwind}")
    shown = page.get_by_role("main").locator("tbody td:first-child a").all_inner_texts()
    assert shown
    assert {name.strip() for name in shown} <= ours
    nothing_found(page)
    for path in ("/charges/", "/sites/", "/transactions/", "/wallets/", "/charge-keys/", "/price-groups/"):
        page.goto(f"{path}?operator={southwind}")
        expect(choice).to_have_value(str(southwind))
    page.goto(f"/teams/?operator={southwind}")
    choice.select_option(label="All accounts")
    expect(page).not_to_have_url(re.compile(rf"operator={southwind}"))
    expect(page.get_by_role("link", name="Harbour", exact=True)).to_be_visible()
    sue = signed_in("sue")
    for path in ("/charges/", "/charge-points/", "/teams/"):
        sue.goto(path)
        expect(sue.get_by_role("main").locator("select[name=operator]")).to_have_count(0)
    expect(sue.get_by_role("link", name="Garden", exact=True)).to_be_visible()


def test_all_tabs_of_an_account_fit_a_desktop(signed_in: SignIn):
    page = signed_in("ada")
    tab(page, "Wallets")
    tabs = page.get_by_role("navigation", name="Sections of this page")
    assert tabs.evaluate("tabs => tabs.scrollWidth - tabs.clientWidth") <= 0
