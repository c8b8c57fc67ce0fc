"""List, detail, create, edit, freeze and delete of teams."""

from typing import Any

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from forecourt.access import Permission, TeamRole, fetch, lacks, refused_everywhere, require
from forecourt.kit import clock, registries
from forecourt.kit.errors import Forbidden, Invalid
from forecourt.kit.operations import acting
from forecourt.operators.pages import account_filter
from forecourt.portal.actions import Action
from forecourt.portal.chips import state_chips
from forecourt.portal.pages import PageRequest, csv_response, done, explain, page, paged, respond
from forecourt.portal.paging import COUNT_LIMIT
from forecourt.teams import operations, queries
from forecourt.teams.models import Team
from forecourt.teams.pages.forms import EditTeamForm, NewTeamForm, ReasonForm
from forecourt.teams.pages.frame import frame, refusal
from forecourt.teams.queries import TeamFilter, TeamRow
from forecourt.teams.rules import TYPE_LABELS

MOST_EXPORTED = 100_000
STATES = ("active", "frozen", "blocked")
SHOWN_ONCE = "team_invitation_link"  # session key: the link of an invitation, for the next page


@page("GET")
def team_list(request: PageRequest) -> HttpResponseBase:
    """Teams: an operator's customers; a Main account's people see those of its Sub-accounts too."""
    accounts = account_filter(request, require(request.actor, Permission.TEAM_READ))
    scope = accounts.scope
    filters, sort = _filter(request), request.GET.get("sort", "")
    if request.GET.get("format") == "csv":
        return _csv(queries.team_rows(scope, filters=filters, sort=sort, limit=MOST_EXPORTED))
    paging = paged(request, queries.teams_within(scope, filters)[: COUNT_LIMIT + 1].count())
    context = {
        "title": _("Teams"),
        "accounts": accounts,
        "rows": queries.team_rows(scope, filters=filters, sort=sort, limit=paging.size, offset=paging.offset),
        "paging": paging,
        "csv": True,
        "types": list(TYPE_LABELS.items()),
        "type_labels": TYPE_LABELS,
        "chips": state_chips("active", STATES, chosen=filters.states),
        "create_refused": refused_everywhere(request.actor, Permission.TEAM_CREATE),
        "is_narrowed": bool(request.GET),
    }
    return respond(request, "teams/team_list.html", "rows", context)


def _filter(request: PageRequest) -> TeamFilter:
    asked = request.GET.get("operator", "")
    operator_id = int(asked) if asked.isdecimal() and len(asked) < 18 else None
    return TeamFilter(request.GET.get("q", "").strip(), request.GET.get("type", ""), operator_id, request.GET.getlist("state"))


def _csv(rows: list[TeamRow]) -> HttpResponseBase:
    header = [_("Id"), _("Team"), _("Type"), _("State"), _("Operator"), _("Company name"), _("VAT number"), _("Contact e-mail"), _("Join code"), _("Currency"), _("Members"), _("Created")]  # fmt: skip
    table = (
        [row.id, row.name, TYPE_LABELS[row.type], row.state, row.operator, row.company_name, row.vat_number, row.contact_email,
         row.join_code, row.currency, row.members, row.created_at.isoformat()]
        for row in rows
    )  # fmt: skip
    return csv_response("teams.csv", header, table)


@page("GET")
def team_detail(request: PageRequest, team_id: int) -> HttpResponseBase:
    """One team: what it is, whose it is, and what the domains above know of it."""
    rows = Team.objects.select_related("operator", "currency", "country", "owner")
    team = fetch(rows, actor=request.actor, id=team_id, needs=Permission.TEAM_READ)
    context = frame(request, team) | {
        "cards": [draw(request, team) for where, draw in registries.cards if where == "team"],
        "company": _company(team),
        "facts": _facts(team),
        "actions_given": _actions(request, team),
        "edit_refused": refusal(request.actor, Permission.TEAM_UPDATE, team),
        "link": request.session.pop(SHOWN_ONCE, None),
    }
    return respond(request, "teams/team_detail.html", None, context)


def _facts(team: Team) -> list[tuple[str, Any]]:
    return [
        (_("Id"), str(team.pk)),
        (_("Type"), TYPE_LABELS[team.type]),
        (_("Owner"), team.owner.display_name if team.owner else None),
        (_("Operator"), team.operator.name),
        (_("Join code"), team.join_code),
        (_("Accepts join requests by itself"), team.accepts_joins_at_once),
        (_("Charging elsewhere"), {"all": _("All networks"), "approved": _("Approved networks"), "own": _("Own charge points only")}[team.external_charging]),
        (_("Currency"), team.currency.identifier),
        (_("Time zone"), team.time_zone),
        (_("Created"), team.created_at),
        (_("Partner’s id"), team.partner_external_id),
    ]  # fmt: skip


def _company(team: Team) -> list[tuple[str, Any]]:
    place = " ".join(part for part in (team.zip_code, team.city) if part)
    address = ", ".join(part for part in (team.address1, team.address2, place, team.country.name if team.country else "") if part)
    return [
        (_("Company name"), team.company_name),
        (_("VAT number"), team.vat_number),
        (_("Company registration number"), team.company_registration_number),
        (_("Address"), address),
        (_("Contact e-mail"), team.contact_email),
        (_("Finance e-mail"), team.finance_email),
        (_("EAN number"), team.ean_number),
        (_("PO number"), team.po_number),
        (_("Category"), team.category),
    ]


