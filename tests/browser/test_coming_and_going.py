"""A stranger signs up, does everything that My Account offers, and leaves; in a real browser, letters read from the outbox."""

import io
import re
import zipfile
from collections.abc import Iterator

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from forecourt.identity.tests.factories import PASSWORD as CAST_PASSWORD
from tests.browser.conftest import opened, sign_in
from tests.browser.test_main_paths import fill, send
from tests.browser.test_my_account import code, faults
from tests.running import Product, eventually

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300), pytest.mark.xdist_group("furnished")]
PASSWORD, LATER_PASSWORD = "seven grey herons", "eight brown bitterns"


@pytest.fixture
def page(chromium: Browser, furnished: Product) -> Iterator[Page]:
    complaints: list[str] = []
    page = opened(chromium, furnished.portal, complaints)
    yield page
    page.context.close()
    assert complaints == []


def letter(furnished: Product, to: str, *, has: str = "") -> str:
    """The text of the newest letter to an address."""
    query = 'SELECT text FROM notifications_outgoingemail WHERE "to" = %s AND strpos(text, %s) > 0 ORDER BY id DESC LIMIT 1'
    return str(eventually(lambda: furnished.rows(query, to, has), says=f"no letter to {to}")[0][0])


def code_sent(furnished: Product, to: str) -> str:
    found = re.search(r"\b\d{6}\b", letter(furnished, to))
    assert found
    return found[0]


def sign_up(page: Page, furnished: Product, address: str) -> None:
    page.goto("/accounts/signup/")
    fill(page, first_name="Sigrid", last_name="Undset", address="nobody", password="short")
    page.get_by_role("button", name="Create the account").click()
    for name in ("address", "country_id", "has_read_terms"):
        expect(page.locator(f"#id_{name}-error")).to_be_visible()
    assert faults(page) == []
    fill(page, address=address, password=PASSWORD, country_id="Norway")
    page.locator("[name=has_read_terms]").check()
    page.get_by_role("button", name="Create the account").click()
    expect(page.get_by_text("We sent a letter to")).to_be_visible()
    assert faults(page) == []
    page.locator("[name=code]").fill(code_sent(furnished, address))
    page.get_by_role("button", name="Confirm").click()
    page.wait_for_url(lambda url: "/accounts/" not in url)


