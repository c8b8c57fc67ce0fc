"""What stations report, on the database: what happened, and what did not."""

from datetime import timedelta

import pytest

from forecourt.charging import operations
from forecourt.charging.intents import AuthorizeIntent, AuthStatus
from forecourt.charging.models import Charge, ChargeEnergy
from forecourt.charging.queries import running_cost
from forecourt.charging.tests.factories import AT, make_place, meter, minutes, start, started, stop
from forecourt.kit.money import Money
from forecourt.ledger import queries as ledger
from forecourt.network.intents import StatusChange
from forecourt.network.models import ChargePoint, Command
from forecourt.network.tests.factories import make_key

IDLE = ({"type": "kwh", "price": "2.5"}, {"type": "idle", "price": "1", "after_minutes": 15})


def status(place, after, *, at, before="Charging"):
    change = StatusChange(place.point.pk, place.station.pk, 1, before, after, "NoError", at, "busy")
    operations.follow_statuses([change], recorded_at=at)


def test_a_card_starts_a_charge_with_everything_it_is_priced_by(cast):
    place = make_place(cast)
    charge = started(place)
    assert (charge.state, charge.meter_start_wh, charge.auth_status, charge.type) == ("charging", 1000, "Accepted", "operator")
    assert (charge.price_version, charge.currency, str(charge.vat_rate)) == (place.prices.current_version, "DKK", "0.2500")
    assert (charge.payer_team, charge.team_id, charge.charge_key) == (cast.hotel, cast.harbour.pk, place.key)
    assert (charge.payment_method, charge.held_minor, charge.start_source) == ("team-has-fund", 5000, "cpi-auth-token")


def test_money_is_held_at_the_start(cast):
    place = make_place(cast)
    start(place)
    balance = ledger.balances([place.wallet.pk])[place.wallet.pk]
    assert (balance.funds_minor, balance.reserved_minor) == (5000, 5000)


def test_the_transaction_id_has_31_bits_and_is_digits(cast):
    transaction_id = start(make_place(cast)).transaction_id
    assert 0 < int(transaction_id) < 2**31


def test_the_same_start_gets_the_same_transaction_id_however_late_it_is_repeated(cast):
    place = make_place(cast)
    first = start(place)
    operations.stop_charges([stop(place.station, first.transaction_id, 2000, at=minutes(10))], recorded_at=minutes(10))
    again = operations.start_charges([place.start()], recorded_at=AT + timedelta(days=3))[0]
    assert again == first
    assert Charge.objects.count() == 1


def test_the_same_start_twice_in_one_batch_is_one_charge(cast):
    place = make_place(cast)
    first, second = operations.start_charges([place.start(), place.start()], recorded_at=AT)
    assert first == second
    assert Charge.objects.count() == 1


def test_a_start_on_a_running_charge_closes_that_one_first_and_settles_it(cast):
    place = make_place(cast)
    old = start(place)
    operations.record_meters([meter(place.station, old.transaction_id, 3000, at=minutes(20))], recorded_at=minutes(20))
    new = start(place, at=minutes(60), meter_wh=3500)
    closed = Charge.objects.get(pk=old.charge_id)
    assert (closed.state, closed.stop_reason, closed.meter_stop_wh, closed.stopped_at) == ("stopped", "superseded", 3000, minutes(20))
    assert ChargeEnergy.objects.filter(charge=closed).exists()
    assert Charge.objects.get(pk=new.charge_id).state == "charging"


def test_an_old_start_replayed_after_a_newer_one_leaves_it_running_and_still_takes_its_own_stop(cast):
    place = make_place(cast)
    newer = start(place, at=minutes(120), meter_wh=9000)
    old = start(place, at=AT, meter_wh=1000)
    operations.stop_charges([stop(place.station, old.transaction_id, 8000, at=minutes(90))], recorded_at=minutes(121))
    replayed = Charge.objects.get(pk=old.charge_id)
    assert (replayed.state, replayed.started_at, replayed.stopped_at, replayed.meter_stop_wh) == ("stopped", AT, minutes(90), 8000)
    assert replayed.released_at == minutes(90)
    assert Charge.objects.get(pk=newer.charge_id).stopped_at is None


def test_the_products_own_role_may_do_all_of_it(cast, as_product_role):
    place = make_place(cast)
    transaction = start(place).transaction_id
    operations.record_meters([meter(place.station, transaction, 2000, at=minutes(5), Power="0")], recorded_at=minutes(5))
    operations.stop_charges([stop(place.station, transaction, 2500, at=minutes(10))], recorded_at=minutes(10))
    status(place, "Available", at=minutes(11))
    assert sum(Charge.objects.get().energy.wh) == 1500


def test_replayed_offline_charges_keep_the_stations_own_times(cast):
    place = make_place(cast)
    three_days_later = AT + timedelta(days=3)
    outcome = operations.start_charges([place.start()], recorded_at=three_days_later)[0]
    assert outcome.transaction_id
    operations.stop_charges([stop(place.station, outcome.transaction_id, 4000, at=minutes(45))], recorded_at=three_days_later)
    charge = Charge.objects.get()
    assert (charge.started_at, charge.stopped_at, charge.stop_recorded_at) == (AT, minutes(45), three_days_later)


