"""What stations report, on the real database: what happened, and what did not."""

from datetime import timedelta

import pytest
from django.db import connection

from forecourt.network import operations
from forecourt.network.intents import BootIntent, Hold, LinkIntent, StatusIntent
from forecourt.network.models import ChargePoint, StatePeriod, StationLink
from forecourt.network.tests.factories import AT, make_charge_point, make_station

MINUTE = timedelta(minutes=1)


@pytest.fixture
def station(cast):
    return make_station("CP-1", cast.harbour)


@pytest.fixture
def charge_point(cast, station):
    return make_charge_point("Quay 1", cast.harbour, station=station)


def link(station, at=AT, *, session=1, gateway_id=7):
    return LinkIntent(station.pk, gateway_id, session, at, "192.0.2.1")


def status(station, word, at=AT, *, number=1, error="NoError"):
    return StatusIntent(station.pk, number, word, error, at)


def history(charge_point):
    rows = StatePeriod.objects.filter(charge_point=charge_point).order_by("from_at", "id")
    return [(row.state, row.cause, row.from_at, row.until_at) for row in rows]


def say(*statuses, recorded_at=AT + timedelta(days=1)):
    return operations.record_statuses(statuses, recorded_at=recorded_at)


def test_from_plug_in_to_plug_out_every_period_is_kept(station, charge_point):
    operations.link_stations([link(station)])
    changes = say(status(station, "Available", AT + MINUTE), status(station, "Preparing", AT + 2 * MINUTE))
    say(status(station, "Charging", AT + 3 * MINUTE))
    assert [(change.before, change.after, change.state) for change in changes] == [
        (None, "Available", "available"),
        ("Available", "Preparing", "busy"),
    ]
    assert history(charge_point) == [
        ("other", "no status yet", AT, AT + MINUTE),
        ("available", "Available", AT + MINUTE, AT + 2 * MINUTE),
        ("busy", "Preparing", AT + 2 * MINUTE, AT + 3 * MINUTE),
        ("busy-charging", "Charging", AT + 3 * MINUTE, None),
    ]
    charge_point.refresh_from_db()
    assert (charge_point.state, charge_point.state_since, charge_point.is_cable_plugged_in) == ("busy-charging", AT + 3 * MINUTE, True)


def test_a_status_said_twice_is_no_news(station, charge_point):
    operations.link_stations([link(station)])
    assert len(say(status(station, "Available"))) == 1
    before = history(charge_point)
    assert say(status(station, "Available"), status(station, "Available", AT + MINUTE)) == []
    assert history(charge_point) == before


def test_an_older_status_changes_neither_state_nor_history(station, charge_point):
    operations.link_stations([link(station)])
    say(status(station, "Charging", AT + 5 * MINUTE))
    before = history(charge_point)
    assert say(status(station, "Faulted", AT + MINUTE)) == []
    charge_point.refresh_from_db()
    assert (charge_point.state, history(charge_point)) == ("busy-charging", before)


def test_a_time_ahead_of_ours_counts_as_ours_and_blocks_nothing(station, charge_point):
    operations.link_stations([link(station)])
    say(status(station, "Charging", AT + timedelta(days=36_500)), recorded_at=AT + MINUTE)
    say(status(station, "Available", AT + 2 * MINUTE), recorded_at=AT + 2 * MINUTE)
    charge_point.refresh_from_db()
    assert charge_point.state == "available"


def test_a_number_that_no_charge_point_has_is_passed_over(station, charge_point):
    assert say(status(station, "Available", number=9)) == []


def test_the_station_as_a_whole_counts_for_all_its_idle_charge_points(cast, station, charge_point):
    other = make_charge_point("Quay 2", cast.harbour, station=station, number=2)
    operations.link_stations([link(station)])
    say(status(station, "Available"), status(station, "Charging", number=2))
    say(status(station, "Faulted", AT + MINUTE, number=0, error="PowerMeterFailure"))
    states = dict(ChargePoint.objects.values_list("pk", "state"))
    assert states == {charge_point.pk: "error", other.pk: "busy-charging"}
    assert history(charge_point)[-1][:3] == ("error", "PowerMeterFailure", AT + MINUTE)


def test_a_closed_socket_disconnects_and_a_new_one_restores(station, charge_point):
    operations.link_stations([link(station)])
    say(status(station, "Available", AT + MINUTE))
    assert operations.unlink_stations([link(station, AT + 2 * MINUTE)]) == [True]
    assert history(charge_point)[-1] == ("disconnected", "connection lost", AT + 2 * MINUTE, None)
    assert operations.unlink_stations([link(station, AT + 3 * MINUTE)]) == [False]
    assert operations.link_stations([link(station, AT + 4 * MINUTE, session=2)]) == [True]
    assert history(charge_point)[-1] == ("available", "Available", AT + 4 * MINUTE, None)


