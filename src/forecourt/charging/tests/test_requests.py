"""What people and partners ask for, and what becomes of it."""

import contextlib
from datetime import timedelta
from decimal import Decimal

import pytest

from forecourt.charging import operations
from forecourt.charging.intents import AuthorizeIntent, AuthStatus
from forecourt.charging.models import Charge
from forecourt.charging.operations import Extras, Limits
from forecourt.charging.tests.factories import AT, make_charge, make_place, minutes, stop
from forecourt.kit.errors import Forbidden, Invalid
from forecourt.ledger import queries as ledger
from forecourt.network import operations as network
from forecourt.network.intents import CommandAnswer
from forecourt.network.models import Command
from forecourt.teams import operations as teams
from forecourt.teams.tests.factories import make_team

HALF_A_MINUTE = AT + timedelta(seconds=30)


def ask(cast, place, **given):
    given = {"payer_team": cast.hotel, "at": AT, **given}
    return operations.request_start(actor=cast.actor("ada"), charge_point=place.point, **given)


def reserved_funds(place):
    return ledger.balances([place.wallet.pk])[place.wallet.pk].reserved_minor


def answer(command, state):
    operations.note_command_answers([CommandAnswer(command.pk, state, None, HALF_A_MINUTE)])


def test_a_start_is_asked_of_the_station_and_money_is_held(cast):
    place = make_place(cast)
    charge = ask(cast, place)
    command = Command.objects.get(charge_id=charge.pk)
    assert (charge.state, charge.expires_at) == ("starting", AT + timedelta(seconds=60))
    assert command.payload == {"number": 1, "id_tag": charge.remote_id_tag}
    assert charge.remote_id_tag.startswith("FC")
    assert len(charge.remote_id_tag) == 20
    assert reserved_funds(place) == 5000


def test_the_stations_start_with_that_tag_joins_the_charge(cast):
    place = make_place(cast)
    charge = ask(cast, place, limits=Limits(wh=10_000))
    assert operations.authorize([AuthorizeIntent(place.station.pk, charge.remote_id_tag)], recorded_at=AT)[0].status is AuthStatus.ACCEPTED
    outcome = operations.start_charges([place.start(tag=charge.remote_id_tag, at=HALF_A_MINUTE)], recorded_at=HALF_A_MINUTE)[0]
    joined = Charge.objects.get()
    assert (outcome.charge_id, outcome.status) == (charge.pk, AuthStatus.ACCEPTED)
    assert (joined.state, joined.started_at, joined.transaction_id) == ("charging", HALF_A_MINUTE, outcome.transaction_id)
    assert (joined.limit_wh, joined.expires_at, joined.payer_team) == (10_000, None, cast.hotel)


def test_an_unanswered_start_fails_after_60_seconds_and_gives_the_money_back(cast):
    place = make_place(cast)
    charge = ask(cast, place)
    assert operations.expire_charges(at=AT + timedelta(seconds=59)) == 0
    assert operations.expire_charges(at=AT + timedelta(seconds=60)) == 1
    charge.refresh_from_db()
    assert (charge.state, charge.failure_reason, charge.timeout_at) == ("completed", "timeout", AT + timedelta(seconds=60))
    assert reserved_funds(place) == 0


def test_a_station_that_starts_after_all_takes_the_charge_up_again(cast):
    place = make_place(cast)
    charge = ask(cast, place)
    operations.expire_charges(at=minutes(2))
    outcome = operations.start_charges([place.start(tag=charge.remote_id_tag, at=minutes(3))], recorded_at=minutes(3))[0]
    charge.refresh_from_db()
    assert (outcome.charge_id, charge.state, charge.failed_at, charge.payer_team) == (charge.pk, "charging", None, cast.hotel)


def test_a_remote_tag_used_twice_starts_nothing_for_the_payer_again(cast):
    place = make_place(cast)
    tag = ask(cast, place).remote_id_tag
    first = operations.start_charges([place.start(tag=tag)], recorded_at=AT)[0]
    operations.stop_charges([stop(place.station, first.transaction_id or "", 2000, at=minutes(5))], recorded_at=minutes(5))
    again = operations.start_charges([place.start(tag=tag, at=minutes(9), meter_wh=2000)], recorded_at=minutes(9))[0]
    assert again.status is AuthStatus.INVALID
    assert Charge.objects.get(pk=again.charge_id or 0).payer_team is None


