"""Feature groups of an operator account: what its teams' people see."""

from typing import Any

from django import forms
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.access import Permission, fetch
from forecourt.kit import clock
from forecourt.kit.errors import Invalid
from forecourt.kit.operations import acting
from forecourt.operators.models import Operator
from forecourt.operators.pages.frame import fetch_account, frame, refusal
from forecourt.portal.actions import Action
from forecourt.portal.pages import PageRequest, done, explain, page, respond
from forecourt.teams.features import FEATURES
from forecourt.teams.models import FeatureGroup, FeatureSetting, Team
from forecourt.teams.operations import features as operations

P = Permission
MOST = 500
VALUES = [
    (FeatureSetting.Value.ON, gettext_lazy("On")),
    (FeatureSetting.Value.OFF, gettext_lazy("Off: shown, but closed")),
    (FeatureSetting.Value.HIDDEN, gettext_lazy("Hidden")),
]


class FeatureGroupForm(forms.Form):
    """A name, a value for each feature, and the teams in the group."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)

    def __init__(self, *args: Any, operator: Operator, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, feature in FEATURES.items():
            self.fields[name] = forms.ChoiceField(label=str(feature.label), choices=VALUES, initial=FeatureSetting.Value.ON)
        rows = Team.objects.filter(operator=operator, deleted_at=None).exclude(type=Team.Type.PERSONAL).order_by("name", "id")
        self.fields["teams"] = forms.ModelMultipleChoiceField(
            label=_("Teams in this group"), queryset=rows, required=False, widget=forms.CheckboxSelectMultiple
        )

    def values(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in FEATURES}


@page("GET")
def feature_group_list(request: PageRequest, account_id: int) -> HttpResponseBase:
    operator = fetch_account(request.actor, account_id, P.OPERATOR_READ)
    refused = refusal(request.actor, P.OPERATOR_UPDATE, operator)
    groups = FeatureGroup.objects.filter(operator=operator, deleted_at=None).prefetch_related("settings", "teams").order_by("name")
    context = frame(request, operator) | {
        "rows": [(group, _closed(group), _actions(operator, group, refused)) for group in groups[:MOST]],
        "refused": refused,
    }
    return respond(request, "teams/feature_group_list.html", None, context)


def _closed(group: FeatureGroup) -> str:
    labels = dict(VALUES)
    return ", ".join(f"{FEATURES[row.feature].label} ({labels[row.value]})" for row in group.settings.all() if row.feature in FEATURES)  # type: ignore[index]


def _actions(operator: Operator, group: FeatureGroup, refused: str) -> list[Action]:
    args = [operator.pk, group.pk]
    return [
        Action(_("Edit"), reverse("feature-group-edit", args=args), "pencil", disabled=refused),
        Action(_("Delete"), reverse("feature-group-delete", args=args), "trash", asks=True, is_danger=True, disabled=refused),
    ]


@page("GET", "POST")
def feature_group_new(request: PageRequest, account_id: int) -> HttpResponseBase:
    return _edit(request, fetch_account(request.actor, account_id, P.OPERATOR_UPDATE), None)


@page("GET", "POST")
def feature_group_edit(request: PageRequest, account_id: int, feature_group_id: int) -> HttpResponseBase:
    operator = fetch_account(request.actor, account_id, P.OPERATOR_UPDATE)
    return _edit(request, operator, _group(request, operator, feature_group_id))


def _edit(request: PageRequest, operator: Operator, group: FeatureGroup | None) -> HttpResponseBase:
    initial: dict[str, Any] = {}
    if group:
        initial = {
            "name": group.name,
            **dict(group.settings.values_list("feature", "value")),
            "teams": list(group.teams.values_list("pk", flat=True)),
        }
    form = FeatureGroupForm(request.POST if request.method == "POST" else None, operator=operator, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            _save(request, operator, group, form)
        except Invalid as error:
            explain(form, error)
        else:
            return done(request, "feature-groups", operator.pk, message=_("Saved. It holds from the next page its people open."))
    back = reverse("feature-groups", args=[operator.pk])
    title = group.name if group else _("New feature group")
    context = {"title": title, "crumbs": [(operator.name, back)], "form": form, "cancel_url": back}
    return respond(request, "portal/form.html", None, context, status=422 if form.errors else 200)


def _save(request: PageRequest, operator: Operator, group: FeatureGroup | None, form: FeatureGroupForm) -> None:
    actor, at = request.actor, clock.now()
    chosen = {team.pk for team in form.cleaned_data["teams"]}
    with acting(actor):
        saved = operations.save_feature_group(
            actor=actor, operator=operator, name=form.cleaned_data["name"], values=form.values(), group=group, at=at
        )
        before = set(saved.teams.filter(deleted_at=None).values_list("pk", flat=True))
        operations.give_feature_group(actor=actor, group=saved, team_ids=sorted(chosen - before), at=at)
        operations.take_feature_group(actor=actor, group=saved, team_ids=sorted(before - chosen), at=at)


@page("GET", "POST")
def feature_group_delete(request: PageRequest, account_id: int, feature_group_id: int) -> HttpResponseBase:
    operator = fetch_account(request.actor, account_id, P.OPERATOR_UPDATE)
    group = _group(request, operator, feature_group_id)
    back = reverse("feature-groups", args=[operator.pk])
    if request.method == "POST":
        operations.delete_feature_group(actor=request.actor, group=group, at=clock.now())
        return done(request, back, message=_("The feature group is deleted."))
    context = {
        "title": _("Delete “%(name)s”?") % {"name": group.name}, "says": _("Its teams see every feature again."), "action": request.path,
        "confirm": _("Delete"), "is_danger": True, "cancel_url": back,
    }  # fmt: skip
    return respond(request, "portal/dialog.html", "dialog", context)


def _group(request: PageRequest, operator: Operator, id: int) -> FeatureGroup:
    rows = FeatureGroup.objects.filter(operator=operator, deleted_at=None)
    group: FeatureGroup = fetch(rows, actor=request.actor, id=id, needs=P.OPERATOR_UPDATE)
    return group
