"""How an operator puts its teams together, in a real browser: team settings, nested teams, feature groups."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.test_main_paths import agree
from tests.running import Product

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.xdist_group("furnished")]
SignIn = Callable[[str], Page]


def nothing_found(page: Page) -> None:
    assert Axe().run(page).response["violations"] == []


def test_team_settings_are_made_and_applied(signed_in: SignIn, furnished: Product):
    page, home = signed_in("ada"), f"/account/{furnished.ids['harbour']['operator_id']}/team-settings"
    page.goto(f"{home}/new")
    main = page.get_by_role("main")
    main.locator("[name=name]").fill("Households")
    main.locator("[name=applies_to]").select_option("private")
    expect(main.locator("[name=payment_method]")).to_be_visible()  # asked only for these teams
    main.locator("[name=may_withdraw]").select_option("no")
    nothing_found(page)
    main.get_by_role("button", name="Save and apply").click()
    expect(page.get_by_role("heading", name="Apply “Households”?")).to_be_visible()
    main.get_by_label("Update all members and keys").check()
    main.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Team settings on teams")


def test_a_feature_group_is_made_for_a_team(signed_in: SignIn, furnished: Product):
    page, home = signed_in("ada"), f"/account/{furnished.ids['harbour']['operator_id']}/feature-groups"
    page.goto(f"{home}/new")
    main = page.get_by_role("main")
    main.locator("[name=name]").fill("Drivers only")
    main.locator("[name=price_groups]").select_option("hidden")
    nothing_found(page)
    main.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row", name="Drivers only")).to_contain_text("Price groups (Hidden)")


def test_an_unknown_join_code_is_told_at_its_field(signed_in: SignIn, furnished: Product):
    page = signed_in("ada")
    page.goto(f"/teams/{furnished.ids['harbour']['team_id']}/nested/new")
    main = page.get_by_role("main")
    main.locator("[name=join_code]").fill("NOBODY")
    main.locator("[name=price_group]").select_option(index=1)
    main.get_by_role("button", name="Send the invitation").click()
    expect(page.locator("#id_join_code-error")).to_contain_text("No team has this code.")
    nothing_found(page)


@pytest.mark.slow
def test_a_team_lets_another_charge_at_its_charge_points(signed_in: SignIn, furnished: Product):
    holger = signed_in("holger")
    ((hotel, code),) = furnished.rows("SELECT id, join_code FROM teams_team WHERE name = 'Hotel'")
    ada = signed_in("ada")
    ada.goto(f"/teams/{furnished.ids['harbour']['team_id']}/nested/new")
    main = ada.get_by_role("main")
    main.locator("[name=join_code]").fill(code)
    main.locator("[name=price_group]").select_option(index=1)
    main.get_by_role("button", name="Send the invitation").click()
    expect(ada.get_by_role("row", name="Hotel")).to_contain_text("Invited")
    nothing_found(ada)
    holger.goto(f"/teams/{hotel}/nested")
    holger.get_by_role("row", name="Harbour").get_by_role("button").click()
    holger.get_by_role("link", name="Accept").click()
    agree(holger, "Accept")
    expect(holger.get_by_text("Members may charge at Harbour now.")).to_be_visible()
    nothing_found(holger)
    ada.reload()
    expect(ada.get_by_role("row", name="Hotel")).not_to_contain_text("Invited")
