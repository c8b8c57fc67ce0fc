"""The Account filter of a Main account's lists: one Sub-account, none of a stranger's, exports too (spec §4)."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from forecourt.operators.models import Workplace
from tests.world import World, make_world

LISTS = {
    "/teams/": "Garden",
    "/charge-points/": "Garden point",
    "/sites/": "Garden site",
    "/charge-keys/": "",
    "/price-groups/": "Garden prices",
    "/charges/": "Garden point",
    "/transactions/": "Garden",
    "/wallets/": ">Garden<",
}
OURS = ("Harbour point", "Harbour site", "Harbour prices", ">Harbour<", "Hotel")


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_world()
        transaction.set_rollback(True)


def rows_of(client: Client, url: str, **query: Any) -> str:
    answer = client.get(url, query, headers={"HX-Request": "true"}, follow=True)
    assert answer.status_code == 200, url
    return b"".join(answer).decode() if answer.streaming else answer.content.decode()


@pytest.mark.parametrize("url", LISTS)
def test_a_main_account_narrows_a_list_to_one_account(world: World, url: str):
    ada, south = world.cast.client("ada"), world.cast.southwind.pk
    shown = rows_of(ada, url, operator=south)
    assert LISTS[url] in shown
    assert not any(name in shown for name in OURS)
    assert rows_of(ada, url) != shown


@pytest.mark.parametrize("url", LISTS)
def test_a_strangers_account_filters_to_nothing(world: World, url: str):
    shown = rows_of(world.cast.client("ada"), url, operator=world.cast.eastgate.pk)
    assert "Gate" not in shown
    assert not any(name in shown for name in OURS)


@pytest.mark.parametrize("url", [url for url in LISTS if url not in {"/charge-keys/", "/wallets/"}])
def test_the_export_is_narrowed_too(world: World, url: str):
    text = rows_of(world.cast.client("ada"), url, operator=world.cast.southwind.pk, format="csv")
    assert LISTS[url] in text
    assert "Harbour" not in text
    assert "Hotel" not in text


@pytest.mark.parametrize(("who", "account"), [("ada", "northwind"), ("sue", "southwind")])
def test_only_a_main_account_shows_the_filter(world: World, who: str, account: str):
    page = world.cast.client(who).get("/teams/").content.decode()
    assert ('name="operator"' in page) == getattr(world.cast, account).is_main


def test_a_sub_account_that_one_works_in_has_no_filter_and_cannot_be_widened(world: World):
    Workplace.objects.update_or_create(person=world.cast.ada, defaults={"operator": world.cast.southwind})
    ada = world.cast.client("ada")
    assert 'name="operator"' not in ada.get("/teams/").content.decode()
    assert "Harbour" not in rows_of(ada, "/teams/", operator=world.cast.northwind.pk)
    Workplace.objects.all().delete()


def test_the_overview_counts_one_account(world: World):
    ada = world.cast.client("ada")
    assert ada.get("/").context["points"] == 2
    assert ada.get("/", {"operator": world.cast.southwind.pk}).context["points"] == 1
    assert ada.get("/", {"operator": world.cast.eastgate.pk}).context["points"] == 0
