"""The left menu and the tabs of a page, drawn from the registries by what the actor may do. Sections: spec §11."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from forecourt.kit import registries
from forecourt.kit.registries import MenuEntry

SECTIONS: dict[str, str | Promise] = {
    "overview": "",  # stands at the top, without a heading
    "chargers": _("Chargers"),
    "charges": pgettext_lazy("menu section", "Charges"),
    "teams": _("Teams"),
    "customers": _("Customer relations"),
    "billing": _("Payment and billing"),
    "shared": _("Shared configurations"),
    "roaming": _("Roaming"),
    "alerts": _("Alerts"),
    "shop": _("Shop"),
    "settings": _("Settings"),
    "platform": _("Platform"),
}


@dataclass(frozen=True, slots=True)
class Link:
    label: Any
    url: str
    icon: str = ""
    is_current: bool = False
    count: object = None
    disabled: Any = ""  # why it cannot be opened


@dataclass(frozen=True, slots=True)
class Section:
    name: str
    label: str | Promise
    links: tuple[Link, ...]


def sections(request: HttpRequest) -> list[Section]:
    """The menu for this request: sections in their order, empty ones left out; a section of one entry needs no heading."""
    entries = sorted((entry for entry in registries.menu if _may(request, entry.permission)), key=lambda entry: entry.order)
    current = _current(request, entries)
    drawn = ((name, label, tuple(_links(entries, name, current))) for name, label in SECTIONS.items())
    return [Section(name, label if len(links) > 1 else "", links) for name, label, links in drawn if links]


def tabs(request: HttpRequest, page: str, *args: object) -> list[Link]:
    """The tabs of the detail page `page`, for the row whose id is in `args`."""
    mine = sorted((tab for tab in registries.tabs if tab.page == page), key=lambda tab: tab.order)
    name = request.resolver_match.view_name if request.resolver_match else None
    return [Link(tab.label, reverse(tab.url_name, args=args), "", tab.url_name == name) for tab in mine if _may(request, tab.permission)]


def _links(entries: list[MenuEntry], section: str, current: MenuEntry | None) -> Iterator[Link]:
    for entry in entries:
        if entry.section == section:
            yield Link(entry.label, reverse(entry.url_name), entry.icon, entry is current)


def _current(request: HttpRequest, entries: list[MenuEntry]) -> MenuEntry | None:
    """The entry whose address is the longest beginning of this page's: a detail page lights its list."""
    fitting = [entry for entry in entries if _begins(request.path, reverse(entry.url_name))]
    return max(fitting, key=lambda entry: len(reverse(entry.url_name)), default=None)


def _begins(path: str, address: str) -> bool:
    return path == address or (address != "/" and path.startswith(address.rstrip("/") + "/"))


def _may(request: HttpRequest, permission: Any) -> bool:
    actor = getattr(request, "actor", None)
    return permission is None or (actor is not None and bool(actor.may_anywhere(permission)))
