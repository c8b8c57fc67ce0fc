"""What people do every day, in a real browser with the security policy on."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.running import Product
from tests.station import Station

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.xdist_group("furnished")]
SignIn = Callable[..., Page]


def heading(page: Page, says: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_contain_text(says)


def fill(page: Page, **fields: str) -> None:
    """Fields by their names; a select takes the label."""
    for name, value in fields.items():
        field = page.get_by_role("main").locator(f"[name={name}]")
        if field.evaluate("field => field.localName") == "select":
            field.select_option(label=value)
        else:
            field.fill(value)


def send(page: Page) -> None:
    """The form's own button."""
    page.get_by_role("main").locator("form[method=post] button[type=submit]:is(.btn-primary, .btn-danger)").last.click()


def act(page: Page, whose: str, action: str) -> None:
    """An entry of a row's menu."""
    page.get_by_role("button", name=f"Actions: {whose}").click()
    page.get_by_role("row", name=re.compile(whose)).get_by_text(action, exact=True).click()


def agree(page: Page, verb: str) -> None:
    """The dialog that asks before something that cannot be undone."""
    page.get_by_role("dialog").get_by_role("button", name=verb, exact=True).click()


def secret(page: Page) -> str:
    """What stands in the box of a secret; the words around it are shorter."""
    return max(page.locator(".fc-secret").inner_text().split(), key=len)


def test_sign_in_look_around_and_sign_out(signed_in: SignIn):
    page = signed_in("ada")
    heading(page, "Overview")
    expect(page.get_by_role("navigation").get_by_role("link", name="Charge points")).to_be_visible()
    page.goto("/accounts/logout/")
    page.get_by_role("button", name="Sign out").last.click()
    page.goto("/charge-points/")
    expect(page).to_have_url(re.compile("/accounts/login/"))


def test_a_wrong_password_says_so_and_lets_nobody_in(signed_in: SignIn, furnished: Product):
    page = signed_in("ada").context.browser.new_page(base_url=furnished.portal)
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill("ada@example.com")
    page.locator("input[name=password]").fill("not hers at all")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("not correct")).to_be_visible()
    page.close()


def test_from_the_list_to_a_charge_point_and_a_command(signed_in: SignIn):
    page = signed_in("ada")
    page.goto("/charge-points/")
    page.get_by_role("link", name="Harbour point").first.click()
    heading(page, "Harbour point")
    page.goto(f"{page.url}/ask/reset")
    page.get_by_role("main").get_by_role("button").last.click()
    expect(page.get_by_text("requested", exact=False).first).to_be_visible()


def test_a_station_is_connected_in_steps_and_seen_live(signed_in: SignIn, furnished: Product):
    page = signed_in("ada")
    page.goto("/charge-points/new?then=connect")
    fill(page, name="New at the pier", team="Harbour", site="Harbour site", model="Zaptec Pro", type="AC", max_kw="11")
    send(page)
    fill(page, identity="PIER-9")
    send(page)
    expect(page.get_by_text("Waiting for the station to call")).to_be_visible()
    password = secret(page)
    with Station(furnished.run["ocpp"] + "/{identity}", {"identity": "PIER-9", "password": password}) as station:
        station.boot()
        expect(page.get_by_role("link", name="Go to the charge point")).to_be_visible()
    page.reload()
    assert password not in page.content(), "a secret is shown once"


def test_from_the_list_of_charges_to_one(signed_in: SignIn):
    page = signed_in("ada")
    page.goto("/charges/")
    page.get_by_role("main").get_by_role("row").filter(has_text="Harbour point").get_by_role("link").first.click()
    expect(page).to_have_url(re.compile(r"/charges/\d+$"))


def test_a_price_group_is_created(signed_in: SignIn):
    page = signed_in("ada")
    page.goto("/price-groups/new")
    fill(page, name="Night tariff", owner="Harbour", currency="SEK", country="Denmark", price="3.25")
    unit = page.locator("#id_price-unit")
    expect(unit).to_have_text("SEK")
    fill(page, currency="DKK")
    expect(unit).to_have_text("DKK")
    send(page)
    heading(page, "Night tariff")
    expect(page.get_by_role("main")).to_contain_text("3.25")


def test_a_team_is_created(signed_in: SignIn):
    page = signed_in("ada")
    page.goto("/teams/new")
    fill(page, name="Quay", contact_email="quay@example.com", address1="Kaj 2", zip_code="2100", city="København")
    send(page)
    heading(page, "Quay")


def test_a_form_with_mistakes_says_what_is_wrong_and_keeps_what_was_typed(signed_in: SignIn):
    page = signed_in("ada")
    page.goto("/teams/new")
    fill(page, name="Half a team")
    send(page)
    expect(page.locator("[aria-invalid=true]").first).to_be_visible()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Half a team")


def test_the_secret_of_an_api_key_is_shown_once(signed_in: SignIn):
    page = signed_in("ada")
    page.goto("/api-keys/new")
    fill(page, name="Billing program")
    page.locator("input[name=scopes]").first.check()
    send(page)
    shown = secret(page)
    assert len(shown) > 20
    page.goto("/api-keys/")
    page.get_by_role("link", name="Billing program").click()
    assert shown not in page.content()


def test_another_account_is_chosen_and_remembered(signed_in: SignIn):
    page = signed_in("ada")
    page.goto("/switch-account")
    page.get_by_role("button", name="Go to account Southwind").click()
    page.goto("/switch-account")
    expect(page.get_by_role("row").filter(has_text="Southwind")).to_contain_text("You are here")


def test_the_menu_holds_only_what_one_may_open(signed_in: SignIn):
    page = signed_in("bea")  # a bookkeeper
    menu = page.get_by_role("navigation").first
    expect(menu.get_by_role("link", name="Charges")).to_be_visible()
    expect(menu.get_by_role("link", name="Charge points")).to_have_count(0)
    expect(menu.get_by_role("link", name="API keys")).to_have_count(0)


def test_pages_work_without_javascript(chromium, furnished: Product):
    from forecourt.identity.tests.factories import PASSWORD
    from tests.browser.conftest import sign_in

    context = chromium.new_context(base_url=furnished.portal, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, "ada@example.com", PASSWORD)
    page.goto(f"/charge-points/{furnished.ids['harbour']['charge_point_id']}/ask/reset")
    page.get_by_role("main").get_by_role("button").last.click()
    expect(page).to_have_url(re.compile(r"/charge-points/\d+"))
    context.close()
