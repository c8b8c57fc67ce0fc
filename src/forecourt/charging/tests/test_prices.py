"""What charges start with: free or paid, at which version, and whether the charge point is in use at all."""

import pytest

from forecourt.charging import operations
from forecourt.charging.intents import AuthorizeIntent, AuthStatus
from forecourt.charging.models import Charge
from forecourt.charging.operations import ChargeRefused
from forecourt.charging.tests.factories import AT, make_place, minutes, start, started
from forecourt.ledger.models import Hold
from forecourt.ledger.tests.factories import give_funds, make_wallet
from forecourt.network.models import ChargePoint
from forecourt.pricing.models import PriceGroup
from forecourt.pricing.tests.factories import make_member_pricing, make_price_group, make_version
from forecourt.teams.models import TeamMember

NOTHING = ({"type": "kwh", "price": "0"},)


def authorized(place):
    return operations.authorize([AuthorizeIntent(place.station.pk, place.key.identifier)], recorded_at=AT)[0].status


@pytest.mark.parametrize("given", [{"components": NOTHING}, {"is_free": True}, {"price_group": None}])
def test_where_nothing_is_to_be_paid_nobody_needs_funds(cast, given):
    place = make_place(cast, funds_minor=0, **{name: value for name, value in given.items() if name != "price_group"})
    if "price_group" in given:
        ChargePoint.objects.update(price_group=None)
    assert authorized(place) is AuthStatus.ACCEPTED
    charge = started(place)
    assert (charge.auth_status, charge.payment_method, charge.held_minor) == ("Accepted", "free", 0)
    assert (charge.price_group == place.prices) is ("components" in given)
    assert not Hold.objects.exists()


def test_a_free_charge_is_asked_for_without_funds(cast):
    place = make_place(cast, funds_minor=0, components=NOTHING)
    charge = operations.request_start(actor=cast.actor("ada"), charge_point=place.point, payer_team=cast.hotel, at=AT)
    assert (charge.state, charge.payment_method, charge.held_minor) == ("starting", "free", 0)


def test_a_paid_charge_point_beside_a_free_one_does_not_block_the_key(cast):
    place = make_place(cast, funds_minor=0)
    assert authorized(place) is AuthStatus.BLOCKED
    ChargePoint.objects.create(
        **{name: getattr(place.point, name) for name in ("organisation_id", "operator", "team", "station", "type", "max_w", "visibility")},
        name="Free", evse_id="free", number=2, time_zone="Europe/Copenhagen", active_at=AT, is_free=True,
    )  # fmt: skip
    assert authorized(place) is AuthStatus.ACCEPTED


def test_a_charge_that_is_replayed_has_the_price_of_its_own_start(cast):
    place = make_place(cast)
    newer = make_version(place.prices, ({"type": "kwh", "price": "9"},), created_at=minutes(60))
    PriceGroup.objects.filter(pk=place.prices.pk).update(current_version=newer)
    before = operations.start_charges([place.start(at=AT)], recorded_at=minutes(600))[0]
    after = operations.start_charges([place.start(at=minutes(61), meter_wh=2000)], recorded_at=minutes(600))[0]
    assert [Charge.objects.get(pk=one.charge_id).price_version.number for one in (before, after)] == [1, 2]


def test_cost_is_tracked_by_the_member_s_group_before_the_charge_point_s(cast):
    cost, tracked = make_price_group("C", cast.harbour, type="cost"), make_price_group("MC", cast.harbour, type="member_cost")
    place = make_place(cast, cost_group=cost)
    assert started(place).cost_version == cost.current_version
    member = TeamMember.objects.get(person=cast.dora, team=cast.harbour)
    make_member_pricing(member, None, cost_group=tracked)
    place.key.person = cast.dora
    place.key.team = cast.harbour
    place.key.save()
    assert started(place, at=minutes(5), meter_wh=1500).cost_version == tracked.current_version


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"active_at": None}, "charge-point-not-onboarded"), ({"maintenance_at": AT}, "charge-point-in-maintenance")],
)
def test_a_charge_point_that_is_not_in_use_starts_nothing(cast, change, reason):
    place = make_place(cast)
    ChargePoint.objects.update(**change)
    assert authorized(place) is AuthStatus.BLOCKED
    with pytest.raises(ChargeRefused) as refused:
        operations.request_start(actor=cast.actor("ada"), charge_point=place.point, payer_team=cast.hotel, at=AT)
    assert refused.value.facts["reason"] == reason
    charge = started(place)
    assert (charge.auth_status, charge.failure_reason, charge.payer_team, charge.state) == ("Blocked", reason, None, "stopping")


def test_a_charge_from_before_the_maintenance_is_as_good_as_any(cast):
    place = make_place(cast)
    ChargePoint.objects.update(maintenance_at=minutes(5))
    assert start(place).status is AuthStatus.ACCEPTED


@pytest.mark.parametrize(("payer", "who", "keeps"), [("hotel", "ada", True), ("gate", "eve", False)])
def test_starting_again_keeps_a_chosen_price_for_who_may_choose_it(cast, payer, who, keeps):
    place, team = make_place(cast), getattr(cast, payer)
    give_funds(team.wallet if payer == "hotel" else make_wallet(team), 10_000)
    special = make_price_group("Special", cast.harbour, components=({"type": "kwh", "price": "1"},))
    first = operations.request_start(actor=cast.actor("ada"), charge_point=place.point, payer_team=team, price_group_id=special.pk, at=AT)
    assert (first.price_group, first.is_price_forced) == (special, True)
    Charge.objects.update(state="completed", failed_at=AT)
    again = operations.restart(actor=cast.actor(who), charge=first, at=minutes(2))
    assert (again.price_group, again.is_price_forced) == ((special, True) if keeps else (place.prices, False))


def test_what_nobody_may_reserve_is_not_reserved(cast):
    place = make_place(cast, is_reservable=False)
    with pytest.raises(operations.ChargePointNotReservable):
        operations.reserve(actor=cast.actor("ada"), charge_point=place.point, payer_team=cast.hotel, at=AT)
    assert not Charge.objects.exists()
