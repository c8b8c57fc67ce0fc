"""The people of a team, by clicking: groups, invitations, joining by the code, where a wallet may pay, fees. axe looks at each page."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.test_main_paths import SignIn, act, agree, fill, heading, pytestmark, secret, send
from tests.running import Product

__all__ = ["pytestmark"]


def clean(page: Page) -> None:
    """axe finds nothing here."""
    assert [violation["id"] for violation in Axe().run(page).response["violations"]] == []


def harbour(furnished: Product, path: str = "") -> str:
    return f"/teams/{furnished.ids['harbour']['team_id']}{path}"


def test_a_group_is_made_given_to_members_and_applied(signed_in: SignIn, furnished: Product):
    page = signed_in("ada")
    page.goto(harbour(furnished, "/groups/new"))
    fill(page, name="Night shift")
    page.get_by_label("Pay with the team’s wallet").check()
    clean(page)
    send(page)
    expect(page.get_by_role("main")).to_contain_text("Night shift")
    page.goto(harbour(furnished, "/members?q=Dora"))
    page.get_by_label("Choose Dora Test").check()
    page.locator("#chosen select[name=group]").select_option(label="Night shift")
    page.get_by_role("button", name="Give those chosen the group").click()
    expect(page.get_by_text("members have the group Night shift now")).to_be_visible()
    clean(page)


def test_somebody_is_invited_by_phone_and_withdrawn(signed_in: SignIn, furnished: Product):
    page = signed_in("ada")
    page.goto(harbour(furnished, "/members/new"))
    fill(page, phone="+45 21 22 23 24")
    send(page)
    assert "/invitations/" in secret(page)
    page.get_by_role("link", name="+4521222324").click()
    heading(page, "+4521222324")
    clean(page)


def test_a_file_of_people_is_tried_first(signed_in: SignIn, furnished: Product):
    page = signed_in("ada")
    page.goto(harbour(furnished, "/members/upload"))
    people = {"name": "people.csv", "mimeType": "text/csv", "buffer": b"email;phone\ngood@example.com;\nbad;\n"}
    page.locator("input[type=file]").set_input_files(people)
    page.get_by_role("button", name="Try it, change nothing").click()
    expect(page.get_by_role("region", name="Result")).to_contain_text("Would add 1")
    clean(page)
    page.locator("input[type=file]").set_input_files(people)
    page.get_by_role("button", name="Invite them").click()
    expect(page).to_have_url(re.compile(r"/members/upload/\d+$"))
    expect(page.get_by_text("Everybody on the list has an answer below.")).to_be_visible(timeout=30_000)
    clean(page)


def test_a_stranger_joins_by_the_code_and_is_let_in(signed_in: SignIn, furnished: Product):
    ada = signed_in("ada")
    ada.goto(harbour(furnished, "/join-code"))
    code = ada.locator(".fc-copy code").first.inner_text()
    eve = signed_in("eve")
    eve.goto("/join")
    fill(eve, code=code.lower())
    eve.get_by_role("button", name="Find the team").click()
    heading(eve, "Join Harbour")
    clean(eve)
    eve.get_by_role("button", name="Ask to join").click()
    ada.goto(harbour(furnished, "/members?state=requested"))
    ada.get_by_role("button", name="Actions: Eve Test").click()
    ada.get_by_role("button", name="Accept").click()
    expect(ada.get_by_text("Eve Test is a member now.")).to_be_visible()


def test_where_a_wallet_may_pay_is_narrowed_and_shown_below(signed_in: SignIn, furnished: Product):
    page = signed_in("ada")
    page.goto(harbour(furnished, "/where"))
    page.locator("[name=pays_in_country_ids_mode][value=only]").check()
    page.get_by_label("Only in these countries").select_option(label=["Denmark", "Sweden"])
    clean(page)
    send(page)
    page.goto(harbour(furnished, f"/members/{furnished.ids['harbour']['member_id']}/where"))
    expect(page.get_by_text("As above: Denmark, Sweden, from the team")).to_be_visible()
    clean(page)


def test_a_monthly_fee_is_set_and_ended(signed_in: SignIn, furnished: Product):
    page, member = signed_in("ada"), harbour(furnished, f"/members/{furnished.ids['harbour']['member_id']}")
    page.goto(f"{member}/fee")
    fill(page, amount="50", note="Parking space")
    clean(page)
    send(page)
    expect(page.get_by_role("main")).to_contain_text("Parking space")
    page.get_by_role("link", name="End").click()
    page.get_by_role("button", name="End monthly fee").click()
    expect(page.get_by_text("The monthly fee ends.")).to_be_visible()


@pytest.mark.slow
def test_who_is_blocked_no_longer_opens_the_team_until_unblocked(signed_in: SignIn, furnished: Product):
    page, dora = signed_in("ada"), signed_in("dora")
    dora.goto(harbour(furnished))
    heading(dora, "Harbour")
    page.goto(harbour(furnished, "/members?q=Dora"))
    act(page, "Dora Test", "Block")
    clean(page)
    agree(page, "Block member")
    expect(page.get_by_text("Dora Test is blocked.")).to_be_visible()
    page.goto(harbour(furnished, "/members?q=Dora"))
    expect(page.get_by_role("row", name=re.compile("Dora Test"))).to_contain_text("Blocked")
    answer = dora.request.get(furnished.portal + harbour(furnished))
    assert answer.status == 404
    act(page, "Dora Test", "Unblock")
    expect(page.get_by_text("Dora Test is a member again.")).to_be_visible()
    dora.goto(harbour(furnished))
    heading(dora, "Harbour")
