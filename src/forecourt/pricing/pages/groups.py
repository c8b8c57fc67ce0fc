"""List, detail, create, edit, default and delete of price groups."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from forecourt.access import Actor, Permission, lacks, require
from forecourt.kit import clock
from forecourt.kit.errors import Forbidden, Invalid
from forecourt.operators.models import Operator
from forecourt.operators.pages import account_filter
from forecourt.places.queries import vat_rate_on
from forecourt.portal.actions import Action
from forecourt.portal.formats import NBSP
from forecourt.portal.pages import PageRequest, csv_response, done, page, paged, respond
from forecourt.portal.paging import COUNT_LIMIT
from forecourt.pricing import doors, operations, queries
from forecourt.pricing.models import PriceGroup
from forecourt.pricing.pages.examples import Example, example
from forecourt.pricing.pages.forms import NewPriceForm, PriceForm, initial_of
from forecourt.pricing.rules import Component, parse_components
from forecourt.teams.models import Team

MOST_TEAMS = 500
MOST_EXPORTED = 20_000


@page("GET")
def price_group_list(request: PageRequest) -> HttpResponseBase:
    """The price groups of teams and operators, those that are shared with the reader too."""
    accounts = account_filter(request, require(request.actor, Permission.PRICE_GROUP_READ))
    scope, filters = accounts.scope, queries.GroupFilter(request.GET.get("q", "").strip(), request.GET.get("type", ""))
    if request.GET.get("format") == "csv":
        return _csv(queries.price_group_rows(scope, filters=filters, limit=MOST_EXPORTED))
    paging = paged(request, queries.price_groups(scope, filters=filters)[: COUNT_LIMIT + 1].count())
    context = {
        "title": _("Price groups"),
        "accounts": accounts,
        "rows": queries.price_group_rows(scope, filters=filters, limit=paging.size, offset=paging.offset),
        "paging": paging,
        "csv": True,
        "types": [(value, label) for value, label in PriceGroup.Type.choices if value != PriceGroup.Type.OTHER],
        "create_refused": "" if _may_create(request.actor) else lacks(Permission.PRICE_GROUP_CREATE),
    }
    return respond(request, "pricing/price_group_list.html", "rows", context)


@page("GET")
def price_group_detail(request: PageRequest, group_id: int) -> HttpResponseBase:
    """One price group: its price in words and by example, its history, where it is applied."""
    group = doors.see_group(request.actor, group_id)
    version = group.current_version
    context = {
        "title": group.name,
        "group": group,
        "words": queries.describe(version) if version else (),
        "example": _example_of(group),
        "moments": [_moment(row) for row in queries.version_rows(group)],
        "edit_refused": "" if doors.may_change(request.actor, group, Permission.PRICE_GROUP_UPDATE) else _only_seen(),
        "members": queries.members_on(group),
        "actions": _actions(request.actor, group),
        "crumbs": [(_("Price groups"), reverse("price-groups"))],
        "facts": [
            (_("Type"), group.get_type_display()),
            (_("For"), group.team.name if group.team else _("All teams of %(operator)s") % {"operator": group.operator.name}),
            (_("Currency"), group.currency),
            (_("Country"), group.country.name),
            (_("Prices include VAT"), version.is_vat_included if version else None),
            (_("Default"), group.is_default),
            (_("Created"), group.created_at),
        ],
    }
    return respond(request, "pricing/price_group_detail.html", None, context)


@page("GET", "POST")
def price_group_new(request: PageRequest) -> HttpResponseBase:
    """A new price group, perhaps as a copy (`?copy=`) or for a team (`?team=`)."""
    owners = _owners(request.actor)
    if not owners:
        raise Forbidden(_("Your role does not include making price groups."))
    copied = doors.see_group(request.actor, int(request.GET["copy"])) if request.GET.get("copy", "").isdecimal() else None
    before = parse_components(copied.current_version.components) if copied and copied.current_version else ()
    form = NewPriceForm(request.POST or None, owners=owners, before=before, initial=_initial(request, owners, copied, before))
    if request.method == "POST" and "preview" not in request.POST and form.is_valid():
        group = _created(request, form)
        if group:
            return done(request, "price-group-detail", group.pk, message=_("The price group is there."))
    country = form.cleaned_data.get("country") if form.is_bound and form.is_valid() else None
    rate = vat_rate_on(country.pk, clock.now().date()) if country else Decimal(0)
    currency = form.cleaned_data["currency"].identifier if country else ""
    context = {"title": _("Add price group"), "submit": _("Add price group"), "cancel_url": reverse("price-groups")}
    return _form_page(request, form, currency, rate, context)


@page("GET", "POST")
def price_group_edit(request: PageRequest, group_id: int) -> HttpResponseBase:
    """Give a price group another name or price. Charges that run keep the price they started with."""
    group = doors.fetch_group(request.actor, group_id, Permission.PRICE_GROUP_UPDATE)
    version = group.current_version
    before = parse_components(version.components) if version else ()
    initial = {"name": group.name, "is_vat_included": version is None or version.is_vat_included} | initial_of(before)
    form = PriceForm(request.POST or None, before=before, currency=group.currency, initial=initial)
    if request.method == "POST" and "preview" not in request.POST and form.is_valid() and _edited(request, group, form):
        return done(request, "price-group-detail", group.pk, message=_("The price is saved. Charges from now on start with it."))
    rate = vat_rate_on(group.country_id, clock.now().date())
    back = reverse("price-group-detail", args=[group.pk])
    context = {"title": _("Edit %(name)s") % {"name": group.name}, "submit": _("Save price"), "cancel_url": back, "group": group}
    return _form_page(request, form, group.currency, rate, context)


@page("POST")
def price_group_default(request: PageRequest, group_id: int) -> HttpResponseBase:
    """Make it the default of its type, or (`unset`) no longer."""
    group = doors.fetch_group(request.actor, group_id, Permission.PRICE_GROUP_UPDATE)
    if "unset" in request.GET:
        operations.unset_default(actor=request.actor, price_group=group, at=clock.now())
        return done(request, "price-group-detail", group.pk, message=_("It is no longer the default."))
    operations.set_default(actor=request.actor, price_group=group, at=clock.now())
    return done(request, "price-group-detail", group.pk, message=_("It is the default now."))


@page("GET", "POST")
def price_group_delete(request: PageRequest, group_id: int) -> HttpResponseBase:
    """Ask, then delete."""
    group = doors.fetch_group(request.actor, group_id, Permission.PRICE_GROUP_DELETE)
    if request.method == "POST":
        operations.delete_price_group(actor=request.actor, price_group=group, at=clock.now())
        return done(request, "price-groups", message=_("“%(name)s” is deleted.") % {"name": group.name})
    context = {
        "title": _("Delete “%(name)s”?") % {"name": group.name},
        "says": _("Nobody can be given this price any more. Charges that were priced by it keep their price."),
        "action": request.path,
        "confirm": _("Delete price group"),
        "is_danger": True,
        "cancel_url": reverse("price-group-detail", args=[group.pk]),
    }
    return respond(request, "portal/dialog.html", "dialog", context)


def _created(request: PageRequest, form: NewPriceForm) -> PriceGroup | None:
    values, components = form.cleaned_data, form.components()
    kind, _colon, id = values["owner"].partition(":")
    team_id, operator_id = (int(id), None) if kind == "team" else (None, int(id))
    operator, team = doors.owner_of_new_group(request.actor, team_id=team_id, operator_id=operator_id)
    try:
        return operations.create_price_group(
            actor=request.actor,
            operator=operator,
            team=team,
            type=values["type"],
            name=values["name"],
            components=components,
            currency=values["currency"].identifier,
            country=values["country"],
            is_vat_included=values["is_vat_included"],
            at=clock.now(),
        )
    except Invalid as error:
        form.show_errors(error.fields, components)
        return None


def _edited(request: PageRequest, group: PriceGroup, form: PriceForm) -> bool:
    values, components, at = form.cleaned_data, form.components(), clock.now()
    try:
        operations.edit_price_group(
            actor=request.actor,
            price_group=group,
            name=values["name"],
            components=components,
            is_vat_included=values["is_vat_included"],
            at=at,
        )
    except Invalid as error:
        form.show_errors(error.fields, components)
        return False
    return True


def _form_page(request: PageRequest, form: PriceForm, currency: str, vat_rate: Decimal, context: dict[str, Any]) -> HttpResponseBase:
    """The form with its example; htmx asks for the example alone (`preview`)."""
    shown = None
    if currency and (not form.is_bound or form.is_valid()):
        components = form.components() if form.is_bound else form.before
        included = form.cleaned_data["is_vat_included"] if form.is_bound else form.initial["is_vat_included"]
        shown = example(components, currency, is_vat_included=included, vat_rate=vat_rate)
    is_refused = form.is_bound and "preview" not in request.POST
    context |= {"form": form, "example": shown, "currency": currency, "kept": form.kept()}
    return respond(request, "pricing/price_group_form.html", "preview", context, status=422 if is_refused else 200)


def _initial(
    request: PageRequest, owners: Sequence[tuple[str, str]], copied: PriceGroup | None, before: Sequence[Component]
) -> dict[str, Any]:
    asked = f"team:{request.GET.get('team', '')}"
    owner = asked if asked in dict(owners) else owners[0][0]
    if copied is None:
        return {"owner": owner, "type": PriceGroup.Type.PUBLIC, "is_vat_included": True, **_place_of(owner)}
    mine = f"team:{copied.team_id}" if copied.team_id else f"operator:{copied.operator_id}"
    return {
        "name": _("%(name)s (copy)") % {"name": copied.name},
        "owner": mine if mine in dict(owners) else owner,
        "type": copied.type,
        "currency": copied.currency,
        "country": copied.country_id,
        "is_vat_included": copied.current_version is None or copied.current_version.is_vat_included,
    } | initial_of(before)


def _place_of(owner: str) -> dict[str, Any]:
    """Currency and country of a price group of this team or operator, unless somebody says otherwise; a team without a country is in its operator's."""
    kind, _colon, id = owner.partition(":")
    if kind == "team":
        team = Team.objects.select_related("currency", "operator").get(pk=id)
        return {"currency": team.currency.identifier, "country": team.country_id or team.operator.country_id}
    operator = Operator.objects.select_related("currency").get(pk=id)
    return {"currency": operator.currency.identifier, "country": operator.country_id}


