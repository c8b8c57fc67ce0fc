"""A team by clicking: from a file, frozen and unfrozen, handed over, its settings, its invitations. axe looks at each page."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import opened, sign_in
from tests.browser.test_main_paths import SignIn, agree, fill, heading, secret, send
from tests.running import Product

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300), pytest.mark.xdist_group("furnished")]
FILE = b"""name;type;contact_email;owner_email;address1;zip_code;city
Jetty;professional;jetty@example.com;new@example.com;Kaj 1;2100;Copenhagen
Skiff;boat;skiff;;;;
"""


def nothing_found(page: Page) -> None:
    assert Axe().run(page).response["violations"] == []


def garden(furnished: Product, path: str = "") -> str:
    """Southwind's team, of which Sue may do everything."""
    return f"/teams/{furnished.ids['garden']['team_id']}{path}"


def test_teams_come_from_a_file_that_is_tried_first(signed_in: SignIn, furnished: Product):
    page = signed_in("ada")
    page.goto("/teams/import")
    file = {"name": "teams.csv", "mimeType": "text/csv", "buffer": FILE}
    page.locator("input[type=file]").set_input_files(file | {"buffer": b"nonsense"})
    page.get_by_role("button", name="Try it, change nothing").click()
    expect(page.locator("#id_file-error")).to_be_visible()
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Try it, change nothing").click()
    expect(page.get_by_label("Result")).to_contain_text(re.compile(r"Would add\s+1"))
    expect(page.get_by_label("Problems").get_by_role("row").nth(1)).to_contain_text("3")  # the line
    nothing_found(page)
    assert furnished.rows("SELECT 1 FROM teams_team WHERE name = 'Jetty'") == []
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("Done: 1 team.")).to_be_visible(timeout=30_000)
    nothing_found(page)
    page.goto("/teams/?q=Jetty")
    expect(page.get_by_role("link", name="Jetty")).to_be_visible()


TYPES = {  # what is wrong at first, and at which field it is said
    "Private": ({"contact_email": "nobody"}, "contact_email"),
    "Professional": ({"vat_number": "DK1"}, "vat_number"),
    "Operator": ({"name": ""}, "name"),
}


def test_a_team_of_each_type_is_made_when_what_was_wrong_is_put_right(signed_in: SignIn, furnished: Product):
    page = signed_in("sue")
    place = {"address1": "Kaj 9", "zip_code": "2100", "city": "København"}
    for label, (wrong, field) in TYPES.items():
        name = f"Wharf {label}"
        page.goto("/teams/new")
        right = {"name": name, "contact_email": "wharf@example.com", "vat_number": ""} | ({} if label == "Operator" else place)
        page.get_by_label(label, exact=True).check()
        fill(page, **right | wrong)
        send(page)
        expect(page.locator(f"#id_{field}-error")).to_be_visible()
        nothing_found(page)
        assert furnished.rows(f"SELECT 1 FROM teams_team WHERE name = '{name}'") == []
        fill(page, **right)
        send(page)
        heading(page, name)
        ((kind,),) = furnished.rows(f"SELECT type FROM teams_team WHERE name = '{name}'")
        assert kind == label.lower()
        nothing_found(page)


def test_the_platform_lets_an_operator_make_fleet_teams(signed_in: SignIn, furnished: Product):
    root, eastgate = signed_in("root"), furnished.ids["gate"]["operator_id"]
    eve = signed_in("eve")
    eve.goto("/teams/new")
    expect(eve.get_by_label("Fleet", exact=True)).to_have_count(0)
    grant(root, eastgate)
    nothing_found(root)
    eve.goto("/teams/new")
    eve.get_by_label("Fleet", exact=True).check()
    right = {"name": "Vans", "contact_email": "vans@example.com", "address1": "Kaj 9", "zip_code": "2100", "city": "København"}
    fill(eve, **right | {"city": ""})
    send(eve)
    expect(eve.locator("#id_city-error")).to_be_visible()
    fill(eve, **right)
    send(eve)
    heading(eve, "Vans")
    assert furnished.rows("SELECT type FROM teams_team WHERE name = 'Vans'") == [("fleet",)]
    nothing_found(eve)
    grant(root, eastgate)  # and no longer
    eve.goto("/teams/new")
    expect(eve.get_by_label("Fleet", exact=True)).to_have_count(0)


def grant(page: Page, operator_id: int) -> None:
    page.goto(f"/operators/{operator_id}")
    page.get_by_role("button", name="Actions: Eastgate").click()
    page.get_by_text("Fleet teams", exact=True).click()
    page.get_by_role("dialog").locator("button[type=submit]").click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_team_is_frozen_with_a_reason_and_can_pay_again(signed_in: SignIn, furnished: Product):
    page = signed_in("sue")
    page.goto(garden(furnished))
    page.get_by_role("button", name="Actions: Garden").click()
    page.get_by_role("link", name="Freeze").click()
    nothing_found(page)
    page.get_by_role("dialog").locator("[name=reason]").fill("Three invoices are open")
    agree(page, "Freeze team")
    expect(page.get_by_text("This team cannot pay for charging")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("Three invoices are open")
    nothing_found(page)
    page.get_by_role("button", name="Actions: Garden").click()
    page.get_by_role("link", name="Unfreeze").click()
    agree(page, "Unfreeze team")
    expect(page.get_by_text("This team cannot pay for charging")).to_have_count(0)


def test_a_team_gets_another_owner_and_its_settings(signed_in: SignIn, furnished: Product):
    page = signed_in("sue")
    page.goto(garden(furnished, "/members"))
    page.get_by_role("button", name="Actions: Garden's member Test").click()
    page.get_by_role("link", name="Make owner").click()
    agree(page, "Make owner")
    expect(page.get_by_text("Garden's member Test is the owner now.")).to_be_visible()
    page.get_by_role("link", name="Settings", exact=True).last.click()
    fill(page, support_email="nobody")
    send(page)
    expect(page.locator("#id_support_email-error")).to_be_visible()
    nothing_found(page)
    fill(page, support_email="help@example.com", support_phone="+4533112233")
    send(page)
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.locator("[name=support_email]")).to_have_value("help@example.com")
    nothing_found(page)


def test_somebody_new_accepts_an_invitation_to_a_team(signed_in: SignIn, furnished: Product, chromium: Browser):
    sue, complaints = signed_in("sue"), list[str]()
    sue.goto(garden(furnished, "/members/new"))
    fill(sue, email="newcomer@example.com")
    send(sue)
    link = secret(sue)
    page = opened(chromium, furnished.portal, complaints)
    page.goto(re.sub(r"^https?://[^/]+", furnished.portal, link))
    nothing_found(page)
    form = page.locator("form").first
    form.locator("[name=first_name]").fill("Nora")
    form.locator("[name=last_name]").fill("Newcomer")
    form.locator("[name=password]").fill("short")
    form.locator("[name=has_read_terms]").check()
    page.get_by_role("button", name="Accept the invitation").click()
    expect(page.locator("#id_password-error")).to_be_visible()
    form.locator("[name=password]").fill("harbour lights at dusk")
    page.get_by_role("button", name="Accept the invitation").click()
    page.wait_for_url("**/accounts/login/**")
    sign_in(page, "newcomer@example.com", "harbour lights at dusk")
    page.goto(garden(furnished))
    heading(page, "Garden")
    page.context.close()
    sue.goto(garden(furnished, "/members?q=Nora"))
    expect(sue.get_by_role("row", name=re.compile("Nora Newcomer"))).to_be_visible()
    assert complaints == []
