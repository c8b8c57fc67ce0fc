"""Charge points and sites: what people do with them."""

import pytest

from forecourt.access import Actor
from forecourt.kit import registries
from forecourt.kit.errors import Invalid, NotFound
from forecourt.network import operations
from forecourt.network.models import ChargePoint, Integration, Site, StatePeriod, Station
from forecourt.network.operations.gathering import default_groups
from forecourt.network.tests.factories import AT, make_charge_point, make_key, make_model, make_site, make_station
from forecourt.pricing.models import PriceGroup
from forecourt.pricing.tests.factories import make_price_group

SYSTEM = Actor.system("test")


def create(team, **values):
    site, model = values.pop("site", None), values.pop("model", make_model())
    values = {"name": "Quay 1", "visibility": "public", **values}
    return operations.create_charge_point(actor=SYSTEM, team=team, site=site, model=model, values=values, at=AT)


@pytest.fixture
def objection(monkeypatch):
    """Somebody minds: while a charge runs."""
    registry: registries.Registry[tuple[str, object]] = registries.Registry()
    monkeypatch.setattr("forecourt.network.operations.deleting.deletion_objections", registry)
    return lambda label: registry.add((label, lambda row: "A charge is running."))


def test_a_new_charge_point_takes_what_it_can_from_model_site_and_team(cast):
    site = make_site("Havnegade", cast.harbour, time_zone="Europe/Stockholm")
    made = create(cast.harbour, site=site, model=make_model("abb-terra-54-cj"))
    assert (made.type, made.max_w, made.state, made.active_at, made.time_zone) == ("dc", 50_000, "passive", AT, "Europe/Stockholm")
    assert made.evse_id == f"DK*FCT*E{made.pk}"
    assert [plug.connector_type.identifier for plug in made.connectors.order_by("ordinal")] == ["ccs2", "chademo"]
    assert StatePeriod.objects.get(charge_point=made).cause == "not connected to a station"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": " "}, "name"),
        ({"visibility": "secret"}, "visibility"),
        ({"max_w": 0}, "max_w"),
        ({"max_w": None}, "max_w"),
        ({"type": "x"}, "type"),
        ({"latitude": "91", "longitude": "0"}, "latitude"),
        ({"latitude": "1", "longitude": None}, "latitude"),
        ({"latitude": "NaN", "longitude": "1"}, "latitude"),
        ({"time_zone": "Mars"}, "time_zone"),
    ],
)
def test_bad_values_are_named_by_field_and_nothing_is_made(cast, values, field):
    with pytest.raises(Invalid) as caught:
        create(cast.harbour, **values)
    assert list(caught.value.fields) == [field]
    assert not ChargePoint.objects.exists()


def test_a_site_of_another_team_is_refused(cast):
    with pytest.raises(Invalid):
        create(cast.harbour, site=make_site("Elsewhere", cast.hotel))


def test_editing_changes_only_what_is_named(cast):
    made = create(cast.harbour, note="keep")
    operations.edit_charge_point(actor=SYSTEM, charge_point=made, values={"name": "Quay 2", "is_active": False}, at=AT)
    made.refresh_from_db()
    assert (made.name, made.note, made.active_at) == ("Quay 2", "keep", None)


def test_deleting_ends_the_integration_and_the_last_charge_point_takes_its_station(cast):
    station = make_station("CP-1", cast.harbour)
    first, second = (make_charge_point(f"Quay {n}", cast.harbour, station=station, number=n) for n in (1, 2))
    operations.delete_charge_point(actor=SYSTEM, charge_point=first, at=AT)
    assert Station.objects.get().deleted_at is None
    operations.delete_charge_point(actor=SYSTEM, charge_point=second, at=AT)
    operations.delete_charge_point(actor=SYSTEM, charge_point=second, at=AT)
    assert Station.objects.get().deleted_at == AT
    assert not Integration.objects.filter(deleted_at=None).exists()
    with pytest.raises(operations.Deleted):
        operations.edit_charge_point(actor=SYSTEM, charge_point=second, values={"name": "x"}, at=AT)


