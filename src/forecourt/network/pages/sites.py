"""Sites: list, map, detail, create, edit, delete."""

from typing import Any

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from forecourt.access import Permission, fetch, refused_everywhere, require
from forecourt.kit import clock
from forecourt.kit.errors import DomainError
from forecourt.network import operations
from forecourt.network.models import Site
from forecourt.network.pages.buttons import action, note_errors, why_not
from forecourt.network.pages.changes import ask_first
from forecourt.network.pages.forms import ADDRESS, NewSiteForm, SiteFields, teams_for
from forecourt.network.queries import charge_points, sites
from forecourt.operators.pages import AccountFilter, account_filter
from forecourt.portal.actions import Action
from forecourt.portal.pages import PageRequest, csv_response, done, page, paged, respond

P = Permission
MOST_OPTIONS = 500
MOST_SHOWN = 200
INVALID = 422


@page("GET")
def site_list(request: PageRequest) -> HttpResponseBase:
    accounts = account_filter(request, require(request.actor, P.SITE_READ))
    scope, filters = accounts.scope, sites.SiteFilter.parse(request.GET)
    if request.GET.get("format") == "csv":
        return _export(sites.every_site_row(scope, filters=filters))
    paging = paged(request, sites.site_count(scope, filters=filters))
    rows = sites.site_rows(scope, filters=filters, limit=paging.size, offset=paging.offset)
    drawn = [(row, _actions(request, row)) for row in rows]
    context = _list_context(request, filters, accounts) | {"rows": drawn, "paging": paging, "csv": True}
    return respond(request, "network/site_list.html", "rows", context)


@page("GET")
def site_map(request: PageRequest) -> HttpResponseBase:
    accounts = account_filter(request, require(request.actor, P.SITE_READ))
    scope, filters = accounts.scope, sites.SiteFilter.parse(request.GET)
    rows = (row for row in sites.every_site_row(scope, filters=filters) if row.latitude is not None)
    context = _list_context(request, filters, accounts) | {"places": [_place(row) for row in rows], "is_map": True}
    return respond(request, "network/site_map.html", None, context)


@page("GET")
def site_detail(request: PageRequest, site_id: int) -> HttpResponseBase:
    """One site with its charge points as they are now."""
    site: Site = fetch(Site.objects.select_related("team", "operator", "country"), actor=request.actor, id=site_id, needs=P.SITE_READ)
    scope = request.actor.reach_of(P.CHARGE_POINT_READ)
    filters = charge_points.ChargePointFilter(site_id=site.pk, sort="name")
    every, available, in_use, not_working = sites.site_counts([site.pk])[site.pk]
    context = {
        "title": site.name,
        "site": site,
        "crumbs": [(_("Sites"), reverse("sites"))],
        "actions_given": _actions(request, site),
        "add_why_not": why_not(request.actor, P.CHARGE_POINT_CREATE, site, _("This site is deleted.") if site.deleted_at else ""),
        "rows": charge_points.charge_point_rows(scope, filters=filters, limit=MOST_SHOWN),
        "counts": {"every": every, "available": available, "in_use": in_use, "not_working": not_working},
        "facts": _facts(site),
    }
    return respond(request, "network/site.html", "live", context)


@page("GET", "POST")
def site_new(request: PageRequest) -> HttpResponseBase:
    require(request.actor, P.SITE_CREATE)
    form = NewSiteForm(request.POST or None, actor=request.actor, initial={"team": request.GET.get("team")})
    if request.method == "POST" and form.is_valid():
        try:
            made = operations.create_site(actor=request.actor, team=form.cleaned_data["team"], values=form.values(), at=clock.now())
        except DomainError as error:
            note_errors(form, error)
        else:
            return done(request, "site", made.pk, message=_("The site is added."))
    context = {
        "title": _("Add a site"),
        "form": form,
        "submit": _("Add site"),
        "cancel_url": reverse("sites"),
        "crumbs": [(_("Sites"), reverse("sites"))],
    }
    return respond(request, "portal/form.html", None, context, status=INVALID if form.errors else 200)


