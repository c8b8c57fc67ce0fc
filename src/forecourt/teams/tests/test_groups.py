"""Member groups: what is copied to members, what stays theirs, who may."""

import pytest

from forecourt.access import Actor, TeamRole
from forecourt.kit.errors import Forbidden, Invalid
from forecourt.teams import operations
from forecourt.teams.models import MemberGroup, TeamMember
from forecourt.teams.rules import Lower
from forecourt.teams.tests.factories import AT, make_member_group, make_team_member

SYSTEM = Actor.system("test")


def given(cast, group, *people):
    members = [TeamMember.objects.get(team=cast.harbour, person=person) for person in people]
    operations.give_group(actor=SYSTEM, members=members, group=group, at=AT)
    return [TeamMember.objects.get(pk=member.pk) for member in members]


def test_a_group_gives_its_role_and_rights_and_takes_own_restrictions(cast):
    TeamMember.objects.filter(person=cast.dora, team=cast.harbour).update(pays_in_country_ids=[1])
    group = make_member_group("Staff", cast.harbour, role=TeamRole.ADMIN, can_configure_charge_points=True, charge_payment_type="operator")
    (dora,) = given(cast, group, cast.dora)
    assert (dora.role, dora.can_configure_charge_points, dora.can_pay_with_team_wallet) == ("admin", True, False)
    assert (dora.charge_payment_type, dora.pays_in_country_ids, dora.group) == ("operator", None, group)


def test_the_owner_keeps_role_and_rights_in_a_group(cast):
    (hanna,) = given(cast, make_member_group("Staff", cast.harbour), cast.harbour.owner)
    assert (hanna.role, hanna.group.name) == ("owner", "Staff")


def test_editing_keeps_what_was_changed_for_one_member_or_applies_to_all(cast):
    group = make_member_group("Staff", cast.harbour)
    dora, tom = given(cast, group, cast.dora, cast.tom)
    operations.edit_member(actor=SYSTEM, member=tom, at=AT, can_request_sponsoring=True)
    operations.edit_group(actor=SYSTEM, group=group, at=AT, can_pay_with_team_wallet=True, can_request_sponsoring=False)
    dora.refresh_from_db()
    tom.refresh_from_db()
    assert (dora.can_pay_with_team_wallet, tom.can_pay_with_team_wallet, tom.can_request_sponsoring) == (True, True, True)
    operations.edit_group(actor=SYSTEM, group=group, at=AT, lower=Lower.APPLY)
    tom.refresh_from_db()
    assert tom.can_request_sponsoring is False


def test_a_group_that_becomes_of_members_takes_what_members_never_have(cast):
    group = make_member_group("Staff", cast.harbour, role=TeamRole.ADMIN, can_configure_charge_points=True)
    (dora,) = given(cast, group, cast.dora)
    operations.edit_group(actor=SYSTEM, group=group, at=AT, role="member")
    dora.refresh_from_db()
    group.refresh_from_db()
    assert (dora.role, dora.can_configure_charge_points, group.can_configure_charge_points) == ("member", False, False)


def making(cast, actor):
    operations.create_group(
        actor=actor, operator=cast.northwind, team=cast.harbour, name="Rich", role="admin", can_manage_team_wallet=True, at=AT
    )


def editing(cast, actor):
    group = make_member_group("Staff", cast.harbour, role=TeamRole.ADMIN)
    operations.edit_group(actor=actor, group=group, can_manage_team_wallet=True, at=AT)


def giving(cast, actor):
    group = make_member_group("Rich", cast.harbour, role=TeamRole.ADMIN, can_manage_team_wallet=True)
    operations.give_group(actor=actor, members=[TeamMember.objects.get(team=cast.harbour, person=cast.dora)], group=group, at=AT)


@pytest.mark.parametrize("how", [making, editing, giving])
def test_an_admin_of_the_team_gives_no_wallet_rights_by_a_group(cast, how):
    TeamMember.objects.filter(person=cast.tom, team=cast.harbour).update(can_manage_team_members=True)
    with pytest.raises(Forbidden):
        how(cast, cast.actor("tom"))
    assert not TeamMember.objects.filter(person=cast.dora, can_manage_team_wallet=True).exists()


