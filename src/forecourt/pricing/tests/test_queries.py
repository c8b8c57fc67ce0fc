"""Which price a charge starts with, and what pages read."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.cast import Cast

from forecourt.access import Permission
from forecourt.pricing import operations, queries
from forecourt.pricing.models import PriceGroup, PriceVersion
from forecourt.pricing.queries import GroupFilter, PriceRequest
from forecourt.pricing.rules import parse_components
from forecourt.pricing.tests.factories import AT, make_member_pricing, make_price_group, make_version
from forecourt.teams.models import TeamMember


def request(
    cast: Cast, person: Any = None, public: Any = None, forced: Any = None, team: str = "harbour", at: datetime = AT
) -> PriceRequest:
    owner = getattr(cast, team)
    return PriceRequest(public and public.pk, owner.pk, person and person.pk, at, forced and forced.pk)


@pytest.fixture
def groups(cast):
    """Public, member and forced; Dora is a member of Harbour with a member price."""
    public, member, forced = (
        make_price_group(name, cast.harbour, type=type) for name, type in (("P", "public"), ("M", "member"), ("F", "public"))
    )
    make_member_pricing(TeamMember.objects.get(person=cast.dora, team=cast.harbour), member)
    return public, member, forced


def test_which_price_a_charge_starts_with(cast, groups, django_assert_num_queries):
    public, member, forced = groups
    requests = [
        request(cast, cast.dora, public),
        request(cast, cast.dora, public, forced),
        request(cast, cast.eve, public),
        request(cast, None, public),
        request(cast, cast.dora, public, team="hotel"),
        request(cast, cast.dora),
        request(cast, cast.eve),
    ]
    with django_assert_num_queries(2):
        prices = queries.prices_at_start(requests)
    assert [one.price and one.price.price_group for one in prices] == [member, forced, public, public, public, member, None]


@pytest.mark.parametrize("change", [{"state": "requested"}, {"deleted_at": AT}])
def test_only_accepted_members_pay_the_member_price(cast, groups, change):
    TeamMember.objects.filter(person=cast.dora, team=cast.harbour).update(**change)
    ((version, _cost),) = queries.prices_at_start([request(cast, cast.dora, groups[0])])
    assert version
    assert version.price_group == groups[0]


def test_a_charge_starts_with_the_current_version(cast):
    group = make_price_group("P", cast.harbour)
    make_version(group, ({"type": "kwh", "price": "9"},))
    ((version, _cost),) = queries.prices_at_start([request(cast, None, group)])
    assert version
    assert version.number == 1


def test_a_charge_that_is_heard_of_late_has_the_price_of_its_own_start(cast):
    group = make_price_group("P", cast.harbour)
    second = make_version(group, ({"type": "kwh", "price": "9"},), created_at=AT + timedelta(days=1))
    PriceGroup.objects.filter(pk=group.pk).update(current_version=second)
    moments = [AT - timedelta(days=900), AT, AT + timedelta(days=1), AT + timedelta(days=2)]
    prices = queries.prices_at_start([request(cast, None, group, at=at) for at in moments])
    assert [one.price and one.price.number for one in prices] == [1, 1, 2, 2]


def test_a_member_s_cost_group_goes_before_the_charge_point_s(cast):
    public, cost = make_price_group("P", cast.harbour), make_price_group("C", cast.harbour, type="cost")
    tracked = make_price_group("MC", cast.harbour, type="member_cost")
    make_member_pricing(TeamMember.objects.get(person=cast.dora, team=cast.harbour), None, cost_group=tracked)
    asked = [PriceRequest(public.pk, cast.harbour.pk, one and one.pk, AT, cost_group_id=cost.pk) for one in (cast.dora, cast.eve, None)]
    prices = queries.prices_at_start(asked)
    assert [(one.price and one.price.price_group, one.cost and one.cost.price_group) for one in prices] == [
        (public, tracked), (public, cost), (public, cost),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("components", "is_free"),
    [
        ([{"type": "kwh", "price": "0"}], True),
        ([{"type": "kwh", "price": "0"}, {"type": "cap", "price": "100"}], True),
        ([{"type": "kwh", "price": "0.01"}], False),
        ([{"type": "kwh", "price": "0"}, {"type": "idle", "price": "1"}], False),
    ],
)
def test_a_price_of_nothing_is_free(components, is_free):
    assert PriceVersion(components=components).is_free is is_free


def test_nothing_asked_needs_no_database():
    assert queries.prices_at_start([]) == []


@pytest.fixture
def shelf(cast):
    """One price group of each owner, named after it."""
    for owner in ("harbour", "hotel", "garden", "gate", "northwind", "southwind", "eastgate"):
        make_price_group(owner, getattr(cast, owner))


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("ada", ["southwind", "northwind", "garden", "hotel", "harbour"]),
        ("sue", ["southwind", "northwind", "garden"]),
        ("tom", ["northwind", "harbour"]),
        ("dora", []),
        ("eve", ["eastgate", "gate"]),
    ],
)
def test_people_see_their_own_price_groups_and_those_shared_with_them(cast, shelf, who, sees):
    rows = queries.price_group_rows(cast.actor(who).scope(Permission.PRICE_GROUP_READ), filters=GroupFilter(), limit=50)
    assert [row.name for row in rows] == sees


def test_the_list_is_searched_and_filtered_and_leaves_out_the_deleted(cast, shelf):
    make_price_group("Members of harbour", cast.harbour, type="member")
    make_price_group("harbour, old", cast.harbour, deleted_at=AT)
    scope = cast.actor("ada").scope(Permission.PRICE_GROUP_READ)
    found = queries.price_group_rows(scope, filters=GroupFilter("HARB", "public"), limit=50)
    assert [(row.name, row.owner, row.is_operators, row.price) for row in found] == [("harbour", "Harbour", False, "DKK\xa02.50/kWh")]


def test_what_a_team_may_use(cast, shelf):
    assert [group.name for group in queries.assignable(cast.garden, "public")] == ["garden", "northwind", "southwind"]
    assert [group.name for group in queries.assignable(cast.harbour, "public")] == ["harbour", "northwind"]
    assert not queries.assignable(cast.harbour, "member").exists()


@pytest.mark.parametrize(
    ("defaults", "found"),
    [
        ([], None),
        (["northwind"], "northwind"),
        (["northwind", "southwind"], "southwind"),
        (["northwind", "southwind", "garden"], "garden"),
    ],
)
def test_the_nearest_default_counts(cast, shelf, defaults, found):
    for group in queries.readable(cast.actor("ada").scope(Permission.PRICE_GROUP_READ)).filter(name__in=defaults):
        operations.set_default(actor=cast.actor("ada"), price_group=group, at=AT)
    nearest = queries.default_group(cast.garden, "public")
    assert (nearest and nearest.name) == found


@pytest.mark.parametrize(
    ("stored", "words"),
    [
        ([{"type": "kwh", "price": "0"}], "Free"),
        ([{"type": "kwh", "price": "0.123456"}], "DKK 0.123456/kWh"),
        ([{"type": "min", "price": "0.5"}], "DKK 0.50/min"),
        ([{"type": "kwh", "price": "2.5"}, {"type": "idle", "price": "1", "after_minutes": 15, "maximum": "100"}],
         "DKK 2.50/kWh · idle DKK 1.00/min after 15 min, at most DKK 100.00"),
        ([{"type": "kwh", "price": "1"}, {"type": "starting", "price": "5"}, {"type": "charging", "price": "9", "after_minutes": 60}],
         "DKK 1.00/kWh · DKK 5.00 to start · DKK 9.00 once after 60 min"),
        ([{"type": "kwh", "price": "1"}, {"type": "minute", "price": "1"}, {"type": "cap", "price": "1000"}],
         "DKK 1.00/kWh · DKK 1.00/min until unplugged · at most DKK 1,000.00 in all"),
    ],
)  # fmt: skip
def test_a_price_in_words(cast, stored, words):
    assert parse_components(stored)
    version = make_price_group("P", cast.harbour, components=tuple(stored)).current_version
    assert queries.summary(version).replace("\xa0", " ") == words


def test_prices_without_vat_say_so(cast):
    version = make_price_group("P", cast.harbour, is_vat_included=False).current_version
    assert version
    assert queries.describe(version)[-1] == "VAT comes on top"


def test_the_history_says_what_changed_and_by_whom(cast):
    group = make_price_group("P", cast.harbour, components=({"type": "kwh", "price": "2"}, {"type": "starting", "price": "5"}))
    dearer = parse_components([{"type": "kwh", "price": "3"}, {"type": "starting", "price": "5"}])
    group = operations.edit_price_group(actor=cast.actor("ada"), price_group=group, components=dearer, at=AT)
    second, first = queries.version_rows(group)
    assert (second.by, second.added, second.removed) == ("Ada Test", ("DKK\xa03.00/kWh",), ("DKK\xa02.00/kWh",))
    assert (first.number, first.by, first.removed) == (1, "", ())


def test_which_members_a_group_is_applied_to(cast, groups):
    _public, member, forced = groups
    dora = TeamMember.objects.get(person=cast.dora, team=cast.harbour)
    assert queries.members_on(member) == [dora]
    assert queries.member_ids_on([member.pk, forced.pk]) == {member.pk: [dora.pk], forced.pk: []}