def test_an_unknown_key_is_recorded_flagged_unpaid_and_asked_to_stop(cast):
    place = make_place(cast)
    outcome = start(place, tag="DEADBEEF")
    charge = Charge.objects.get()
    assert outcome.status is AuthStatus.INVALID
    assert outcome.transaction_id
    assert (charge.state, charge.payer_team, charge.is_suspicious, charge.failure_reason) == ("stopping", None, True, "unknown-key")
    assert Command.objects.get(charge_id=charge.pk).payload == {"transaction_id": outcome.transaction_id}


def test_a_payer_without_funds_is_blocked_but_pays_for_what_is_delivered(cast):
    place = make_place(cast, funds_minor=4999)
    outcome = start(place)
    charge = Charge.objects.get()
    assert outcome.status is AuthStatus.BLOCKED
    assert (charge.payer_team, charge.held_minor, charge.failure_reason) == (cast.hotel, 0, "insufficient-funds")


def test_a_free_charge_point_needs_no_funds(cast):
    place = make_place(cast, funds_minor=0, is_free=True)
    charge = started(place)
    assert (charge.payment_method, charge.price_version, charge.auth_status) == ("free", None, "Accepted")


def test_a_start_on_a_charge_point_that_does_not_exist_is_refused(cast):
    place = make_place(cast)
    outcome = start(place, number=7)
    assert outcome.refused
    assert not Charge.objects.exists()


def test_two_starts_in_one_batch_on_one_charge_point_keep_their_order(cast):
    place = make_place(cast)
    operations.start_charges([place.start(), place.start(at=minutes(5), meter_wh=1200)], recorded_at=minutes(5))
    assert Charge.objects.order_by("id")[0].stop_reason == "superseded"
    assert Charge.objects.order_by("id")[1].state == "charging"


def test_a_bad_intent_fails_alone(cast):
    place, other = make_place(cast), make_place(cast, "ST-2", tag="04AABBCD")
    good, bad = operations.start_charges([place.start(), other.start(meter_wh=2**70)], recorded_at=AT)
    assert good.charge_id
    assert bad.refused
    assert Charge.objects.count() == 1


def test_a_stop_ends_the_charge_and_makes_it_ready_to_settle(cast):
    place = make_place(cast)
    transaction = start(place).transaction_id
    operations.stop_charges([stop(place.station, transaction, 6000, at=minutes(30), reason="EVDisconnected")], recorded_at=minutes(30))
    charge = Charge.objects.get()
    assert (charge.state, charge.meter_stop_wh, charge.stop_reason, charge.running_meter) == ("released", 6000, "EVDisconnected", None)
    assert sum(charge.energy.wh) == 5000


def test_a_stop_twice_returns_the_first_outcome_and_changes_nothing(cast):
    place = make_place(cast)
    transaction = start(place).transaction_id
    first = operations.stop_charges([stop(place.station, transaction, 6000, at=minutes(30))], recorded_at=minutes(30))
    again = operations.stop_charges([stop(place.station, transaction, 7000, at=minutes(31))] * 2, recorded_at=minutes(40))
    assert again == first * 2
    assert Charge.objects.get().meter_stop_wh == 6000


def test_a_meter_below_the_start_is_kept_billed_as_zero_and_flagged(cast):
    place = make_place(cast)
    transaction = start(place).transaction_id
    operations.stop_charges([stop(place.station, transaction, 400, at=minutes(30))], recorded_at=minutes(30))
    charge = Charge.objects.get()
    assert (charge.meter_stop_reported_wh, charge.meter_stop_wh, charge.is_suspicious) == (400, 1000, True)


def test_while_an_idle_fee_runs_on_the_charge_waits_for_the_release_of_the_cable(cast):
    place = make_place(cast, components=IDLE)
    transaction = start(place).transaction_id
    operations.stop_charges([stop(place.station, transaction, 6000, at=minutes(30))], recorded_at=minutes(30))
    assert not ChargeEnergy.objects.exists()
    status(place, "Finishing", at=minutes(31))
    assert Charge.objects.get().state == "stopped"
    status(place, "Available", at=minutes(90), before="Finishing")
    charge = Charge.objects.get()
    assert (charge.state, charge.released_at, sum(charge.energy.wh)) == ("released", minutes(90), 5000)


def test_the_price_goes_on_after_the_stop_while_the_idle_fee_runs(cast):
    place = make_place(cast, components=IDLE)
    transaction = start(place).transaction_id
    operations.stop_charges([stop(place.station, transaction, 6000, at=minutes(30))], recorded_at=minutes(30))
    charge = Charge.objects.get()
    shown = [running_cost(charge, at=minutes(moment)) for moment in (30, 50)]
    status(place, "Available", at=minutes(50), before="Finishing")
    charge.refresh_from_db()
    assert shown == [Money(1250, "DKK"), Money(1250 + 500, "DKK")]
    assert running_cost(charge, at=minutes(90)) == shown[1]