def _owners(actor: Actor) -> list[tuple[str, str]]:
    """Whom the actor may make price groups for: operators for all their teams, then teams."""
    operators, teams = _makers(actor)
    return [
        *(
            (f"operator:{operator.pk}", _("All teams of %(operator)s") % {"operator": operator.name})
            for operator in operators.order_by("name")
        ),
        *((f"team:{id}", name) for id, name in teams.order_by("name", "id").values_list("pk", "name")[:MOST_TEAMS]),
    ]


def _may_create(actor: Actor) -> bool:
    return any(owners.exists() for owners in _makers(actor))


def _makers(actor: Actor) -> tuple[QuerySet[Operator], QuerySet[Team]]:
    operators = Operator.objects.within(actor.scope(Permission.OPERATOR_PRICE_GROUP_MANAGE)).filter(deleted_at=None)
    teams = Team.objects.within(actor.scope(Permission.PRICE_GROUP_CREATE)).filter(deleted_at=None)
    return operators, teams.exclude(Q(type=Team.Type.PERSONAL) & ~Q(owner_id=actor.id))  # of personal teams one's own alone


def _example_of(group: PriceGroup) -> Example | None:
    version = group.current_version
    if version is None:
        return None
    rate = vat_rate_on(group.country_id, clock.now().date())
    return example(parse_components(version.components), version.currency, is_vat_included=version.is_vat_included, vat_rate=rate)