def confirm(page: Page, password: str) -> None:
    """Show once more that it is you."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Is it you?")
    page.locator("input[name=password]").fill(password)
    page.get_by_role("button", name="Confirm").click()


def test_a_new_person_sets_a_picture_the_time_and_another_address(page: Page, furnished: Product):
    sign_up(page, furnished, "sigrid@example.com")
    page.goto("/me")
    picture = page.locator("input[name=picture]")
    picture.set_input_files({"name": "me.png", "mimeType": "image/png", "buffer": b"no picture at all"})
    page.get_by_role("button", name="Upload picture").click()
    expect(page.locator("#id_picture-error")).to_be_visible()
    written = io.BytesIO()
    Image.new("RGB", (600, 400), "teal").save(written, "PNG")
    picture.set_input_files({"name": "me.png", "mimeType": "image/png", "buffer": written.getvalue()})
    page.get_by_role("button", name="Upload picture").click()
    shown = page.get_by_alt_text("Your picture")
    assert shown.evaluate("image => Math.max(image.naturalWidth, image.naturalHeight)") == 256  # written anew, smaller
    hour = re.search(r", \d\d:", page.get_by_text("It is now").inner_text())
    assert hour
    page.locator("select[name=time_zone]").select_option("Pacific/Auckland")
    expect(page.locator("select[name=time_zone]")).to_have_value("Pacific/Auckland")
    expect(page.get_by_text("It is now")).not_to_contain_text(hour[0])
    page.get_by_label("Show features that are not finished (beta)").check()  # this too is saved at once
    page.wait_for_load_state("networkidle")
    page.reload()
    expect(page.get_by_label("Show features that are not finished (beta)")).to_be_checked()
    assert faults(page) == []
    page.get_by_role("link", name="Change e-mail address").click()
    confirm(page, PASSWORD)
    fill(page, address="undset@example.com")
    send(page)
    fill(page, code="000000")
    send(page)
    expect(page.locator("#id_code-error")).to_be_visible()
    assert faults(page) == []
    fill(page, code=code_sent(furnished, "undset@example.com"))
    send(page)
    expect(page.get_by_text("Your e-mail address is changed.")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("undset@example.com")
    assert "u…@example.com" in letter(furnished, "sigrid@example.com", has="Your account now has")  # to the old address


def test_who_forgot_the_password_gets_a_link_that_works_once(page: Page, furnished: Product):
    page.goto("/accounts/login/")
    page.get_by_role("link", name="Forgot your password?").click()
    assert faults(page) == []
    said = []
    for address in ("nobody@example.com", "hanna@example.com"):
        page.goto("/accounts/password/reset/")
        page.locator("[name=email]").fill(address)
        page.get_by_role("button", name="Send the link").click()
        said.append(page.get_by_role("heading", level=1).inner_text())
    assert said[0] == said[1], "whether there is an account is not told"
    link = re.search(r"https?://[^/]+(/accounts/password/reset/key/\S+)", letter(furnished, "hanna@example.com"))
    assert link
    page.goto(link[1])
    for field in page.locator("input[type=password]").all():
        field.fill(LATER_PASSWORD)
    assert faults(page) == []
    page.get_by_role("button", name="Save the password").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your password is changed")
    page.goto(link[1])
    expect(page.get_by_role("heading", level=1)).to_have_text("This link no longer works")
    sign_in(page, "hanna@example.com", LATER_PASSWORD)


def test_a_new_person_secures_the_account_takes_the_data_and_leaves(page: Page, furnished: Product, chromium: Browser):
    sign_up(page, furnished, "kristin@example.com")
    elsewhere = opened(chromium, furnished.portal, [])
    sign_in(elsewhere, "kristin@example.com", PASSWORD)
    page.goto("/me/security")
    assert faults(page) == []
    page.get_by_role("button", name="Sign out everywhere else").click()
    expect(page.get_by_text("Everybody else is signed out.")).to_be_visible()
    elsewhere.goto("/me")
    expect(elsewhere).to_have_url(re.compile("/accounts/login/"))
    page.get_by_role("link", name="Change password").click()
    confirm(page, PASSWORD)
    fill(page, password="password12")
    send(page)
    expect(page.locator("#id_password-error")).to_be_visible()
    fill(page, password=LATER_PASSWORD)
    send(page)
    expect(page.get_by_text("Your password is changed.")).to_be_visible()
    first, second = recovery_codes(page)
    assert set(first).isdisjoint(second), "the old codes stop working"
    come_back(elsewhere, second[0])
    elsewhere.context.close()
    export(page, furnished)
    leave(page)
    come_back(page, second[1])
    expect(page.get_by_text("Your account is not deleted.")).to_be_visible()


def recovery_codes(page: Page) -> tuple[list[str], list[str]]:
    """Those that come with an authenticator app, and those that replace them."""
    page.goto("/me/security/app")
    page.locator("input[name=code]").fill(code(page.locator(".fc-copy code").inner_text()))
    page.get_by_role("button", name="Turn it on").click()
    shown = page.locator("pre")
    first = shown.inner_text().split()
    page.get_by_role("button", name="Make new codes").click()
    page.get_by_role("dialog").get_by_role("button").last.click()
    expect(page.get_by_text("The old codes no longer work.")).to_be_visible()
    assert faults(page) == []
    return first, shown.inner_text().split()


def come_back(page: Page, recovery_code: str) -> None:
    """Signing in without the phone."""
    for names in ({"login": "kristin@example.com", "password": LATER_PASSWORD}, {"code": recovery_code}):
        for name, value in names.items():
            page.locator(f"input[name={name}]").fill(value)
        page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "/accounts/" not in url)


def export(page: Page, furnished: Product) -> None:
    """Asked for by clicking; the link of the letter opens for this person."""
    page.goto("/me")
    page.get_by_role("link", name="Export your data").click()
    send(page)
    expect(page.get_by_text("Your data is being gathered.")).to_be_visible()
    link = re.search(r"https?://[^/\s]+(/\S+)", letter(furnished, "kristin@example.com", has="/files/"))
    assert link
    with page.expect_download() as download:
        page.evaluate("address => { location.href = address }", link[1])
    files = zipfile.ZipFile(download.value.path())
    assert any(b"kristin@example.com" in files.read(name) for name in files.namelist())


def leave(page: Page) -> None:
    page.goto("/me")
    page.get_by_role("link", name="Delete your account").click()
    fill(page, word="yes", password=LATER_PASSWORD)
    page.get_by_role("button", name="Delete my account").click()
    expect(page.locator("#id_word-error")).to_be_visible()
    assert faults(page) == []
    fill(page, word="DELETE", password=LATER_PASSWORD)
    page.get_by_role("button", name="Delete my account").click()
    expect(page.get_by_text("Your account will be deleted.")).to_be_visible()
    page.goto("/me")
    expect(page).to_have_url(re.compile("/accounts/login/"))


def test_a_phone_number_comes_by_a_code_and_goes_again(page: Page, furnished: Product):
    sign_in(page, "oscar@example.com", CAST_PASSWORD)
    page.goto("/me")
    page.get_by_role("link", name="Change phone number").click()
    confirm(page, CAST_PASSWORD)
    fill(page, address="12")
    send(page)
    expect(page.locator("#id_address-error")).to_be_visible()
    assert faults(page) == []
    fill(page, address="+45 31 32 33 34")
    send(page)
    digits = code_sent(furnished, "+4531323334")
    fill(page, code="111111" if digits != "111111" else "222222")
    send(page)
    expect(page.locator("#id_code-error")).to_have_text("This is not the code. Look at it again.")
    assert faults(page) == []
    assert furnished.rows("SELECT phone FROM identity_person WHERE email = 'oscar@example.com'") == [(None,)]
    fill(page, code=digits)
    send(page)
    expect(page.get_by_text("Your phone number is changed.")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("+4531323334")
    assert "+45" in letter(furnished, "oscar@example.com")  # the address that stays is told, with the number masked
    page.get_by_role("link", name="Remove phone number").click()
    page.get_by_role("button", name="Remove the number").click()
    expect(page.get_by_text("Your phone number is gone.")).to_be_visible()
