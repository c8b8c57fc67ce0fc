"""Prices on charge points: where a price group is used, and putting it there (spec P2.6)."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from forecourt.access import Actor, Permission, lacks_here, refused_everywhere
from forecourt.kit import clock
from forecourt.kit.errors import DomainError, Forbidden, NotFound
from forecourt.network import operations
from forecourt.network.models import ChargePoint, Site
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

    sites = _Sites(
        label=gettext_lazy("All charge points of these sites"), queryset=Site.objects.none(), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    charge_points = _ChargePoints(
        label=gettext_lazy("Charge points"), queryset=ChargePoint.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    reset_cost = forms.BooleanField(
        label=gettext_lazy("Track no cost there any more"), required=False,
        help_text=gettext_lazy("Takes the cost group from every charge point that has this price."),
    )  # fmt: skip

    def __init__(self, data: Any, *, actor: Actor, group: PriceGroup, text: str) -> None:
        super().__init__(data)
        points = queries.candidates(group, actor.reach_of(P.CHARGE_POINT_UPDATE), text=text)
        sites = queries.candidate_sites(group, actor.reach_of(P.SITE_UPDATE), text=text)
        self.has_more = sites[MOST_CHOICES:].exists() or points[MOST_CHOICES:].exists()
        self.fields["sites"].queryset = _first(sites)  # type: ignore[attr-defined]
        self.fields["charge_points"].queryset = _first(points)  # type: ignore[attr-defined]
        if group.type == PriceGroup.Type.COST:
            del self.fields["reset_cost"]

    @property
    def has_choices(self) -> bool:
        return any(self.fields[name].queryset.exists() for name in ("sites", "charge_points"))  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not (given.get("sites") or given.get("charge_points")) and not self.errors:
            raise forms.ValidationError(_("Choose at least one site or charge point."))
        return given


def _first(rows: Any) -> Any:
    """A form's choices cannot be a slice: it filters them again by what was chosen."""
    return rows.filter(pk__in=list(rows.values_list("pk", flat=True)[:MOST_CHOICES]))


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
    given, at = form.cleaned_data, clock.now()
    try:
        count = operations.apply_price_group(
            actor=request.actor,
            price_group=group,
            charge_point_ids=[one.pk for one in given["charge_points"]],
            site_ids=[one.pk for one in given["sites"]],
            at=at,
        )
        if given.get("reset_cost"):
            operations.reset_cost(actor=request.actor, price_group=group, at=at)
    except DomainError as error:
        note_errors(form, error)
        return None
    return count


def carriers_card(request: HttpRequest) -> str:
    """The charge points that have this price, as far as the reader sees them. For the price group's page."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    match = request.resolver_match
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