@pytest.mark.parametrize(("state", "reason"), [("rejected", "rejected-by-station"), ("failed", "station-error"), ("expired", "timeout")])
def test_a_start_that_the_station_refused_fails_the_charge(cast, state, reason):
    charge = ask(cast, make_place(cast))
    answer(Command.objects.get(), state)
    charge.refresh_from_db()
    assert (charge.state, charge.failure_reason, charge.failed_at) == ("completed", reason, HALF_A_MINUTE)


def test_an_accepted_or_unknown_start_goes_on_waiting(cast):
    charge = ask(cast, make_place(cast))
    for state in ("accepted", "unknown"):
        answer(Command.objects.get(), state)
    charge.refresh_from_db()
    assert charge.state == "starting"


@pytest.mark.parametrize(
    ("limits", "field"),
    [
        (Limits(wh=999), "kwhLimit"),
        (Limits(wh=500_001), "kwhLimit"),
        (Limits(soc_percent=Decimal("0.9")), "socLimit"),
        (Limits(soc_percent=Decimal("100.1")), "socLimit"),
        (Limits(price=Decimal("0.99")), "priceLimit"),
    ],
)
def test_limits_have_bounds(cast, limits, field):
    with pytest.raises(Invalid) as refused:
        ask(cast, make_place(cast), limits=limits)
    assert set(refused.value.fields) == {field}
    assert not Charge.objects.exists()


def test_the_outermost_limits_are_allowed(cast):
    charge = ask(cast, make_place(cast), limits=Limits(500_000, Decimal(100), Decimal(1)))
    assert (charge.limit_wh, charge.limit_soc_percent, charge.limit_price_minor) == (500_000, 100, 100)


def test_a_busy_charge_point_is_refused(cast):
    place = make_place(cast)
    operations.start_charges([place.start()], recorded_at=AT)
    with pytest.raises(operations.ChargePointBusy):
        ask(cast, place)
    assert Charge.objects.count() == 1


def test_without_funds_nothing_is_asked(cast):
    place = make_place(cast, funds_minor=0)
    with pytest.raises(operations.ChargeRefused) as refused:
        ask(cast, place)
    assert refused.value.facts["reason"] == "insufficient-funds"
    assert not Command.objects.exists()


def test_a_driver_who_may_not_pay_with_the_team_is_refused(cast):
    with pytest.raises(operations.ChargeRefused) as refused:
        ask(cast, make_place(cast), person_id=cast.tom.pk)
    assert refused.value.facts["reason"] == "member-may-not-pay"


def test_a_partners_own_key_makes_asking_again_the_same_charge(cast):
    place = make_place(cast)
    extras = Extras(partner_external_id="order-7")
    assert ask(cast, place, extras=extras) == ask(cast, place, extras=extras)
    assert Command.objects.count() == 1


def test_a_reservation_is_kept_for_its_team_and_started_by_its_key(cast):
    place, other = make_place(cast), make_place(cast, "ST-2", tag="04AABBCD")
    charge = operations.reserve(actor=cast.actor("ada"), charge_point=place.point, payer_team=cast.hotel, at=AT)
    assert (charge.state, charge.expires_at) == ("reserved", minutes(15))
    outcome = operations.start_charges([place.start(tag=other.key.identifier, at=minutes(1))], recorded_at=minutes(1))[0]
    assert outcome.charge_id == charge.pk


def test_a_reserved_charge_point_is_blocked_for_other_teams(cast):
    place = make_place(cast)
    operations.reserve(actor=cast.actor("ada"), charge_point=place.point, payer_team=cast.hotel, at=AT)
    Charge.objects.update(payer_team=cast.harbour)
    outcome = operations.start_charges([place.start(at=minutes(1))], recorded_at=minutes(1))[0]
    assert outcome.status is AuthStatus.BLOCKED
    assert Charge.objects.get(pk=outcome.charge_id or 0).failure_reason == "charge-point-reserved"


