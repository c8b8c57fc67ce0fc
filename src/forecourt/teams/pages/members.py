"""The members of a team: list, put in or invite, role and toggles, resend, hand over, remove."""

from typing import Any

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from forecourt.access import Permission, TeamRole, fetch
from forecourt.kit import clock
from forecourt.kit.errors import Invalid, NotFound
from forecourt.portal.actions import Action
from forecourt.portal.pages import PageRequest, csv_response, done, explain, page, paged, respond
from forecourt.portal.paging import COUNT_LIMIT
from forecourt.teams import operations, queries
from forecourt.teams.models import Team, TeamMember
from forecourt.teams.pages.forms import MemberForm, NewMemberForm
from forecourt.teams.pages.frame import frame, refusal
from forecourt.teams.pages.teams import SHOWN_ONCE
from forecourt.teams.queries import MemberRow, member_row
from forecourt.teams.rules import ROLE_LABELS, TOGGLE_LABELS, may_grant_wallet, reaches, toggles_for

MOST_EXPORTED = 100_000


@page("GET")
def member_list(request: PageRequest, team_id: int) -> HttpResponseBase:
    """Who is in the team, who is invited, and what each may do."""
    team: Team = fetch(Team.objects, actor=request.actor, id=team_id, needs=Permission.TEAM_READ)
    fetch(Team.objects, actor=request.actor, id=team_id, needs=Permission.TEAM_MEMBER_READ)
    members = queries.members_of(team, search=request.GET.get("q", "").strip())
    at = clock.now()
    if request.GET.get("format") == "csv":
        return _csv([member_row(member, at=at) for member in members[:MOST_EXPORTED]])
    paging = paged(request, members.order_by()[: COUNT_LIMIT + 1].count())
    rows = [member_row(member, at=at) for member in members[paging.offset : paging.offset + paging.size]]
    context = frame(request, team) | {
        "rows": [(row, _actions(request, team, row)) for row in rows],
        "paging": paging,
        "csv": True,
        "role_labels": ROLE_LABELS,
        "toggle_labels": TOGGLE_LABELS,
        "add_refused": refusal(request.actor, Permission.TEAM_MEMBER_MANAGE, team),
        "link": request.session.pop(SHOWN_ONCE, None),
    }
    return respond(request, "teams/member_list.html", "rows", context)


def _csv(rows: list[MemberRow]) -> HttpResponseBase:
    header = [_("Name"), _("E-mail"), _("Role"), _("State"), *TOGGLE_LABELS.values()]
    table = (
        [row.name, row.email, ROLE_LABELS[row.role], row.state, *(_("Yes") if name in row.toggles else _("No") for name in TOGGLE_LABELS)]
        for row in rows
    )
    return csv_response("members.csv", header, table)


def _actions(request: PageRequest, team: Team, row: MemberRow) -> list[Action]:
    manage, remove = (refusal(request.actor, needs, team) for needs in (Permission.TEAM_MEMBER_MANAGE, Permission.TEAM_MEMBER_DELETE))
    is_invited, args = row.person_id is None, [team.pk, row.id]
    is_owner = row.role == TeamRole.OWNER and not is_invited
    actions = [Action(_("Edit"), reverse("team-member-edit", args=args), "pencil", disabled=manage)]
    if is_invited:
        actions.append(Action(_("Send a new link"), reverse("team-member-resend", args=args), "mail-forward", posts=True, disabled=manage))
    elif not is_owner:
        handover = manage or ("" if may_grant_wallet(request.actor, team) else _("Only the owner or the operator can transfer the team."))
        actions.append(Action(_("Make owner"), reverse("team-member-owner", args=args), "crown", asks=True, disabled=handover))
    label = _("Withdraw the invitation") if is_invited else _("Remove")
    refused = remove or (_("The owner cannot be removed. Make somebody else the owner first.") if is_owner else "")
    actions.append(Action(label, reverse("team-member-remove", args=args), "user-minus", asks=True, is_danger=True, disabled=refused))
    return actions


@page("GET", "POST")
def member_new(request: PageRequest, team_id: int) -> HttpResponseBase:
    """
    An operator's people put in who has an account; anybody else is invited. A team's own people always invite: so the page
    does not tell them who has an account here.
    """
    team: Team = fetch(Team.objects.filter(deleted_at=None), actor=request.actor, id=team_id, needs=Permission.TEAM_MEMBER_MANAGE)
    role = _role(request, TeamRole.MEMBER)
    toggles = toggles_for(role, may_grant_wallet=may_grant_wallet(request.actor, team))
    form = NewMemberForm(
        request.POST if request.method == "POST" else None, toggles=toggles, initial={"role": role, "email": request.GET.get("email", "")}
    )
    if request.method == "POST" and form.is_valid():
        try:
            return _put_in_or_invite(request, team, dict(form.cleaned_data))
        except Invalid as error:
            explain(form, error)
        except operations.AlreadyMember as error:
            form.add_error("email", error.message)
    return _form(request, team, form, _("Add a member"), _("Add member"))


def _put_in_or_invite(request: PageRequest, team: Team, values: dict[str, Any]) -> HttpResponseBase:
    email, role, at = values.pop("email"), TeamRole(values.pop("role")), clock.now()
    person = queries.person_by_email(email) if reaches(request.actor, Permission.PERSON_READ, team) else None
    if person:
        operations.add_member(actor=request.actor, team=team, person=person, role=role, at=at, **values)
        return done(request, "team-members", team.pk, message=_("%(name)s is a member now.") % {"name": person.display_name})
    _member, link = operations.invite_member(actor=request.actor, team=team, email=email, role=role, at=at, **values)
    request.session[SHOWN_ONCE] = link
    return done(request, "team-members", team.pk, message=_("The invitation is on its way."))


