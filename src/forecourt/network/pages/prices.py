"""Prices on charge points: where a price group is used, and putting it there (spec P2.6)."""

from typing import Any

from django import forms
from django.http import HttpResponseBase
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from forecourt.access import Actor, Permission, lacks_here, refused_everywhere
from forecourt.kit import clock
from forecourt.kit.errors import DomainError, Forbidden, NotFound
from forecourt.network import operations
from forecourt.network.pages.buttons import note_errors
from forecourt.network.queries import prices as queries
from forecourt.portal.pages import PageRequest, done, page, respond
from forecourt.pricing.doors import see_group
from forecourt.pricing.models import PriceGroup

P = Permission
SHOWN = 20  # on the price group's page
MOST_CHOICES = 100


class _Sites(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        points = ngettext("%(count)s charge point", "%(count)s charge points", obj.points) % {"count": obj.points}
        return f"{obj.name} · {points}"


class _ChargePoints(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return " · ".join(filter(None, [obj.name, obj.site.name if obj.site else "", obj.team.name]))


class ApplyForm(forms.Form):
    """Where to use a price group. Lists of what may carry it, as far as the search goes."""

    reset_cost = forms.BooleanField(
        label=gettext_lazy("Track no cost there any more"), required=False,
        help_text=gettext_lazy("Takes the cost group from every charge point that has this price."),
    )  # fmt: skip

    def __init__(self, data: Any, *, actor: Actor, group: PriceGroup, text: str) -> None:
        super().__init__(data)
        self.has_more = self.has_choices = False
        self._offer(
            "sites", _Sites, _("All charge points of these sites"), queries.candidate_sites(group, actor.reach_of(P.SITE_UPDATE), text=text)
        )
        self._offer(
            "charge_points", _ChargePoints, _("Charge points"), queries.candidates(group, actor.reach_of(P.CHARGE_POINT_UPDATE), text=text)
        )
        self.order_fields(["sites", "charge_points"])
        if group.type == PriceGroup.Type.COST:
            del self.fields["reset_cost"]

    def _offer(self, name: str, kind: type[Any], label: str, rows: Any) -> None:
        """The first of these rows as choices, by their ids: a form filters them again by what was chosen. No field without choices."""
        ids = list(rows.values_list("pk", flat=True)[: MOST_CHOICES + 1])
        if ids:
            queryset = rows.filter(pk__in=ids[:MOST_CHOICES])
            self.fields[name] = kind(label=label, queryset=queryset, required=False, widget=forms.CheckboxSelectMultiple)
            self.has_choices = True
        self.has_more = self.has_more or len(ids) > MOST_CHOICES

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not (given.get("sites") or given.get("charge_points")) and not self.errors:
            raise forms.ValidationError(_("Choose at least one site or charge point."))
        return given


@page("GET", "POST")
def price_group_apply(request: PageRequest, group_id: int) -> HttpResponseBase:
    """Choose sites and charge points that get this price from their next charge on."""
    group = see_group(request.actor, group_id)
    if not queries.teams_with(group, request.actor.reach_of(P.CHARGE_POINT_UPDATE)).exists():
        raise Forbidden(lacks_here(P.CHARGE_POINT_UPDATE), permission=P.CHARGE_POINT_UPDATE.value)
    if group.deleted_at or group.type not in queries.GROUP_COLUMNS:
        raise NotFound(_("Prices of this type are not set on charge points."))
    text = request.GET.get("q", "").strip()[:120]
    form = ApplyForm(request.POST if request.method == "POST" else None, actor=request.actor, group=group, text=text)
    if request.method == "POST" and form.is_valid() and (count := _apply(request, group, form)) is not None:
        says = ngettext("%(count)s charge point has this price now.", "%(count)s charge points have this price now.", count)
        return done(request, "price-group-detail", group.pk, message=says % {"count": count})
    back = reverse("price-group-detail", args=[group.pk])
    context = {
        "title": _("Use “%(name)s”") % {"name": group.name},
        "form": form,
        "text": text,
        "submit": _("Use this price"),
        "cancel_url": back,
        "crumbs": [(_("Price groups"), reverse("price-groups")), (group.name, back)],
    }
    return respond(request, "network/price_group_apply.html", None, context, status=422 if form.errors else 200)


def _apply(request: PageRequest, group: PriceGroup, form: ApplyForm) -> int | None:
    """How many charge points got it; None where something stood against it, which the form then says."""
    given = form.cleaned_data
    try:
        return operations.apply_price_group(
            actor=request.actor,
            price_group=group,
            charge_point_ids=[one.pk for one in given.get("charge_points", ())],
            site_ids=[one.pk for one in given.get("sites", ())],
            resets_cost=given.get("reset_cost", False),
            at=clock.now(),
        )
    except DomainError as error:
        note_errors(form, error)
        return None


def carriers_card(request: PageRequest) -> str:
    """The charge points that have this price, as far as the reader sees them. For the price group's page."""
    actor, match = request.actor, request.resolver_match
    group = see_group(actor, match.kwargs["group_id"] if match else 0)
    if group.type not in queries.GROUP_COLUMNS:
        return ""
    rows = queries.carriers_in(group, actor.reach_of(P.CHARGE_POINT_READ))
    context = {
        "group": group,
        "rows": rows[:SHOWN],
        "more": max(0, rows.count() - SHOWN),
        "refused": _("This price group is deleted.") if group.deleted_at else refused_everywhere(actor, P.CHARGE_POINT_UPDATE),
    }
    return render_to_string("network/_price_carriers.html", context, request=request)


CARDS = [("price-group", carriers_card)]
