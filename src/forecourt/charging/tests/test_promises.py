"""Reserved charge points are shown as reserved, and starts that come late or out of order are paid for."""

from datetime import timedelta

import pytest

from forecourt.charging import operations
from forecourt.charging.intents import AuthStatus
from forecourt.charging.models import Charge
from forecourt.charging.tests.factories import AT, make_place, minutes, stop
from forecourt.ledger import queries as ledger
from forecourt.ledger.models import Hold
from forecourt.network import operations as network
from forecourt.network.intents import CommandAnswer, LinkIntent, StatusIntent
from forecourt.network.models import ChargePoint, Command


@pytest.fixture
def place(cast):
    """Connected, and its charge point is available."""
    place = make_place(cast)
    network.link_stations([LinkIntent(place.station.pk, 7, 1, AT, "192.0.2.1")])
    network.record_statuses([StatusIntent(place.station.pk, 1, "Available", "NoError", AT)], recorded_at=AT)
    return place


def reserve(cast, place, at=AT):
    return operations.reserve(actor=cast.actor("ada"), charge_point=place.point, payer_team=cast.hotel, at=at)


def ask(cast, place, at=AT):
    return operations.request_start(actor=cast.actor("ada"), charge_point=place.point, payer_team=cast.hotel, at=at)


def shown(place):
    return ChargePoint.objects.get(pk=place.point.pk).state


def reserved_funds(place):
    return ledger.balances([place.wallet.pk])[place.wallet.pk].reserved_minor


def test_a_reserved_charge_point_is_shown_as_reserved_in_portal_and_api(cast, place):
    reserve(cast, place)
    assert shown(place) == "busy-reserved"
    assert "Reserved" in cast.client("ada").get(f"/charge-points/{place.point.pk}").content.decode()


def test_a_reserved_charge_point_is_refused_with_its_reason(cast, place):
    reserve(cast, place)
    with pytest.raises(operations.ChargePointBusy, match="This charge point is reserved"):
        ask(cast, place, at=minutes(1))


def give_up(cast, charge):
    operations.request_stop(actor=cast.actor("ada"), charge=charge, at=minutes(1))


def run_out(cast, charge):
    assert operations.expire_charges(at=minutes(15)) == 1


def restart_in_vain(cast, charge):
    operations.restart(actor=cast.actor("ada"), charge=charge, at=minutes(1))
    assert ChargePoint.objects.get().state == "busy-reserved"
    operations.note_command_answers([CommandAnswer(Command.objects.get().pk, "rejected", None, minutes(1))])


def let_time_pass_after_restart(cast, charge):
    operations.restart(actor=cast.actor("ada"), charge=charge, at=minutes(1))
    assert operations.expire_charges(at=minutes(2)) == 1


@pytest.mark.parametrize("end", [give_up, run_out, restart_in_vain, let_time_pass_after_restart])
def test_a_reservation_that_comes_to_nothing_lets_the_charge_point_go(cast, place, end):
    end(cast, reserve(cast, place))
    assert shown(place) == "available"
    assert reserved_funds(place) == 0


def test_the_teams_key_takes_up_the_reservation_and_the_hold_ends(cast, place):
    reserve(cast, place)
    operations.start_charges([place.start(at=minutes(1))], recorded_at=minutes(1))
    assert ChargePoint.objects.get().held_for is None


def test_a_reservation_outlives_the_refused_start_of_a_stranger(cast, place):
    reserve(cast, place)
    outcome = operations.start_charges([place.start(tag="0BADCAFE", at=minutes(1))], recorded_at=minutes(1))[0]
    assert outcome.status is AuthStatus.INVALID
    assert ChargePoint.objects.get().held_for == "reserved"


def late_start(cast, place):
    charge = ask(cast, place)
    operations.expire_charges(at=minutes(2))
    return charge


def test_a_late_start_holds_money_again_and_gives_it_back_once(cast, place):
    charge = late_start(cast, place)
    outcome = operations.start_charges([place.start(tag=charge.remote_id_tag, at=minutes(3))], recorded_at=minutes(3))[0]
    charge.refresh_from_db()
    assert (outcome.status, charge.held_minor, reserved_funds(place)) == (AuthStatus.ACCEPTED, 5000, 5000)
    assert set(Hold.objects.values_list("key", flat=True)) == {f"charge:{charge.pk}", f"charge:{charge.pk}:late"}


def test_a_late_start_without_funds_is_stopped_and_still_paid_by_who_asked(cast, place):
    charge = late_start(cast, place)
    held_elsewhere = make_place(cast, "ST-2", tag="04AABBCD", funds_minor=0)
    operations.start_charges([held_elsewhere.start(), held_elsewhere.start(at=minutes(1))], recorded_at=minutes(1))
    outcome = operations.start_charges([place.start(tag=charge.remote_id_tag, at=minutes(3))], recorded_at=minutes(3))[0]
    charge.refresh_from_db()
    assert outcome.status is AuthStatus.BLOCKED
    assert (charge.payer_team, charge.failure_reason, charge.is_suspicious, charge.held_minor) == (
        cast.hotel, "insufficient-funds", True, 0,
    )  # fmt: skip
    assert charge.state == "stopping"
    assert Command.objects.filter(charge_id=charge.pk, action="stop").exists()


def test_a_remote_start_replayed_behind_a_newer_charge_is_recorded_with_its_own_times(cast, place):
    asked = ask(cast, place)
    newer = operations.start_charges([place.start(at=minutes(30), meter_wh=5000)], recorded_at=minutes(30))[0]
    old = operations.start_charges([place.start(tag=asked.remote_id_tag, at=minutes(1))], recorded_at=minutes(31))[0]
    asked.refresh_from_db()
    assert (old.charge_id, old.status, asked.started_at) == (asked.pk, AuthStatus.ACCEPTED, minutes(1))
    assert (asked.state, asked.stop_reason, asked.stopped_at) == ("stopped", "superseded", minutes(30))
    assert Charge.objects.get(pk=newer.charge_id or 0).state == "charging"
    operations.stop_charges([stop(place.station, old.transaction_id or "", 4000, at=minutes(20))], recorded_at=minutes(32))
    asked.refresh_from_db()
    assert (asked.meter_start_wh, asked.meter_stop_wh, asked.stopped_at) == (1000, 4000, minutes(20))


def test_answers_to_many_starts_take_a_fixed_number_of_statements(cast, django_assert_max_num_queries):
    places = [make_place(cast, f"ST-{number}", tag=f"04AABB{number:02}", funds_minor=20_000) for number in range(8)]
    for one in places:
        ask(cast, one)
    answers = [CommandAnswer(id, "rejected", None, AT + timedelta(seconds=5)) for id in Command.objects.values_list("pk", flat=True)]
    with django_assert_max_num_queries(28):
        operations.note_command_answers(answers)
    assert set(Charge.objects.values_list("failure_reason", flat=True)) == {"rejected-by-station"}
