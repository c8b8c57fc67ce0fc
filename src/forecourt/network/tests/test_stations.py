"""Stations, their credentials and connections; many at once; imports."""

import json
from argparse import Namespace
from datetime import timedelta

import psycopg
import pytest
from django.db import connection

from forecourt.access import Actor
from forecourt.audit.tests.factories import recorded
from forecourt.kit.errors import Invalid
from forecourt.kit.secrets import keyed_hash
from forecourt.network import operations, queries
from forecourt.network.intents import LinkIntent
from forecourt.network.models import ChargePoint, Integration, Station
from forecourt.network.tests.factories import AT, make_charge_point, make_model, make_site, make_station
from forecourt.pricing.tests.factories import make_price_group
from forecourt.project import stations_command
from forecourt.project.refusal import Refusal

SYSTEM = Actor.system("test")


def connecting(identity):
    found = queries.station_for_connection(identity)
    assert found is not None
    return found


def create(team, identity="CP-1", **fields):
    return operations.create_station(actor=SYSTEM, team=team, identity=identity, at=AT, **fields)


def connect(charge_point, station, number=1, at=AT):
    return operations.connect_charge_point(actor=SYSTEM, charge_point=charge_point, station=station, number=number, at=at)


def test_a_new_station_may_connect_with_its_password_alone(cast):
    new = create(cast.harbour)
    found = connecting("CP-1")
    assert found.password_hash == keyed_hash(new.password, purpose="station-password")
    assert (found.id, found.team_id, len(new.password)) == (new.station.pk, cast.harbour.pk, 20)
    assert queries.station_for_connection("cp-1") is None


def test_a_rotated_password_ends_the_old_one(cast):
    new = create(cast.harbour)
    secret = operations.rotate_password(actor=SYSTEM, station=new.station, at=AT)
    assert secret != new.password
    assert connecting("CP-1").password_hash == keyed_hash(secret, purpose="station-password")


def test_an_identity_is_free_again_only_when_its_station_is_deleted(cast):
    station = create(cast.harbour).station
    with pytest.raises(operations.IdentityTaken):
        create(cast.gate)
    operations.delete_station(actor=SYSTEM, station=station, at=AT)
    assert queries.station_for_connection("CP-1") is None
    assert create(cast.gate).station.team_id == cast.gate.pk


@pytest.mark.parametrize("identity", ["", "a/b", "x" * 49])
def test_an_identity_that_cannot_stand_in_a_url_is_refused(cast, identity):
    with pytest.raises(Invalid):
        create(cast.harbour, identity)


def test_connecting_mirrors_the_integration_and_moving_keeps_the_history(cast):
    charge_point, first, second = (
        make_charge_point("Quay 1", cast.harbour),
        create(cast.harbour).station,
        create(cast.harbour, "CP-2").station,
    )
    one = connect(charge_point, first)
    assert connect(charge_point, first).pk == one.pk
    connect(charge_point, second, 2, at=AT + timedelta(minutes=1))
    charge_point.refresh_from_db()
    assert (charge_point.station, charge_point.number, charge_point.state) == (second, 2, "disconnected")
    assert list(Integration.objects.order_by("pk").values_list("station__identity", "number", "deleted_at")) == [
        ("CP-1", 1, AT + timedelta(minutes=1)),
        ("CP-2", 2, None),
    ]


def test_connecting_to_a_connected_station_is_active_at_once(cast):
    station = create(cast.harbour).station
    operations.link_stations([LinkIntent(station.pk, 7, 1, AT)])
    assert connect(make_charge_point("Quay 1", cast.harbour), station).active_at == AT


def test_a_number_is_taken_once(cast):
    station = create(cast.harbour).station
    connect(make_charge_point("Quay 1", cast.harbour), station)
    with pytest.raises(operations.NumberTaken):
        connect(make_charge_point("Quay 2", cast.harbour), station)
    with pytest.raises(Invalid):
        connect(make_charge_point("Quay 3", cast.harbour), station, 0)


def test_station_and_charge_point_are_of_one_team(cast):
    with pytest.raises(operations.OtherTeam):
        connect(make_charge_point("Quay 1", cast.hotel), create(cast.harbour).station)


def test_a_disconnected_charge_point_is_passive(cast):
    charge_point = make_charge_point("Quay 1", cast.harbour, station=make_station("CP-1", cast.harbour))
    operations.disconnect_charge_point(actor=SYSTEM, charge_point=charge_point, at=AT)
    operations.disconnect_charge_point(actor=SYSTEM, charge_point=charge_point, at=AT)
    charge_point.refresh_from_db()
    assert (charge_point.station, charge_point.state) == (None, "passive")
    assert Integration.objects.get().deleted_at == AT


