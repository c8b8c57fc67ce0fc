"""What meter values do to a charge, on the database."""

from typing import Any

import pytest
from django.db.models.expressions import RawSQL

from forecourt.charging import operations, queries
from forecourt.charging.intents import Reading, Sample
from forecourt.charging.models import Charge, MeterValue, RunningMeter, SignedReading
from forecourt.charging.operations import remembered
from forecourt.charging.tests.factories import AT, make_place, meter, minutes, start, started, stop
from forecourt.network.intents import StatusChange
from forecourt.network.models import Command
from forecourt.network.tests.factories import make_charge_point, make_station


def test_meter_values_move_the_charge(cast):
    place = make_place(cast)
    transaction = start(place).transaction_id
    operations.record_meters([meter(place.station, transaction, 2500, at=minutes(10), Power="7400", SoC="55.5")], recorded_at=minutes(10))
    charge = Charge.objects.get()
    assert (charge.meter.wh, charge.meter.at, charge.meter.power_w, str(charge.meter.soc_percent)) == (2500, minutes(10), 7400, "55.50")
    assert MeterValue.objects.get().samples[0]["value"] == "2500"


@pytest.fixture
def metered(cast, django_capture_on_commit_callbacks) -> Any:
    """A place, its transaction, and a way to send a reading that is committed."""
    place = make_place(cast)
    transaction = start(place).transaction_id

    def send(wh: int, *, at: float, **more: str) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            operations.record_meters([meter(place.station, transaction, wh, at=minutes(at), **more)], recorded_at=minutes(at))

    return send


def test_meter_values_of_a_charge_that_is_remembered_do_not_read_it(metered, monkeypatch):
    metered(1500, at=5)
    monkeypatch.setattr(remembered, "metered_charges", None)
    metered(1600, at=6)
    assert RunningMeter.objects.get().wh == 1600


def test_a_charge_that_was_changed_since_its_last_meter_values_is_judged_as_it_is_now(metered):
    metered(1500, at=5)
    RunningMeter.objects.update(wh=2400)
    Charge.objects.update(limit_wh=1400)
    metered(2000, at=6)
    assert RunningMeter.objects.get().wh == 2400
    assert Command.objects.filter(action="stop").count() == 1


def test_a_charge_that_was_stopped_since_its_last_meter_values_is_not_moved(metered):
    metered(1500, at=5)
    Charge.objects.update(stopped_at=minutes(6), state="stopped")
    metered(2000, at=7)
    assert RunningMeter.objects.get().wh == 1500


def test_a_charge_that_another_process_has_followed_meanwhile_is_judged_as_it_is_now(metered):
    metered(1500, at=5)
    RunningMeter.objects.update(wh=2400, at=minutes(8))
    metered(2000, at=7)
    assert RunningMeter.objects.values_list("wh", "at").get() == (2400, minutes(8))


def test_a_pause_that_the_station_told_meanwhile_is_ended_by_power(metered):
    metered(1500, at=5, Power="7000")
    charge = Charge.objects.get()
    told = StatusChange(
        charge.charge_point_id, charge.station_id or 0, 1, "Charging", "SuspendedEV", "NoError", minutes(6), "busy-non-charging"
    )
    operations.follow_statuses([told], recorded_at=minutes(6))
    assert (Charge.objects.get().state, RunningMeter.objects.get().power_w) == ("paused", 0)
    metered(1600, at=7, Power="7000")
    assert (Charge.objects.get().state, RunningMeter.objects.get().power_w) == ("charging", 7000)


def test_a_charge_is_updated_by_its_meter_once_a_minute(metered):
    def place() -> Any:
        return Charge.objects.annotate(place=RawSQL("charging_charge.ctid::text", ())).get().place  # every UPDATE moves a row

    def is_updated(seconds: int) -> bool:
        before = place()
        metered(1500 + seconds, at=begun + seconds / 60)
        return bool(place() != before)

    begun = (Charge.objects.get().updated_at - AT).total_seconds() / 60
    assert [is_updated(seconds) for seconds in (30, 59, 61)] == [False, False, True]


def test_the_stop_takes_the_meter_away_and_keeps_the_battery(cast):
    place = make_place(cast)
    transaction = start(place).transaction_id
    operations.record_meters([meter(place.station, transaction, 2500, at=minutes(10), SoC="55.5")], recorded_at=minutes(10))
    operations.stop_charges([stop(place.station, transaction, 2400, at=minutes(20))], recorded_at=minutes(20))
    charge = Charge.objects.get()
    assert (charge.running_meter, charge.energy_wh, charge.is_suspicious, str(charge.soc_percent)) == (None, 1400, True, "55.50")
    operations.record_meters([meter(place.station, transaction, 2600, at=minutes(15))], recorded_at=minutes(21))
    assert not RunningMeter.objects.exists()


def test_what_a_sample_leaves_out_has_the_standards_default(cast):
    place = make_place(cast)
    charge = started(place)
    MeterValue.objects.create(
        id=1, charge_id=charge.pk, at=minutes(10), recorded_at=AT, station_id=place.station.pk, samples=[{"value": "2500"}]
    )
    assert queries.meter_values(charge)[0].samples[0]["unit"] == "Wh"
    operations.stop_charges([stop(place.station, charge.transaction_id, 2500, at=minutes(20))], recorded_at=AT)
    assert Charge.objects.get().energy.wh == [750, 750, 0, 0]


def test_a_register_that_runs_backwards_is_kept_but_lowers_nothing(cast):
    place = make_place(cast)
    transaction = start(place).transaction_id
    for moment, wh in ((10, 2500), (11, 900), (12, 2400)):
        operations.record_meters([meter(place.station, transaction, wh, at=minutes(moment))], recorded_at=minutes(moment))
    assert RunningMeter.objects.get().wh == 2500
    assert MeterValue.objects.count() == 3


