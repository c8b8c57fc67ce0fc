"""Reads of directories: whose token it is, the users and groups as the protocol shows them."""

import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.db.models import BooleanField, Exists, F, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from forecourt.identity.models import Person
from forecourt.kit.secrets import keyed_hash
from forecourt.sso.models import Directory, DirectoryGroup, DirectoryMember, DirectoryUser
from forecourt.sso.queries.domains import domain_of, verified_domains
from forecourt.sso.scim.rules import filters, jsonpath
from forecourt.sso.scim.rules.errors import InvalidFilter, InvalidPath
from forecourt.sso.scim.rules.paths import Path, compared, path_of
from forecourt.sso.scim.rules.schemas import GROUPS, USERS, ResourceType
from forecourt.sso.scim.rules.versions import etag

TOKEN_PURPOSE: Final = "scim-token"  # noqa: S105 (the name of a purpose)
Row = DirectoryUser | DirectoryGroup
_TIMES: Final = {("meta", "created"): "created_at", ("meta", "lastmodified"): "updated_at"}
_TIME_LOOKUPS: Final = {"eq": "exact", "gt": "gt", "ge": "gte", "lt": "lt", "le": "lte"}
_COLUMNS: Final = {("id",): "uid", ("externalid",): "external_id", ("username",): "user_name", ("displayname",): "display_name"}
_LINKS: Final = {"members": "user__uid", "groups": "group__uid"}


def directory_of(token: str, *, at: datetime) -> Directory | None:
    """The directory whose token this is, or was until a day after a new one was made."""
    shown = keyed_hash(token, purpose=TOKEN_PURPOSE)
    is_its = Q(token_hash=shown) | Q(previous_token_hash=shown, previous_token_until__gt=at)
    return Directory.objects.filter(is_its, revoked_at=None, operator__deleted_at=None).first()


def is_ours(directory: Directory, person: Person) -> bool:
    """Whether the person's address lies in a domain that the organisation has proved. The installation's own people are nobody's."""
    return person.platform_role is None and domain_of(person.email or "") in verified_domains(directory.organisation_id)


def objection(person_id: int) -> str | None:
    """`registries.sign_in_objections`: a living directory of their organisation has the person as not active, or deleted them."""
    keeps_out = DirectoryUser.objects.filter(person_id=person_id, active=False, directory__revoked_at=None)
    if not any(is_ours(row.directory, row.person) for row in keeps_out.select_related("directory", "person")):
        return None
    return _("The directory of their organisation keeps this person out. They come in again when they are active there.")


def is_of_directory(person: Person) -> bool:
    """Whether a living directory of their organisation has the person."""
    rows = DirectoryUser.objects.filter(person=person, deleted_at=None, directory__revoked_at=None).select_related("directory")
    return any(is_ours(row.directory, person) for row in rows)


def users_of(directory: Directory) -> QuerySet[DirectoryUser]:
    return DirectoryUser.objects.filter(directory=directory, deleted_at=None)


def groups_of(directory: Directory) -> QuerySet[DirectoryGroup]:
    return DirectoryGroup.objects.filter(directory=directory)


