"""Starting, stopping and restarting: each asks first."""

from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.access import Permission, fetch, may
from forecourt.charging import operations
from forecourt.charging.models import Charge
from forecourt.charging.operations import ChargeRefused, Limits
from forecourt.kit import clock
from forecourt.kit.errors import Forbidden
from forecourt.network.models import ChargePoint
from forecourt.portal.forms import MeasuredForm
from forecourt.portal.pages import PageRequest, done, page, respond
from forecourt.teams.models import Team

START_SOURCE = "api-web"


@page("GET", "POST")
def charge_stop(request: PageRequest, charge_id: int) -> HttpResponseBase:
    """Ask the station to stop. It stops when the station says so; the detail page shows the progress."""
    charge = fetch(Charge.objects, actor=request.actor, id=charge_id, needs=Permission.CHARGE_STOP)
    if request.method == "POST":
        command = operations.request_stop(actor=request.actor, charge=charge, at=clock.now())
        says = _("We asked the station to stop.") if command else _("The reservation is given up.")
        return done(request, "charge-detail", charge.pk, message=says)
    says = _("The driver stops paying for energy when the station has stopped. Fees for a plugged-in cable may go on.")
    return _dialog(request, charge, _("Stop this charge?"), says, _("Stop charge"), is_danger=True)


@page("GET", "POST")
def charge_end(request: PageRequest, charge_id: int) -> HttpResponseBase:
    """End a charge that its station has left behind."""
    charge = fetch(Charge.objects, actor=request.actor, id=charge_id, needs=Permission.CHARGE_STOP)
    if request.method == "POST":
        operations.end_charge(actor=request.actor, charge=charge, at=clock.now())
        return done(request, "charge-detail", charge.pk, message=_("The charge is ended and will be settled."))
    says = _("It ends where its meter was heard of last, and is settled as that. Nothing that its station says later changes it.")
    return _dialog(request, charge, _("End this charge without its station?"), says, _("End charge"), is_danger=True)


@page("GET", "POST")
def charge_restart(request: PageRequest, charge_id: int) -> HttpResponseBase:
    """Start again: the same charge point, payer, driver and limits; or start a reserved charge."""
    charge = fetch(Charge.objects, actor=request.actor, id=charge_id, needs=Permission.CHARGE_START)
    if request.method == "POST":
        again = operations.restart(actor=request.actor, charge=charge, at=clock.now())
        return done(request, "charge-detail", again.pk, message=_("We asked the station to start."))
    says = _("A charge starts on the same charge point, paid by the same team.")
    return _dialog(request, charge, _("Start again?"), says, _("Start charge"))


def _dialog(request: PageRequest, charge: Charge, title: str, says: str, confirm: str, *, is_danger: bool = False) -> HttpResponseBase:
    context = {
        "title": title, "says": says, "action": request.path, "confirm": confirm, "is_danger": is_danger,
        "cancel_url": reverse("charge-detail", args=[charge.pk]),
    }  # fmt: skip
    return respond(request, "portal/dialog.html", "dialog", context)


class StartForm(MeasuredForm):
    """Who pays, and where to stop."""

    team = forms.ModelChoiceField(label=gettext_lazy("Paying team"), queryset=Team.objects.none())
    kwh = forms.DecimalField(label=gettext_lazy("Stop at energy"), required=False, max_digits=6, decimal_places=3)
    percent = forms.DecimalField(label=gettext_lazy("Stop at battery level"), required=False, max_digits=5, decimal_places=2)
    price = forms.DecimalField(label=gettext_lazy("Stop at price"), required=False, max_digits=8, decimal_places=2)

    def __init__(self, given: Any, *, teams: Any, currency: str) -> None:
        super().__init__(given)
        self.units = {"kwh": "kWh", "percent": "%", "price": currency}
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]

    def limits(self) -> Limits:
        kwh: Decimal | None = self.cleaned_data["kwh"]
        return Limits(int(kwh * 1000) if kwh is not None else None, self.cleaned_data["percent"], self.cleaned_data["price"])

    def add_limit_errors(self, fields: dict[str, str]) -> None:
        """The operation speaks of the API's fields."""
        for name, field in (("kwhLimit", "kwh"), ("socLimit", "percent"), ("priceLimit", "price")):
            if name in fields:
                self.add_error(field, fields[name])


@page("GET", "POST")
def charge_start(request: PageRequest, charge_point_id: int) -> HttpResponseBase:
    """Start a charge on a charge point, paid by a team whose wallet the person may spend."""
    rows = ChargePoint.objects.select_related("price_group")
    charge_point = fetch(rows, actor=request.actor, id=charge_point_id, needs=Permission.CHARGE_POINT_READ)
    if not may(ChargePoint.objects, actor=request.actor, id=charge_point_id, needs=Permission.CHARGE_START):
        raise Forbidden(_("Your role does not include starting charges here."))
    teams = Team.objects.within(request.actor.reach_of(Permission.WALLET_SPEND)).filter(deleted_at=None).order_by("name")
    currency = charge_point.price_group.currency if charge_point.price_group else ""
    form = StartForm(request.POST or None, teams=teams, currency=currency)
    if request.method == "POST" and form.is_valid() and (charge := _start(request, charge_point, form)):
        return done(request, "charge-detail", charge.pk, message=_("We asked the station to start."))
    context = {
        "title": _("Start a charge"),
        "says": _("The station at %(name)s is asked to start. Plug in the cable first.") % {"name": charge_point.name},
        "action": request.path,
        "confirm": _("Start charge"),
        "cancel_url": reverse("charge-list"),
        "form": form,
    }
    return respond(request, "portal/dialog.html", "dialog", context, status=422 if form.errors else 200)


def _start(request: PageRequest, charge_point: ChargePoint, form: StartForm) -> Charge | None:
    limits = form.limits()
    if fields := operations.broken_limits(limits):
        form.add_limit_errors(fields)
        return None
    try:
        return operations.request_start(
            actor=request.actor, charge_point=charge_point, payer_team=form.cleaned_data["team"], limits=limits,
            start_source=START_SOURCE, at=clock.now(),
        )  # fmt: skip
    except ChargeRefused as refused:
        form.add_error("team", refused.message)
        return None
