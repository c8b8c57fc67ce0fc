"""The pages of price groups, through HTTP: who may, what is shown, what is saved."""

from typing import Any

import pytest
from tests.cast import Cast

from forecourt.pricing.models import PriceGroup, PriceVersion
from forecourt.pricing.tests.factories import AT, make_price_group
from forecourt.teams.models import Team

pytestmark = pytest.mark.django_db
EVERYBODY = ("ada", "oscar", "bea", "sven", "sue", "tom", "dora", "eve", None)
READS = dict(zip(EVERYBODY, (200, 200, 200, 200, 200, 200, 200, 200, 302), strict=True))


def form(cast: Cast, **changes: Any) -> dict[str, Any]:
    place = {"owner": f"team:{cast.harbour.pk}", "type": "public", "currency": "DKK", "country": cast.northwind.country_id}
    return {"name": "Evening", "master": "kwh", "price": "2.50", "is_vat_included": "on", **place, **changes}


def everything() -> list[Any]:
    """All that a refused request must leave as it is."""
    return [list(PriceGroup.objects.order_by("id").values()), PriceVersion.objects.count()]


def table(*statuses: int) -> Any:
    return pytest.mark.parametrize(("who", "status"), list(zip(EVERYBODY, statuses, strict=True)))


@pytest.mark.parametrize(("who", "status"), READS.items())
def test_who_may_see_the_list(cast, who, status):
    assert cast.client(who).get("/price-groups/").status_code == status


@table(200, 200, 200, 200, 404, 200, 404, 404, 302)
def test_who_may_see_a_teams_price(cast, who, status):
    group = make_price_group("P", cast.harbour)
    assert cast.client(who).get(f"/price-groups/{group.pk}").status_code == status


@table(200, 200, 200, 200, 200, 200, 404, 404, 302)
def test_who_may_see_an_operators_price(cast, who, status):
    group = make_price_group("P", cast.northwind)
    assert cast.client(who).get(f"/price-groups/{group.pk}").status_code == status


@table(303, 303, 403, 403, 404, 303, 404, 404, 302)
@pytest.mark.parametrize("what", ["edit", "default"])
def test_who_may_change_a_teams_price(cast, who, status, what):
    group = make_price_group("P", cast.harbour)
    before = everything()
    assert cast.client(who).post(f"/price-groups/{group.pk}/{what}", form(cast)).status_code == status
    assert (everything() != before) is (status == 303)


@table(303, 403, 403, 403, 403, 403, 404, 404, 302)
@pytest.mark.parametrize("what", ["edit", "default", "delete"])
def test_who_may_change_an_operators_price(cast, who, status, what):
    group = make_price_group("P", cast.northwind)
    before = everything()
    assert cast.client(who).post(f"/price-groups/{group.pk}/{what}", form(cast)).status_code == status
    assert (everything() != before) is (status == 303)


@table(303, 403, 403, 403, 404, 303, 404, 404, 302)
def test_who_may_delete_a_teams_price(cast, who, status):
    group = make_price_group("P", cast.harbour)
    before = everything()
    assert cast.client(who).post(f"/price-groups/{group.pk}/delete").status_code == status
    assert (everything() != before) is (status == 303)


@table(303, 303, 403, 403, 422, 303, 422, 422, 302)
def test_who_may_make_a_teams_price(cast, who, status):
    assert cast.client(who).post("/price-groups/new", form(cast)).status_code == status
    assert PriceGroup.objects.count() == (status == 303)


@table(303, 422, 403, 403, 422, 422, 422, 422, 302)
def test_who_may_make_an_operators_price(cast, who, status):
    values = form(cast, owner=f"operator:{cast.northwind.pk}")
    assert cast.client(who).post("/price-groups/new", values).status_code == status
    assert PriceGroup.objects.filter(team=None).count() == (status == 303)


def test_a_new_price_is_saved_as_the_form_says(cast):
    values = form(
        cast,
        starting_price="5",
        charging_price="9",
        charging_after="60",
        minute_price="0.1",
        minute_ends_early="on",
        idle_price="1",
        idle_after="15",
        idle_maximum="100",
        cap_price="500",
    )
    cast.client("ada").post("/price-groups/new", values)
    group = PriceGroup.objects.get()
    assert group.current_version
    assert (group.name, group.team, group.current_version.is_vat_included) == ("Evening", cast.harbour, True)
    assert group.current_version.components == [
        {"type": "kwh", "price": "2.5"},
        {"type": "starting", "price": "5"},
        {"type": "charging", "price": "9", "after_minutes": 60},
        {"type": "minute", "price": "0.1", "ends_at_fully_charged": True},
        {"type": "idle", "price": "1", "after_minutes": 15, "maximum": "100"},
        {"type": "cap", "price": "500"},
    ]


