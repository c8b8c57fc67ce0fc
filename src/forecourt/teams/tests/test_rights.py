"""What a template and a feature group take from a team's people."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime

import pytest

from forecourt.access import Permission, TeamRole
from forecourt.kit.errors import Forbidden
from forecourt.teams import operations
from forecourt.teams.models import FeatureGroup, FeatureSetting, MemberGroup, TeamMember, TeamTemplate
from forecourt.teams.operations import importing
from forecourt.teams.operations import nested as nesting
from forecourt.teams.queries import actor_of, taken_rights
from forecourt.teams.tests.factories import make_team_member

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)


def make_template(cast, applies_to="all", **rights) -> TeamTemplate:
    return TeamTemplate.objects.create(
        organisation_id=cast.northwind.organisation_id,
        operator=cast.northwind,
        name=applies_to or "Chosen",
        applies_to=applies_to,
        **rights,
    )


def make_feature_group(cast, **features) -> FeatureGroup:
    group = FeatureGroup.objects.create(organisation_id=cast.northwind.organisation_id, operator=cast.northwind, name="Small")
    FeatureSetting.objects.bulk_create(FeatureSetting(group=group, feature=name, value=value) for name, value in features.items())
    return group


def reaches(cast, who: str, permission: Permission) -> bool:
    return cast.harbour.pk in cast.actor(who).reach_of(permission).team_ids


def test_a_template_that_says_no_takes_the_right_from_everybody(cast):
    assert reaches(cast, "tom", Permission.CHARGE_POINT_CONFIGURE)
    make_template(cast, can_configure_charge_points=False)
    assert not reaches(cast, "tom", Permission.CHARGE_POINT_CONFIGURE)
    assert taken_rights(cast.harbour) == {"can_configure_charge_points"}


@pytest.mark.parametrize("permission", [Permission.CHARGE_POINT_CREATE, Permission.CHARGE_POINT_UPDATE, Permission.CHARGE_POINT_COMMAND])
def test_who_may_not_modify_charge_points_makes_changes_and_commands_none(cast, permission):
    assert reaches(cast, "tom", permission)
    make_template(cast, can_configure_charge_points=False)
    assert not reaches(cast, "tom", permission)
    assert reaches(cast, "tom", Permission.CHARGE_POINT_READ)


def test_an_admin_sees_the_other_members_only_with_that_right(cast):
    assert not reaches(cast, "tom", Permission.TEAM_MEMBER_READ)
    TeamMember.objects.filter(person=cast.tom, team=cast.harbour).update(can_manage_team_members=True)
    assert reaches(cast, "tom", Permission.TEAM_MEMBER_READ)
    assert cast.harbour.pk in actor_of(cast.harbour.owner).reach_of(Permission.TEAM_MEMBER_READ).team_ids


def test_a_template_that_says_yes_or_nothing_gives_nobody_a_right(cast):
    make_template(cast, can_manage_team_members=True)
    assert not reaches(cast, "tom", Permission.TEAM_MEMBER_MANAGE)


@pytest.mark.parametrize(
    ("chosen", "of_type", "for_all", "taken"),
    [(False, True, True, True), (None, False, True, True), (None, None, False, True), (True, False, False, False)],
)
def test_the_chosen_template_goes_before_that_of_the_type_and_that_before_the_one_for_all(cast, chosen, of_type, for_all, taken):
    if chosen is not None:
        cast.harbour.template = make_template(cast, None, can_configure_charge_points=chosen)
        cast.harbour.save()
    if of_type is not None:
        make_template(cast, cast.harbour.type, can_configure_charge_points=of_type)
    make_template(cast, "all", can_configure_charge_points=for_all)
    assert reaches(cast, "tom", Permission.CHARGE_POINT_CONFIGURE) is not taken


def test_a_template_of_another_operator_takes_nothing(cast):
    TeamTemplate.objects.create(
        organisation_id=cast.eastgate.organisation_id,
        operator=cast.eastgate,
        name="All",
        applies_to="all",
        can_configure_charge_points=False,
    )
    assert reaches(cast, "tom", Permission.CHARGE_POINT_CONFIGURE)


@pytest.mark.parametrize("value", ["off", "hidden"])
def test_a_feature_that_is_not_on_is_taken_from_the_teams_people_alone(cast, value):
    cast.harbour.feature_group = make_feature_group(cast, charge_keys=value)
    cast.harbour.save()
    assert not reaches(cast, "tom", Permission.CHARGE_KEY_READ)
    assert reaches(cast, "tom", Permission.SITE_READ)
    assert cast.actor("ada").reach_of(Permission.CHARGE_KEY_READ).organisation_ids


def test_the_actor_still_takes_two_queries(cast, django_assert_num_queries):
    make_template(cast, can_configure_charge_points=False)
    with django_assert_num_queries(2):
        actor_of(cast.tom)


def test_a_members_form_says_why_a_right_cannot_be_given(cast):
    make_template(cast, can_configure_charge_points=False)
    tom = TeamMember.objects.get(person=cast.tom, team=cast.harbour)
    page = cast.client("ada").get(f"/teams/{cast.harbour.pk}/members/{tom.pk}/edit").content.decode()
    assert "team settings take this from everybody" in page


# Nobody gives themselves more than they have; wallet rights and ownership come from who may move the money (spec P2.1, §3.1).


def invite_own(cast, who: str, **more) -> None:
    person = getattr(cast, who)
    operations.invite_member(actor=cast.actor(who), team=cast.harbour, role=TeamRole.ADMIN, at=AT, email=person.email, **more)


def be_member(cast, who: str, **columns) -> TeamMember:
    return make_team_member(getattr(cast, who), cast.harbour, TeamRole.MEMBER, **columns)


OWN: dict[str, Callable[..., object]] = {
    "adds themselves as an admin": lambda cast, who: operations.add_member(
        actor=cast.actor(who), team=cast.harbour, person=getattr(cast, who), role=TeamRole.ADMIN, at=AT
    ),
    "invites themselves as an admin": invite_own,
    "makes themselves an admin": lambda cast, who: operations.edit_member(
        actor=cast.actor(who), member=be_member(cast, who), role=TeamRole.ADMIN, at=AT
    ),
    "takes a group of admins": lambda cast, who: operations.give_group(
        actor=cast.actor(who), members=[be_member(cast, who)], group=make_group(cast), at=AT
    ),
    "lets the group grow that they are in": lambda cast, who: operations.edit_group(
        actor=cast.actor(who), group=be_member(cast, who, group=make_group(cast, role=TeamRole.MEMBER)).group, role=TeamRole.ADMIN, at=AT
    ),
    "owns a new team": lambda cast, who: operations.create_team(
        actor=cast.actor(who), operator=cast.northwind, type="professional", name="Mine", contact_email="m@example.com",
        owner=getattr(cast, who), at=AT,
    ),
    "imports a team of their own": lambda cast, who: importing.start_import(
        actor=cast.actor(who), operator=cast.northwind, rows=[{"line": 2, "texts": {"owner_email": getattr(cast, who).email.upper()}}], at=AT
    ),
}  # fmt: skip


def make_group(cast, **columns) -> MemberGroup:
    given = {"organisation_id": cast.northwind.organisation_id, "operator": cast.northwind, "team": cast.harbour, "name": "Chosen"}
    return MemberGroup.objects.create(**given, **{"role": TeamRole.ADMIN, **columns})


@pytest.mark.parametrize("how", OWN)
def test_an_operations_manager_makes_themselves_no_more_than_they_are(cast, how):
    with pytest.raises(Forbidden, match="Nobody gives themselves more rights"):
        OWN[how](cast, "oscar")


@pytest.mark.parametrize("how", OWN)
def test_an_admin_who_has_every_right_may(cast, how):
    OWN[how](cast, "ada")


def test_an_operations_manager_may_be_a_plain_member_and_make_others_admins(cast):
    actor = cast.actor("oscar")
    operations.add_member(actor=actor, team=cast.harbour, person=cast.oscar, role=TeamRole.MEMBER, at=AT)
    dora = TeamMember.objects.get(person=cast.dora, team=cast.harbour)
    assert operations.edit_member(actor=actor, member=dora, role=TeamRole.ADMIN, at=AT).role == TeamRole.ADMIN


def test_a_team_admin_gives_themselves_no_right_that_they_lack(cast):
    tom = TeamMember.objects.get(person=cast.tom, team=cast.harbour)
    TeamMember.objects.filter(pk=tom.pk).update(can_manage_team_members=True, can_configure_charge_points=False)
    with pytest.raises(Forbidden):
        operations.edit_member(actor=cast.actor("tom"), member=tom, can_configure_charge_points=True, at=AT)
    operations.edit_member(actor=cast.actor("tom"), member=tom, note="Mine", can_pay_with_team_wallet=False, at=AT)


@pytest.mark.parametrize(("who", "may"), [("ada", True), ("oscar", False), ("hanna", True)])
def test_wallet_rights_and_ownership_are_given_by_the_owner_or_an_admin_of_the_operator(cast, who, may):
    actor = actor_of(cast.harbour.owner) if who == "hanna" else cast.actor(who)
    dora = TeamMember.objects.get(person=cast.dora, team=cast.harbour)
    refused = nullcontext() if may else pytest.raises(Forbidden)
    with refused:
        operations.edit_member(actor=actor, member=dora, role=TeamRole.ADMIN, can_manage_team_wallet=True, at=AT)
    with nullcontext() if may else pytest.raises(operations.OwnerStays):
        operations.transfer_ownership(actor=actor, member=dora, at=AT)
    page = cast.client("ada" if who == "hanna" else who).get(f"/teams/{cast.harbour.pk}/members").content.decode()
    assert ("can transfer the team" in page) is not may


def test_an_operations_manager_still_nests_teams(cast):
    nesting.invite_nested_team(actor=cast.actor("oscar"), parent=cast.harbour, nested=cast.hotel, at=AT)
