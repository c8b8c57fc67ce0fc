"""Charge keys of every team the person may see."""

from typing import Any

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from forecourt.access import Permission, fetch, refused_everywhere, require
from forecourt.kit import clock
from forecourt.kit.errors import DomainError
from forecourt.network import operations
from forecourt.network.models import ChargeKey
from forecourt.network.pages.buttons import action, note_errors
from forecourt.network.pages.changes import ask_first
from forecourt.network.pages.forms import EditKeyForm, NewKeyForm, teams_for
from forecourt.network.queries import keys as queries
from forecourt.operators.pages import account_filter
from forecourt.portal.actions import Action
from forecourt.portal.chips import state_chips
from forecourt.portal.pages import PageRequest, csv_response, done, page, paged, respond

P = Permission
MOST_OPTIONS = 500
INVALID = 422


@page("GET")
def key_list(request: PageRequest) -> HttpResponseBase:
    accounts = account_filter(request, require(request.actor, P.CHARGE_KEY_READ))
    scope, filters = accounts.scope, queries.KeyFilter.parse(request.GET, at=clock.now())
    if request.GET.get("format") == "csv":
        return _export(queries.every_key_row(scope, filters=filters))
    paging = paged(request, queries.key_count(scope, filters=filters))
    rows = queries.key_rows(scope, filters=filters, limit=paging.size, offset=paging.offset)
    context = {
        "title": _("Charge keys"),
        "filters": filters,
        "accounts": accounts,
        "chips": state_chips("active", queries.STATES, chosen=filters.states),
        "teams": list(teams_for(request.actor, P.CHARGE_KEY_READ).values_list("id", "name")[:MOST_OPTIONS]),
        "create_refused": refused_everywhere(request.actor, P.CHARGE_KEY_CREATE),
        "is_narrowed": bool(filters.search or filters.states or filters.team_id or accounts.value),
        "rows": [(row, _actions(request, row)) for row in rows],
        "paging": paging,
        "csv": True,
    }
    return respond(request, "network/key_list.html", "rows", context)


@page("GET", "POST")
def key_new(request: PageRequest) -> HttpResponseBase:
    require(request.actor, P.CHARGE_KEY_CREATE)
    form = NewKeyForm(request.POST or None, actor=request.actor, initial={"team": request.GET.get("team")})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = operations.create_key(
                actor=request.actor,
                team=given["team"],
                identifier=given["identifier"],
                type=given["type"],
                values=form.values(),
                at=clock.now(),
            )
        except DomainError as error:
            note_errors(form, error)
        else:
            return done(request, "charge-key-edit", made.pk, message=_("The charge key is added. Choose its owner, if it has one."))
    context = {"title": _("Add a charge key"), "form": form, "submit": _("Add charge key"), **_around()}
    return respond(request, "portal/form.html", None, context, status=INVALID if form.errors else 200)


@page("GET", "POST")
def key_edit(request: PageRequest, key_id: int) -> HttpResponseBase:
    """Also moves it: to another team in which the person may create keys."""
    key: ChargeKey = fetch(ChargeKey.objects.select_related("team", "person"), actor=request.actor, id=key_id, needs=P.CHARGE_KEY_UPDATE)
    form = EditKeyForm(request.POST or None, actor=request.actor, key=key)
    if request.method == "POST" and form.is_valid():
        try:
            operations.edit_key(actor=request.actor, key=key, values=form.values(), at=clock.now())
        except DomainError as error:
            note_errors(form, error)
        else:
            return done(request, "charge-keys", message=_("Saved."))
    context = {"title": key.identifier, "form": form, **_around()}
    return respond(request, "portal/form.html", None, context, status=INVALID if form.errors else 200)


@page("GET", "POST")
def key_block(request: PageRequest, key_id: int) -> HttpResponseBase:
    """Block it, or let it work again."""
    key: ChargeKey = fetch(ChargeKey.objects, actor=request.actor, id=key_id, needs=P.CHARGE_KEY_UPDATE)
    blocks = key.blocked_at is None
    if request.method == "POST":
        change = operations.block_key if blocks else operations.unblock_key
        change(actor=request.actor, key=key, at=clock.now())
        return done(request, "charge-keys", message=_("The charge key is blocked.") if blocks else _("The charge key works again."))
    title = _("Block %(key)s?") if blocks else _("Unblock %(key)s?")
    says = _("Stations refuse it from now on. A running charge goes on.") if blocks else _("Stations accept it again.")
    confirm = _("Block") if blocks else _("Unblock")
    return ask_first(
        request, title=title % {"key": key.identifier}, says=says, confirm=confirm, is_danger=blocks, cancel_url=reverse("charge-keys")
    )


@page("GET", "POST")
def key_delete(request: PageRequest, key_id: int) -> HttpResponseBase:
    key: ChargeKey = fetch(ChargeKey.objects, actor=request.actor, id=key_id, needs=P.CHARGE_KEY_DELETE)
    if request.method == "POST":
        operations.delete_key(actor=request.actor, key=key, at=clock.now())
        return done(request, "charge-keys", message=_("The charge key is deleted."))
    says = _("Stations refuse it from now on. Charges made with it stay. Its identifier may be added again.")
    title = _("Delete %(key)s?") % {"key": key.identifier}
    return ask_first(request, title=title, says=says, confirm=_("Delete"), is_danger=True, cancel_url=reverse("charge-keys"))


def _actions(request: PageRequest, row: queries.KeyRow) -> list[Action]:
    label, icon = (_("Unblock"), "lock-open") if row.state == "blocked" else (_("Block"), "ban")
    edit, block, delete = (reverse(name, args=[row.id]) for name in ("charge-key-edit", "charge-key-block", "charge-key-delete"))
    return [
        action(request.actor, P.CHARGE_KEY_UPDATE, row, _("Edit"), edit, "pencil"),
        action(request.actor, P.CHARGE_KEY_UPDATE, row, label, block, icon, asks=True),
        action(request.actor, P.CHARGE_KEY_DELETE, row, _("Delete"), delete, "trash", asks=True, is_danger=True),
    ]


def _around() -> dict[str, Any]:
    return {"cancel_url": reverse("charge-keys"), "crumbs": [(_("Charge keys"), reverse("charge-keys"))]}


def _export(rows: Any) -> HttpResponseBase:
    header = [_("Id"), _("Identifier"), _("Kind"), _("Name"), _("Team"), _("Owner"), _("State"), _("Works until")]
    table = (
        [
            row.id, row.identifier, row.type, row.name, row.team, row.person, row.state,
            row.active_until.isoformat() if row.active_until else "",
        ]
        for row in rows
    )  # fmt: skip
    return csv_response("charge-keys.csv", header, table)
