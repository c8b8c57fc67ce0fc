"""Choosing the account to work in, and answering invitations to others (spec §4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from forecourt.access import OperatorRole
from forecourt.kit import clock
from forecourt.kit.errors import NotFound
from forecourt.operators import operations, queries
from forecourt.operators.models import OperatorMember
from forecourt.operators.queries import AccountRow
from forecourt.operators.workplace import TEAMS, switch
from forecourt.portal.pages import PageRequest, done, page, respond


@dataclass(frozen=True, slots=True)
class Group:
    """An organisation with its accounts; without a name when the accounts stand alone."""

    name: str
    rows: tuple[AccountRow, ...]


@page("GET", "POST")
def switch_account(request: PageRequest) -> HttpResponseBase:
    """The accounts that the person may open, by organisation or one by one. The choice outlives the session."""
    if request.method == "POST":
        name = switch(request, request.actor, request.person, request.POST.get("operator", ""))
        if not name:
            raise NotFound(_("There is no such account, or you may not open it."))
        return done(request, "/", message=_("You work in %(name)s now.") % {"name": name})
    accounts = queries.accounts_of(request.actor)
    view = "operators" if request.GET.get("view") == "operators" else "organisations"
    search = request.GET.get("q", "").strip().lower()
    shown = [account for account in accounts if search in account.name.lower() or search in account.organisation.lower()]
    context = {
        "title": _("Switch account"),
        "groups": _grouped(shown, view),
        "view": view,
        "total": len(accounts),
        "current": request.actor.operator_id,
        "is_in_teams": request.actor.account is None,
        "has_teams": bool(request.actor.team_memberships),
        "my_teams": TEAMS,
    }
    return respond(request, "operators/switch_account.html", "rows", context)


def _grouped(rows: list[AccountRow], view: str) -> list[Group]:
    if view == "operators":
        return [Group("", tuple(sorted(rows, key=lambda row: row.name.lower())))] if rows else []
    return [Group(found[0].organisation, found) for found in (tuple(some) for _id, some in groupby(rows, lambda row: row.organisation_id))]


def open_invitations(request: HttpRequest) -> str:
    """The invitations to the person's confirmed contacts, to accept or reject; nothing where there are none."""
    person = getattr(request, "person", None)
    found = queries.invitations_for(person, at=clock.now()) if person else []
    says = _("Work in %(name)s as %(role)s")
    shown = [
        (member, member.operator.name, says % {"name": member.operator.name, "role": OperatorRole(member.role).label}) for member in found
    ]
    return invitation_card(request, _("Invitations to accounts"), "account-invitation", shown)


def invitation_card(request: HttpRequest, title: str, url_name: str, invitations: Sequence[tuple[Any, str, str]]) -> str:
    """
    Invitations (row, name, words) with their buttons, which lead to `<url_name>-accept` and `-reject`; nothing without any.
    """
    rows = [
        (says, name, row.expires_at, *(reverse(f"{url_name}-{answer}", args=[row.pk]) for answer in ("accept", "reject")))
        for row, name, says in invitations
    ]
    return render_to_string("operators/_invitations.html", {"title": title, "rows": rows}, request=request) if rows else ""


CARDS = [("switch_account", open_invitations), ("my_account", open_invitations)]


@page("POST")
def invitation_accept(request: PageRequest, invitation_id: int) -> HttpResponseBase:
    """Take the role that one is invited to, and go on working there."""
    member = _mine(request, invitation_id)
    operations.accept_invitation(actor=request.actor, member=member, person=request.person, at=clock.now())
    return done(request, f"/?account={member.operator_id}", message=_("Welcome to %(name)s.") % {"name": member.operator.name})


@page("POST")
def invitation_reject(request: PageRequest, invitation_id: int) -> HttpResponseBase:
    """Say no. The account's people see it."""
    member = _mine(request, invitation_id)
    operations.reject_invitation(actor=request.actor, member=member, at=clock.now())
    return done(request, "switch-account", message=_("You have declined the invitation to %(name)s.") % {"name": member.operator.name})


def _mine(request: PageRequest, invitation_id: int) -> OperatorMember:
    mine = queries.invitations_for(request.person, at=clock.now())
    member = next((member for member in mine if member.pk == invitation_id), None)
    if member is None:
        raise NotFound(_("This invitation is no longer open. Ask for a new one."))
    return member