def test_saving_the_form_as_it_is_changes_nothing(cast):
    stored: tuple[dict[str, Any], ...] = (
        {"type": "min", "price": "0.5", "description": "By the minute"},
        {"type": "charging", "price": "9", "after_minutes": 60},
        {"type": "charging", "price": "19", "after_minutes": 120},
        {"type": "idle", "price": "1", "after_minutes": 15, "maximum": "100"},
    )
    group = make_price_group("P", cast.harbour, components=stored)
    client = cast.client("ada")
    shown = client.get(f"/price-groups/{group.pk}/edit").context["form"].initial
    client.post(f"/price-groups/{group.pk}/edit", {name: value for name, value in shown.items() if value not in (None, False)})
    (version,) = PriceVersion.objects.all()
    assert tuple(version.components) == stored


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"price": ""}, "price"),
        ({"price": "-1"}, "price"),
        ({"idle_after": "15"}, "idle_price"),
        ({"idle_price": "1", "idle_maximum": "0"}, "idle_maximum"),
        ({"type": "cost", "starting_price": "1"}, None),
        ({"name": ""}, "name"),
    ],
)
def test_what_is_wrong_stands_at_its_field(cast, changes, field):
    answer = cast.client("ada").post("/price-groups/new", form(cast, **changes))
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {field or "__all__"}
    assert not PriceGroup.objects.exists()


def test_the_preview_shows_the_example_and_saves_nothing(cast):
    answer = cast.client("ada").post("/price-groups/new", form(cast, idle_price="1", idle_after="15", preview="1"))
    lines = [(line.label, line.gross.minor, line.vat.minor) for line in answer.context["example"].lines]
    assert (answer.status_code, lines) == (200, [("Energy", 7500, 1500), ("Idle fee", 500, 100)])
    assert not PriceGroup.objects.exists()


def test_htmx_gets_the_example_alone(cast):
    group = make_price_group("P", cast.harbour)
    answer = cast.client("ada").post(f"/price-groups/{group.pk}/edit", form(cast, preview="1"), headers={"HX-Request": "true"})
    assert "75.00" in answer.content.decode()
    assert "<form" not in answer.content.decode()


def test_a_copy_begins_with_the_price_of_the_original(cast):
    group = make_price_group("P", cast.harbour, type="member")
    initial = cast.client("tom").get(f"/price-groups/new?copy={group.pk}").context["form"].initial
    assert (initial["name"], initial["owner"], initial["type"], initial["price"]) == (
        "P (copy)",
        f"team:{cast.harbour.pk}",
        "member",
        "2.5",
    )


def test_a_price_that_is_a_default_is_not_deleted_and_says_why(cast):
    group = make_price_group("P", cast.harbour, is_default=True)
    answer = cast.client("ada").post(f"/price-groups/{group.pk}/delete", headers={"HX-Request": "true"})
    assert (answer.status_code, "is the default" in answer.headers["HX-Trigger"]) == (409, True)
    assert PriceGroup.objects.get().deleted_at is None


def test_a_default_can_be_taken_away(cast):
    group = make_price_group("P", cast.harbour, is_default=True)
    cast.client("ada").post(f"/price-groups/{group.pk}/default?unset")
    assert not PriceGroup.objects.get().is_default


def test_a_deleted_price_is_shown_as_such_and_offers_nothing(cast):
    group = make_price_group("P", cast.harbour, deleted_at=AT)
    answer = cast.client("ada").get(f"/price-groups/{group.pk}")
    assert "Deleted" in answer.content.decode()
    assert answer.context["actions"] == []
    assert "Edit price" not in answer.content.decode()


def test_the_list_costs_the_same_for_one_row_and_for_many(cast, django_assert_num_queries):
    for number in range(12):
        make_price_group(f"P{number}", cast.harbour if number % 2 else cast.northwind)
    client = cast.client("ada")
    with django_assert_num_queries(10):
        answer = client.get("/price-groups/?q=p&type=public")
    assert len(answer.context["rows"]) == 12


def test_the_list_is_exported_as_it_stands(cast):
    make_price_group("Day", cast.harbour)
    make_price_group("Night", cast.harbour, type="member")
    answer = cast.client("bea").get("/price-groups/?type=member&format=csv")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert (len(lines), lines[1].startswith("Night,member,Harbour,False,DKK,")) == (2, True)


def test_the_detail_page_says_what_changed(cast):
    group = make_price_group("P", cast.harbour)
    client = cast.client("ada")
    client.post(f"/price-groups/{group.pk}/edit", form(cast, name="P", price="3"))
    page = client.get(f"/price-groups/{group.pk}").content.decode().replace("\xa0", " ")
    assert "Version 2, Ada Test" in page
    assert "+ DKK 3.00/kWh; − DKK 2.50/kWh" in page


@pytest.mark.parametrize(("who", "team"), [("tom", "Harbour"), ("dora", "Dora"), ("ada", "")])
def test_the_form_begins_with_the_currency_and_country_of_whose_price_it_is(cast, who, team):
    form = cast.client(who).get("/price-groups/new").context["form"]
    chosen = dict(form.fields["owner"].choices)[form.initial["owner"]]
    assert (form.initial["currency"], form.initial["country"]) == ("DKK", cast.northwind.country_id)
    assert chosen.startswith(team)


def test_a_driver_makes_a_price_for_the_personal_team_alone(cast):
    client, personal = cast.client("dora"), Team.objects.get(owner=cast.dora, type="personal")
    assert "/price-groups/new" in client.get("/price-groups/").content.decode()
    assert client.post("/price-groups/new", form(cast)).status_code == 422
    assert client.post("/price-groups/new", form(cast, owner=f"team:{personal.pk}")).status_code == 303
    assert list(PriceGroup.objects.values_list("team_id", flat=True)) == [personal.pk]
