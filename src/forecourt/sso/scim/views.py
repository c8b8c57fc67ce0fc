"""Users and groups over HTTP (RFC 7644 §3)."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse

from forecourt.kit.errors import NotFound
from forecourt.sso.models import DirectoryGroup, DirectoryUser
from forecourt.sso.operations import directory_groups as groups
from forecourt.sso.operations import directory_users as users
from forecourt.sso.queries import directories as queries
from forecourt.sso.queries.directories import Shown, etag
from forecourt.sso.scim.door import ScimRequest, base, body_of, resource, scim
from forecourt.sso.scim.lists import Asked, listed
from forecourt.sso.scim.rules.errors import InvalidFilter

_CREATED, _NO_CONTENT, _NOT_MODIFIED = 201, 204, 304


@scim("GET", "POST")
def user_list(request: ScimRequest) -> HttpResponse:
    asked = Asked.of_query(request)
    if request.method == "GET":
        return listed(asked, queries.users_of(request.directory), _users)
    user = users.create_user(actor=request.actor, directory=request.directory, body=body_of(request), at=request.at)
    return _one(queries.user_resources([user], base=base(), with_groups=False), asked, status=_CREATED)  # nobody is born into a group


@scim("POST")
def user_search(request: ScimRequest) -> HttpResponse:
    return listed(Asked.of_body(body_of(request)), queries.users_of(request.directory), _users)


@scim("GET", "PUT", "PATCH", "DELETE")
def user(request: ScimRequest, uid: str) -> HttpResponse:
    row: DirectoryUser = _found(queries.users_of(request.directory).select_related("person", "directory"), uid)
    asked, version = Asked.of_query(request), request.headers.get("If-Match", "")
    if request.method == "GET":
        return _read(request, row, _users, asked)
    if request.method == "DELETE":
        users.delete_user(actor=request.actor, user=row, at=request.at, version=version)
        return HttpResponse(status=_NO_CONTENT)
    change = users.replace_user if request.method == "PUT" else users.patch_user
    row = change(actor=request.actor, user=row, body=body_of(request), at=request.at, version=version)
    return _one(_users([row], asked), asked)


@scim("GET", "POST")
def group_list(request: ScimRequest) -> HttpResponse:
    asked = Asked.of_query(request)
    if request.method == "GET":
        return listed(asked, queries.groups_of(request.directory), _groups)
    group = groups.create_group(actor=request.actor, directory=request.directory, body=body_of(request), at=request.at)
    return _one(_groups([group], asked), asked, status=_CREATED)


@scim("POST")
def group_search(request: ScimRequest) -> HttpResponse:
    return listed(Asked.of_body(body_of(request)), queries.groups_of(request.directory), _groups)


@scim("GET", "PUT", "PATCH", "DELETE")
def group(request: ScimRequest, uid: str) -> HttpResponse:
    row: DirectoryGroup = _found(queries.groups_of(request.directory), uid)
    asked, version = Asked.of_query(request), request.headers.get("If-Match", "")
    if request.method == "GET":
        return _read(request, row, _groups, asked)
    if request.method == "DELETE":
        groups.delete_group(actor=request.actor, group=row, at=request.at, version=version)
        return HttpResponse(status=_NO_CONTENT)
    change = groups.replace_group if request.method == "PUT" else groups.patch_group
    row = change(actor=request.actor, group=row, body=body_of(request), at=request.at, version=version)
    if request.method == "PATCH" and not asked.only:  # its members may be many, and the directory knows them
        response = HttpResponse(status=_NO_CONTENT)
        response.headers["ETag"] = etag(row.version)
        return response
    return _one(_groups([row], asked), asked)


def _found(rows: Any, uid: str) -> Any:
    row = rows.filter(uid=uid).first() if queries.is_uid(uid) else None
    if row is None:
        raise NotFound(f"There is no {uid} here.")
    return row


def _users(rows: Sequence[DirectoryUser], asked: Asked) -> list[Shown]:
    return queries.user_resources(rows, base=base(), with_groups=asked.shows("groups"))


def _groups(rows: Sequence[DirectoryGroup], asked: Asked) -> list[Shown]:
    return queries.group_resources(rows, base=base(), with_members=asked.shows("members"))


def _read(request: ScimRequest, row: Any, render: Any, asked: Asked) -> HttpResponse:
    if request.GET.get("filter"):
        raise InvalidFilter("One resource is not filtered.")
    known = [one.strip() for one in request.headers.get("If-None-Match", "").split(",")]
    if etag(row.version) in known:
        return HttpResponse(status=_NOT_MODIFIED)
    return _one(render([row], asked), asked)


def _one(found: list[Shown], asked: Asked, *, status: int = 200) -> HttpResponse:
    return resource(found[0], asked.project(found[0].resource), status=status)
