"""What a directory does to groups. Whoever comes into a group or leaves it has its role from then on, or no longer."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import IntegrityError

from forecourt.access import Actor
from forecourt.kit.operations import locked, operation
from forecourt.sso.models import Directory, DirectoryGroup, DirectoryMember, DirectoryUser
from forecourt.sso.operations import group_roles
from forecourt.sso.operations.directory_users import check_version
from forecourt.sso.queries.directories import is_uid, stored_group
from forecourt.sso.scim.rules.errors import InvalidValue, NotUnique
from forecourt.sso.scim.rules.patches import patched
from forecourt.sso.scim.rules.paths import folded
from forecourt.sso.scim.rules.schemas import GROUPS, normalised


@operation
def create_group(*, actor: Actor, directory: Directory, body: Any, at: datetime) -> DirectoryGroup:
    """
    :raises ScimRefused: for a body that breaks the schema; `InvalidValue` for a member whom the directory has not sent;
        `NotUnique` for a name that it has already.
    """
    resource = normalised(body, GROUPS)
    group = DirectoryGroup(
        organisation_id=directory.organisation_id, operator_id=directory.operator_id, directory=directory, version=0
    )  # fmt: skip
    wanted = _named(group, resource)
    _write(group, resource)
    _set_members(group, set(), wanted, actor=actor, at=at)
    return group


@operation
def replace_group(*, actor: Actor, group: DirectoryGroup, body: Any, at: datetime, version: str = "") -> DirectoryGroup:
    """
    PUT: members who are not named leave.

    :raises ScimRefused: as `create_group`; `VersionMismatch` if `version` (an ETag) is not the row's.
    """
    group = _held(group, version)
    return _changed(group, normalised(body, GROUPS), actor=actor, at=at)


@operation
def patch_group(*, actor: Actor, group: DirectoryGroup, body: Any, at: datetime, version: str = "") -> DirectoryGroup:
    """
    PATCH: all operations or none.

    :raises ScimRefused: as `patched` and `replace_group`.
    """
    group = _held(group, version)
    members = map(str, group.members.order_by("pk").values_list("user__uid", flat=True))
    return _changed(group, patched(stored_group(group, members), body, GROUPS), actor=actor, at=at)


@operation
def delete_group(*, actor: Actor, group: DirectoryGroup, at: datetime, version: str = "") -> None:
    """
    The group is gone, and with it the role that it brought. Its members stay.

    :raises VersionMismatch: if `version` (an ETag) is not the row's.
    """
    group = _held(group, version)
    left = list(_users(group.members.values_list("user_id", flat=True)))
    group.delete()
    for user in left:
        group_roles.settle_roles(user, actor=actor, at=at)


def _held(group: DirectoryGroup, version: str) -> DirectoryGroup:
    group = locked(group)
    check_version(group, version)
    return group


def _changed(group: DirectoryGroup, resource: dict[str, Any], *, actor: Actor, at: datetime) -> DirectoryGroup:
    """Nothing is written where nothing changes: a directory repeats itself."""
    was = (group.display_name, group.external_id)
    is_renamed = was != (resource["displayName"], resource.get("externalId"))
    there, wanted = set(group.members.values_list("user_id", flat=True)), _named(group, resource)
    if is_renamed or there != wanted:
        _write(group, resource)
        _set_members(group, there, wanted, actor=actor, at=at, settles_all=is_renamed)
    return group


def _write(group: DirectoryGroup, resource: dict[str, Any]) -> None:
    group.display_name, group.external_id = resource["displayName"], resource.get("externalId")
    group.folded = folded(stored_group(group))
    group.version += 1
    try:
        group.save()
    except IntegrityError as error:
        raise NotUnique(f"There is another group {group.display_name}.") from error
    group.refresh_from_db(fields=["created_at", "updated_at"])


def _set_members(
    group: DirectoryGroup, there: set[int], wanted: set[int], *, actor: Actor, at: datetime, settles_all: bool = False
) -> None:
    """Only who comes or goes is written; the roles of those, and after another name of all, are settled."""
    coming, leaving = wanted - there, there - wanted
    group.members.filter(user_id__in=leaving).delete()
    DirectoryMember.objects.bulk_create(
        DirectoryMember(organisation_id=group.organisation_id, operator_id=group.operator_id, group=group, user_id=user_id)
        for user_id in sorted(coming)
    )
    for user in _users(there | wanted if settles_all else coming | leaving):
        group_roles.settle_roles(user, actor=actor, at=at)


def _named(group: DirectoryGroup, resource: dict[str, Any]) -> set[int]:
    uids = [str(one.get("value", "")).lower() for one in resource.get("members", [])]
    known = {uid for uid in uids if is_uid(uid)}
    found = DirectoryUser.objects.filter(directory_id=group.directory_id, deleted_at=None, uid__in=known)
    ids = set(found.values_list("pk", flat=True))
    if len(ids) != len(set(uids)):
        raise InvalidValue("One of the members is no user of this directory. Groups in groups are not supported.")
    return ids


def _users(ids: Iterable[int]) -> Iterable[DirectoryUser]:
    return DirectoryUser.objects.filter(pk__in=list(ids)).select_related("directory").order_by("person_id")
