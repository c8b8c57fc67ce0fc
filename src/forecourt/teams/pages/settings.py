"""The settings tab of a team, becoming an operator team, blocking, and the platform's grant of fleet teams."""

from typing import Any

from django import forms
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.formats import localize
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.access import Permission, fetch, require
from forecourt.kit import clock
from forecourt.kit.errors import Invalid, NotFound
from forecourt.operators.models import Operator, Theme
from forecourt.portal.actions import Action
from forecourt.portal.pages import PageRequest, done, explain, page, respond
from forecourt.teams import operations
from forecourt.teams.models import FeatureGroup, FleetGrant, Team, TeamTemplate
from forecourt.teams.operations import teams as writes
from forecourt.teams.operations.fleet import grant_fleet, withdraw_fleet
from forecourt.teams.pages.frame import frame, refusal
from forecourt.teams.queries import power_bank_of, taken_rights
from forecourt.teams.rules import TEMPLATE_LABELS, reaches

P = Permission
PAYMENT_METHODS = {
    "source": gettext_lazy("Pay as you go"),
    "operator_transaction": gettext_lazy("Operator transaction: the operator carries its money"),
    "invoice": gettext_lazy("Invoice"),
}
PLAIN = ("support_email", "support_phone", "legal_email", "tax_identification_number", "recipient_code", "external_id", "generates_sites",
         "power_bank")  # fmt: skip


def share_field() -> forms.DecimalField:
    return forms.DecimalField(
        label=_("PowerBank: the operator’s share of the revenue, in percent"), min_value=0, max_value=100, max_digits=5, decimal_places=2,
        required=False,
    )  # fmt: skip


