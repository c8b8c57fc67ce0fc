"""The members of a team: the list, and what is done with many of them at once."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from forecourt.access import Permission, TeamRole, fetch
from forecourt.kit import clock
from forecourt.kit.errors import DomainError, Invalid
from forecourt.kit.operations import acting
from forecourt.portal.actions import Action
from forecourt.portal.chips import state_chips
from forecourt.portal.pages import PageRequest, csv_response, done, page, paged, respond
from forecourt.portal.paging import COUNT_LIMIT
from forecourt.teams import operations, queries
from forecourt.teams.models import Team, TeamMember
from forecourt.teams.pages.frame import frame, refusal
from forecourt.teams.pages.teams import SHOWN_ONCE
from forecourt.teams.queries import MemberFilter, MemberRow, member_row
from forecourt.teams.queries.groups import groups_for
from forecourt.teams.rules import ONLY_OWNER_GIVES_IT, ROLE_LABELS, TOGGLE_LABELS, may_grant_wallet

P = Permission
MOST_EXPORTED = 100_000
MOST_CHOSEN = 500
STATES = ("accepted", "requested", "invited", "blocked", "rejected", "expired")


@page("GET")
def member_list(request: PageRequest, team_id: int) -> HttpResponseBase:
    """Who is in the team, who is invited or asks to join, and what each may do."""
    team: Team = fetch(Team.objects, actor=request.actor, id=team_id, needs=P.TEAM_READ)
    fetch(Team.objects, actor=request.actor, id=team_id, needs=P.TEAM_MEMBER_READ)
    at = clock.now()
    filters = MemberFilter.parse(request.GET, at=at)
    members = queries.members_of(team, filters=filters, sort=request.GET.get("sort", ""))
    if request.GET.get("format") == "csv":
        return _csv([member_row(member, at=at) for member in members[:MOST_EXPORTED]])
    paging = paged(request, members.order_by()[: COUNT_LIMIT + 1].count())
    rows = [member_row(member, at=at) for member in members[paging.offset : paging.offset + paging.size]]
    manage = refusal(request.actor, P.TEAM_MEMBER_MANAGE, team)
    context = frame(request, team) | {
        "rows": [(row, row_actions(request, team, row)) for row in rows],
        "paging": paging,
        "csv": True,
        "filters": filters,
        "is_narrowed": bool(request.GET),
        "chips": state_chips("member", STATES, chosen=filters.states),
        "roles": [(role.value, ROLE_LABELS[role]) for role in TeamRole],
        "groups": list(groups_for(team).values_list("pk", "name")),
        "role_labels": ROLE_LABELS,
        "add_refused": manage,
        "link": request.session.pop(SHOWN_ONCE, None),
    }
    return respond(request, "teams/member_list.html", "rows", context)


def _csv(rows: list[MemberRow]) -> HttpResponseBase:
    header = [_("Id"), _("Name"), _("E-mail"), _("Phone"), _("Role"), _("State"), _("Member group"), _("Joined"), *TOGGLE_LABELS.values()]
    table = (
        [row.id, row.name, row.email, row.phone, ROLE_LABELS[row.role], row.state, row.group,
         row.accepted_at.isoformat() if row.accepted_at else "", *(_("Yes") if name in row.toggles else _("No") for name in TOGGLE_LABELS)]
        for row in rows
    )  # fmt: skip
    return csv_response("members.csv", header, table)


def row_actions(request: PageRequest, team: Team, row: MemberRow) -> list[Action]:
    """What can be done with a member, an invitation or a request, by its state."""
    manage, remove = (refusal(request.actor, needs, team) for needs in (P.TEAM_MEMBER_MANAGE, P.TEAM_MEMBER_DELETE))

    def action(label: Any, name: str, icon: str, refused: str, **how: bool) -> Action:
        return Action(label, reverse(name, args=[team.pk, row.id]), icon, disabled=refused, **how)

    actions = [action(_("Edit"), "team-member-edit", "pencil", manage)]
    if row.state == TeamMember.State.REQUESTED:
        actions = [
            action(_("Accept"), "team-member-accept", "check", manage, posts=True),
            action(_("Decline"), "team-member-reject", "x", manage, asks=True),
        ]
    elif row.state in (TeamMember.State.INVITED, TeamMember.State.EXPIRED, TeamMember.State.REJECTED):
        actions.append(action(_("Send a new link"), "team-member-resend", "mail-forward", manage, posts=True))
    elif row.state == TeamMember.State.BLOCKED:
        actions.append(action(_("Unblock"), "team-member-unblock", "lock-open", manage, posts=True))
    elif row.role != TeamRole.OWNER:
        actions.append(action(_("Block"), "team-member-block", "ban", manage, asks=True))
        not_theirs = "" if may_grant_wallet(request.actor, team) else str(ONLY_OWNER_GIVES_IT)
        actions.append(action(_("Make owner"), "team-member-owner", "crown", manage or not_theirs, asks=True))
    is_member = row.state in (TeamMember.State.ACCEPTED, TeamMember.State.BLOCKED)
    owner = _("The owner cannot be removed. Make somebody else the owner first.") if row.role == TeamRole.OWNER and is_member else ""
    label = _("Remove") if is_member else _("Withdraw the invitation") if row.state == TeamMember.State.INVITED else _("Delete")
    return [*actions, action(label, "team-member-remove", "user-minus", remove or owner, asks=True, is_danger=True)]


@page("POST")
def member_bulk(request: PageRequest, team_id: int) -> HttpResponseBase:
    """Give the chosen members a group, remove them, or send their invitations again. Removing asks first."""
    doing = request.POST.get("doing", "")
    needs = P.TEAM_MEMBER_DELETE if doing == "remove" else P.TEAM_MEMBER_MANAGE
    team: Team = fetch(Team.objects.filter(deleted_at=None), actor=request.actor, id=team_id, needs=needs)
    members = _chosen(request, team)
    if not members:
        raise Invalid(_("Choose at least one member."))
    if doing == "group":
        return _give_group(request, team, members)
    if doing == "resend":
        return _resend(request, team, members)
    if doing == "remove" and "sure" in request.POST:
        return _each(request, team, members, operations.remove_member, _("%(count)s are removed."))
    if doing == "remove":
        return _ask_to_remove(request, team, members)
    raise Invalid(_("Choose what to do with them."))


def _chosen(request: PageRequest, team: Team) -> list[TeamMember]:
    ids = [int(id) for id in request.POST.getlist("member")[:MOST_CHOSEN] if id.isdecimal() and len(id) < 19]
    return list(TeamMember.objects.filter(team=team, deleted_at=None, pk__in=ids).select_related("team").order_by("pk"))


def _give_group(request: PageRequest, team: Team, members: list[TeamMember]) -> HttpResponseBase:
    asked = request.POST.get("group", "")
    group = groups_for(team).filter(pk=int(asked)).first() if asked.isdecimal() and len(asked) < 19 else None
    if group is None:
        raise Invalid(_("Choose a group."))
    operations.give_group(actor=request.actor, members=members, group=group, at=clock.now())
    return done(
        request,
        "team-members",
        team.pk,
        message=_("%(count)s members have the group %(name)s now.") % {"count": len(members), "name": group.name},
    )


def _resend(request: PageRequest, team: Team, members: list[TeamMember]) -> HttpResponseBase:
    """A link by phone is shown, not sent: a new one would end the old one and reach nobody."""
    by_phone = [member for member in members if member.invited_phone and member.person_id is None]
    says = _("%(count)s invitations are on their way.")
    if by_phone:
        says += " " + _("Invitations by phone keep their link: send those one by one, each is shown once.")
    return _each(request, team, members, operations.resend_invitation, says, skipped=by_phone)


def _each(
    request: PageRequest, team: Team, members: list[TeamMember], change: Any, says: str, *, skipped: Sequence[TeamMember] = ()
) -> HttpResponseBase:
    """One by one: who cannot be changed (the owner, somebody without an invitation) is left out and counted, as are the skipped."""
    changed, at = 0, clock.now()
    for member in [member for member in members if member not in skipped]:
        try:
            with acting(request.actor):
                change(actor=request.actor, member=member, at=at)
            changed += 1
        except DomainError:
            continue
    left = len(members) - changed
    message = says % {"count": changed} + (" " + _("%(count)s were left as they are.") % {"count": left} if left else "")
    return done(request, "team-members", team.pk, message=message)


def _ask_to_remove(request: PageRequest, team: Team, members: list[TeamMember]) -> HttpResponseBase:
    context = {
        "title": _("Remove %(count)s from the team?") % {"count": len(members)},
        "says": _("They can no longer open the team or pay with its wallet; invitations among them stop working. What they charged stays."),
        "action": request.path,
        "confirm": _("Remove them"),
        "members": [member.pk for member in members],
        "cancel_url": reverse("team-members", args=[team.pk]),
    }
    return respond(request, "teams/member_bulk_remove.html", None, context)
