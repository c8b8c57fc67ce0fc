"""Every named URL of the portal × everybody × what is one's own, the Sub-account's, a stranger's. A refusal changes nothing."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv4Address
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.who_may import ALLOWED, PEOPLE, TABLE, verdict
from tests.world import World, fingerprint, make_world

OWNED = re.compile(
    r"<int:(team|wallet|site|group|station|charge_point|key|charge|member|credential|agreement|transaction|account|operator_member|theme"
    r"|profile|team_run|directory)_id>|account/<int:operator_id>"
)
SAID_YES = {200, 204, 302, 303, 400, 409, 410, 422}  # 4xx: may, but not like this (the forms are empty)
FIELDS = {"switch-account": ("operator", "operator_id")}
WATCHED = {"harbour": PEOPLE, "garden": ("ada", "oscar", "sue", "tom", "eve"), "gate": ("ada", "sue", "tom", "eve")}


def patterns(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, str]]:
    for entry in resolver.url_patterns:
        path = before + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield entry.name or "", path
        else:
            yield from patterns(entry, path)


def is_elsewhere(path: str) -> bool:
    """The API and SCIM have their own matrices, the design pages are of development, and sign-in is allauth's."""
    return path.startswith(("api/", "^api/", "scim/", "design", "accounts/"))


PAGES = {name: path for name, path in patterns(get_resolver()) if not is_elsewhere(path)}


def owners(name: str, path: str) -> list[str]:
    """Whose objects the page is asked for."""
    only = TABLE[name].only if name in TABLE else ""
    return [only] if only else list(WATCHED) if OWNED.search(path) else ["harbour"]


CASES = [(name, owner) for name, path in PAGES.items() for owner in owners(name, path)]


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Made once for all cases of this file; each request is rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_world()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def clients(world: World) -> dict[str | None, Client]:
    return {who: world.cast.client(who) for who in PEOPLE}


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside never happened."""
    point = transaction.savepoint()
    yield
    transaction.savepoint_rollback(point)


def address(world: World, name: str, owner: str) -> str:
    names = re.findall(r"<\w+:(\w+)>", PAGES[name])
    return reverse(name, kwargs={wanted: world.ids[owner][wanted] for wanted in names})


def status(client: Client, method: str, url: str, fields: dict[str, Any]) -> str | int:
    response = getattr(client, method)(url, fields)
    is_sent_away = response.status_code == 302 and "/accounts/login/" in response.headers["Location"]
    return "sign in" if is_sent_away else int(response.status_code)


def test_every_url_has_its_row_and_every_row_its_url():
    assert set(PAGES) == set(TABLE)


@pytest.mark.parametrize(("name", "owner"), [case for case in CASES if case[0] in TABLE])
def test_who_may(world: World, clients: dict[str | None, Client], name: str, owner: str):
    url, before, allowed = address(world, name, owner), fingerprint(), []
    clients[None].defaults["REMOTE_ADDR"] = str(IPv4Address("10.0.0.1") + CASES.index((name, owner)))  # one may not ask so often
    field, key = FIELDS.get(name, ("", "team_id"))
    fields = {field: world.ids[owner][key]} if field else {}
    for method in ("get", "post"):
        for who in WATCHED[owner]:
            expected = verdict(TABLE[name], method, who, owner)
            if expected == ALLOWED:
                allowed.append((method, who))
            elif expected != 405 or who == "ada":
                assert status(clients[who], method, url, fields) == expected, (method, who)
    assert fingerprint() == before, "a refused request changed something"
    for method, who in allowed:
        with undone():
            assert status(clients[who], method, url, fields) in SAID_YES, (method, who)
