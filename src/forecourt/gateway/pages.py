"""The portal's pages of the gateway: the OCPP log of a charge point, and the connections that were refused."""

import json
from collections.abc import Sequence
from typing import Any

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.access import Permission, Scope, fetch, require
from forecourt.gateway import queries
from forecourt.gateway.ocpp16.checks import KNOWN_ACTIONS
from forecourt.gateway.queries import Cursor, MessageFilter, MessageRow, Span
from forecourt.gateway.tags import without_strangers_tags
from forecourt.kit.registries import MenuEntry, Tab
from forecourt.network.models import ChargePoint
from forecourt.portal.pages import PageRequest, page, respond
from forecourt.portal.paging import COUNT_LIMIT, paged

MENU = [MenuEntry("platform", gettext_lazy("Refused connections"), "refused-connections", "plug-off", Permission.PLATFORM_READ, 60)]
TABS = [Tab("charge-point", gettext_lazy("OCPP log"), "charge-point-log", Permission.CHARGE_POINT_LOG_READ, 55)]

PAGE_SIZE = 50
DIRECTIONS = [("in", gettext_lazy("From the station")), ("out", gettext_lazy("To the station"))]
KINDS = {2: gettext_lazy("Call"), 3: gettext_lazy("Answer"), 4: gettext_lazy("Error")}
REASONS = {
    "no_credentials": gettext_lazy("No password given"),
    "unknown_identity": gettext_lazy("Unknown identity"),
    "wrong_password": gettext_lazy("Wrong password"),
    "throttled": gettext_lazy("Too many attempts"),
    "wrong_protocol": gettext_lazy("Speaks another protocol"),
}
EVENTS = {
    "connected": gettext_lazy("Connected"),
    "disconnected": gettext_lazy("Disconnected"),
    "taken_over": gettext_lazy("Taken over by a newer connection"),
    "oversized": gettext_lazy("Ended: a message was too big"),
    "deleted": gettext_lazy("Ended: the station was deleted"),
    "flood": gettext_lazy("Ended: too many messages"),
    "protocol_error": gettext_lazy("Ended: not OCPP"),
    "silent": gettext_lazy("Ended: no sign of life"),
}


@page("GET")
def charge_point_log(request: PageRequest, charge_point_id: int) -> HttpResponseBase:
    """The traffic of a charge point's station, newest first; live on its first page."""
    charge_point = fetch(ChargePoint.objects, actor=request.actor, id=charge_point_id, needs=Permission.CHARGE_POINT_LOG_READ)
    filters = MessageFilter.parse(request.GET, number=charge_point.number)
    cursor = Cursor.parse(request.GET.get("before", ""))
    rows: list[MessageRow] = []
    if charge_point.station_id is not None:
        rows = queries.message_rows(charge_point.station_id, filters=filters, span=Span(cursor=cursor), limit=PAGE_SIZE + 1)
    context = {
        "title": charge_point.name,
        "charge_point": charge_point,
        "crumbs": [(_("Charge points"), reverse("charge-points"))],
        "filters": filters,
        "actions": [(action, action) for action in sorted(KNOWN_ACTIONS)],
        "directions": DIRECTIONS,
        "rows": _shown(rows[:PAGE_SIZE], request.actor.reach_of(Permission.CHARGE_KEY_READ)),
        "older": rows[PAGE_SIZE - 1].cursor if len(rows) > PAGE_SIZE else None,
        "is_newest": cursor is None,
        **_connections(charge_point),
    }
    return respond(request, "gateway/charge_point_log.html", "rows", context)


@page("GET")
def refused_connections(request: PageRequest) -> HttpResponseBase:
    """Who tried to connect and did not come in; for the people who run the platform."""
    require(request.actor, Permission.PLATFORM_READ)
    text, reason = request.GET.get("q", "").strip(), request.GET.get("reason", "")
    paging = paged(request, queries.refused_count(text=text, reason=reason, limit=COUNT_LIMIT + 1))
    rows = queries.refused_rows(text=text, reason=reason, first=paging.offset, limit=paging.size)
    context = {
        "title": _("Refused connections"),
        "rows": [(row, REASONS.get(row.reason, row.reason)) for row in rows],
        "reasons": list(REASONS.items()),
        "reason": reason,
        "paging": paging,
        "live": 5,
    }
    return respond(request, "gateway/refused_connections.html", "rows", context)


def _shown(rows: Sequence[MessageRow], keys_in: Scope) -> list[dict[str, Any]]:
    frames = without_strangers_tags([row.frame for row in rows], keys_in)
    return [
        {"row": row, "kind": KINDS.get(row.type, _("Nonsense")), "frame": _pretty(frame)} for row, frame in zip(rows, frames, strict=True)
    ]


def _pretty(frame: str) -> str:
    try:
        return json.dumps(json.loads(frame), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return frame


def _connections(charge_point: ChargePoint) -> dict[str, Any]:
    """The connection history of the station, and who tried to be it."""
    if charge_point.station_id is None:
        return {"moments": [], "refused": []}
    moments = [
        {
            "at": event.at,
            "text": EVENTS.get(event.kind, event.kind),
            "detail": str(event.detail.get("address", "")),
            "tone": _tone(event.kind),
        }
        for event in queries.station_events(charge_point.station_id, limit=10)
    ]
    refused = queries.refused_rows(station_id=charge_point.station_id, limit=10)
    return {"moments": moments, "refused": [(row, REASONS.get(row.reason, row.reason)) for row in refused]}


def _tone(kind: str) -> str:
    return {"connected": "ok", "disconnected": "off"}.get(kind, "bad")