def test_a_running_charge_keeps_its_charge_point(cast, objection):
    objection("charge_point")
    made = create(cast.harbour)
    with pytest.raises(operations.Objected, match="A charge is running"):
        operations.delete_charge_point(actor=SYSTEM, charge_point=made, at=AT)
    made.refresh_from_db()
    assert made.deleted_at is None


def test_maintenance_shows_at_once_and_asks_the_station_once(cast):
    made = make_charge_point("Quay 1", cast.harbour, station=make_station("CP-1", cast.harbour))
    command = operations.set_maintenance(actor=SYSTEM, charge_point=made, is_on=True, at=AT)
    assert operations.set_maintenance(actor=SYSTEM, charge_point=made, is_on=True, at=AT) is None
    made.refresh_from_db()
    assert command is not None
    assert (made.state, command.payload) == ("maintenance", {"number": 1, "type": "inoperative"})
    operations.set_maintenance(actor=SYSTEM, charge_point=made, is_on=False, at=AT)
    made.refresh_from_db()
    assert (made.state, made.maintenance_at) == ("disconnected", None)


def test_an_exempt_charge_point(cast):
    made = create(cast.harbour)
    operations.set_exempt(actor=SYSTEM, charge_point=made, is_on=True, at=AT)
    made.refresh_from_db()
    assert made.state == "exempt"


def group(team, operator=None, **fields):
    operator = operator or team.operator
    fields = {"name": "Price", "type": "public", "currency": "DKK", **fields}
    return PriceGroup.objects.create(
        organisation_id=operator.organisation_id, operator=operator, team=team, country=operator.country, **fields
    )


def test_a_transfer_takes_the_whole_station_and_its_scope_along(cast):
    station = make_station("CP-1", cast.harbour)
    site, old, new = make_site("Havnegade", cast.harbour), group(cast.harbour), group(cast.garden, is_default=True)
    first, second = (make_charge_point(f"Quay {n}", cast.harbour, site=site, station=station, number=n, price_group=old) for n in (1, 2))
    moved = operations.transfer_charge_point(actor=SYSTEM, charge_point=first, team=cast.garden, at=AT)
    assert moved == [first.pk, second.pk]
    assert operations.transfer_charge_point(actor=SYSTEM, charge_point=first, team=cast.garden, at=AT) == []
    second.refresh_from_db()
    station.refresh_from_db()
    for row in (second, station):
        assert (row.team_id, row.operator_id, row.organisation_id) == (cast.garden.pk, cast.southwind.pk, cast.southwind.organisation_id)
    assert (second.site, second.price_group) == (None, new)


def test_a_charge_point_does_not_leave_its_organisation(cast):
    made = create(cast.harbour)
    with pytest.raises(operations.OtherOrganisation):
        operations.transfer_charge_point(actor=SYSTEM, charge_point=made, team=cast.gate, at=AT)
    made.refresh_from_db()
    assert made.team_id == cast.harbour.pk


def test_prices_are_set_on_charge_points_and_whole_sites(cast):
    site, price = make_site("Havnegade", cast.harbour), group(cast.harbour)
    alone, there = make_charge_point("Alone", cast.harbour), make_charge_point("There", cast.harbour, site=site)
    count = operations.apply_price_group(actor=cast.actor("ada"), price_group=price, charge_point_ids=[alone.pk], site_ids=[site.pk], at=AT)
    assert count == 2
    assert set(ChargePoint.objects.values_list("price_group", flat=True)) == {price.pk}
    assert ChargePoint.objects.get(pk=there.pk).cost_group is None


