"""Member groups: of a team, on its tab; of an operator for all its teams, on the account's."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from forecourt.access import Permission, TeamRole, fetch, lacks_here
from forecourt.api.extras import write_extras
from forecourt.kit import clock
from forecourt.kit.errors import Invalid
from forecourt.kit.operations import acting
from forecourt.operators.models import Operator
from forecourt.operators.pages.frame import fetch_account
from forecourt.operators.pages.frame import frame as account_frame
from forecourt.portal.actions import Action
from forecourt.portal.pages import PageRequest, done, explain, page, respond
from forecourt.teams import operations
from forecourt.teams.models import MemberGroup, Team, TeamMember
from forecourt.teams.operations.rights import RIGHTS
from forecourt.teams.pages.frame import frame
from forecourt.teams.pages.member_forms import GroupForm, MoveForm
from forecourt.teams.queries.groups import GroupRow, group_rows, groups_for, operator_groups
from forecourt.teams.rules import ROLE_LABELS, TOGGLE_LABELS, Lower, Place, may_grant_wallet, reaches, toggles_for

P = Permission
RESOURCE = "team-member-profile"


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a group is: a team's, or an operator's for all its teams."""

    operator: Operator
    team: Team | None = None

    @property
    def place(self) -> Any:
        return self.team or Place(0, self.operator.organisation_id, self.operator.pk)

    def url(self) -> str:
        return reverse("team-groups", args=[self.team.pk]) if self.team else reverse("account-groups", args=[self.operator.pk])

    def crumbs(self) -> list[tuple[str, str]]:
        return [((self.team or self.operator).name, self.url())]


@page("GET")
def team_groups(request: PageRequest, team_id: int) -> HttpResponseBase:
    """The groups that a team can give: its own, and those of its operator."""
    team = _team(request, team_id, P.TEAM_MEMBER_READ)
    rows = group_rows(list(groups_for(team)), team=team)
    return _list(
        request, Owner(team.operator, team), rows, frame(request, team), "teams/group_list.html", reverse("team-group-new", args=[team_id])
    )


@page("GET")
def account_groups(request: PageRequest, operator_id: int) -> HttpResponseBase:
    """The groups of an operator, for all its teams."""
    operator = fetch_account(request.actor, operator_id, P.TEAM_MEMBER_READ)
    groups = operator_groups(request.actor.reach_of(P.TEAM_MEMBER_READ)).filter(operator=operator)
    new_url = reverse("account-group-new", args=[operator_id])
    context = account_frame(request, operator)
    return _list(request, Owner(operator), group_rows(list(groups)), context, "teams/account_group_list.html", new_url)


def _list(request: PageRequest, owner: Owner, rows: list[GroupRow], frame: dict[str, Any], template: str, new_url: str) -> HttpResponseBase:
    context = frame | {
        "rows": [(row, _actions(request, owner, row)) for row in rows],
        "role_labels": ROLE_LABELS,
        "toggle_labels": TOGGLE_LABELS,
        "new_url": new_url,
        "new_refused": _refusal(request, P.TEAM_MEMBER_MANAGE, owner),
    }
    return respond(request, template, "rows", context)


def _actions(request: PageRequest, owner: Owner, row: GroupRow) -> list[Action]:
    shared = _("The operator’s groups are changed in its account.") if owner.team and row.is_operators else ""
    manage, delete = (shared or _refusal(request, needs, owner) for needs in (P.TEAM_MEMBER_MANAGE, P.TEAM_MEMBER_DELETE))
    edit, restrict, remove = (
        reverse(name, args=[row.id]) for name in ("member-group-edit", "member-group-restrictions", "member-group-delete")
    )
    return [
        Action(_("Edit"), edit, "pencil", disabled=manage),
        Action(_("Where it pays"), restrict, "map-pin", disabled=manage),
        Action(_("Delete"), remove, "trash", asks=True, is_danger=True, disabled=delete),
    ]


def _refusal(request: PageRequest, needs: Permission, owner: Owner) -> str:
    return "" if reaches(request.actor, needs, owner.place) else lacks_here(needs)


@page("GET", "POST")
def team_group_new(request: PageRequest, team_id: int) -> HttpResponseBase:
    team = _team(request, team_id, P.TEAM_MEMBER_MANAGE)
    return _new(request, Owner(team.operator, team))


@page("GET", "POST")
def account_group_new(request: PageRequest, operator_id: int) -> HttpResponseBase:
    return _new(request, Owner(fetch_account(request.actor, operator_id, P.TEAM_MEMBER_MANAGE)))