def _only_seen() -> str:
    return _("Your role may see this price group, not change it.")


def _actions(actor: Actor, group: PriceGroup) -> list[Action]:
    """What can be done with it. Not allowed is shown greyed, with the reason."""
    if group.deleted_at:
        return []
    may_change = doors.may_change(actor, group, Permission.PRICE_GROUP_UPDATE)
    may_delete = doors.may_change(actor, group, Permission.PRICE_GROUP_DELETE)
    why = _only_seen()
    default = reverse("price-group-default", args=[group.pk])
    new = reverse("price-group-new") + "?" + urlencode({"copy": group.pk})
    is_default = group.is_default
    return [
        Action(_("Copy"), new, "copy", disabled="" if _may_create(actor) else why),
        Action(_("Make it no default"), f"{default}?unset", "star-off", posts=True, disabled="" if may_change else why)
        if is_default
        else Action(_("Make it the default"), default, "star", posts=True, disabled="" if may_change else why),
        Action(
            _("Delete"),
            reverse("price-group-delete", args=[group.pk]),
            "trash",
            asks=True,
            is_danger=True,
            disabled="" if may_delete else why,
        ),
    ]


def _moment(version: queries.VersionRow) -> dict[str, Any]:
    """A version as `portal/_timeline.html` takes it: what came, what went, who did it."""
    changed = [*(f"+{NBSP}{word}" for word in version.added), *(f"−{NBSP}{word}" for word in version.removed)]
    text = _("Version %(number)s") % {"number": version.number}
    return {
        "at": version.at,
        "text": f"{text}, {version.by}" if version.by else text,
        "detail": "; ".join(changed),
        "tone": "live",
        "icon": "receipt-2",
    }


def _csv(rows: Sequence[queries.GroupRow]) -> HttpResponseBase:
    header = [_("Name"), _("Type"), _("For"), _("Default"), _("Currency"), _("Price"), _("Changed")]
    table = ([row.name, row.type, row.owner, row.is_default, row.currency, row.price, row.updated_at.isoformat()] for row in rows)
    return csv_response("price-groups.csv", header, table)
