"""Members of a nested team at the parent's charge points: who may, and at what price (spec P2.1)."""

from typing import Any

import pytest

from forecourt.charging import operations
from forecourt.charging.intents import AuthorizeIntent, AuthStatus
from forecourt.charging.models import Charge
from forecourt.charging.tests.factories import AT, Place, make_place
from forecourt.network.tests.factories import make_key
from forecourt.pricing.models import NestedTeamPricing
from forecourt.pricing.tests.factories import make_member_pricing, make_price_group
from forecourt.teams.models import NestedTeam, TeamMember
from forecourt.teams.tests.factories import make_team_member

CHEAP = ({"type": "kwh", "price": "1.5"},)


def nest(place: Place, *, state: str = "accepted", **access: Any) -> NestedTeam:
    """Hotel in Harbour, at a price of its own."""
    parent, nested = place.point.team, place.payer
    scope = {"organisation_id": parent.organisation_id, "operator_id": parent.operator_id}
    relation = NestedTeam.objects.create(
        **scope, nested_organisation_id=nested.organisation_id, nested_operator_id=nested.operator_id,
        parent_team=parent, nested_team=nested, state=state, **access,
    )  # fmt: skip
    price = make_price_group("Nested", parent, type="member", components=CHEAP)
    NestedTeamPricing.objects.create(**scope, relation=relation, price_group=price)
    return relation


def started(place: Place) -> Charge:
    return Charge.objects.select_related("price_version__price_group").get(
        pk=operations.start_charges([place.start()], recorded_at=AT)[0].charge_id
    )


def price_of(charge: Charge) -> str:
    assert charge.price_version
    return charge.price_version.price_group.name


def test_a_nested_teams_key_charges_at_a_private_charge_point_at_its_price(cast):
    place = make_place(cast, visibility="private")
    nest(place)
    charge = started(place)
    assert (charge.auth_status, price_of(charge), charge.payer_team) == ("Accepted", "Nested", cast.hotel)


@pytest.mark.parametrize("change", [{"state": "invited"}, {"state": "rejected"}, {"deleted_at": AT}, {"has_access_to_all": False}])
def test_without_an_accepted_relation_for_this_charge_point_it_is_refused(cast, change):
    place = make_place(cast, visibility="private")
    nest(place, **change)
    charge = started(place)
    assert (charge.auth_status, charge.failure_reason) == ("Blocked", "private-charge-point")


def test_access_can_be_to_chosen_charge_points(cast):
    place = make_place(cast, visibility="private")
    nest(place, has_access_to_all=False, charge_point_ids=[place.point.pk])
    assert started(place).auth_status == "Accepted"


def test_the_station_hears_the_same_when_it_asks(cast):
    place = make_place(cast, visibility="private")
    nest(place)
    (outcome,) = operations.authorize([AuthorizeIntent(place.station.pk, place.key.identifier)], recorded_at=AT)
    assert outcome.status == AuthStatus.ACCEPTED


def test_a_member_of_the_nested_team_charges_with_any_wallet(cast):
    place = make_place(cast, visibility="private")
    nest(place)
    make_team_member(cast.dora, cast.hotel)
    TeamMember.objects.filter(team=cast.harbour, person=cast.dora).delete()
    make_team_member(cast.dora, cast.depot, can_pay_with_team_wallet=True)
    key = make_key("04DD", cast.depot, person=cast.dora)
    (outcome,) = operations.start_charges([place.start(tag=key.identifier)], recorded_at=AT)
    charge = Charge.objects.get(pk=outcome.charge_id)
    assert charge.price_version
    assert (charge.failure_reason, charge.price_version.price_group.name) == ("insufficient-funds", "Nested")


def test_a_price_as_member_of_the_parent_goes_before_the_nested_one(cast):
    place = make_place(cast)
    nest(place)
    make_team_member(cast.dora, cast.hotel, can_pay_with_team_wallet=True)
    own = make_price_group("Member", cast.harbour, type="member")
    make_member_pricing(TeamMember.objects.get(team=cast.harbour, person=cast.dora), own)
    place.key.person = cast.dora
    place.key.save()
    assert price_of(started(place)) == "Member"