def filtered(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """
    The rows that fulfil a filter; all for an empty one.

    :raises InvalidFilter: if it does not follow the grammar.
    """
    return rows.filter(_condition(filters.parse(text), rows.model)) if text.strip() else rows


def _condition(node: filters.Node, model: type[Row]) -> Any:
    link = "groups" if model is DirectoryUser else "members"
    match node:
        case filters.Both(left, right):
            return Q(_condition(left, model)) & Q(_condition(right, model))
        case filters.Either(left, right):
            return Q(_condition(left, model)) | Q(_condition(right, model))
        case filters.Not(inner):
            return ~Q(_condition(inner, model))
        case filters.Compare(path, operator, value) if path in _TIMES:
            return _at_time(_TIMES[path], operator, value)
        case filters.Compare(path, "eq", str() as value) if path in _COLUMNS and hasattr(model, _COLUMNS[path]):
            return _in_column(_COLUMNS[path], value)
        case filters.Compare((first, "value"), ("eq" | "ne") as operator, str() as value) if first == link:
            return Q(_linked(link, value)) if operator == "eq" else ~Q(_linked(link, value))
        case filters.Within((first,), filters.Compare(("value",), "eq", str() as value)) if first == link:
            return Q(_linked(link, value))
        case filters.Present((first,)) if first == link:
            return Q(_linked(link))
        case filters.Compare((first, *_)) | filters.Present((first, *_)) | filters.Within((first, *_)) if first in _LINKS:
            raise InvalidFilter("A user's groups and a group's members are found by their value, with eq or ne.")
    condition, values = jsonpath.condition(node)
    sql = f"jsonb_path_exists({_whole(model)}, %s::jsonpath, %s::jsonb, true)"
    return RawSQL(sql, [condition, json.dumps(values)], output_field=BooleanField())  # noqa: S611 (the columns are ours, the rest are parameters)


def _whole(model: type[Row]) -> str:
    """SQL of the folded resource with what only the server sets, as `_shown` tells it."""
    table, type = model._meta.db_table, USERS if model is DirectoryUser else GROUPS  # noqa: SLF001
    schemas = f"jsonb_build_array('{type.schema}')"
    for urn in type.extensions:
        schemas += f" || CASE WHEN jsonb_exists({table}.folded, '{urn.lower()}') THEN jsonb_build_array('{urn}') ELSE '[]' END"
    meta = f"""jsonb_build_object('resourcetype', '{type.name.lower()}', 'version', 'w/"' || {table}.version || '"',
        'created', {table}.created_at, 'lastmodified', {table}.updated_at, 'location', '{type.endpoint.lower()}/' || {table}.uid)"""
    return f"({table}.folded || jsonb_build_object('id', {table}.uid, 'schemas', {schemas}, 'meta', {meta}))"


def _in_column(column: str, value: str) -> Q:
    if column == "uid":
        return Q(uid=value) if is_uid(value) else Q(pk__in=())
    return Q(**{column: value} if column == "external_id" else {f"{column}__iexact": value})


def _at_time(column: str, operator: str, value: Any) -> Q:
    moment = _time(value)
    if moment is None or operator not in (*_TIME_LOOKUPS, "ne"):
        raise InvalidFilter("A time is compared with a time, like 2026-11-01T12:00:00Z.")
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return ~Q(**{column: moment}) if operator == "ne" else Q(**{f"{column}__{_TIME_LOOKUPS[operator]}": moment})


def _time(value: Any) -> datetime | None:
    try:
        return parse_datetime(str(value).upper())
    except ValueError:  # the thirteenth month
        return None


def _linked(link: str, uid: str | None = None) -> Any:
    """Whether it is linked with the one of this id, or with any."""
    side = "group" if link == "members" else "user"
    rows = DirectoryMember.objects.filter(**{f"{side}_id": OuterRef("pk")})
    if uid is None:
        return Exists(rows)
    return Exists(rows.filter(**{_LINKS[link]: uid}) if is_uid(uid) else rows.none())


def is_uid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def ordered(rows: QuerySet[Any], sort_by: str, *, is_descending: bool) -> QuerySet[Any]:
    """
    By an attribute; of one with several values, by the primary one, else the first. Who has no value comes last, or first if
    descending (RFC 7644 §3.4.2.3). Without an attribute, as they came.

    :raises InvalidPath: if it is no attribute.
    """
    if not sort_by:
        return rows.order_by("pk")
    if not filters.is_name(sort_by):
        raise InvalidPath(f"{sort_by} is no attribute.")
    path = compared(path_of(sort_by))
    by: Any = F(_TIMES[path]) if path in _TIMES else F("uid") if path == ("id",) else _value_at(rows.model, path)
    return rows.order_by(by.desc(nulls_first=True) if is_descending else by.asc(nulls_last=True), "pk")


def _value_at(model: type[Row], path: Path) -> Any:
    first, *rest = (f'."{key}"' for key in path)
    inner = "".join(rest)
    value = f"jsonb_path_query_first({model._meta.db_table}.folded, %s::jsonpath, '{{}}', true)"  # noqa: SLF001
    sql = f"coalesce({value}, {value}) #>> '{{}}'"
    return RawSQL(sql, [f"${first} ? (@.primary == true){inner}", f"${first}{inner}"])  # noqa: S611 (the table is ours, the paths are parameters)


@dataclass(frozen=True, slots=True)
class Shown:
    """Rows as the protocol shows them: the whole resource, and its version."""

    resource: dict[str, Any]
    version: int


def user_resources(rows: Sequence[DirectoryUser], *, base: str, with_links: bool = True) -> list[Shown]:
    """Users, with their groups if these are asked for. `base` is the address under which the protocol is served."""
    links: dict[int, list[dict[str, Any]]] = {}
    if with_links:
        found = DirectoryMember.objects.filter(user__in=[row.pk for row in rows]).order_by("pk")
        for user_id, uid, name in found.values_list("user_id", "group__uid", "group__display_name"):
            link = {"value": str(uid), "$ref": f"{base}/Groups/{uid}", "display": name, "type": "direct"}
            links.setdefault(user_id, []).append(link)
    return [_shown(row, row.resource, {"groups": links.get(row.pk)}, USERS, base) for row in rows]


def group_resources(rows: Sequence[DirectoryGroup], *, base: str, with_links: bool = True) -> list[Shown]:
    links: dict[int, list[dict[str, Any]]] = {}
    if with_links:
        found = DirectoryMember.objects.filter(group__in=[row.pk for row in rows]).order_by("pk")
        for group_id, uid, name in found.values_list("group_id", "user__uid", "user__user_name"):
            link = {"value": str(uid), "$ref": f"{base}/Users/{uid}", "display": name, "type": "User"}
            links.setdefault(group_id, []).append(link)
    return [_shown(row, stored_group(row), {"members": links.get(row.pk)}, GROUPS, base) for row in rows]


def stored_group(row: DirectoryGroup, members: Iterable[str] | None = None) -> dict[str, Any]:
    """A group as the rules know it."""
    told: dict[str, Any] = {"displayName": row.display_name}
    if row.external_id:
        told["externalId"] = row.external_id
    return told if members is None else told | {"members": [{"value": uid} for uid in members]}


def _shown(row: Row, resource: Mapping[str, Any], links: Mapping[str, Any], type: ResourceType, base: str) -> Shown:
    schemas = [type.schema, *(urn for urn in type.extensions if urn in resource)]
    meta = {
        "resourceType": type.name,
        "created": _moment(row.created_at),
        "lastModified": _moment(row.updated_at),
        "location": f"{base}{type.endpoint}/{row.uid}",
        "version": etag(row.version),
    }
    told = {"schemas": schemas, "id": str(row.uid), **resource, **{name: link for name, link in links.items() if link}, "meta": meta}
    return Shown(told, row.version)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