class SettingsForm(forms.Form):
    """What the team's people set; the operator's people also how it pays and what the operator has for its teams."""

    support_email = forms.EmailField(label=gettext_lazy("Support e-mail"), required=False)
    support_phone = forms.CharField(label=gettext_lazy("Support phone"), max_length=20, required=False)
    legal_email = forms.EmailField(label=gettext_lazy("Certified e-mail"), required=False)
    tax_identification_number = forms.CharField(label=gettext_lazy("Tax identification number"), max_length=40, required=False)
    recipient_code = forms.CharField(label=gettext_lazy("Recipient code for e-invoices"), max_length=40, required=False)
    external_id = forms.CharField(label=gettext_lazy("External id"), max_length=255, required=False)
    generates_sites = forms.BooleanField(
        label=gettext_lazy("Make sites by themselves"), required=False,
        help_text=gettext_lazy("Charge points at the same address are gathered in a site."),
    )  # fmt: skip
    power_bank = forms.BooleanField(
        label=gettext_lazy("PowerBank: take part in grid services"), required=False,
        help_text=gettext_lazy("The operator’s team settings go before this."),
    )  # fmt: skip
    theme_id = forms.TypedChoiceField(label=gettext_lazy("Theme"), coerce=int, empty_value=None, required=False)

    def __init__(self, *args: Any, team: Team, is_operators: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own, main = {"operator": team.operator_id}, {"operator__is_main": True, "organisation_id": team.organisation_id}
        themes = Theme.objects.filter(deleted_at=None, **own) | Theme.objects.filter(deleted_at=None, **main)
        self.fields["theme_id"].choices = [("", _("The operator’s")), *themes.order_by("name").values_list("pk", "name")]  # type: ignore[attr-defined]
        if is_operators:
            methods = [(key, label) for key, label in PAYMENT_METHODS.items() if key != "invoice" or team.payment_method == "invoice"]
            self.fields["payment_method"] = forms.ChoiceField(label=_("Billing method"), choices=methods)
            self.fields["power_bank_operator_percent"] = share_field()
            for name, model, label in (("template", TeamTemplate, _("Team settings")), ("feature_group", FeatureGroup, _("Feature group"))):
                rows = model.objects.filter(operator=team.operator_id, deleted_at=None).order_by("name")
                empty = _("By its type") if name == "template" else _("None")
                self.fields[name] = forms.ModelChoiceField(label=label, queryset=rows, required=False, empty_label=empty)


@page("GET", "POST")
def team_settings(request: PageRequest, team_id: int) -> HttpResponseBase:
    """What holds for the team; who may change it finds a form."""
    needs = P.TEAM_READ if request.method == "GET" else P.TEAM_UPDATE
    rows = Team.objects.filter(deleted_at=None).select_related("operator", "template", "feature_group", "currency")
    team: Team = fetch(rows, actor=request.actor, id=team_id, needs=needs)
    is_operators = reaches(request.actor, P.TEAM_CREATE, team)
    names = (*PLAIN, "theme_id", *(("payment_method", "power_bank_operator_percent", "template", "feature_group") if is_operators else ()))
    initial = {name: getattr(team, name) for name in names}
    form = SettingsForm(request.POST if request.method == "POST" else None, team=team, is_operators=is_operators, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            operations.edit_team(actor=request.actor, team=team, at=clock.now(), **form.cleaned_data)
        except Invalid as error:
            explain(form, error)
        else:
            return done(request, "team-settings", team.pk, message=_("Saved."))
    context = frame(request, team) | {
        "form": form,
        "edit_refused": refusal(request.actor, P.TEAM_UPDATE, team),
        "facts": _facts(team),
        "actions_given": _actions(request, team, is_operators),
    }
    return respond(request, "teams/team_settings.html", None, context, status=422 if form.errors else 200)


def _facts(team: Team) -> list[tuple[str, Any]]:
    operator = team.operator
    is_first, bank = operator.is_first_line, power_bank_of(team)
    support = (
        [operator.support_email, operator.support_phone, operator.support_hours] if is_first else [team.support_email, team.support_phone]
    )
    return [
        (_("First-line support"), operator.name if is_first else team.name),
        (_("Support"), ", ".join(part for part in support if part)),
        (_("Billing method"), PAYMENT_METHODS[team.payment_method]),
        (_("Team settings"), team.template.name if team.template else _("By its type")),
        (_("Taken by team settings"), ", ".join(str(TEMPLATE_LABELS[name]) for name in sorted(taken_rights(team)))),
        (_("Feature group"), team.feature_group.name if team.feature_group else None),
        (_("Makes sites by itself"), team.generates_sites),
        (_("PowerBank"), bank.takes_part),
        (_("Operator’s share of PowerBank"), None if bank.operator_percent is None else f"{localize(bank.operator_percent)} %"),
        (_("Join code"), team.join_code),
        (_("Currency"), team.currency.identifier),
    ]


def _actions(request: PageRequest, team: Team, is_operators: bool) -> list[Action]:
    if not is_operators:
        return []
    found = []
    if team.type in (Team.Type.PROFESSIONAL, Team.Type.OPERATOR):
        label = _("Make it an operator team") if team.type == Team.Type.PROFESSIONAL else _("Make it a professional team")
        found.append(Action(label, reverse("team-convert", args=[team.pk]), "building-store", asks=True))
    refused = refusal(request.actor, P.TEAM_FREEZE, team)
    found.append(
        Action(_("Unblock") if team.blocked_at else _("Block"), reverse("team-block", args=[team.pk]), "ban", asks=True, disabled=refused)
    )
    return found


@page("GET", "POST")
def team_convert(request: PageRequest, team_id: int) -> HttpResponseBase:
    """A professional team becomes the operator's own, or back."""
    team = _team(request, team_id, P.TEAM_CREATE)
    becomes = team.type != Team.Type.OPERATOR
    if request.method == "POST":
        writes.set_operator_team(actor=request.actor, team=team, is_operator_team=becomes, at=clock.now())
        return done(request, "team-settings", team.pk, message=_("The team is changed."))
    if becomes:
        title = _("Make %(team)s an operator team?")
        says = _("From then on all its income goes to the operator’s wallet. What its own wallet holds stays there.")
    else:
        title, says = _("Make %(team)s a professional team?"), _("From then on its income goes to its own wallet.")
    return _ask(request, team, title % {"team": team.name}, says, _("Change the team"))


@page("GET", "POST")
def team_block(request: PageRequest, team_id: int) -> HttpResponseBase:
    team = _team(request, team_id, P.TEAM_FREEZE)
    blocks = team.blocked_at is None
    if request.method == "POST":
        writes.set_blocked(actor=request.actor, team=team, is_blocked=blocks, at=clock.now())
        return done(request, "team-settings", team.pk, message=_("The team is blocked.") if blocks else _("The team is no longer blocked."))
    if blocks:
        title, says = (
            _("Block %(team)s?"),
            _("Nobody can charge with its wallet or its keys, also not with a wallet of their own behind a key."),
        )
        return _ask(request, team, title % {"team": team.name}, says, _("Block team"), is_danger=True)
    says = _("Its wallet and charge keys can pay for charging again.")
    return _ask(request, team, _("Unblock %(team)s?") % {"team": team.name}, says, _("Unblock team"))


def fleet_action(request: PageRequest, operator: Operator) -> list[Action]:
    """What the platform's page of an operator offers: fleet teams, given or taken on the page of its own."""
    if not request.actor.may_platform(P.PLATFORM_MANAGE) or operator.deleted_at:
        return []
    return [Action(_("Fleet teams"), reverse("fleet-grant", args=[operator.pk]), "car", asks=True)]


@page("GET", "POST")
def fleet_grant(request: PageRequest, operator_id: int) -> HttpResponseBase:
    """The platform lets an operator make fleet teams, or no longer."""
    require(request.actor, P.PLATFORM_MANAGE)
    operator = Operator.objects.filter(pk=operator_id, deleted_at=None).first()
    if operator is None:
        raise NotFound(_("There is nothing here with that id."))
    has, back = FleetGrant.objects.filter(operator=operator).exists(), reverse("operator-detail", args=[operator.pk])
    if request.method == "POST":
        (withdraw_fleet if has else grant_fleet)(actor=request.actor, operator=operator, at=clock.now())
        return done(request, back, message=_("Saved."))
    words = {"operator": operator.name}
    title = (_("Take fleet teams from %(operator)s?") if has else _("Let %(operator)s make fleet teams?")) % words
    says = _("Fleet teams that exist stay.") if has else _("A fleet team has vehicles and members, and no charge points.")
    context = {"title": title, "says": says, "action": request.path, "confirm": _("Save"), "cancel_url": back}
    return respond(request, "portal/dialog.html", "dialog", context)


def _team(request: PageRequest, team_id: int, needs: Permission) -> Team:
    team: Team = fetch(Team.objects.filter(deleted_at=None), actor=request.actor, id=team_id, needs=needs)
    return team


def _ask(request: PageRequest, team: Team, title: str, says: str, confirm: str, *, is_danger: bool = False) -> HttpResponseBase:
    back = reverse("team-settings", args=[team.pk])
    context = {"title": title, "says": says, "action": request.path, "confirm": confirm, "is_danger": is_danger, "cancel_url": back}
    return respond(request, "portal/dialog.html", "dialog", context)