def test_what_charging_needs_falls_back_to_the_team(cast):
    station = make_station("CP-1", cast.harbour)
    charge_point = make_charge_point("Quay 1", cast.harbour, station=station)
    served = queries.charge_points_of([(station.pk, 1), (station.pk, 2)])
    assert list(served) == [(station.pk, 1)]
    row = served[station.pk, 1]
    assert (row.id, row.country_id, row.currency) == (charge_point.pk, cast.northwind.country_id, "DKK")
    assert queries.charge_points_by_id([charge_point.pk]) == {charge_point.pk: row}


def test_gateways_hear_of_changed_credentials(own_database):
    from tests.cast import assemble

    team = assemble().harbour
    with psycopg.connect(own_database, autocommit=True) as listener:
        listener.execute("LISTEN forecourt_station")
        station = create(team).station
        operations.rotate_password(actor=SYSTEM, station=station, at=AT)
        operations.delete_station(actor=SYSTEM, station=station, at=AT)
        told = [notice.payload for notice in listener.notifies(timeout=5, stop_after=3)]
    assert told == ["CP-1"] * 3
    connection.close()


def add(team, *identities, **fields):
    return operations.add_stations(actor=SYSTEM, team=team, identities=identities, model=make_model(), at=AT, **fields)


def test_stations_in_bulk_are_like_those_made_one_by_one(cast):
    first, second = add(cast.harbour, "B00000", "B00001")
    assert first.password != second.password
    charge_point = ChargePoint.objects.get(pk=second.charge_point_id)
    assert (charge_point.station_id, charge_point.number, charge_point.name) == (second.station_id, 1, "B00001")
    assert (charge_point.evse_id, charge_point.state) == (f"DK*FCT*E{charge_point.pk}", "disconnected")
    assert charge_point.connectors.get().connector_type.identifier == "type2"
    assert charge_point.integrations.get().station_id == second.station_id
    assert connecting("B00001").password_hash == keyed_hash(second.password, purpose="station-password")


@pytest.mark.parametrize(
    ("identities", "error"),
    [(("B 1",), Invalid), (("CP-1", "B1"), operations.IdentityTaken), (("B1", "B1"), operations.IdentityTaken)],
)
def test_stations_in_bulk_are_all_or_none(cast, identities, error):
    make_station("CP-1", cast.harbour)
    with pytest.raises(error):
        add(cast.harbour, *identities)
    assert Station.objects.count() == 1


def test_the_command_writes_what_the_simulator_reads(cast, tmp_path):
    options = Namespace(count=2, prefix="P", team=cast.harbour.pk, password="w" * 16, output=tmp_path / "stations.json")
    assert stations_command.run(options) == 0
    rows = json.loads(options.output.read_text())
    ids = list(ChargePoint.objects.order_by("pk").values_list("pk", flat=True))
    assert rows[1] == {
        "identity": "P00001", "password": "w" * 16, "protocol": "ocpp1.6", "teamId": cast.harbour.pk, "chargePointId": ids[1],
        "chargePoints": [{"connectorId": 1, "chargePointId": ids[1]}],
    }  # fmt: skip


@pytest.mark.parametrize("change", [{"count": 0}, {"team": 0}, {"prefix": "a b"}])
def test_the_command_refuses_what_cannot_be_and_makes_nothing(cast, tmp_path, change):
    given = {"count": 1, "prefix": "P", "team": cast.harbour.pk, "password": None, "output": tmp_path / "out.json", **change}
    with pytest.raises(Refusal):
        stations_command.run(Namespace(**given))
    assert not Station.objects.exists()
    assert not (tmp_path / "out.json").exists()


CSV = """name;site;max_kw;model;partner_external_id
Quay 1;Havnegade;7,4;zaptec-pro;a-1
Quay 2;Nowhere;;zaptec-pro;a-2
;;;zaptec-pro;a-3
Quay 4;;much;zaptec-pro;a-4
""".encode("utf-8-sig")


def read(team, content=CSV, *, is_dry_run=False):
    return operations.import_charge_points(actor=SYSTEM, team=team, content=content, is_dry_run=is_dry_run, at=AT)


def test_a_dry_run_says_what_would_happen_and_changes_nothing(cast):
    make_site("Havnegade", cast.harbour)
    report = read(cast.harbour, is_dry_run=True)
    assert (report.created, report.failed) == (1, 3)
    assert [(line, column) for line, column, _says in report.problems] == [(3, "site"), (4, "name"), (5, "max_kw")]
    assert not ChargePoint.objects.exists()


