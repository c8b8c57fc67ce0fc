"""Nested teams of a team, from both sides: who charges here, and where this team charges."""

from typing import Any

from django import forms
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.access import Permission, fetch
from forecourt.kit import clock
from forecourt.kit.errors import Invalid, NotFound
from forecourt.network.models import ChargePoint, Site
from forecourt.network.operations.nested import Places, edit_nested_team, invite_nested_team
from forecourt.network.pages.changes import ask_first
from forecourt.portal.actions import Action
from forecourt.portal.pages import PageRequest, done, explain, page, respond
from forecourt.pricing import queries as pricing
from forecourt.pricing.models import PriceGroup
from forecourt.pricing.operations.nested import DRIVERS_PAY
from forecourt.teams.models import NestedTeam, Team
from forecourt.teams.operations import nested as operations
from forecourt.teams.pages.frame import frame, refusal
from forecourt.teams.rules import acts_for_owner

P = Permission
State = NestedTeam.State
MOST = 500


class _Named(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Rows shown by their name."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class NestedForm(forms.Form):
    """Where the other team's members may charge, and at what price."""

    access = forms.ChoiceField(
        label=gettext_lazy("Its members may charge at"), widget=forms.RadioSelect, initial="all",
        choices=[("all", gettext_lazy("All charge points of this team")), ("selected", gettext_lazy("Chosen charge points and sites"))],
    )  # fmt: skip
    sites = _Named(label=gettext_lazy("Sites"), queryset=Site.objects.none(), required=False, widget=forms.CheckboxSelectMultiple)
    charge_points = _Named(
        label=gettext_lazy("Charge points"), queryset=ChargePoint.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    price_group = forms.ModelChoiceField(
        label=gettext_lazy("Price group"), queryset=PriceGroup.objects.none(), empty_label=gettext_lazy("Choose a price group"),
        help_text=gettext_lazy("What they pay. A price of their own as members of this team goes before it."),
    )  # fmt: skip
    note = forms.CharField(label=gettext_lazy("Note"), max_length=255, required=False)

    def __init__(self, *args: Any, parent: Team, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sites"].queryset = Site.objects.filter(team=parent, deleted_at=None).order_by("name")  # type: ignore[attr-defined]
        self.fields["charge_points"].queryset = ChargePoint.objects.filter(team=parent, deleted_at=None).order_by("name")  # type: ignore[attr-defined]
        groups = pricing.assignable(parent, PriceGroup.Type.MEMBER) | pricing.assignable(parent, PriceGroup.Type.PUBLIC)
        self.fields["price_group"].queryset = groups.filter(type__in=DRIVERS_PAY)  # type: ignore[attr-defined]

    def places(self) -> Places:
        values = self.cleaned_data
        return Places(values["access"] == "all", [row.pk for row in values["charge_points"]], [row.pk for row in values["sites"]])


class InviteForm(NestedForm):
    join_code = forms.CharField(
        label=gettext_lazy("Join code of the other team"), max_length=12, help_text=gettext_lazy("It stands on that team’s settings page.")
    )
    field_order = ("join_code",)


@page("GET")
def nested_list(request: PageRequest, team_id: int) -> HttpResponseBase:
    """Who charges here, and where this team charges."""
    team = _team(request, team_id, P.TEAM_MEMBER_READ)
    rows = NestedTeam.objects.filter(deleted_at=None).select_related("parent_team", "nested_team", "pricing__price_group").order_by("-id")
    context = frame(request, team) | {
        "children": [(row, _shown(row), _actions(request, team, row)) for row in rows.filter(parent_team=team)[:MOST]],
        "parents": [(row, _shown(row), _actions(request, team, row)) for row in rows.filter(nested_team=team)[:MOST]],
        "invite_refused": _refused(request, team),
    }
    return respond(request, "network/nested_list.html", None, context)


@page("GET", "POST")
def nested_new(request: PageRequest, team_id: int) -> HttpResponseBase:
    """Invite a team by its join code."""
    team = _team(request, team_id, P.TEAM_MEMBER_MANAGE)
    operations.require_owner(request.actor, team)
    form = InviteForm(request.POST if request.method == "POST" else None, parent=team)
    if request.method == "POST" and form.is_valid():
        code = form.cleaned_data["join_code"].strip().upper()
        other = Team.objects.select_related("owner").filter(join_code=code, deleted_at=None).first()
        if other is None:
            form.add_error("join_code", _("No team has this code."))
        elif _saved(form, lambda: _invite(request, team, other, form)):
            return done(request, "team-nested", team.pk, message=_("The invitation is on its way."))
    return _form(request, team, form, _("Invite a team to charge here"), _("Send the invitation"))


def _invite(request: PageRequest, team: Team, other: Team, form: InviteForm) -> object:
    return invite_nested_team(
        actor=request.actor, parent=team, nested=other, places=form.places(), price_group=form.cleaned_data["price_group"],
        note=form.cleaned_data["note"], at=clock.now(),
    )  # fmt: skip


@page("GET", "POST")
def nested_edit(request: PageRequest, team_id: int, relation_id: int) -> HttpResponseBase:
    """Where they may charge, at what price."""
    team, relation = _named(request, team_id, relation_id, P.TEAM_MEMBER_MANAGE, ("parent_team",))
    operations.require_owner(request.actor, team)
    price = getattr(relation, "pricing", None)
    initial = {
        "access": "all" if relation.has_access_to_all else "selected", "sites": relation.site_ids, "charge_points": relation.charge_point_ids,
        "price_group": price.price_group_id if price else None, "note": relation.note,
    }  # fmt: skip
    form = NestedForm(request.POST if request.method == "POST" else None, parent=team, initial=initial)
    if request.method == "POST" and form.is_valid() and _saved(form, lambda: _edit(request, relation, form)):
        return done(request, "team-nested", team.pk, message=_("Saved."))
    return _form(request, team, form, relation.nested_team.name, _("Save"))


def _edit(request: PageRequest, relation: NestedTeam, form: NestedForm) -> object:
    return edit_nested_team(
        actor=request.actor, relation=relation, places=form.places(), price_group=form.cleaned_data["price_group"],
        note=form.cleaned_data["note"], at=clock.now(),
    )  # fmt: skip


def _saved(form: NestedForm, save: Any) -> bool:
    try:
        save()
    except Invalid as error:
        named = {"join_code" if name == "team" else name: says for name, says in error.fields.items()}
        explain(form, Invalid(error.message, fields=named))
    except operations.AlreadyNested as error:
        form.add_error("join_code", error.message)
    else:
        return True
    return False


@page("GET", "POST")
def nested_accept(request: PageRequest, team_id: int, relation_id: int) -> HttpResponseBase:
    team, relation = _named(request, team_id, relation_id, P.TEAM_MEMBER_MANAGE, ("nested_team",))
    if request.method == "POST":
        operations.accept_nesting(actor=request.actor, relation=relation, at=clock.now())
        return done(request, "team-nested", team.pk, message=_("Members may charge at %(team)s now.") % {"team": relation.parent_team.name})
    says = _("Members of %(team)s may then charge there, at the agreed price, with the wallets they have.") % {"team": team.name}
    return _ask(request, team, _("Charge at %(team)s?") % {"team": relation.parent_team.name}, says, _("Accept"))


@page("GET", "POST")
def nested_reject(request: PageRequest, team_id: int, relation_id: int) -> HttpResponseBase:
    team, relation = _named(request, team_id, relation_id, P.TEAM_MEMBER_MANAGE, ("nested_team",))
    if request.method == "POST":
        operations.reject_nesting(actor=request.actor, relation=relation, at=clock.now())
        return done(request, "team-nested", team.pk, message=_("The invitation is declined."))
    says = _("They are told, and may invite again.")
    return _ask(request, team, _("Decline the invitation of %(team)s?") % {"team": relation.parent_team.name}, says, _("Decline"))


@page("GET", "POST")
def nested_end(request: PageRequest, team_id: int, relation_id: int) -> HttpResponseBase:
    """Either side ends it."""
    team, relation = _named(request, team_id, relation_id, P.TEAM_MEMBER_DELETE, ("parent_team", "nested_team"))
    if request.method == "POST":
        operations.end_nesting(actor=request.actor, relation=relation, at=clock.now())
        return done(request, "team-nested", team.pk, message=_("It has ended."))
    words = {"nested": relation.nested_team.name, "parent": relation.parent_team.name}
    says = _("Members of %(nested)s lose the private charge points and the price of %(parent)s. Charges that run go on.") % words
    return _ask(request, team, _("End charging of %(nested)s at %(parent)s?") % words, says, _("End it"), is_danger=True)


def _team(request: PageRequest, team_id: int, needs: Permission) -> Team:
    fetch(Team.objects, actor=request.actor, id=team_id, needs=P.TEAM_READ)
    team: Team = fetch(Team.objects.filter(deleted_at=None).select_related("owner"), actor=request.actor, id=team_id, needs=needs)
    return team


def _named(request: PageRequest, team_id: int, relation_id: int, needs: Permission, sides: tuple[str, ...]) -> tuple[Team, NestedTeam]:
    team = _team(request, team_id, needs)
    rows = NestedTeam.objects.select_related("parent_team__owner", "nested_team__owner", "pricing").filter(pk=relation_id, deleted_at=None)
    relation = rows.first()
    if relation is None or team.pk not in [getattr(relation, f"{side}_id") for side in sides]:
        raise NotFound(_("There is nothing here with that id."))
    return team, relation


def _shown(relation: NestedTeam) -> str:
    """An open invitation whose time is over shows as expired."""
    is_over = relation.state == State.INVITED and relation.expires_at is not None and relation.expires_at <= clock.now()
    return State.EXPIRED if is_over else relation.state


def _refused(request: PageRequest, team: Team) -> str:
    refused = refusal(request.actor, P.TEAM_MEMBER_MANAGE, team)
    return refused or ("" if acts_for_owner(request.actor, team) else _("Only the owner of the team can do this."))


def _actions(request: PageRequest, team: Team, relation: NestedTeam) -> list[Action]:
    args, refused, is_parent = [team.pk, relation.pk], _refused(request, team), relation.parent_team_id == team.pk
    found = []
    if is_parent:
        found.append(Action(_("Edit"), reverse("team-nested-edit", args=args), "pencil", disabled=refused))
    elif _shown(relation) == State.INVITED:
        found.append(Action(_("Accept"), reverse("team-nested-accept", args=args), "check", asks=True, disabled=refused))
        found.append(Action(_("Decline"), reverse("team-nested-reject", args=args), "x", asks=True, disabled=refused))
    found.append(Action(_("End it"), reverse("team-nested-end", args=args), "plug-off", asks=True, is_danger=True, disabled=refused))
    return found


def _form(request: PageRequest, team: Team, form: NestedForm, title: str, submit: str) -> HttpResponseBase:
    here = reverse("team-nested", args=[team.pk])
    context = {
        "title": title,
        "form": form,
        "submit": submit,
        "cancel_url": here,
        "crumbs": [(_("Teams"), reverse("teams")), (team.name, here)],
    }
    return respond(request, "portal/form.html", None, context, status=422 if form.errors else 200)


def _ask(request: PageRequest, team: Team, title: str, says: str, confirm: str, *, is_danger: bool = False) -> HttpResponseBase:
    cancel = reverse("team-nested", args=[team.pk])
    return ask_first(request, title=title, says=says, confirm=confirm, cancel_url=cancel, is_danger=is_danger)
