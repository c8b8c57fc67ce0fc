"""What operations of prices do, and what they refuse."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError
from tests.cast import Cast

from forecourt.access import TeamRole
from forecourt.audit.tests.factories import recorded
from forecourt.kit import registries
from forecourt.kit.errors import Invalid
from forecourt.kit.outbox import drain
from forecourt.pricing import operations
from forecourt.pricing.models import MemberPricing, PriceGroup, PriceGroupTag, PriceVersion
from forecourt.pricing.rules import Cap, ChargingFee, Component, EnergyPrice, IdleFee, StartingFee, TimePrice
from forecourt.pricing.tests.factories import make_member_pricing, make_price_group
from forecourt.teams import operations as teams
from forecourt.teams.events import MemberJoined
from forecourt.teams.models import TeamMember

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
KWH = EnergyPrice(price=Decimal("2.50"))


def create(cast: Cast, *components: Component, team: str = "harbour", type: str = "public", name: str = "P", **fields: Any) -> Any:
    owner = getattr(cast, team)
    given = components or (KWH,)
    return operations.create_price_group(
        actor=cast.actor("ada"), operator=owner.operator, team=owner, type=type, name=name, components=given, at=AT, **fields
    )


def edit(cast: Cast, group: PriceGroup, *components: Component, **fields: Any) -> Any:
    return operations.edit_price_group(actor=cast.actor("ada"), price_group=group, components=components, at=AT, **fields)


def test_a_new_price_group_has_its_first_version_and_its_teams_place(cast):
    group = create(cast)
    version = group.current_version
    assert (group.currency, group.country_id, group.operator_id) == ("DKK", cast.harbour.country_id, cast.northwind.pk)
    assert (version.number, version.components, version.is_vat_included) == (1, [{"type": "kwh", "price": "2.5"}], True)
    assert version.created_by_id == cast.ada.pk


def test_roaming_prices_do_not_include_vat_unless_said(cast):
    assert create(cast, type="roaming").current_version.is_vat_included is False
    assert create(cast, type="roaming", is_vat_included=True).current_version.is_vat_included is True


def test_an_edit_makes_a_new_version_and_leaves_the_old_one(cast):
    group = create(cast)
    edited = edit(cast, group, EnergyPrice(price=Decimal(3)))
    assert edited.current_version.number == 2
    assert [version.components[0]["price"] for version in group.versions.order_by("number")] == ["2.5", "3"]


def test_the_same_content_makes_no_new_version(cast):
    group = edit(cast, create(cast), EnergyPrice(price=Decimal("2.500")))
    assert (group.current_version.number, PriceVersion.objects.filter(price_group=group).count()) == (1, 1)


def test_a_new_name_is_no_new_version(cast):
    group = operations.edit_price_group(actor=cast.actor("ada"), price_group=create(cast), name=" New  name ", at=AT)
    assert (group.name, group.versions.count()) == ("New name", 1)


def test_other_vat_with_the_same_components_is_a_new_version(cast):
    assert edit(cast, create(cast), KWH, is_vat_included=False).current_version.number == 2


@pytest.mark.parametrize(
    ("components", "fields"),
    [
        ((), {"master.price"}),
        ((KWH, TimePrice(price=Decimal(1))), {"master.price"}),
        ((EnergyPrice(price=Decimal("-0.01")),), {"master.price"}),
        ((EnergyPrice(price=Decimal("NaN")),), {"master.price"}),
        ((EnergyPrice(price=Decimal(2_000_000)),), {"master.price"}),
        ((EnergyPrice(price=Decimal("0.0000001")),), {"master.price"}),
        ((KWH, StartingFee(price=Decimal(-5))), {"fees.0.price"}),
        ((KWH, ChargingFee(price=Decimal(1)), IdleFee(price=Decimal(1), after_minutes=-1)), {"fees.1.after_minutes"}),
        ((KWH, IdleFee(price=Decimal(1), after_minutes=10_081)), {"fees.0.after_minutes"}),
        ((KWH, IdleFee(price=Decimal(1), maximum=Decimal(0))), {"fees.0.maximum"}),
        ((KWH, StartingFee(price=Decimal(1), tag_id=999)), {"fees.0.tag_id"}),
        ((KWH, Cap(price=Decimal(0))), {"cap.price"}),
        ((KWH, Cap(price=Decimal(1)), Cap(price=Decimal(2))), {"cap.price"}),
    ],
)
def test_components_that_break_a_rule_are_refused_at_their_field(cast, components, fields):
    group = make_price_group("Price", cast.harbour)
    with pytest.raises(Invalid) as refusal:
        edit(cast, group, *components)
    assert refusal.value.fields.keys() == fields
    assert PriceVersion.objects.filter(price_group=group).count() == 1


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"name": " "}, {"name"}),
        ({"name": "x" * 121}, {"name"}),
        ({"type": "moon"}, {"type"}),
        ({"currency": "XXX"}, {"currency"}),
    ],
)
def test_a_new_price_group_names_what_is_wrong(cast, fields, named):
    with pytest.raises(Invalid) as refusal:
        create(cast, **fields)
    assert refusal.value.fields.keys() == named
    assert not PriceGroup.objects.exists()


def test_cost_groups_have_no_fees(cast):
    with pytest.raises(Invalid) as refusal:
        create(cast, KWH, StartingFee(price=Decimal(1)), type="cost")
    assert refusal.value.fields.keys() == {"fees"}


def test_another_operators_tag_is_refused(cast):
    tag = operations.create_tag(actor=cast.actor("eve"), operator=cast.eastgate, name="Green", at=AT)
    with pytest.raises(Invalid) as refusal:
        create(cast, EnergyPrice(price=Decimal(1), tag_id=tag.pk))
    assert refusal.value.fields.keys() == {"master.tag_id"}


def test_one_default_of_a_type_per_team(cast):
    first, second, other = (
        make_price_group(name, cast.harbour, type=type) for name, type in (("A", "public"), ("B", "public"), ("C", "member"))
    )
    for group in (first, other, second):
        operations.set_default(actor=cast.actor("ada"), price_group=group, at=AT)
    assert set(PriceGroup.objects.filter(is_default=True)) == {second, other}


def test_one_default_of_a_type_per_operator_beside_those_of_its_teams(cast):
    team, first, second = make_price_group("A", cast.harbour), make_price_group("B", cast.northwind), make_price_group("C", cast.northwind)
    for group in (team, first, second):
        operations.set_default(actor=cast.actor("ada"), price_group=group, at=AT)
    assert set(PriceGroup.objects.filter(is_default=True)) == {team, second}


def test_a_default_is_not_deleted_until_it_is_none(cast):
    group = make_price_group("A", cast.harbour, is_default=True)
    with pytest.raises(operations.PriceGroupIsNeeded, match="is the default"):
        operations.delete_price_group(actor=cast.actor("ada"), price_group=group, at=AT)
    operations.unset_default(actor=cast.actor("ada"), price_group=group, at=AT)
    assert operations.delete_price_group(actor=cast.actor("ada"), price_group=group, at=AT).deleted_at == AT


def test_a_price_that_members_pay_by_is_not_deleted(cast):
    group = make_price_group("A", cast.harbour, type="member")
    make_member_pricing(TeamMember.objects.get(person=cast.dora, team=cast.harbour), group)
    with pytest.raises(operations.PriceGroupIsNeeded, match="Members pay"):
        operations.delete_price_group(actor=cast.actor("ada"), price_group=group, at=AT)


def test_a_domain_above_may_object_to_a_deletion(cast, monkeypatch):
    group = make_price_group("A", cast.harbour)
    monkeypatch.setattr(
        registries, "deletion_objections", [("team", lambda _row: "No."), ("price_group", lambda row: f"{row.name} is used.")]
    )
    with pytest.raises(operations.PriceGroupIsNeeded, match="A is used"):
        operations.delete_price_group(actor=cast.actor("ada"), price_group=group, at=AT)
    assert PriceGroup.objects.get(pk=group.pk).deleted_at is None


@pytest.mark.parametrize("change", ["edit", "rename", "default", "no_default"])
def test_a_deleted_price_group_refuses_every_change(cast, change):
    group = make_price_group("A", cast.harbour, deleted_at=AT)
    actor = cast.actor("ada")
    changes: dict[str, Callable[[], object]] = {
        "edit": lambda: edit(cast, group, KWH),
        "rename": lambda: operations.edit_price_group(actor=actor, price_group=group, name="B", at=AT),
        "default": lambda: operations.set_default(actor=actor, price_group=group, at=AT),
        "no_default": lambda: operations.unset_default(actor=actor, price_group=group, at=AT),
    }
    with pytest.raises(operations.PriceGroupDeleted):
        changes[change]()


def test_deleting_twice_keeps_the_first_moment(cast):
    group = make_price_group("A", cast.harbour, deleted_at=AT)
    assert operations.delete_price_group(actor=cast.actor("ada"), price_group=group, at=datetime(2027, 1, 1, tzinfo=UTC)).deleted_at == AT


def test_members_get_a_price_and_keep_what_is_not_given(cast):
    members = list(TeamMember.objects.filter(team=cast.harbour))
    price, cost = make_price_group("M", cast.harbour, type="member"), make_price_group("C", cast.northwind, type="member_cost")
    operations.set_member_pricing(actor=cast.actor("ada"), members=members, price_group=price, at=AT)
    operations.set_member_pricing(actor=cast.actor("ada"), members=members[:1], cost_group=cost, at=AT)
    operations.set_member_pricing(actor=cast.actor("ada"), members=members[1:2], price_group=None, at=AT)
    rows = dict.fromkeys(members[2:], (price, None)) | {members[0]: (price, cost), members[1]: (None, None)}
    assert {row.member: (row.price_group, row.cost_group) for row in MemberPricing.objects.all()} == rows


@pytest.mark.parametrize(("owner", "type"), [("harbour", "public"), ("hotel", "member"), ("eastgate", "member"), ("southwind", "member")])
def test_a_member_price_must_be_for_members_and_for_the_team(cast, owner, type):
    group = make_price_group("A", getattr(cast, owner), type=type)
    with pytest.raises(Invalid):
        operations.set_member_pricing(
            actor=cast.actor("ada"), members=list(TeamMember.objects.filter(team=cast.harbour)), price_group=group, at=AT
        )
    assert not MemberPricing.objects.exists()


def test_a_tags_name_is_once_per_operator_among_the_living(cast):
    actor = cast.actor("ada")
    tag = operations.create_tag(actor=actor, operator=cast.northwind, name="Green", description="Certified", at=AT)
    operations.create_tag(actor=actor, operator=cast.southwind, name="Green", at=AT)
    with pytest.raises(Invalid):
        operations.create_tag(actor=actor, operator=cast.northwind, name="Green", at=AT)
    operations.delete_tag(actor=actor, tag=tag, at=AT)
    assert operations.create_tag(actor=actor, operator=cast.northwind, name="Green", at=AT).pk != tag.pk


def test_a_tag_changes_only_where_it_is_told_and_never_once_deleted(cast):
    tag = operations.create_tag(actor=cast.actor("ada"), operator=cast.northwind, name="Green", description="Certified", at=AT)
    operations.edit_tag(actor=cast.actor("ada"), tag=tag, name="Greener", at=AT)
    assert PriceGroupTag.objects.values_list("name", "description").get() == ("Greener", "Certified")
    operations.delete_tag(actor=cast.actor("ada"), tag=tag, at=AT)
    with pytest.raises(operations.PriceGroupDeleted):
        operations.edit_tag(actor=cast.actor("ada"), tag=tag, name="Green", at=AT)


def test_the_database_refuses_to_change_a_version(cast, as_product_role):
    group = make_price_group("A", cast.harbour)
    with pytest.raises(DatabaseError, match=r"append-only|permission denied"):
        PriceVersion.objects.filter(price_group=group).update(components=[])


def test_a_new_member_pays_by_the_default_member_price_until_somebody_chooses_another(cast):
    group = make_price_group("Members", cast.harbour, type="member", is_default=True)
    other = make_price_group("Others", cast.harbour, type="member")
    member = teams.add_member(actor=cast.actor("ada"), team=cast.harbour, person=cast.sven, role=TeamRole.MEMBER, at=AT)
    drain("pricing.price_new_members", at=AT)
    assert member.pricing.price_group == group
    operations.set_member_pricing(actor=cast.actor("ada"), members=[member], price_group=other, at=AT)
    operations.price_new_members([MemberJoined(member.pk)])
    assert MemberPricing.objects.get(member=member).price_group == other


def test_without_a_default_a_new_member_pays_the_public_price(cast):
    make_price_group("Members", cast.harbour, type="member")
    teams.add_member(actor=cast.actor("ada"), team=cast.harbour, person=cast.sven, role=TeamRole.MEMBER, at=AT)
    drain("pricing.price_new_members", at=AT)
    assert not MemberPricing.objects.exists()


def test_a_members_price_is_in_the_audit_log_of_their_team(cast: Cast) -> None:
    member = TeamMember.objects.get(team=cast.harbour, person=cast.dora)
    price = make_price_group("Crew", cast.harbour, type="member")
    operations.set_member_pricing(actor=cast.actor("ada"), members=[member], price_group=price, at=AT)
    event = recorded(entity_type="MemberPricing")[-1]
    assert (event.entity_id, event.team_id, event.actor_name) == (member.pk, cast.harbour.pk, "Ada Test")
    assert event.changes["price_group_id"] == [None, price.pk]
