"""The pages of teams, through HTTP."""

import pytest

from forecourt.notifications.models import OutgoingEmail
from forecourt.places.models import Country
from forecourt.teams.models import Team, TeamMember
from forecourt.teams.tests.factories import make_team

NOBODY = (None, 302)
LIST = [
    ("ada", 200),
    ("oscar", 200),
    ("bea", 200),
    ("sven", 200),
    ("sue", 200),
    ("tom", 200),
    ("dora", 200),
    ("eve", 200),
    ("root", 403),
    NOBODY,
]
HARBOUR = [
    ("ada", 200),
    ("oscar", 200),
    ("bea", 200),
    ("sven", 200),
    ("sue", 404),
    ("tom", 200),
    ("dora", 200),
    ("eve", 404),
    ("root", 404),
    NOBODY,
]
HOTELS_MEMBERS = [
    ("ada", 200),
    ("oscar", 200),
    ("bea", 200),
    ("sven", 200),
    ("sue", 404),
    ("tom", 404),
    ("dora", 404),
    ("eve", 404),
    NOBODY,
]
MAKERS = [
    ("ada", 200),
    ("oscar", 200),
    ("bea", 403),
    ("sven", 403),
    ("sue", 200),
    ("tom", 403),
    ("dora", 403),
    ("eve", 200),
    ("root", 403),
    NOBODY,
]
EDITORS = [
    ("ada", 303),
    ("oscar", 303),
    ("bea", 403),
    ("sven", 403),
    ("sue", 404),
    ("tom", 303),
    ("dora", 403),
    ("eve", 404),
    ("root", 404),
    NOBODY,
]
ADMINS = [
    ("ada", 303),
    ("oscar", 403),
    ("bea", 403),
    ("sven", 403),
    ("sue", 404),
    ("tom", 403),
    ("dora", 403),
    ("eve", 404),
    ("root", 404),
    NOBODY,
]
ROLES = [
    ("ada", 200),
    ("oscar", 200),
    ("bea", 403),
    ("sven", 403),
    ("sue", 200),
    ("tom", 403),
    ("dora", 403),
    ("eve", 200),
    ("root", 403),
    NOBODY,
]


def form_of(cast, **changes):
    return {
        "operator": cast.northwind.pk,
        "type": "professional",
        "name": "Marina",
        "contact_email": "hello@marina.example",
        "address1": "Quay 1",
        "zip_code": "2100",
        "city": "Copenhagen",
        "external_charging": "all",
    } | changes


@pytest.mark.parametrize(("who", "status"), LIST)
def test_who_may_see_the_list(cast, who, status):
    assert cast.client(who).get("/teams/").status_code == status


@pytest.mark.parametrize(("who", "status"), HARBOUR)
def test_who_may_see_a_team(cast, who, status):
    assert cast.client(who).get(f"/teams/{cast.harbour.pk}").status_code == status


@pytest.mark.parametrize(("who", "status"), HOTELS_MEMBERS)
def test_who_may_see_a_teams_members(cast, who, status):
    """Tom is a plain member of Hotel: that he is admin of Harbour opens nothing here."""
    assert cast.client(who).get(f"/teams/{cast.hotel.pk}/members").status_code == status


@pytest.mark.parametrize(("who", "status"), MAKERS)
def test_who_may_open_the_form_of_a_new_team(cast, who, status):
    assert cast.client(who).get("/teams/new").status_code == status


@pytest.mark.parametrize(("who", "status"), EDITORS)
def test_who_may_change_a_team(cast, who, status):
    answer = cast.client(who).post(f"/teams/{cast.harbour.pk}/edit", form_of(cast))
    assert answer.status_code == status
    cast.harbour.refresh_from_db()
    assert cast.harbour.name == ("Marina" if status == 303 else "Harbour")


@pytest.mark.parametrize(("who", "status"), ADMINS)
@pytest.mark.parametrize("what", ["freeze", "delete"])
def test_who_may_freeze_and_delete_a_team(cast, who, status, what):
    answer = cast.client(who).post(f"/teams/{cast.harbour.pk}/{what}", {"reason": "unpaid"})
    assert answer.status_code == status
    cast.harbour.refresh_from_db()
    changed = cast.harbour.frozen_at if what == "freeze" else cast.harbour.deleted_at
    assert (changed is not None) == (status == 303)


