"""Roles that groups bring. Whatever somebody gave by hand stands."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from forecourt.access import Actor, OperatorRole
from forecourt.kit.errors import DomainError
from forecourt.kit.fields import Checks
from forecourt.kit.operations import locked, operation
from forecourt.operators import operations as operators
from forecourt.operators.models import Operator, OperatorMember
from forecourt.operators.operations import LastAdmin
from forecourt.sso.models import DirectoryMember, DirectoryUser, GroupRole, MappedMember

_STRONGEST = (OperatorRole.ADMIN, OperatorRole.OPERATIONS_MANAGER, OperatorRole.BOOKKEEPER, OperatorRole.SUPPORT_AGENT)
SYSTEM = Actor.system("single sign-on")


class GroupIsMapped(DomainError):
    """The group brings a role in this account already."""

    code = "group_is_mapped"


@operation
def map_group(*, actor: Actor, account: Operator, group: str, role: OperatorRole, at: datetime) -> GroupRole:
    """
    Who is in the group has the role from their next sign-in on; whom a directory put there, at once.

    :raises Invalid: for an empty name.
    :raises GroupIsMapped: if it brings a role there already.
    """
    checks = Checks()
    group = checks.text("group", group, limit=255)
    checks.finish()
    row, is_new = GroupRole.objects.get_or_create(
        operator=account, group=group, defaults={"organisation_id": account.organisation_id, "role": role}
    )
    if not is_new:
        raise GroupIsMapped(_("This group brings a role in this account already. Remove that one first."))
    _settle_directories(row, actor=actor, at=at)
    return row


@operation
def unmap_group(*, actor: Actor, mapping: GroupRole, at: datetime) -> None:
    """The group brings no role any more; who has it loses it at their next sign-in, whom a directory put there at once."""
    if GroupRole.objects.filter(pk=mapping.pk).delete()[0]:
        _settle_directories(mapping, actor=actor, at=at)


def _settle_directories(mapping: GroupRole, *, actor: Actor, at: datetime) -> None:
    named = Q(group__display_name=mapping.group) | Q(group__external_id=mapping.group)
    members = DirectoryMember.objects.filter(named, group__organisation_id=mapping.organisation_id, group__directory__revoked_at=None)
    for user in DirectoryUser.objects.filter(pk__in=members.values("user_id")).select_related("directory").order_by("pk"):
        settle_roles(user, actor=actor, at=at)


def settle_roles(user: DirectoryUser, *, actor: Actor, at: datetime) -> None:
    """Give a user the roles of their groups in the directory, and take back what no group brings any more; of one who is not active, all."""
    directory = user.directory
    mappings = GroupRole.objects.filter(organisation_id=directory.organisation_id)
    marks = MappedMember.objects.filter(source=directory.source, member__person_id=user.person_id)
    if not mappings.exists() and not marks.exists():
        return
    names = user.memberships.values_list("group__display_name", "group__external_id") if user.active else []
    groups = {name for pair in names for name in pair if name}
    apply(person_id=user.person_id, organisation_id=directory.organisation_id, groups=groups, source=directory.source, at=at, actor=actor)


@operation
def apply(*, person_id: int, organisation_id: int, groups: Collection[str], source: str, at: datetime, actor: Actor = SYSTEM) -> None:
    """
    Give a person the roles of their groups, and take back those that `source` ("oidc:7", "scim:3") gave and no group brings
    any more. Of several groups the strongest role counts. The last Admin of an account stays. Repeating it changes nothing.
    """
    wanted = _wanted(organisation_id, groups)
    marks = {mark.member.operator_id: mark for mark in _marks(person_id, organisation_id, source)}
    for account in Operator.objects.filter(pk__in={*wanted, *marks}, deleted_at=None).order_by("pk"):
        _settle(account, person_id, wanted.get(account.pk), marks.get(account.pk), source=source, at=at, actor=actor)


def _wanted(organisation_id: int, groups: Collection[str]) -> dict[int, OperatorRole]:
    found: dict[int, OperatorRole] = {}
    rows = GroupRole.objects.filter(organisation_id=organisation_id, group__in=groups)
    for row in sorted(rows, key=lambda row: _STRONGEST.index(OperatorRole(row.role))):
        found.setdefault(row.operator_id, OperatorRole(row.role))
    return found


def _marks(person_id: int, organisation_id: int, source: str) -> list[MappedMember]:
    rows = MappedMember.objects.filter(source=source, member__person_id=person_id, member__organisation_id=organisation_id)
    return [mark for mark in rows.select_related("member") if mark.role == mark.member.role]


def _settle(
    account: Operator, person_id: int, role: OperatorRole | None, mark: MappedMember | None, *, source: str, at: datetime, actor: Actor
) -> None:
    """One account. The account's row is locked, so two sign-ins of one person make one membership. Who was blocked by hand stays so."""
    locked(account)
    if mark is not None and mark.member.state != OperatorMember.State.ACCEPTED:
        return
    if mark is None and role is not None:
        _join(account, person_id, role, source=source, at=at)
    elif mark is not None and role != mark.role:
        try:
            _change(mark, role, at=at, actor=actor)
        except LastAdmin:
            return


def _join(account: Operator, person_id: int, role: OperatorRole, *, source: str, at: datetime) -> None:
    member, is_new = OperatorMember.objects.get_or_create(
        operator=account,
        person_id=person_id,
        defaults={
            "organisation_id": account.organisation_id,
            "role": role,
            "state": OperatorMember.State.ACCEPTED,
            "accepted_at": at,
        },
    )
    if is_new:
        MappedMember.objects.create(member=member, source=source, role=role)


def _change(mark: MappedMember, role: OperatorRole | None, *, at: datetime, actor: Actor) -> None:
    if role is None:
        operators.remove_member(actor=actor, member=mark.member, at=at)
        return
    operators.change_role(actor=actor, member=mark.member, role=role, at=at)
    mark.role = role
    mark.save(update_fields=["role"])
