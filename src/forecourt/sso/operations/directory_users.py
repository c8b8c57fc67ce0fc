"""What a directory does to users. Each runs alone on its user: the row is locked, and `version` (If-Match) is asked for under the lock."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import IntegrityError

from forecourt.access import Actor
from forecourt.identity import operations as identity
from forecourt.identity.models import Person
from forecourt.identity.operations import PersonExists
from forecourt.kit.errors import Invalid
from forecourt.kit.operations import locked, operation
from forecourt.sso.models import Directory, DirectoryUser
from forecourt.sso.operations import group_roles
from forecourt.sso.queries.directories import is_ours
from forecourt.sso.queries.domains import domain_of, verified_domains
from forecourt.sso.scim.rules.errors import InvalidValue, NotOfOrganisation, NotUnique, VersionMismatch
from forecourt.sso.scim.rules.patches import patched
from forecourt.sso.scim.rules.paths import folded
from forecourt.sso.scim.rules.resources import address_of, names_of
from forecourt.sso.scim.rules.schemas import USERS, normalised
from forecourt.sso.scim.rules.versions import is_among
from forecourt.teams import operations as teams

_ELSEWHERE = "The person's e-mail address is not in a domain that the organisation has verified."


@operation
def create_user(*, actor: Actor, directory: Directory, body: Any, at: datetime) -> DirectoryUser:
    """
    Make a person, or adopt the one who has the address. Somebody whom the directory deleted comes back under the same id.

    :raises ScimRefused: for a body that breaks the schema; `NotOfOrganisation` for an address elsewhere; `NotUnique` for a user
        whom the directory has already.
    """
    resource = {"active": True, **normalised(body, USERS)}
    address = address_of(resource)
    if not address or domain_of(address) not in verified_domains(directory.organisation_id):
        raise NotOfOrganisation(_ELSEWHERE)
    with _unique(resource):
        person, is_new = _person_with(address, resource, actor=actor, at=at)
        if person.platform_role is not None:
            raise NotOfOrganisation(_ELSEWHERE)
        row = _row_for(directory, person, is_new=is_new)
        _write(row, resource)
    if not (is_new and row.active):  # who is new is let in and has no role yet
        _follow(row, was_active=None, actor=actor, at=at)
    return row


@operation
def replace_user(*, actor: Actor, user: DirectoryUser, body: Any, at: datetime, version: str = "") -> DirectoryUser:
    """
    PUT: what is left out is gone, but for `active`, which stays.

    :raises ScimRefused: as `create_user`; `VersionMismatch` if `version` (an ETag) is not the row's.
    """
    user = _held(user, version)
    return _changed(user, {"active": user.active, **normalised(body, USERS)}, actor=actor, at=at)


@operation
def patch_user(*, actor: Actor, user: DirectoryUser, body: Any, at: datetime, version: str = "") -> DirectoryUser:
    """
    PATCH: all operations or none.

    :raises ScimRefused: as `patched` and `replace_user`.
    """
    user = _held(user, version)
    return _changed(user, {"active": user.active, **patched(user.resource, body, USERS)}, actor=actor, at=at)


@operation
def delete_user(*, actor: Actor, user: DirectoryUser, at: datetime, version: str = "") -> None:
    """
    The directory no longer has the user: out everywhere at once, and kept out until the directory makes them again. The person,
    their personal team and what they did stay. Who has left the organisation's domains is only forgotten by the directory.

    :raises VersionMismatch: if `version` (an ETag) is not the row's.
    """
    user = _held(user, version)
    user.memberships.all().delete()
    group_roles.settle_roles(user, actor=actor, at=at)
    if not is_ours(user.directory, user.person):
        user.delete()
        return
    user.active, user.deleted_at = False, at
    _write(user, {**user.resource, "active": False})
    identity.keep_out(actor=actor, person=user.person, at=at)


def check_version(row: Any, version: str) -> None:
    """
    :raises VersionMismatch: if If-Match names other versions than the row's.
    """
    if version and not is_among(row.version, version):
        raise VersionMismatch("Somebody else changed it since you read it.")


def _held(user: DirectoryUser, version: str) -> DirectoryUser:
    user = locked(user)
    check_version(user, version)
    return user


def _changed(user: DirectoryUser, resource: dict[str, Any], *, actor: Actor, at: datetime) -> DirectoryUser:
    """Nothing is written where nothing changes: a directory repeats itself."""
    if resource == user.resource:
        return user
    if not is_ours(user.directory, user.person):
        raise NotOfOrganisation(_ELSEWHERE)
    was_active, address = user.active, address_of(resource)
    with _unique(resource):
        if address != (user.person.email or "").lower():
            _move(user, address, actor=actor, at=at)
        _write(user, resource)
    _rename(user.person, resource, actor=actor, at=at)
    _follow(user, was_active=was_active, actor=actor, at=at)
    return user


def _move(user: DirectoryUser, address: str, *, actor: Actor, at: datetime) -> None:
    if domain_of(address) not in verified_domains(user.directory.organisation_id):
        raise NotOfOrganisation(_ELSEWHERE)
    user.person = identity.change_email(actor=actor, person=user.person, email=address, at=at)


def _person_with(address: str, resource: Mapping[str, Any], *, actor: Actor, at: datetime) -> tuple[Person, bool]:
    """Whoever has the address, and whether they were made for it."""
    first, last = names_of(resource)
    try:
        made = teams.welcome_person(actor=actor, at=at, email=address, first_name=first, last_name=last, language=_language(resource))
    except PersonExists:
        return Person.objects.get(email__iexact=address, deleted_at=None), False
    return made, True


def _row_for(directory: Directory, person: Person, *, is_new: bool) -> DirectoryUser:
    """The row of a person whom the directory had deleted, or one to be written."""
    held = DirectoryUser.objects.select_for_update().filter(directory=directory, person=person)
    row = None if is_new else held.first()
    if row is None:
        return DirectoryUser(
            organisation_id=directory.organisation_id, operator_id=directory.operator_id, directory=directory, person=person, version=0
        )
    if row.deleted_at is None:
        raise NotUnique("The directory has this person already.")
    row.deleted_at = None
    return row


def _language(resource: Mapping[str, Any]) -> str:
    said = str(resource.get("preferredLanguage") or resource.get("locale") or "").lower()
    return "da" if said.startswith("da") else "en"


def _rename(person: Person, resource: Mapping[str, Any], *, actor: Actor, at: datetime) -> None:
    first, last = names_of(resource)
    if (first, last) not in ((None, None), (person.first_name, person.last_name)):
        names = {"first_name": first or "", "last_name": last or ""}
        identity.edit_profile(actor=actor, person=person, at=at, country_id=person.country_id, **names)


def _write(row: DirectoryUser, resource: dict[str, Any]) -> None:
    row.user_name, row.external_id, row.active = resource["userName"], resource.get("externalId"), resource["active"]
    row.resource, row.folded = resource, folded(resource)
    row.version += 1
    is_made = row.pk is None
    row.save()
    if not is_made:  # what is made comes back with its times
        row.refresh_from_db(fields=["updated_at"])


def _follow(row: DirectoryUser, *, was_active: bool | None, actor: Actor, at: datetime) -> None:
    """What being active or not means for signing in, and for the roles of groups."""
    if row.active and was_active is not True:
        identity.let_in(actor=actor, person=row.person, at=at)
    elif not row.active:
        identity.keep_out(actor=actor, person=row.person, at=at)
    if row.active != was_active:
        group_roles.settle_roles(row, actor=actor, at=at)


@contextmanager
def _unique(resource: Mapping[str, Any]) -> Iterator[None]:
    """Refusals of what is written inside, told in the protocol's words. They end the operation, so nothing of it stays."""
    try:
        yield
    except (IntegrityError, PersonExists) as error:
        raise NotUnique(f"There is another user {resource['userName']}.") from error
    except Invalid as error:
        raise InvalidValue(" ".join(error.fields.values()) or error.message) from error
