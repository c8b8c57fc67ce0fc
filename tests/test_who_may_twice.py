"""Somebody with two roles may do in each place what that role may there, and nothing of the other: every URL that names an object."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from forecourt.access import OperatorRole, TeamRole
from forecourt.identity.tests.factories import make_person
from forecourt.operators.models import OperatorMember
from forecourt.operators.tests.factories import make_member
from forecourt.teams.tests.factories import make_team_member
from tests.test_who_may import OWNED, PAGES, SAID_YES, address, status, undone
from tests.who_may import ALLOWED, TABLE, verdict
from tests.world import World, fingerprint, make_world

pytestmark = pytest.mark.slow

# Whose verdict each has at whose objects: Mia is admin of Harbour and plain member of Gate, Sam Support agent of Northwind and Admin of Eastgate.
LIKE = {
    ("mia", "harbour"): ("tom", "harbour"),
    ("mia", "garden"): ("tom", "garden"),
    ("mia", "gate"): ("dora", "harbour"),
    ("sam", "harbour"): ("sven", "harbour"),
    ("sam", "garden"): ("sven", "garden"),
    ("sam", "gate"): ("eve", "gate"),
}
NAMES = [name for name, path in PAGES.items() if OWNED.search(path) and name in TABLE]


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_world()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def clients(world: World) -> dict[str, Client]:
    cast, mia = world.cast, make_person("Mia")
    make_team_member(mia, cast.harbour, TeamRole.ADMIN, can_manage_team_wallet=True, can_configure_charge_points=True)
    make_team_member(mia, cast.gate, TeamRole.MEMBER, can_pay_with_team_wallet=True)
    sam = make_member("Sam", OperatorRole.SUPPORT_AGENT, cast.northwind)
    elsewhere = make_member("Sam's other self", OperatorRole.ADMIN, cast.eastgate)
    OperatorMember.objects.filter(person=elsewhere).update(person=sam)
    clients = {"mia": Client(), "sam": Client()}
    clients["mia"].force_login(mia)
    clients["sam"].force_login(sam)
    return clients


@pytest.mark.parametrize(("who", "owner"), LIKE)
def test_each_role_holds_in_its_own_place(world: World, clients: dict[str, Client], who: str, owner: str):
    before, wrong = fingerprint(), []
    for name in NAMES:
        if TABLE[name].only not in ("", owner):
            continue
        url = address(world, name, owner)
        for method in ("get", "post"):
            expected = verdict(TABLE[name], method, *LIKE[who, owner])
            if expected == ALLOWED:
                with undone():
                    said = status(clients[who], method, url, {})
                is_right = said in SAID_YES
            else:
                said = status(clients[who], method, url, {})
                is_right = said == expected
            if not is_right:
                wrong.append((name, method, expected, said))
    assert wrong == []
    assert fingerprint() == before, "a refused request changed something"
