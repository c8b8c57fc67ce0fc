"""Users and groups over HTTP (RFC 7644 §3): one shape for both kinds of resource."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import QuerySet
from django.http import HttpResponse

from forecourt.kit.errors import NotFound
from forecourt.sso.models import Directory
from forecourt.sso.operations import directory_groups as groups
from forecourt.sso.operations import directory_users as users
from forecourt.sso.queries import directories as queries
from forecourt.sso.queries.directories import Shown
from forecourt.sso.scim.door import ScimRequest, base, body_of, resource, scim, without_body
from forecourt.sso.scim.lists import Asked, listed
from forecourt.sso.scim.rules.errors import InvalidFilter
from forecourt.sso.scim.rules.versions import is_among

_CREATED, _NO_CONTENT, _NOT_MODIFIED = 201, 204, 304


@dataclass(frozen=True, slots=True)
class Kind:
    """Users or groups: where they are, what may be done with one (`name` is the operations' word for it), how they are shown."""

    name: str
    rows: Callable[[Directory], QuerySet[Any]]
    create: Callable[..., Any]
    replace: Callable[..., Any]
    patch: Callable[..., Any]
    delete: Callable[..., None]
    show: Callable[..., list[Shown]]
    link: str  # the attribute that lists what it is linked to, and costs a query
    is_silent: bool  # a PATCH is answered without the resource unless attributes of it are asked for


USERS: Final = Kind(
    "user",
    queries.users_of,
    users.create_user,
    users.replace_user,
    users.patch_user,
    users.delete_user,
    queries.user_resources,
    "groups",
    is_silent=False,
)
GROUPS: Final = Kind(
    "group",
    queries.groups_of,
    groups.create_group,
    groups.replace_group,
    groups.patch_group,
    groups.delete_group,
    queries.group_resources,
    "members",
    is_silent=True,  # its members may be many, and the directory knows them
)


@scim("GET", "POST")
def collection(request: ScimRequest, kind: Kind) -> HttpResponse:
    asked = Asked.of_query(request)
    if request.method == "GET":
        return _listed(request, kind, asked)
    row = kind.create(actor=request.actor, directory=request.directory, body=body_of(request), at=request.at)
    return _one(row, kind, asked, status=_CREATED)


@scim("POST")
def search(request: ScimRequest, kind: Kind) -> HttpResponse:
    return _listed(request, kind, Asked.of_body(body_of(request)))


@scim("GET", "PUT", "PATCH", "DELETE")
def single(request: ScimRequest, kind: Kind, uid: str) -> HttpResponse:
    row, asked = _found(kind.rows(request.directory), uid), Asked.of_query(request)
    if request.method == "GET":
        return _read(request, row, kind, asked)
    given = {"actor": request.actor, kind.name: row, "at": request.at, "version": request.headers.get("If-Match", "")}
    if request.method == "DELETE":
        kind.delete(**given)
        return without_body(_NO_CONTENT)
    change = kind.replace if request.method == "PUT" else kind.patch
    row = change(**given, body=body_of(request))
    if request.method == "PATCH" and kind.is_silent and not asked.only:
        return without_body(_NO_CONTENT, version=row.version)
    return _one(row, kind, asked)


def _listed(request: ScimRequest, kind: Kind, asked: Asked) -> HttpResponse:
    return listed(asked, kind.rows(request.directory), lambda rows: _shown(rows, kind, asked))


def _shown(rows: Sequence[Any], kind: Kind, asked: Asked) -> list[Shown]:
    return kind.show(rows, base=base(), with_links=asked.shows(kind.link))


def _found(rows: QuerySet[Any], uid: str) -> Any:
    row = rows.filter(uid=uid).first() if queries.is_uid(uid) else None
    if row is None:
        raise NotFound(f"There is no {uid} here.")
    return row


def _read(request: ScimRequest, row: Any, kind: Kind, asked: Asked) -> HttpResponse:
    if request.GET.get("filter"):
        raise InvalidFilter("One resource is not filtered.")
    if is_among(row.version, request.headers.get("If-None-Match", "")):
        return without_body(_NOT_MODIFIED, version=row.version)
    return _one(row, kind, asked)


def _one(row: Any, kind: Kind, asked: Asked, *, status: int = 200) -> HttpResponse:
    (found,) = _shown([row], kind, asked)
    return resource(found, asked.project(found.resource), status=status)