def _new(request: PageRequest, owner: Owner) -> HttpResponseBase:
    form = _form(request, owner, None)
    if request.method == "POST" and form.is_valid():
        try:
            with acting(request.actor):
                at = clock.now()
                group = operations.create_group(actor=request.actor, operator=owner.operator, team=owner.team, at=at, **form.values())
                write_extras(RESOURCE, group.pk, form.extras(), actor=request.actor, at=at)
        except Invalid as error:
            explain(form, error)
        else:
            return done(request, owner.url(), message=_("The group is made."))
    return _shown(request, owner, form, _("New member group"), _("Create group"))


@page("GET", "POST")
def group_edit(request: PageRequest, profile_id: int) -> HttpResponseBase:
    """Change a group, and say whether all its members follow or keep what was changed for them alone."""
    group, owner = _group(request, profile_id, P.TEAM_MEMBER_MANAGE)
    form = _form(request, owner, group)
    if request.method == "POST" and form.is_valid():
        lower = Lower(form.cleaned_data.get("lower") or Lower.KEEP)
        try:
            with acting(request.actor):
                at = clock.now()
                write_extras(RESOURCE, group.pk, form.extras(), actor=request.actor, at=at)
                operations.edit_group(actor=request.actor, group=group, at=at, lower=lower, **form.values())
        except Invalid as error:
            explain(form, error)
        else:
            return done(request, owner.url(), message=_("The group is changed."))
    return _shown(request, owner, form, _("Edit %(name)s") % {"name": group.name}, _("Save group"))


@page("GET", "POST")
def group_delete(request: PageRequest, profile_id: int) -> HttpResponseBase:
    """A group with members asks which group they get instead."""
    group, owner = _group(request, profile_id, P.TEAM_MEMBER_DELETE)
    count = TeamMember.objects.filter(group=group, deleted_at=None).count()
    others = (
        groups_for(owner.team)
        if owner.team
        else operator_groups(request.actor.reach_of(P.TEAM_MEMBER_READ)).filter(operator=owner.operator)
    ).exclude(pk=group.pk)
    form = MoveForm(request.POST if request.method == "POST" else None, groups=others) if count else None
    if request.method == "POST" and (form is None or form.is_valid()):
        move_to = form.cleaned_data["move_to"] if form else None
        operations.delete_group(actor=request.actor, group=group, move_to=move_to, at=clock.now())
        return done(request, owner.url(), message=_("The group is deleted."))
    says = (
        _("It has %(count)s members. They get the role, rights and prices of another group.") % {"count": count}
        if count
        else _("It has no members.")
    )
    context = {"title": _("Delete %(name)s?") % {"name": group.name}, "says": says, "action": request.path, "confirm": _("Delete group"),
               "is_danger": True, "cancel_url": owner.url(), "form": form}  # fmt: skip
    return respond(request, "portal/dialog.html", "dialog", context, status=422 if form is not None and form.errors else 200)


def _form(request: PageRequest, owner: Owner, group: MemberGroup | None) -> GroupForm:
    role = _role(request, TeamRole(group.role) if group else TeamRole.MEMBER)
    toggles = toggles_for(role, may_grant_wallet=may_grant_wallet(request.actor, owner.place))
    initial = {name: getattr(group, name) for name in ("name", "description", "is_default", *RIGHTS)} if group else {}
    form = GroupForm(
        request.POST if request.method == "POST" else None, toggles=toggles, initial={"role": role, **initial},
        is_of_team=owner.team is not None, has_members=group is not None and group.members.filter(deleted_at=None).exists(),
    )  # fmt: skip
    form.add_extras(request.actor, owner.operator, owner.team, group.pk if group else None)
    return form


def _role(request: PageRequest, otherwise: TeamRole) -> TeamRole:
    asked = (request.POST if request.method == "POST" else request.GET).get("role", "")
    return TeamRole(asked) if asked in (TeamRole.ADMIN, TeamRole.MEMBER) else otherwise


def _shown(request: PageRequest, owner: Owner, form: GroupForm, title: str, submit: str) -> HttpResponseBase:
    context = {"title": title, "form": form, "submit": submit, "cancel_url": owner.url(), "crumbs": owner.crumbs()}
    return respond(request, "teams/group_form.html", None, context, status=422 if form.errors else 200)


def _team(request: PageRequest, id: int, needs: Permission) -> Team:
    rows = Team.objects.select_related("operator").filter(deleted_at=None)
    fetch(rows, actor=request.actor, id=id, needs=P.TEAM_READ)
    team: Team = fetch(rows, actor=request.actor, id=id, needs=needs)
    return team


def _group(request: PageRequest, id: int, needs: Permission) -> tuple[MemberGroup, Owner]:
    rows = MemberGroup.objects.select_related("team", "operator").filter(deleted_at=None)
    group: MemberGroup = fetch(rows, actor=request.actor, id=id, needs=needs)
    return group, Owner(group.operator, group.team)