@pytest.mark.parametrize(("who", "status"), ROLES)
def test_who_may_see_the_roles(cast, who, status):
    assert cast.client(who).get("/roles").status_code == status


@pytest.mark.parametrize(
    ("who", "names"),
    [
        ("ada", {"Harbour", "Hotel", "Depot", "Garden"}),
        ("sue", {"Garden"}),
        ("eve", {"Gate"}),
        ("tom", {"Harbour", "Hotel"}),
        ("dora", {"Harbour", "Dora's team"}),  # her own personal team, nobody else's
    ],
)
def test_each_sees_their_own_teams(cast, who, names):
    assert {row.name for row in cast.client(who).get("/teams/").context["rows"]} == names


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("q=harb", {"Harbour"}),
        ("q=HOTEL@example", {"Hotel"}),
        ("q=DK12345674", {"Hotel"}),
        ("q=bunkers", {"Depot"}),
        ("q=J0000", {"Harbour", "Hotel", "Depot", "Garden"}),
        ("type=operator", {"Depot"}),
        ("state=frozen", {"Hotel"}),
        ("state=frozen&state=active", {"Harbour", "Hotel", "Depot", "Garden"}),
        ("state=nonsense", set()),
        ("q=gate", set()),
    ],
)
def test_the_list_is_searched_and_filtered(cast, query, names):
    Team.objects.filter(pk=cast.hotel.pk).update(vat_number="DK12345674", frozen_at=cast.hotel.created_at, frozen_reason="unpaid")
    Team.objects.filter(pk=cast.depot.pk).update(company_name="Bunkers A/S")
    assert {row.name for row in cast.client("ada").get(f"/teams/?{query}").context["rows"]} == names


def test_a_main_account_filters_by_operator_and_a_stranger_id_finds_nothing(cast):
    ada = cast.client("ada")
    assert [row.name for row in ada.get(f"/teams/?operator={cast.southwind.pk}").context["rows"]] == ["Garden"]
    assert ada.get(f"/teams/?operator={cast.eastgate.pk}").context["rows"] == []


def test_the_list_is_sorted_and_paged(cast):
    for number in range(60):
        make_team(f"Team {number:02}", cast.southwind)
    sue = cast.client("sue")
    names = [row.name for page in (1, 2) for row in sue.get(f"/teams/?sort=name&page={page}").context["rows"]]
    assert names == ["Garden", *(f"Team {number:02}" for number in range(60))]


def test_the_list_takes_the_same_number_of_queries_for_three_and_for_fifty_teams(cast, django_assert_num_queries):
    ada = cast.client("ada")
    ada.get("/teams/")
    with django_assert_num_queries(LIST_QUERIES):
        ada.get("/teams/")
    for number in range(50):
        make_team(f"Team {number:02}", cast.southwind)
    with django_assert_num_queries(LIST_QUERIES):
        ada.get("/teams/")


LIST_QUERIES = 10  # session, person, two of memberships; operators, count, teams, their members; the account switcher, the bell


def test_the_csv_has_what_the_filters_leave(cast):
    text = b"".join(cast.client("ada").get("/teams/?format=csv&q=hotel").streaming_content).decode()
    assert [line.split(",")[1] for line in text.strip().splitlines()] == ["Team", "Hotel"]


def test_a_team_is_made_with_its_countrys_currency_and_its_owner_at_once(cast):
    form = form_of(cast, country=Country.objects.get(alpha2="SE").pk, owner_email="DORA@example.com", vat_number="DK12345674")
    assert cast.client("oscar").post("/teams/new", form).status_code == 303
    team = Team.objects.get(name="Marina")
    assert (team.operator, team.currency.identifier, team.time_zone, team.owner) == (cast.northwind, "SEK", "Europe/Stockholm", cast.dora)
    assert team.members.get().role == "owner"