def test_a_group_of_another_team_or_a_strangers_operator_is_refused(cast):
    for group in (make_member_group("Theirs", cast.hotel), make_member_group("Theirs", cast.eastgate)):
        with pytest.raises(Invalid):
            given(cast, group, cast.dora)


def test_a_main_accounts_group_is_for_its_sub_accounts_teams(cast):
    member = make_team_member(cast.dora, cast.garden)
    operations.give_group(actor=SYSTEM, members=[member], group=make_member_group("All", cast.northwind), at=AT)
    member.refresh_from_db()
    assert member.group is not None


def test_a_used_group_is_deleted_only_when_its_members_get_another(cast):
    group, other = make_member_group("Old", cast.harbour), make_member_group("New", cast.harbour, can_pay_with_team_wallet=True)
    (dora,) = given(cast, group, cast.dora)
    with pytest.raises(operations.GroupIsUsed):
        operations.delete_group(actor=SYSTEM, group=group, at=AT)
    operations.delete_group(actor=SYSTEM, group=group, at=AT, move_to=other)
    dora.refresh_from_db()
    group.refresh_from_db()
    assert (dora.group, dora.can_pay_with_team_wallet, group.deleted_at) == (other, True, AT)


def test_one_default_group_a_team(cast):
    made = [
        operations.create_group(actor=SYSTEM, operator=cast.northwind, team=cast.harbour, name=name, role="member", is_default=True, at=AT)
        for name in ("One", "Two")
    ]
    assert [MemberGroup.objects.get(pk=group.pk).is_default for group in made] == [False, True]


def test_a_name_is_once_in_a_team_and_says_so_at_the_field(cast):
    make_member_group("Staff", cast.harbour)
    ada = cast.client("ada")
    answer = ada.post(f"/teams/{cast.harbour.pk}/groups/new", {"name": "Staff", "role": "member", "charge_payment_type": "all"})
    assert "already" in answer.context["form"].errors["name"][0]
    assert MemberGroup.objects.filter(team=cast.harbour).count() == 1


def test_made_changed_and_deleted_on_pages(cast):
    ada, url = cast.client("ada"), f"/teams/{cast.harbour.pk}/groups"
    ada.post(f"{url}/new", {"name": "Drivers", "role": "member", "can_pay_with_team_wallet": "on", "charge_payment_type": "operator"})
    group = MemberGroup.objects.get(team=cast.harbour)
    given(cast, group, cast.dora)
    form = {"name": "Riders", "role": "member", "charge_payment_type": "all", "lower": "apply"}
    assert ada.post(f"/member-groups/{group.pk}", form).status_code == 303
    assert ada.post(f"/member-groups/{group.pk}/delete").status_code == 422
    dora = TeamMember.objects.get(person=cast.dora, team=cast.harbour)
    assert (dora.can_pay_with_team_wallet, dora.charge_payment_type) == (False, "all")
    assert [row.name for row, _actions in ada.get(url).context["rows"]] == ["Riders"]


def test_members_chosen_in_the_list_get_a_group_and_are_removed_after_a_question(cast):
    group, ada = make_member_group("Staff", cast.harbour), cast.client("ada")
    members = list(TeamMember.objects.filter(team=cast.harbour).exclude(role="owner").values_list("pk", flat=True))
    url = f"/teams/{cast.harbour.pk}/members/chosen"
    ada.post(url, {"member": members, "doing": "group", "group": group.pk})
    assert TeamMember.objects.filter(group=group).count() == len(members) == 2
    assert ada.post(url, {"member": members, "doing": "remove"}).status_code == 200
    assert TeamMember.objects.filter(pk__in=members, deleted_at=None).count() == 2
    everybody = list(TeamMember.objects.filter(team=cast.harbour).values_list("pk", flat=True))
    ada.post(url, {"member": everybody, "doing": "remove", "sure": "1"})
    assert list(TeamMember.objects.filter(team=cast.harbour, deleted_at=None).values_list("role", flat=True)) == ["owner"]