def test_an_import_makes_the_good_rows_and_finds_them_again(cast):
    site = make_site("Havnegade", cast.harbour)
    assert read(cast.harbour).created == 1
    made = ChargePoint.objects.get()
    assert (made.max_w, made.site, made.visibility) == (7400, site, "private")
    again = read(cast.harbour)
    assert (again.created, again.updated, again.skipped) == (0, 0, 1)
    assert read(cast.harbour, b"name,partner_external_id\nQuay 1b,a-1\n").updated == 1
    assert ChargePoint.objects.get().name == "Quay 1b"


@pytest.mark.parametrize("content", [b"", b"name,colour\nx,red\n", b"site\nx\n", b"name\n\xff\xfe\n"])
def test_a_file_that_cannot_be_read_is_refused(cast, content):
    with pytest.raises(Invalid):
        read(cast.harbour, content)


def test_a_station_is_renamed_to_what_no_living_station_has(cast):
    station, _ = make_station("CP-1", cast.harbour), make_station("CP-2", cast.gate)
    operations.rename_station(actor=SYSTEM, station=station, identity=" CP-3 ", at=AT)
    assert connecting("CP-3").id == station.pk
    assert queries.station_for_connection("CP-1") is None
    with pytest.raises(operations.IdentityTaken):
        operations.rename_station(actor=SYSTEM, station=station, identity="CP-2", at=AT)
    with pytest.raises(Invalid):
        operations.rename_station(actor=SYSTEM, station=station, identity="C P", at=AT)
    assert connecting("CP-3").id == station.pk


ROLL_OUT = b"""name,model,identity,connector,price_group,is_free,is_reservable,reservation_minutes,partner_external_id
Quay 1,zaptec-pro,BOX-1,1,Day,no,yes,20,a-1
Quay 2,zaptec-pro,BOX-1,2,,yes,,,a-2
Quay 3,zaptec-pro,THEIRS,1,,,,,a-3
Quay 4,zaptec-pro,OLD,1,,,,,a-4
Quay 5,zaptec-pro,BOX-1,2,,,,,a-5
Quay 6,zaptec-pro,BOX 6,1,,,,,a-6
Quay 7,zaptec-pro,,3,,,,,a-7
Quay 8,zaptec-pro,BOX-8,one,,,,,a-8
Quay 9,zaptec-pro,BOX-9,1,Night,,,,a-9
Quay 10,zaptec-pro,BOX-9,1,,perhaps,,,a-10
"""


def test_an_import_connects_stations_and_hands_out_the_passwords_of_new_ones(cast):
    day = make_price_group("Day", cast.harbour)
    old = make_station("OLD", cast.harbour)
    make_station("THEIRS", cast.gate)
    tried = read(cast.harbour, ROLL_OUT, is_dry_run=True)
    assert (tried.created, Station.objects.count(), [identity for identity, _ in tried.stations]) == (3, 2, ["BOX-1"])
    report = read(cast.harbour, ROLL_OUT)
    assert [(line, column) for line, column, _says in report.problems] == [
        (4, "identity"), (6, "connector"), (7, "identity"), (8, "identity"), (9, "connector"), (10, "price_group"), (11, "is_free"),
    ]  # fmt: skip
    ((identity, password),) = report.stations
    box = Station.objects.get(identity=identity)
    assert box.password_hash == keyed_hash(password, purpose="station-password")
    points = {point.name: point for point in ChargePoint.objects.all()}
    assert {name: (point.station_id, point.number) for name, point in points.items()} == {
        "Quay 1": (box.pk, 1), "Quay 2": (box.pk, 2), "Quay 4": (old.pk, 1),
    }  # fmt: skip
    first, second = points["Quay 1"], points["Quay 2"]
    assert (first.price_group, first.is_free, first.is_reservable, first.reservation_minutes) == (day, False, True, 20)
    assert (second.price_group, second.is_free, second.is_reservable) == (None, True, False)
    again = read(cast.harbour, ROLL_OUT)
    assert (again.created, again.updated, again.skipped, again.failed, again.stations) == (0, 0, 3, 7, [])


def test_connecting_and_disconnecting_is_in_the_audit_log_of_the_owner(cast):
    charge_point = make_charge_point("Quay 1", cast.harbour)
    station = make_station("CP-9", cast.harbour)
    operations.connect_charge_point(actor=cast.actor("ada"), charge_point=charge_point, station=station, number=2, at=AT)
    event = recorded(entity_type="Integration")[-1]
    assert (event.action, event.actor_name, event.changes["number"]) == ("created", "Ada Test", [None, 2])
    assert (event.organisation_id, event.team_id) == (cast.northwind.organisation_id, cast.harbour.pk)
    operations.disconnect_charge_point(actor=cast.actor("ada"), charge_point=charge_point, at=AT)
    assert recorded(entity_type="Integration")[-1].action == "deleted"