@page("GET", "POST")
def site_edit(request: PageRequest, site_id: int) -> HttpResponseBase:
    site: Site = fetch(Site.objects, actor=request.actor, id=site_id, needs=P.SITE_UPDATE)
    names = ("name", "visibility", "classification", "time_zone", "note", *ADDRESS)
    form = SiteFields(request.POST or None, initial={name: getattr(site, name) for name in names})
    if request.method == "POST" and form.is_valid():
        try:
            operations.edit_site(actor=request.actor, site=site, values=form.values(), at=clock.now())
        except DomainError as error:
            note_errors(form, error)
        else:
            return done(request, "site", site.pk, message=_("Saved."))
    back = reverse("site", args=[site.pk])
    context = {"title": _("Edit"), "form": form, "cancel_url": back, "crumbs": [(_("Sites"), reverse("sites")), (site.name, back)]}
    return respond(request, "portal/form.html", None, context, status=INVALID if form.errors else 200)


@page("GET", "POST")
def site_delete(request: PageRequest, site_id: int) -> HttpResponseBase:
    site: Site = fetch(Site.objects, actor=request.actor, id=site_id, needs=P.SITE_DELETE)
    if request.method == "POST":
        operations.delete_site(actor=request.actor, site=site, at=clock.now())
        return done(request, "sites", message=_("“%(name)s” is deleted.") % {"name": site.name})
    says = _("Its charge points stay, without a site. Charges keep naming it.")
    title = _("Delete “%(name)s”?") % {"name": site.name}
    return ask_first(request, title=title, says=says, confirm=_("Delete"), is_danger=True, cancel_url=reverse("site", args=[site.pk]))


def _list_context(request: PageRequest, filters: sites.SiteFilter, accounts: AccountFilter) -> dict[str, Any]:
    return {
        "title": _("Sites"),
        "filters": filters,
        "accounts": accounts,
        "teams": list(teams_for(request.actor, P.SITE_READ).values_list("id", "name")[:MOST_OPTIONS]),
        "create_refused": refused_everywhere(request.actor, P.SITE_CREATE),
        "is_narrowed": bool(filters.search or filters.team_id or accounts.value),
    }


def _actions(request: PageRequest, row: Any) -> list[Action]:
    gone = _("This site is deleted.") if getattr(row, "deleted_at", None) else ""
    edit, delete = reverse("site-edit", args=[row.id]), reverse("site-delete", args=[row.id])
    return [
        action(request.actor, P.SITE_UPDATE, row, _("Edit"), edit, "pencil", otherwise=gone),
        action(request.actor, P.SITE_DELETE, row, _("Delete"), delete, "trash", asks=True, is_danger=True, otherwise=gone),
    ]


def _place(row: sites.SiteRow) -> dict[str, Any]:
    tone = "bad" if row.not_working else "ok" if row.available else "live" if row.in_use else "off"
    note = _("%(count)s charge points, %(available)s available") % {"count": row.charge_points, "available": row.available}
    return {
        "id": row.id, "name": row.name, "latitude": float(row.latitude), "longitude": float(row.longitude), "tone": tone,
        "url": reverse("site", args=[row.id]), "note": note,
    }  # fmt: skip


def _facts(site: Site) -> list[tuple[str, object]]:
    kinds = {
        "highway": _("Highway"),
        "depot": _("Depot"),
        "parking": _("Parking"),
        "residential": _("Residential"),
        "leisure": _("Leisure"),
    }
    return [
        (
            _("Address"),
            ", ".join(filter(None, [site.address1, f"{site.zip_code} {site.city}".strip(), site.country.name if site.country else ""])),
        ),
        (_("Coordinates"), f"{site.latitude}, {site.longitude}" if site.latitude is not None else None),
        (_("Kind of place"), kinds.get(site.classification or "")),
        (_("Who sees it"), _("Everyone") if site.visibility == "public" else _("Members of the team")),
        (_("Time zone"), site.time_zone),
        (_("Team"), site.team.name),
        (_("Operator"), site.operator.name),
        (_("Note"), site.note),
    ]


def _export(rows: Any) -> HttpResponseBase:
    header = [_("Id"), _("Site"), _("Street"), _("City"), _("Team"), _("Charge points"), _("Available"), _("In use"), _("Not working")]
    table = (
        [row.id, row.name, row.address1, row.city, row.team, row.charge_points, row.available, row.in_use, row.not_working] for row in rows
    )
    return csv_response("sites.csv", header, table)
