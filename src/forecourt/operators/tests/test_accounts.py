"""Company information, support, and Sub-accounts."""

import pytest

from forecourt.kit import clock
from forecourt.notifications.models import OutgoingEmail
from forecourt.operators import operations
from forecourt.operators.models import Operator, OperatorMember
from forecourt.teams.models import Team

COMPANY = {
    "name": "Northwind",
    "company_name": "Northwind A/S",
    "vat_number": "12345674",
    "contact_email": "Hello@Northwind.example",
    "finance_email": "finance@northwind.example",
    "address1": "Havnegade 1",
    "address2": "",
    "zip_code": "8000",
    "city": "Aarhus",
    "time_zone": "Europe/Copenhagen",
    "ean_number": "5790000123452",
    "po_number": "",
}


def edit(cast, who: str = "ada", **values: str):
    return cast.client(who).post(f"/account/{cast.northwind.pk}/edit", COMPANY | {"country": cast.northwind.country_id} | values)


def test_company_information_is_saved_in_its_normal_form(cast):
    assert edit(cast).status_code == 303
    cast.northwind.refresh_from_db()
    assert (cast.northwind.vat_number, cast.northwind.contact_email, cast.northwind.ean_number) == (
        "DK12345674", "hello@northwind.example", "5790000123452",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""), ("company_name", "x" * 201), ("vat_number", "12345678"), ("vat_number", "DE136695975"), ("vat_number", ""),
        ("contact_email", "hello"), ("finance_email", ""), ("address1", ""), ("zip_code", ""), ("city", ""), ("ean_number", "5790000123453"),
        ("ean_number", "579"), ("country", "999999"), ("time_zone", "Mars/Olympus"), ("address2", "x" * 201), ("po_number", "x" * 61),
    ],
)  # fmt: skip
def test_bad_company_information_gets_its_message_at_the_field_and_stores_nothing(cast, field, value):
    Team.objects.filter(operator=cast.northwind).update(deleted_at=clock.now())  # so that the country may be asked for
    answer = edit(cast, **{field: value})
    assert answer.context["form"].errors[field]
    before = cast.northwind.contact_email
    cast.northwind.refresh_from_db()
    assert (cast.northwind.vat_number, cast.northwind.contact_email) == (None, before)


def test_a_wrong_number_is_said_beside_an_empty_field(cast):
    answer = edit(cast, vat_number="DK1", ean_number="579", city="")
    assert set(answer.context["form"].errors) == {"vat_number", "ean_number", "city"}


def test_the_country_stays_once_there_are_teams(cast):
    edit(cast, country=str(_country("SE")))
    cast.northwind.refresh_from_db()
    assert cast.northwind.country.alpha2 == "DK"


def test_without_anything_on_it_the_country_brings_its_currency(cast):
    Team.objects.filter(operator=cast.northwind).update(deleted_at=clock.now())
    edit(cast, country=str(_country("SE")), vat_number="SE556036079301")
    cast.northwind.refresh_from_db()
    assert (cast.northwind.country.alpha2, cast.northwind.currency.identifier) == ("SE", "SEK")


def _country(alpha2: str) -> int:
    from forecourt.places.models import Country

    return Country.objects.get(alpha2=alpha2).pk


def test_first_line_support_needs_a_way_to_reach_it(cast):
    url = f"/account/{cast.northwind.pk}/support"
    ada = cast.client("ada")
    assert ada.post(url, {"is_first_line": "on"}).context["form"].errors["email"]
    assert ada.post(url, {"phone": "12"}).context["form"].errors["phone"]
    assert ada.post(url, {"url": "javascript:alert(1)"}).context["form"].errors["url"]
    assert ada.post(url, {"email": "help@northwind.example", "is_first_line": "on", "hours": "8–16"}).status_code == 303
    assert "Support by Northwind" in cast.client("tom").get(f"/teams/{cast.harbour.pk}").content.decode()


def test_a_letter_ends_with_the_first_lines_support(cast):
    Operator.objects.filter(pk=cast.northwind.pk).update(support_email="help@northwind.example", is_first_line=True)
    cast.client("ada").post(f"/account/{cast.northwind.pk}/members/new", {"email": "w@example.com", "role": "admin"})
    letter = OutgoingEmail.objects.get(to="w@example.com")
    assert letter.text.endswith("-- \nSupport by Northwind: help@northwind.example")
    assert "Support by Northwind: help@northwind.example" in letter.html


def new_sub_account(cast, who: str = "ada", **values: str):
    given = {"name": "Westwind", "country": _country("SE"), "admin_email": "w@example.com"} | values
    return cast.client(who).post(f"/account/{cast.northwind.pk}/sub-accounts/new", given, follow=True)


def test_a_sub_account_opens_with_its_first_admin_invited(cast):
    page = new_sub_account(cast)
    sub = Operator.objects.get(name="Westwind")
    assert (sub.organisation_id, sub.is_main, sub.currency.identifier) == (cast.northwind.organisation_id, False, "SEK")
    assert page.context["link"] in OutgoingEmail.objects.get(to="w@example.com").text
    assert OperatorMember.objects.get(operator=sub).role == "admin"


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("name", "Eastgate"), ("country", ""), ("admin_email", "w"), ("vat_number", "SE1"), ("contact_email", "x")],
)
def test_bad_input_opens_no_sub_account_and_invites_nobody(cast, field, value):
    before = Operator.objects.count()
    assert new_sub_account(cast, **{field: value}).context["form"].errors[field]
    assert (Operator.objects.count(), OutgoingEmail.objects.count()) == (before, 0)


def test_sub_accounts_are_listed_with_what_is_in_them(cast):
    rows = cast.client("ada").get(f"/account/{cast.northwind.pk}/sub-accounts").context["rows"]
    assert [(row.name, row.admins, row.figures) for row, _actions in rows] == [("Southwind", 1, (1, 0, 0))]


def test_a_sub_account_is_closed_only_when_nothing_hangs_on_it(cast):
    url = f"/account/{cast.northwind.pk}/sub-accounts/{cast.southwind.pk}/close"
    ada = cast.client("ada")
    asked = ada.get(url).content.decode()
    assert "still has teams" in asked
    assert "btn-danger" not in asked
    ada.post(url)
    cast.southwind.refresh_from_db()
    assert cast.southwind.deleted_at is None
    Team.objects.filter(operator=cast.southwind).update(deleted_at=clock.now())
    assert "btn-danger" in ada.get(url).content.decode()
    assert ada.post(url).status_code == 303
    assert cast.client("sue").get("/teams/").status_code == 403


def test_a_main_account_is_not_closed(cast):
    with pytest.raises(operations.AccountIsNeeded):
        operations.close_account(actor=cast.actor("ada"), operator=cast.eastgate, at=clock.now())
