"""The audit log in the portal (spec §17). It only reads."""

from datetime import datetime, time, timedelta

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from forecourt.access import Permission, require
from forecourt.audit import labels, queries
from forecourt.audit.queries import EventFilter, EventRow
from forecourt.audit.queries.events import ACTIONS
from forecourt.audit.queries.items import names_of, operators_in
from forecourt.audit.tokens import public_id
from forecourt.audit.vault import ERASED
from forecourt.kit import registries
from forecourt.portal.pages import PageRequest, page, respond
from forecourt.portal.redirects import SeeOther

LONGEST_WORDS = 200
DIGITS = 18  # of an id


@page("GET")
def audit_log(request: PageRequest) -> HttpResponseBase:
    """Everything that was changed in the accounts where the person may read it, newest first."""
    scope = require(request.actor, Permission.AUDIT_READ)
    filters = parse(request)
    if request.GET.get("format") == "csv":  # the script that follows the filters asks so
        return SeeOther(f"{reverse('audit-exports')}?{_asked(request)}")
    older, newer = _id(request, "before"), _id(request, "after")
    found = queries.events(scope, filters=filters, older_than=older, newer_than=newer)
    context = {
        "title": _("Audit log"),
        "rows": [(row, labels.entity_label(row.entity_type), actor_of(row)) for row in found.rows],
        "page": found,
        "filters": filters,
        "actions": [(action, labels.ACTIONS[action].word) for action in ACTIONS],
        "kinds": labels.ACTOR_KINDS.items(),
        "types": labels.entity_options(),
        "operators": operators_in(scope),
        "may_keep": bool(request.actor.scope(Permission.AUDIT_MANAGE).organisation_ids),
        "asked": _asked(request),
    }
    return respond(request, "audit/audit_log.html", "rows", context)


@page("GET")
def audit_event(request: PageRequest, event_id: int) -> HttpResponseBase:
    """One event: what was before and after, who, when and from where."""
    row = queries.event(require(request.actor, Permission.AUDIT_READ), event_id)
    names = names_of(labels.named_rows(row.changes) | {("Operator", row.operator_id or 0), ("Team", row.team_id or 0)})
    context = {
        "title": _("%(item)s: %(what)s")
        % {"item": labels.entity_label(row.entity_type), "what": str(labels.ACTIONS[row.action].word).lower()},
        "event": row,
        "crumbs": [(_("Audit log"), reverse("audit-log"))],
        "changes": list(labels.changes_of(row.changes, names, str(row.context.get("currency", "")))),
        "item_url": item_url(request, row),
        "what": _what(row, names),
        "origin": _origin(row),
        "seal": [(_("Event ID"), public_id(row.id)), (_("Number in the chain"), row.sequence), ("SHA-256", row.hash.hex())],
    }
    return respond(request, "audit/audit_event.html", None, context)


def _asked(request: HttpRequest) -> str:
    """The filters alone, as an address has them."""
    kept = request.GET.copy()
    for name in ("format", "before", "after"):
        kept.pop(name, None)
    return kept.urlencode()


def parse(request: HttpRequest) -> EventFilter:
    """The filters of the address; what makes no sense is left out."""
    get = request.GET
    return EventFilter(
        since=_moment(get.get("from", "")), until=_moment(get.get("until", ""), is_end=True),
        actor_kind=get["kind"] if get.get("kind") in labels.ACTOR_KINDS else None, actor_id=_id(request, "actor"),
        entity_type=get.get("type") or None, entity_id=_id(request, "item"), action=get["action"] if get.get("action") in ACTIONS else None,
        operator_id=_id(request, "operator"), team_id=_id(request, "team"), words=get.get("q", "").replace("\0", "").strip()[:LONGEST_WORDS],
    )  # fmt: skip


def actor_of(row: EventRow) -> str:
    """Who acted, as of then."""
    if row.actor_name == ERASED:
        return _("Erased person #%(id)s") % {"id": row.actor_id}
    if row.actor_kind == "person" and row.context.get("credential_id"):
        return _("%(name)s, by API key #%(key)s") % {"name": row.actor_name, "key": row.context["credential_id"]}
    return row.actor_name


def item_url(request: PageRequest, row: EventRow) -> str | None:
    """The item's own page, if it exists and this person may read it."""
    if row.entity_id is None:
        return None
    found = (
        item.address(request.actor, row.entity_id) for item in registries.audit_items if item.entity == row.entity_type and item.address
    )
    return next(found, None)


def _what(row: EventRow, names: dict[tuple[str, int], str]) -> list[tuple[str, object]]:
    name = _("erased") if row.entity_name == ERASED else row.entity_name
    return [
        (_("Item"), labels.entity_label(row.entity_type)), (_("Name"), name), (_("Item ID"), row.entity_id),
        (_("Account"), names.get(("Operator", row.operator_id or 0)) or row.operator_id),
        (_("Team"), names.get(("Team", row.team_id or 0)) or row.team_id),
    ]  # fmt: skip


def _origin(row: EventRow) -> list[tuple[str, object]]:
    told = {key: _("erased") if value == ERASED else value for key, value in row.context.items()}
    return [
        (_("Who"), actor_of(row)), (_("Kind"), labels.ACTOR_KINDS.get(row.actor_kind, row.actor_kind)), (_("Their ID"), row.actor_id or None),
        (_("Address"), told.get("address")), (_("Browser"), told.get("user_agent")), (_("API key"), told.get("credential_id")),
        (_("Request ID"), told.get("request_id")), (_("Reason"), told.get("reason")),
    ]  # fmt: skip


def _id(request: HttpRequest, name: str) -> int | None:
    given = request.GET.get(name, "").strip()
    return int(given) if given.isdecimal() and len(given) <= DIGITS else None


def _moment(given: str, *, is_end: bool = False) -> datetime | None:
    """A date (in the person's zone; as an end, its whole day) or a moment."""
    try:
        day, moment = parse_date(given), parse_datetime(given)
    except ValueError:
        return None
    if day is not None and len(given) == len("2026-11-23"):
        return timezone.make_aware(datetime.combine(day + timedelta(days=is_end), time()))
    return timezone.make_aware(moment) if moment is not None and timezone.is_naive(moment) else moment
