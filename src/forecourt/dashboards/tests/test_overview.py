"""The overview, through HTTP."""

from datetime import timedelta

import pytest

from forecourt.charging.tests.factories import make_charge
from forecourt.dashboards import operations
from forecourt.dashboards.models import ChargePointDay
from forecourt.dashboards.tests.factories import make_failed, make_settled
from forecourt.kit import clock
from forecourt.network.models import ChargePoint, StationLink
from forecourt.network.tests.factories import make_charge_point, make_station

QUERIES = 13  # session, person, memberships (2); accounts to narrow to; states, running, latest, lost, days; account switcher, bell
EVERYONE = [*((name, 200) for name in ("ada", "oscar", "bea", "sven", "sue", "tom", "dora", "eve", "root")), (None, 302)]


@pytest.fixture
def network(cast):
    """Two charge points of Harbour, one of Southwind's Garden, one of the stranger's Gate; today's charges at each."""
    places = {"Quay 1": cast.harbour, "Quay 2": cast.harbour, "Lawn 1": cast.garden, "Gate 1": cast.gate}
    points = {name: make_charge_point(name, team, state="available") for name, team in places.items()}
    at = clock.now()
    ids = [make_settled(point, stopped_at=at).pk for point in points.values()] + [make_failed(points["Quay 1"], failed_at=at).pk]
    operations.count_charges(ids)
    return points


def figures(page):
    return [figure for _label, cards in page.context["periods"] for figure in cards]


def values(page, *labels):
    return [figure["value"].replace("\xa0", " ") for figure in figures(page) if figure["label"] in labels]


def open_overview(cast, who):
    return cast.client(who).get("/")


@pytest.mark.parametrize(("who", "status"), EVERYONE)
def test_everybody_has_an_overview(cast, network, who, status):
    assert open_overview(cast, who).status_code == status


@pytest.mark.parametrize(
    ("who", "points", "energy", "failed"),
    [
        ("ada", 3, ["30.00 kWh"], ["1"]),
        ("sue", 1, ["10.00 kWh"], ["0"]),
        ("eve", 1, ["10.00 kWh"], ["0"]),
        ("tom", 2, ["20.00 kWh"], ["1"]),
    ],
)
def test_figures_are_of_ones_own_charge_points(cast, network, who, points, energy, failed):
    page = open_overview(cast, who)
    assert page.context["points"] == points
    assert values(page, "Energy today") == energy
    assert values(page, "Failed charges today") == failed


@pytest.mark.parametrize("who", ["bea", "sven"])
def test_sums_are_for_those_with_the_dashboard_right(cast, network, who):
    """Spec §3.2: Bookkeeper and Support agent have no dashboards."""
    page = open_overview(cast, who)
    assert figures(page) == []
    assert {row.charge_point for row in page.context["latest"]} == {"Quay 1", "Quay 2", "Lawn 1"}


def test_a_bookkeeper_sees_no_charge_points(cast, network):
    assert open_overview(cast, "bea").context["may_see_points"] is False


def test_revenue_is_per_currency_and_compared_with_the_days_before(cast, network):
    before = clock.now() - timedelta(days=8)
    operations.count_charges(
        [
            make_settled(network["Quay 1"], price_minor=5_000, currency="SEK").pk,
            make_settled(network["Quay 2"], stopped_at=before, price_minor=3_750).pk,
            make_settled(network["Quay 1"], stopped_at=clock.now(), price_minor=100, currency="SEK").pk,
        ]
    )
    page = open_overview(cast, "ada")
    assert values(page, "Net revenue today") == ["DKK 60.00", "SEK 0.80"]
    week = next(figure for figure in figures(page) if figure["label"] == "Net revenue, last 7 days" and "DKK" in figure["value"])
    assert (week["delta"], week["direction"], week["spark"]) == ("100 %", "up", [0, 0, 0, 0, 0, 0, 6_000])


def test_charging_now_and_its_power(cast, network):
    make_charge(network["Quay 1"], power_w=11_000)
    make_charge(network["Lawn 1"], power_w=7_400)
    make_charge(network["Gate 1"], power_w=50_000)
    page = open_overview(cast, "ada")
    assert (page.context["running"].charges, page.context["running"].power_w) == (2, 18_400)
    assert "18.4\xa0kW" in page.content.decode()


def test_states_are_counted_in_their_groups_and_deleted_points_are_not(cast, network):
    ChargePoint.objects.filter(name="Quay 1").update(state="busy-charging")
    ChargePoint.objects.filter(name="Lawn 1").update(state="error")
    ChargePoint.objects.filter(name="Quay 2").update(deleted_at=clock.now())
    groups = {count.group: count.count for _label, count, _tone in open_overview(cast, "ada").context["groups"]}
    assert groups == {"available": 0, "in_use": 1, "held": 0, "fault": 1, "disconnected": 0, "out_of_service": 0}


def test_stations_that_lost_connection_stand_with_the_latest_first(cast, network):
    now = clock.now()
    for name, team, ago in (("ST-1", cast.harbour, 3), ("ST-2", cast.garden, 1), ("ST-3", cast.gate, 2), ("ST-OLD", cast.harbour, 24 * 9)):
        StationLink.objects.create(station=make_station(name, team), disconnected_at=now - timedelta(hours=ago))
    StationLink.objects.create(station=make_station("ST-ON", cast.harbour), gateway_id=1, disconnected_at=now)
    assert [row.identity for row in open_overview(cast, "ada").context["lost"]] == ["ST-2", "ST-1"]


def test_a_driver_sees_what_they_charged_themselves(cast, network):
    at = clock.now()
    make_settled(network["Gate 1"], stopped_at=at, price_minor=4_200, person_id=cast.dora.pk)
    page = open_overview(cast, "dora")
    assert [figure["value"] for figure in page.context["own"]] == ["10.00\xa0kWh"]
    assert [row.charge_point for row in page.context["latest"]] == ["Gate 1"]
    assert figures(page) == []


def test_polling_gets_the_live_part_alone_and_304_while_nothing_changes(cast, network):
    ada = cast.client("ada")
    part = ada.get("/", headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    again = ada.get("/", headers={"HX-Request": "true", "If-None-Match": part["ETag"]})
    assert again.status_code == 304
    make_charge(network["Quay 1"], power_w=11_000)
    assert ada.get("/", headers={"HX-Request": "true", "If-None-Match": part["ETag"]}).status_code == 200


def test_the_overview_reads_the_roll_up_in_a_fixed_number_of_queries(cast, network, django_assert_num_queries):
    ada = cast.client("ada")
    ada.get("/")
    for number in range(5):
        point = make_charge_point(f"Pier {number}", cast.harbour)
        operations.count_charges([make_settled(point).pk])
    with django_assert_num_queries(QUERIES):
        ada.get("/")


def test_a_team_page_shows_its_last_thirty_days_to_whom_they_are_meant(cast, network):
    for who, shown in (("ada", True), ("tom", True), ("dora", False)):
        cards = "".join(cast.client(who).get(f"/teams/{cast.harbour.pk}").context["cards"])
        assert ("Energy, last 30 days" in cards, "Charge points" in cards) == (shown, True)


def test_a_transfer_leaves_the_figures_with_the_owner_they_were_made_for(cast, network):
    ChargePoint.objects.filter(name="Quay 1").update(team=cast.garden, operator=cast.southwind)
    assert ChargePointDay.objects.filter(team_id=cast.harbour.pk).count() == 2
    assert values(open_overview(cast, "tom"), "Energy today") == ["20.00 kWh"]
