from typing import Any

import pytest
from django.http import HttpRequest

from forecourt.kit.registries import MenuEntry, Registry, Tab
from forecourt.portal import menu


@pytest.fixture(autouse=True)
def entries(monkeypatch):
    entries: Registry[MenuEntry] = Registry()
    tabs: Registry[Tab] = Registry()
    entries.add(
        MenuEntry("chargers", "Sites", "design-detail", "map-pin", "read", 20),
        MenuEntry("chargers", "Charge points", "design-list", "charging-pile", "read", 10),
        MenuEntry("overview", "Overview", "design", "home", None),
        MenuEntry("settings", "Members", "design-form", "users", "write"),
    )
    tabs.add(Tab("charge", "Refunds", "design-error", "read", 20), Tab("charge", "Hidden", "design-error", "write"))
    monkeypatch.setattr("forecourt.kit.registries.menu", entries)
    monkeypatch.setattr("forecourt.kit.registries.tabs", tabs)


def drawn(request: HttpRequest) -> list[tuple[object, list[Any]]]:
    return [(section.label, [link.label for link in section.links]) for section in menu.sections(request)]


def test_sections_and_entries_stand_in_order_and_only_what_is_allowed(ask, ada):
    assert drawn(ask("/design", **ada)) == [("", ["Overview"]), ("Chargers", ["Charge points", "Sites"])]


def test_nobody_sees_only_what_needs_no_permission(ask):
    assert drawn(ask("/design")) == [("", ["Overview"])]


@pytest.mark.parametrize(
    ("path", "current"), [("/design", "Overview"), ("/design/list/17", "Charge points"), ("/design/listing", "Overview")]
)
def test_the_longest_beginning_of_the_address_is_lit(ask, ada, path, current):
    links = [link for section in menu.sections(ask(path, **ada)) for link in section.links]
    assert [link.label for link in links if link.is_current] == [current]


def test_tabs_of_a_page_are_those_the_actor_may_see(ask, ada):
    request = ask("/design", **ada)
    request.resolver_match = None
    assert [(tab.label, tab.url) for tab in menu.tabs(request, "charge", 404)] == [("Refunds", "/design/error/404")]