def test_an_owner_without_an_account_is_invited_and_the_link_is_shown_once(cast):
    ada = cast.client("ada")
    answer = ada.post("/teams/new", form_of(cast, owner_email="new@example.com"), follow=True)
    link = answer.context["link"]
    assert link in OutgoingEmail.objects.get(to="new@example.com").text
    assert link not in ada.get(answer.request["PATH_INFO"]).content.decode()
    member = TeamMember.objects.get(invited_email="new@example.com")
    assert (member.role, member.state, member.team.owner) == ("owner", "invited", None)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", "", "required"),
        ("contact_email", "nobody", "valid email"),
        ("vat_number", "DK1", "valid VAT"),
        ("ean_number", "5790000000000", "13 digits"),
        ("address1", "", "Fill in"),
        ("city", "", "Fill in"),
        ("type", "personal", "valid choice"),
        ("operator", "{eastgate}", "valid choice"),
        ("owner_email", "x", "valid email"),
    ],
)
def test_bad_input_gets_its_message_at_the_field_and_makes_nothing(cast, field, value, message):
    before = Team.objects.count()
    answer = cast.client("ada").post("/teams/new", form_of(cast, **{field: value.format(eastgate=cast.eastgate.pk)}))
    assert answer.status_code == 422
    assert message in " ".join(answer.context["form"].errors[field])
    assert Team.objects.count() == before


def test_a_wrong_number_is_said_beside_an_empty_field(cast):
    answer = cast.client("ada").post("/teams/new", form_of(cast, name="", city="", vat_number="DK1", ean_number="579"))
    assert set(answer.context["form"].errors) == {"name", "city", "vat_number", "ean_number"}


def test_an_operators_own_team_needs_no_address(cast):
    form = form_of(cast, type="operator", address1="", zip_code="", city="")
    assert cast.client("ada").post("/teams/new", form).status_code == 303


def test_freezing_needs_a_reason_which_the_page_shows(cast):
    ada, address = cast.client("ada"), f"/teams/{cast.harbour.pk}"
    assert "required" in ada.post(f"{address}/freeze").context["form"].errors["reason"][0]
    ada.post(f"{address}/freeze", {"reason": "Three invoices are unpaid."})
    assert "Three invoices are unpaid." in ada.get(address).content.decode()
    ada.post(f"{address}/unfreeze")
    cast.harbour.refresh_from_db()
    assert (cast.harbour.frozen_at, cast.harbour.frozen_reason) == (None, None)


def test_a_deleted_team_is_read_and_refuses_every_change(cast):
    ada, address = cast.client("ada"), f"/teams/{cast.depot.pk}"
    ada.post(f"{address}/delete")
    assert ada.get(address).status_code == 200
    assert [ada.post(f"{address}/{what}", {"reason": "x"}).status_code for what in ("edit", "freeze", "delete", "members/new")] == [404] * 4


def test_a_personal_team_cannot_be_deleted(cast):
    team = Team.objects.get(owner=cast.dora, type="personal")
    assert cast.client("dora").post(f"/teams/{team.pk}/delete").status_code == 403
    team.refresh_from_db()
    assert team.deleted_at is None


def test_buttons_that_are_not_granted_are_greyed_with_the_reason(cast):
    assert "Your role does not include “Team: update” here." in cast.client("sven").get(f"/teams/{cast.harbour.pk}").content.decode()
    assert "Your role does not include" not in cast.client("ada").get(f"/teams/{cast.harbour.pk}").content.decode()


def test_the_tabs_are_those_of_the_role_in_this_very_team(cast):
    TeamMember.objects.filter(person=cast.tom).update(can_manage_team_members=True)  # a plain member has nothing of it
    tom = cast.client("tom")
    assert [tab.url.endswith("/members") for tab in tom.get(f"/teams/{cast.hotel.pk}").context["tabs"]].count(True) == 0
    assert [tab.url.endswith("/members") for tab in tom.get(f"/teams/{cast.harbour.pk}").context["tabs"]].count(True) == 1


def test_the_roles_page_is_the_grants_table(cast):
    context = cast.client("ada").get("/roles").context
    rows = {row.permission.value: row.cells for row in context["operator_rows"]}
    assert rows["team.delete"] == ("yes", "no", "no", "no")
    assert rows["wallet.move"] == ("yes", "no", "yes", "no")
    assert {row.permission.value: row.cells for row in context["team_rows"]}["team_member.manage"] == ("yes", "toggle", "no")
    assert "platform.manage" not in rows