def test_restart_starts_a_reserved_charge(cast):
    place = make_place(cast)
    charge = operations.reserve(actor=cast.actor("ada"), charge_point=place.point, payer_team=cast.hotel, at=AT)
    again = operations.restart(actor=cast.actor("ada"), charge=charge, at=minutes(3))
    assert (again.pk, again.state, Command.objects.get().action) == (charge.pk, "starting", "start")


def test_restart_after_the_end_is_a_new_charge_with_the_same_payer_and_limits(cast):
    place = make_place(cast)
    charge = ask(cast, place, limits=Limits(price=Decimal("12.50")))
    operations.expire_charges(at=minutes(2))
    again = operations.restart(actor=cast.actor("ada"), charge=charge, at=minutes(3))
    assert again.pk != charge.pk
    assert (again.state, again.payer_team, again.limit_price_minor) == ("starting", cast.hotel, 1250)


def test_restart_of_a_running_charge_is_refused(cast):
    place = make_place(cast)
    operations.start_charges([place.start()], recorded_at=AT)
    with pytest.raises(operations.ChargeStillRunning):
        operations.restart(actor=cast.actor("ada"), charge=Charge.objects.get(), at=minutes(1))


def test_a_reservation_that_runs_out_gives_the_money_back(cast):
    place = make_place(cast)
    operations.reserve(actor=cast.actor("ada"), charge_point=place.point, payer_team=cast.hotel, at=AT)
    operations.expire_charges(at=minutes(15))
    assert Charge.objects.get().failure_reason == "reservation-expired"
    assert reserved_funds(place) == 0


def test_a_stop_is_asked_for_once_and_the_charge_is_stopping(cast):
    place = make_place(cast)
    operations.start_charges([place.start()], recorded_at=AT)
    charge = Charge.objects.get()
    commands = {operations.request_stop(actor=cast.actor("ada"), charge=charge, at=minutes(1)) for _ in range(2)}
    charge.refresh_from_db()
    assert len(commands) == 1
    assert charge.state == "stopping"


def test_a_stop_that_the_station_refused_leaves_the_charge_charging(cast):
    place = make_place(cast)
    operations.start_charges([place.start()], recorded_at=AT)
    operations.request_stop(actor=cast.actor("ada"), charge=Charge.objects.get(), at=minutes(1))
    answer(Command.objects.get(), "rejected")
    assert Charge.objects.get().state == "charging"


def test_a_stop_that_was_never_sent_leaves_the_charge_charging(cast):
    place = make_place(cast)
    operations.start_charges([place.start()], recorded_at=AT)
    operations.request_stop(actor=cast.actor("ada"), charge=Charge.objects.get(), at=minutes(1))
    operations.follow_unstopped(at=minutes(3))
    assert Charge.objects.get().state == "stopping"
    Command.objects.update(state="expired")
    operations.follow_unstopped(at=minutes(3))
    assert Charge.objects.get().state == "charging"
    assert Command.objects.count() == 1


@pytest.mark.parametrize("outcome", ["unknown", "accepted"])
def test_a_stop_that_nothing_came_of_is_asked_for_again_a_few_times(cast, outcome):
    place = make_place(cast)
    operations.start_charges([place.start()], recorded_at=AT)
    operations.request_stop(actor=cast.actor("ada"), charge=Charge.objects.get(), at=minutes(1))
    for minute in range(2, 12):
        Command.objects.update(state=outcome)
        operations.follow_unstopped(at=minutes(minute))
    assert Command.objects.filter(action="stop").count() == 5
    assert Charge.objects.get().state == "charging"


def test_who_may_not_charge_is_stopped_however_often_the_station_says_no(cast):
    place = make_place(cast)
    operations.start_charges([place.start(tag="UNKNOWN")], recorded_at=AT)
    for minute in range(2, 12):
        answer(Command.objects.latest("pk"), "rejected")
        Command.objects.update(state="rejected")
        operations.follow_unstopped(at=minutes(minute))
    assert Command.objects.filter(action="stop").count() == 5