@page("GET", "POST")
def member_edit(request: PageRequest, team_id: int, member_id: int) -> HttpResponseBase:
    """Role and toggles. Choosing another role shows which toggles it can have."""
    team, member = _named(request, team_id, member_id, Permission.TEAM_MEMBER_MANAGE)
    is_owner = member.role == TeamRole.OWNER
    role = TeamRole.OWNER if is_owner else _role(request, TeamRole(member.role))
    toggles = toggles_for(role, may_grant_wallet=may_grant_wallet(request.actor, team))
    initial: dict[str, Any] = {"role": role, **{toggle.name: getattr(member, toggle.name) for toggle in toggles}}
    form = MemberForm(request.POST if request.method == "POST" else None, toggles=toggles, is_owner=is_owner, initial=initial)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        chosen = TeamRole(values.pop("role", role))
        operations.edit_member(actor=request.actor, member=member, at=clock.now(), role=chosen, **values)
        return done(request, "team-members", team.pk, message=_("The member is changed."))
    return _form(request, team, form, _("Edit %(name)s") % {"name": _name(member)}, _("Save member"))


def _role(request: PageRequest, otherwise: TeamRole) -> TeamRole:
    """The role that the form asks about: posted, or chosen while the form is open."""
    asked = (request.POST if request.method == "POST" else request.GET).get("role", "")
    return TeamRole(asked) if asked in (TeamRole.ADMIN, TeamRole.MEMBER) else otherwise


def _form(request: PageRequest, team: Team, form: MemberForm, title: str, submit: str) -> HttpResponseBase:
    context = {"title": title, "team": team, "form": form, "submit": submit, "cancel_url": reverse("team-members", args=[team.pk]),
               "crumbs": [(_("Teams"), reverse("teams")), (team.name, reverse("team-members", args=[team.pk]))]}  # fmt: skip
    return respond(request, "teams/member_form.html", None, context, status=422 if form.errors else 200)


@page("POST")
def member_resend(request: PageRequest, team_id: int, member_id: int) -> HttpResponseBase:
    """A new link for an invitation; the old one stops working."""
    team, member = _named(request, team_id, member_id, Permission.TEAM_MEMBER_MANAGE)
    if member.state != TeamMember.State.INVITED or not member.invited_email:
        raise operations.InvitationOver(_("This invitation is no longer open."))
    role, at = TeamRole(member.role), clock.now()
    _member, request.session[SHOWN_ONCE] = operations.invite_member(
        actor=request.actor, team=team, email=member.invited_email, role=role, at=at
    )
    return done(request, "team-members", team.pk, message=_("A new link is on its way."))


@page("GET", "POST")
def member_owner(request: PageRequest, team_id: int, member_id: int) -> HttpResponseBase:
    """Hand the team over."""
    team, member = _named(request, team_id, member_id, Permission.TEAM_MEMBER_MANAGE)
    if request.method == "POST":
        operations.transfer_ownership(actor=request.actor, member=member, at=clock.now())
        return done(request, "team-members", team.pk, message=_("%(name)s is the owner now.") % {"name": _name(member)})
    says = _("%(name)s gets every right in %(team)s. The owner of today becomes an admin.") % {"name": _name(member), "team": team.name}
    return _ask(request, team, _("Make %(name)s the owner?") % {"name": _name(member)}, says, _("Make owner"))


@page("GET", "POST")
def member_remove(request: PageRequest, team_id: int, member_id: int) -> HttpResponseBase:
    team, member = _named(request, team_id, member_id, Permission.TEAM_MEMBER_DELETE)
    is_invited = member.person is None
    if request.method == "POST":
        operations.remove_member(actor=request.actor, member=member, at=clock.now())
        return done(
            request, "team-members", team.pk, message=_("The invitation is withdrawn.") if is_invited else _("The member is removed.")
        )
    if is_invited:
        title, says, verb = (
            _("Withdraw the invitation of %(name)s?"),
            _("The link in their e-mail stops working."),
            _("Withdraw invitation"),
        )
    else:
        title, says, verb = (
            _("Remove %(name)s?"),
            _("They can no longer open the team or pay with its wallet. What they charged stays."),
            _("Remove member"),
        )
    return _ask(request, team, title % {"name": _name(member)}, says, verb, is_danger=True)


def _named(request: PageRequest, team_id: int, member_id: int, needs: Permission) -> tuple[Team, TeamMember]:
    team: Team = fetch(Team.objects.filter(deleted_at=None), actor=request.actor, id=team_id, needs=needs)
    member = TeamMember.objects.filter(team=team, deleted_at=None, pk=member_id).select_related("person", "team").first()
    if member is None:
        raise NotFound(_("There is nothing here with that id."))
    return team, member


def _name(member: TeamMember) -> str:
    return member.person.display_name if member.person else member.invited_email or ""


def _ask(request: PageRequest, team: Team, title: str, says: str, confirm: str, *, is_danger: bool = False) -> HttpResponseBase:
    context = {"title": title, "says": says, "action": request.path, "confirm": confirm, "is_danger": is_danger,
               "cancel_url": reverse("team-members", args=[team.pk])}  # fmt: skip
    return respond(request, "portal/dialog.html", "dialog", context)