def test_a_cable_that_was_out_before_the_stop_was_told_costs_no_idle_fee(cast):
    place = make_place(cast, components=IDLE)
    transaction = start(place).transaction_id
    ChargePoint.objects.filter(pk=place.point.pk).update(ocpp_status="Available", ocpp_status_at=minutes(29))
    operations.stop_charges([stop(place.station, transaction, 6000, at=minutes(30))], recorded_at=minutes(30))
    charge = Charge.objects.get()
    assert (charge.state, charge.released_at, sum(charge.energy.wh)) == ("released", minutes(30), 5000)


def test_a_vehicle_that_drove_off_costs_no_idle_fee(cast):
    place = make_place(cast, components=IDLE)
    ChargePoint.objects.filter(pk=place.point.pk).update(ocpp_status="Available", ocpp_status_at=minutes(-5))  # of before the charge
    transaction = start(place).transaction_id
    operations.stop_charges([stop(place.station, transaction, 6000, at=minutes(30), reason="EVDisconnected")], recorded_at=minutes(30))
    assert Charge.objects.get().released_at == minutes(30)
    assert ChargeEnergy.objects.exists()


@pytest.mark.parametrize("after", ["Available", "Preparing", "Unavailable", "Faulted"])
def test_what_comes_after_the_cable_is_out_releases_it(cast, after):
    place = make_place(cast, components=IDLE)
    transaction = start(place).transaction_id
    operations.stop_charges([stop(place.station, transaction, 6000, at=minutes(30))], recorded_at=minutes(30))
    status(place, after, at=minutes(33), before="Finishing")
    assert (Charge.objects.get().state, Charge.objects.get().released_at) == ("released", minutes(33))


def test_a_cable_that_nobody_was_heard_to_release_before_the_next_start_costs_no_idle_fee(cast):
    place = make_place(cast, components=IDLE)
    old = start(place)
    operations.stop_charges([stop(place.station, old.transaction_id, 6000, at=minutes(30))], recorded_at=minutes(30))
    start(place, at=minutes(60), meter_wh=6000)
    charge = Charge.objects.get(pk=old.charge_id)
    assert (charge.state, charge.stopped_at, charge.released_at) == ("released", minutes(30), minutes(30))
    assert ChargeEnergy.objects.filter(charge=charge).exists()


def test_twelve_hours_without_a_release_end_the_fee_at_the_stop(cast):
    place = make_place(cast, components=IDLE)
    transaction = start(place).transaction_id
    operations.stop_charges([stop(place.station, transaction, 6000, at=minutes(30))], recorded_at=minutes(30))
    half_a_day = timedelta(hours=12)
    assert operations.settle_unreleased(at=minutes(29) + half_a_day) == 0
    assert operations.settle_unreleased(at=minutes(30) + half_a_day) == 1
    assert operations.settle_unreleased(at=minutes(31) + half_a_day) == 0
    assert Charge.objects.get().released_at == minutes(30)


def test_statuses_pause_and_resume(cast):
    place = make_place(cast)
    start(place)
    status(place, "SuspendedEVSE", at=minutes(10))
    assert (Charge.objects.get().state, Charge.objects.get().charging_ended_at) == ("paused", minutes(10))
    status(place, "Charging", at=minutes(12), before="SuspendedEVSE")
    assert (Charge.objects.get().state, Charge.objects.get().charging_ended_at) == ("charging", None)


def test_a_completed_charge_has_its_totals_and_is_completed_once(cast):
    place = make_place(cast)
    outcome = start(place)
    operations.stop_charges([stop(place.station, outcome.transaction_id, 6000, at=minutes(30))], recorded_at=minutes(30))
    done = operations.Completion(outcome.charge_id, 1000, 250, 1250, None, minutes(31))
    assert [operations.complete_charges([done]), operations.complete_charges([done])] == [1, 0]
    charge = Charge.objects.get()
    assert (charge.state, charge.price_minor, charge.completed_at) == ("completed", 1250, minutes(31))


def test_authorize_answers_each_key(cast):
    place = make_place(cast)
    make_key("04EXPIRED", cast.hotel, active_until=AT)
    make_key("04BLOCKED", cast.hotel, blocked_at=AT)
    tags = [place.key.identifier.lower(), "04EXPIRED", "04BLOCKED", "NOBODY"]
    answers = operations.authorize([AuthorizeIntent(place.station.pk, tag) for tag in tags], recorded_at=AT)
    assert [answer.status for answer in answers] == ["Accepted", "Expired", "Blocked", "Invalid"]


def test_authorize_blocks_a_payer_without_funds_and_holds_nothing(cast):
    place = make_place(cast, funds_minor=4999)
    answer = operations.authorize([AuthorizeIntent(place.station.pk, place.key.identifier)], recorded_at=AT)[0]
    assert answer.status is AuthStatus.BLOCKED
    assert ledger.balances([place.wallet.pk])[place.wallet.pk].reserved_minor == 0