def test_a_stopped_charge_cannot_be_stopped_again(cast):
    place = make_place(cast)
    outcome = operations.start_charges([place.start()], recorded_at=AT)[0]
    operations.stop_charges([stop(place.station, outcome.transaction_id or "", 2000, at=minutes(5))], recorded_at=minutes(5))
    with pytest.raises(operations.ChargeAlreadyStopped):
        operations.request_stop(actor=cast.actor("ada"), charge=Charge.objects.get(), at=minutes(6))


def test_stopping_a_reservation_gives_it_up(cast):
    place = make_place(cast)
    charge = operations.reserve(actor=cast.actor("ada"), charge_point=place.point, payer_team=cast.hotel, at=AT)
    assert operations.request_stop(actor=cast.actor("ada"), charge=charge, at=minutes(1)) is None
    assert Charge.objects.get().failure_reason == "cancelled"


def test_the_note_and_the_partners_fields_may_change_nothing_else(cast):
    place = make_place(cast)
    charge = ask(cast, place)
    operations.edit_charge(actor=cast.actor("ada"), charge=charge, changes={"note": "Driver called."}, at=AT)
    with pytest.raises(Invalid):
        operations.edit_charge(actor=cast.actor("ada"), charge=charge, changes={"price_minor": 1}, at=AT)
    charge.refresh_from_db()
    assert (charge.note, charge.price_minor) == ("Driver called.", None)


@pytest.mark.parametrize(("state", "stops"), [("starting", False), ("charging", False), ("reserved", False), ("stopped", True)])
def test_a_charge_point_stays_while_somebody_charges_there(cast, state, stops):
    place = make_place(cast)
    make_charge(place.point, payer=cast.hotel, state=state, stopped_at=AT if stops else None)
    with contextlib.nullcontext() if stops else pytest.raises(network.Objected, match="A charge is running"):
        network.disconnect_charge_point(actor=cast.actor("ada"), charge_point=place.point, at=minutes(1))
    with contextlib.nullcontext() if stops else pytest.raises(network.Objected, match="A charge is running"):
        network.delete_charge_point(actor=cast.actor("ada"), charge_point=place.point, at=minutes(1))


def test_a_team_stays_while_it_has_charges_to_pay(cast):
    team = make_team("Short", cast.northwind)
    make_charge(make_place(cast).point, payer=team, state="stopped", stopped_at=AT)
    with pytest.raises(teams.TeamIsNeeded, match="not completed"):
        teams.delete_team(actor=cast.actor("ada"), team=team, at=AT)
    Charge.objects.update(state="completed")
    assert teams.delete_team(actor=cast.actor("ada"), team=team, at=AT).deleted_at == AT


@pytest.mark.parametrize("state", ["reserved", "stopped"])
def test_the_owner_of_the_charge_point_does_not_restart_at_a_strangers_cost(cast, state):
    place = make_place(cast)
    charge = make_charge(place.point, payer=cast.gate, state=state, stopped_at=AT)
    with pytest.raises(Forbidden, match="wallet"):
        operations.restart(actor=cast.actor("ada"), charge=charge, at=minutes(3))
    assert not Command.objects.exists()


def test_where_the_wallet_may_not_pay_nothing_starts_and_the_driver_is_told(cast):
    place = make_place(cast)
    type(cast.hotel).objects.filter(pk=cast.hotel.pk).update(pays_at_operator_ids=[cast.eastgate.pk])
    with pytest.raises(operations.ChargeRefused) as refused:
        ask(cast, place)
    assert (refused.value.facts["reason"], refused.value.message) == (
        "operator-not-allowed",
        "The team’s wallet cannot be used at this operator’s charge points.",
    )
    assert not Command.objects.exists()


def test_a_key_where_the_wallet_may_not_pay_is_blocked_and_its_charge_says_why(cast):
    place = make_place(cast)
    type(place.key).objects.filter(pk=place.key.pk).update(pays_in_country_ids=[])
    outcome = operations.start_charges([place.start()], recorded_at=AT)[0]
    charge = Charge.objects.get(pk=outcome.charge_id or 0)
    assert (outcome.status, charge.payer_team, charge.failure_reason) == ("Blocked", None, "country-not-allowed")