def test_a_late_sample_is_history_for_power_but_not_for_the_register(cast):
    place = make_place(cast)
    transaction = start(place).transaction_id
    late = meter(place.station, transaction, 1500, at=minutes(5), Power="11000")
    operations.record_meters([meter(place.station, transaction, 2500, at=minutes(10), Power="7400")], recorded_at=minutes(10))
    operations.record_meters([late], recorded_at=minutes(11))
    charge = Charge.objects.get()
    assert (charge.meter.power_w, charge.meter.wh, charge.meter.at) == (7400, 2500, minutes(10))


def test_an_absurd_jump_is_flagged_and_not_believed(cast):
    place = make_place(cast)
    transaction = start(place).transaction_id
    operations.record_meters([meter(place.station, transaction, 4_294_967_295, at=minutes(1))], recorded_at=minutes(1))
    charge = Charge.objects.get()
    assert (charge.is_suspicious, charge.energy_wh) == (True, 0)


def test_another_stations_transaction_is_refused_and_nothing_is_stored(cast):
    place, stranger = make_place(cast), make_station("STRANGER", cast.gate)
    make_charge_point("Stranger 1", cast.gate, station=stranger)
    transaction = start(place).transaction_id
    metered = operations.record_meters([meter(stranger, transaction, 9000, at=minutes(5))], recorded_at=minutes(5))[0]
    stopped = operations.stop_charges([stop(stranger, transaction, 9000, at=minutes(6))], recorded_at=minutes(6))[0]
    charge = Charge.objects.get()
    assert metered.refused
    assert stopped.refused
    assert (charge.state, charge.energy_wh, charge.stopped_at) == ("charging", 0, None)
    assert not MeterValue.objects.exists()


def test_values_without_a_transaction_are_kept_with_the_charge_point(cast):
    place = make_place(cast)
    operations.record_meters([meter(place.station, None, 5, at=AT), meter(place.station, None, 6, at=AT, number=0)], recorded_at=AT)
    assert sorted((row.charge_point_id, row.charge_id) for row in MeterValue.objects.all() if row.charge_point_id) == [(place.point.pk, 0)]
    assert MeterValue.objects.count() == 2


def test_text_that_the_database_cannot_hold_fails_alone(cast):
    place = make_place(cast)
    transaction = start(place).transaction_id
    bad = meter(place.station, transaction, at=minutes(1), SoC="4\x002")
    answers = operations.record_meters([meter(place.station, transaction, 1100, at=minutes(2)), bad], recorded_at=minutes(2))
    assert [bool(answer.refused) for answer in answers] == [False, True]
    assert RunningMeter.objects.get().wh == 1100


def test_zero_power_pauses_and_power_resumes(cast):
    place = make_place(cast)
    transaction = start(place).transaction_id
    operations.record_meters([meter(place.station, transaction, 2000, at=minutes(5), Power="0")], recorded_at=minutes(5))
    assert (Charge.objects.get().state, Charge.objects.get().charging_ended_at) == ("paused", minutes(5))
    operations.record_meters([meter(place.station, transaction, 2100, at=minutes(6), Power="3000")], recorded_at=minutes(6))
    assert (Charge.objects.get().state, Charge.objects.get().charging_ended_at) == ("charging", None)


@pytest.mark.parametrize(
    ("limit", "sample"),
    [({"limit_wh": 1000}, {"wh": 2000}), ({"limit_soc_percent": 80}, {"SoC": "80"}), ({"limit_price_minor": 250}, {"wh": 2000})],
)
def test_the_first_limit_reached_asks_the_station_to_stop_once(cast, limit, sample):
    place = make_place(cast)
    transaction = start(place).transaction_id
    Charge.objects.update(**limit)
    for moment in (10, 11):
        operations.record_meters([meter(place.station, transaction, at=minutes(moment), **sample)], recorded_at=minutes(moment))
    command = Command.objects.get()
    assert (command.action, command.key) == ("stop", f"stop:{Charge.objects.get().pk}")
    assert Charge.objects.get().state == "stopping"


def test_below_the_limits_nothing_is_asked(cast):
    place = make_place(cast)
    transaction = start(place).transaction_id
    Charge.objects.update(limit_wh=1001, limit_soc_percent=81, limit_price_minor=251)
    operations.record_meters([meter(place.station, transaction, 2000, at=minutes(10), SoC="80")], recorded_at=minutes(10))
    assert not Command.objects.exists()


def test_time_costs_too_so_a_price_limit_is_asked_for_without_a_sample(cast):
    place = make_place(cast, components=({"type": "min", "price": "1"},))
    start(place)
    Charge.objects.update(limit_price_minor=2000)
    operations.stop_at_price_limits(at=minutes(19))
    assert not Command.objects.exists()
    for moment in (20, 21):
        operations.stop_at_price_limits(at=minutes(moment))
    assert (Command.objects.get().action, Charge.objects.get().state) == ("stop", "stopping")


def test_signed_readings_are_kept_byte_for_byte_and_once(cast):
    place = make_place(cast)
    transaction = start(place).transaction_id
    text = 'OCMF|{"FV":"1.0","RD":[{"RV":1.000,"RU":"kWh"}]}|{"SD":"3045\\u00e6"}'
    reading = Reading(AT, (Sample(text, format="SignedData", context="Transaction.Begin"),))
    intent = meter(place.station, transaction, at=AT)
    signed = type(intent)(intent.station_id, 1, transaction, (reading,))
    operations.record_meters([signed], recorded_at=AT)
    operations.record_meters([signed], recorded_at=AT)
    kept = SignedReading.objects.get()
    assert (kept.value, kept.format, kept.context) == (text, "OCMF", "Transaction.Begin")