def test_prices_are_not_set_on_what_is_not_mine_nor_by_another_teams_group(cast):
    mine, price = make_charge_point("Mine", cast.harbour), group(cast.harbour)
    other = make_charge_point("Other", cast.hotel)
    with pytest.raises(NotFound):
        operations.apply_price_group(actor=cast.actor("tom"), price_group=price, charge_point_ids=[mine.pk, other.pk], at=AT)
    with pytest.raises(Invalid):
        operations.apply_price_group(actor=cast.actor("ada"), price_group=price, charge_point_ids=[other.pk], at=AT)
    assert not ChargePoint.objects.exclude(price_group=None).exists()


def test_deleting_a_site_leaves_its_charge_points_without_one(cast):
    site = make_site("Havnegade", cast.harbour)
    made = make_charge_point("Quay 1", cast.harbour, site=site)
    operations.delete_site(actor=SYSTEM, site=site, at=AT)
    made.refresh_from_db()
    assert (made.site, Site.objects.get().deleted_at) == (None, AT)


def test_a_site_is_checked_by_field(cast):
    with pytest.raises(Invalid) as caught:
        operations.create_site(actor=SYSTEM, team=cast.harbour, values={"classification": "moon"}, at=AT)
    assert set(caught.value.fields) == {"name", "visibility", "classification"}


def test_the_audit_log_names_who_changed_a_charge_point(cast):
    from forecourt.audit.tests.factories import recorded

    operations.edit_charge_point(actor=cast.actor("ada"), charge_point=create(cast.harbour), values={"name": "New"}, at=AT)
    event = recorded(entity_type="ChargePoint", action="updated")[-1]
    assert (event.actor_name, event.changes["name"]) == ("Ada Test", ["Quay 1", "New"])


def test_a_team_with_charge_points_or_keys_and_a_used_price_are_needed(cast):
    objections = dict(operations.OBJECTIONS)
    price = group(cast.harbour)
    assert (objections["team"](cast.harbour), objections["price_group"](price)) == (None, None)
    make_charge_point("Quay 1", cast.harbour, cost_group=price)
    make_key("04A1B2C3", cast.hotel)
    assert "charge points" in (objections["team"](cast.harbour) or "")
    assert "charge keys" in (objections["team"](cast.hotel) or "")
    assert "Price" in (objections["price_group"](price) or "")


def test_a_running_charge_keeps_its_connection_too(cast, objection):
    objection("integration")
    station = make_station("CP-1", cast.harbour)
    made = make_charge_point("Quay 1", cast.harbour, station=station)
    with pytest.raises(operations.Objected):
        operations.disconnect_charge_point(actor=SYSTEM, charge_point=made, at=AT)
    with pytest.raises(operations.Objected):
        operations.delete_station(actor=SYSTEM, station=station, at=AT)
    assert is_connected(made)


def is_connected(charge_point):
    return ChargePoint.objects.get(pk=charge_point.pk).station_id is not None and Station.objects.get().deleted_at is None


@pytest.mark.parametrize("whose", ["operator's", "Main account's"])
def test_a_new_charge_point_has_the_default_public_price_of_the_operator_or_its_main_account(cast, whose):
    team = cast.harbour if whose == "operator's" else cast.garden
    default = make_price_group("House price", cast.northwind, is_default=True)
    assert default_groups(team)["price_group"] == default
    own = make_price_group("Own price", team, is_default=True)
    assert default_groups(team)["price_group"] == own


def test_a_main_accounts_price_group_is_for_its_sub_accounts_charge_points_and_no_strangers(cast):
    shared = make_price_group("House price", cast.northwind)
    point = make_charge_point("Garden 1", cast.garden)
    assert operations.apply_price_group(actor=cast.actor("ada"), price_group=shared, charge_point_ids=[point.pk], site_ids=[], at=AT) == 1
    stranger = make_price_group("Gate price", cast.eastgate)
    with pytest.raises(Invalid):
        operations.apply_price_group(actor=cast.actor("ada"), price_group=stranger, charge_point_ids=[point.pk], site_ids=[], at=AT)