def _actions(request: PageRequest, team: Team) -> list[Action]:
    may_freeze, may_delete = (refusal(request.actor, needs, team) for needs in (Permission.TEAM_FREEZE, Permission.TEAM_DELETE))
    if team.frozen_at:
        freeze = Action(_("Unfreeze"), reverse("team-unfreeze", args=[team.pk]), "lock-open", asks=True, disabled=may_freeze)
    else:
        freeze = Action(_("Freeze"), reverse("team-freeze", args=[team.pk]), "lock", asks=True, disabled=may_freeze)
    return [freeze, Action(_("Delete"), reverse("team-delete", args=[team.pk]), "trash", asks=True, is_danger=True, disabled=may_delete)]


@page("GET", "POST")
def team_new(request: PageRequest) -> HttpResponseBase:
    """Create a team; its owner is put in, or invited by a link that is mailed and shown."""
    operators = queries.operators_where(request.actor, Permission.TEAM_CREATE)
    if not operators:
        raise Forbidden(lacks(Permission.TEAM_CREATE))
    form = NewTeamForm(
        request.POST if request.method == "POST" else None, operators=operators, initial={"operator": request.actor.operator_id}
    )
    if request.method == "POST" and form.is_valid():
        try:
            team, link = _create(request, dict(form.cleaned_data))
        except Invalid as error:
            explain(form, error)
        else:
            request.session[SHOWN_ONCE] = link
            return done(request, "team-detail", team.pk, message=_("The team is made."))
    context = {"title": _("New team"), "form": form, "submit": _("Create team"), "cancel_url": reverse("teams")}
    return respond(request, "teams/team_form.html", None, context, status=422 if form.errors else 200)


def _create(request: PageRequest, values: dict[str, Any]) -> tuple[Team, str | None]:
    """The team, and the link of its owner's invitation if they have no account."""
    actor, at = request.actor, clock.now()
    email, country = values.pop("owner_email"), values.pop("country")
    owner = queries.person_by_email(email) if email else None
    with acting(actor):
        team = operations.create_team(actor=actor, at=at, owner=owner, country_id=country.pk if country else None, **values)
        if not email or owner:
            return team, None
        return team, operations.invite_member(actor=actor, team=team, email=email, role=TeamRole.OWNER, at=at)[1]


@page("GET", "POST")
def team_edit(request: PageRequest, team_id: int) -> HttpResponseBase:
    """Change a team's name, company, contacts and settings."""
    team = _living(request, team_id, Permission.TEAM_UPDATE)
    form = EditTeamForm(request.POST if request.method == "POST" else None, team=team, initial=queries.facts_of(team))
    if request.method == "POST" and form.is_valid():
        try:
            operations.edit_team(actor=request.actor, team=team, at=clock.now(), **form.cleaned_data)
        except Invalid as error:
            explain(form, error)
        else:
            return done(request, "team-detail", team.pk, message=_("The team is changed."))
    context = {"title": _("Edit %(team)s") % {"team": team.name}, "form": form, "cancel_url": reverse("team-detail", args=[team.pk])}
    return respond(request, "teams/team_form.html", None, context, status=422 if form.errors else 200)


@page("GET", "POST")
def team_freeze(request: PageRequest, team_id: int) -> HttpResponseBase:
    """A frozen team cannot pay for charging; the reason is kept and shown."""
    team = _living(request, team_id, Permission.TEAM_FREEZE)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        operations.freeze_team(actor=request.actor, team=team, reason=form.cleaned_data["reason"], at=clock.now())
        return done(request, "team-detail", team.pk, message=_("The team is frozen."))
    says = _("Its wallet and charge keys can no longer pay for charging. A member’s key is charged to the member’s own wallet.")
    return _ask(request, team, _("Freeze %(team)s?"), says, _("Freeze team"), form=form)


@page("GET", "POST")
def team_unfreeze(request: PageRequest, team_id: int) -> HttpResponseBase:
    team = _living(request, team_id, Permission.TEAM_FREEZE)
    if request.method == "POST":
        operations.unfreeze_team(actor=request.actor, team=team, at=clock.now())
        return done(request, "team-detail", team.pk, message=_("The team can pay again."))
    return _ask(request, team, _("Unfreeze %(team)s?"), _("Its wallet and charge keys can pay for charging again."), _("Unfreeze team"))


@page("GET", "POST")
def team_delete(request: PageRequest, team_id: int) -> HttpResponseBase:
    team = _living(request, team_id, Permission.TEAM_DELETE)
    if request.method == "POST":
        operations.delete_team(actor=request.actor, team=team, at=clock.now())
        return done(request, "teams", message=_("The team is deleted."))
    says = _("Its members can no longer open it. Charges, transactions and invoices stay. This cannot be undone.")
    return _ask(request, team, _("Delete %(team)s?"), says, _("Delete team"), is_danger=True)


def _living(request: PageRequest, team_id: int, needs: Permission) -> Team:
    team: Team = fetch(Team.objects.filter(deleted_at=None), actor=request.actor, id=team_id, needs=needs)
    return team


def _ask(
    request: PageRequest, team: Team, title: str, says: str, confirm: str, *, is_danger: bool = False, form: Any = None
) -> HttpResponseBase:
    context = {
        "title": title % {"team": team.name},
        "says": says,
        "action": request.path,
        "confirm": confirm,
        "is_danger": is_danger,
        "cancel_url": reverse("team-detail", args=[team.pk]),
        "form": form,
    }
    return respond(request, "portal/dialog.html", "dialog", context, status=422 if form is not None and form.errors else 200)