def test_a_late_end_of_a_session_that_was_taken_over_changes_nothing(station, charge_point):
    operations.link_stations([link(station), link(station, AT + MINUTE, session=2, gateway_id=8)])
    assert operations.unlink_stations([link(station, AT + 2 * MINUTE)]) == [False]
    assert operations.link_stations([link(station, AT + 2 * MINUTE)]) == [False]
    now = StationLink.objects.get(station=station)
    assert (now.gateway_id, now.session, now.disconnected_at) == (8, 2, None)


def test_a_status_while_disconnected_is_kept_for_the_return(station, charge_point):
    say(status(station, "Finishing", AT + MINUTE))
    charge_point.refresh_from_db()
    assert (charge_point.state, charge_point.ocpp_status) == ("disconnected", "Finishing")
    operations.link_stations([link(station, AT + 2 * MINUTE)])
    charge_point.refresh_from_db()
    assert charge_point.state == "busy-non-released"


def test_the_first_link_activates_the_integration(station, charge_point):
    operations.link_stations([link(station)])
    operations.link_stations([link(station, AT + MINUTE, session=2)])
    assert charge_point.integrations.get().active_at == AT


def test_a_dead_gateway_frees_its_stations_and_no_others(cast, station, charge_point):
    elsewhere = make_station("CP-2", cast.harbour)
    operations.link_stations([link(station), link(elsewhere, gateway_id=8)])
    assert operations.release_dead_gateways(gateway_ids=[7], at=AT + MINUTE) == 1
    assert operations.release_dead_gateways(gateway_ids=[7], at=AT + 2 * MINUTE) == 0
    assert StationLink.objects.get(station=elsewhere).gateway_id == 8
    assert history(charge_point)[-1] == ("disconnected", "connection lost", AT + MINUTE, None)


def test_a_boot_tells_about_the_station_and_an_older_one_nothing(station):
    boot = BootIntent(station.pk, AT, "Zaptec", "Pro", serial_number="ZAP1", firmware_version="2.0")
    operations.record_boots([boot, BootIntent(station.pk, AT - MINUTE, "Old", "Old", firmware_version="1.0")])
    operations.record_boots([BootIntent(station.pk, AT - MINUTE, "Old", "Old", firmware_version="1.0")])
    station.refresh_from_db()
    assert (station.reported_vendor, station.serial_number, station.firmware_version, station.booted_at) == ("Zaptec", "ZAP1", "2.0", AT)


def test_a_held_charge_point_is_reserved_until_it_is_let_go(station, charge_point):
    operations.link_stations([link(station)])
    say(status(station, "Available"))
    operations.hold_charge_points([Hold(charge_point.pk, "reserved", AT + MINUTE)])
    charge_point.refresh_from_db()
    assert charge_point.state == "busy-reserved"
    operations.hold_charge_points([Hold(charge_point.pk, None, AT + 2 * MINUTE)])
    charge_point.refresh_from_db()
    assert charge_point.state == "available"


def test_a_batch_of_statuses_takes_a_fixed_number_of_statements(cast, django_assert_num_queries):
    stations = [make_station(f"B-{number}", cast.harbour) for number in range(20)]
    for one in stations:
        make_charge_point(one.identity, cast.harbour, station=one)
    operations.link_stations([link(one) for one in stations])
    with django_assert_num_queries(8):  # savepoint, find, lock, read, write, close and open periods, savepoint
        say(*(status(one, "Available", AT + MINUTE) for one in stations))


def trigger_columns(name: str) -> set[str]:
    """The columns whose UPDATE calls this trigger of the charge points."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT a.attname FROM pg_trigger t JOIN pg_attribute a ON a.attrelid = t.tgrelid AND a.attnum = ANY(t.tgattr)
               WHERE t.tgrelid = 'network_chargepoint'::regclass AND t.tgname = %s""",
            [name],
        )
        return {column for (column,) in cursor.fetchall()}


@pytest.mark.django_db
def test_every_column_that_stations_do_not_report_is_audited_and_touches() -> None:
    columns = {field.column for field in ChargePoint._meta.concrete_fields}
    reported = {
        "state",
        "state_since",
        "ocpp_status",
        "ocpp_error_code",
        "ocpp_status_at",
        "is_cable_plugged_in",
        "last_meter_wh",
        "held_for",
    }
    assert trigger_columns("audit") == columns - reported - {"created_at", "updated_at"}
    assert trigger_columns("touch") == columns - {"last_meter_wh"}
