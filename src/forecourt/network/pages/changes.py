"""What is asked before it is done to a charge point: each is a dialog with JavaScript, and a page without."""

from django import forms
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from forecourt.access import Permission, fetch
from forecourt.kit import clock
from forecourt.network import operations
from forecourt.network.models import ChargePoint, Station
from forecourt.network.pages.forms import TransferForm
from forecourt.portal.pages import PageRequest, done, page, respond

P = Permission


def ask_first(
    request: PageRequest,
    *,
    title: str | Promise,
    says: str | Promise,
    confirm: str | Promise,
    cancel_url: str,
    is_danger: bool = False,
    form: forms.Form | None = None,
) -> HttpResponseBase:
    """The question, as dialog or page."""
    context = {
        "title": title,
        "says": says,
        "confirm": confirm,
        "action": request.get_full_path(),
        "cancel_url": cancel_url,
        "is_danger": is_danger,
        "form": form,
    }
    return respond(request, "portal/dialog.html", "dialog", context, status=422 if form is not None and form.errors else 200)


@page("GET", "POST")
def configuration_read(request: PageRequest, charge_point_id: int) -> HttpResponseBase:
    charge_point = _fetched(request, charge_point_id, P.CHARGE_POINT_CONFIGURE)
    if request.method == "POST":
        operations.read_configuration(actor=request.actor, station=_station(charge_point), at=clock.now())
        return done(request, "charge-point-configuration", charge_point.pk, message=_("We asked the station for its configuration."))
    says = _("The station sends all its keys; they replace what was read before.")
    back = reverse("charge-point-configuration", args=[charge_point.pk])
    return ask_first(request, title=_("Read the configuration?"), says=says, confirm=_("Read"), cancel_url=back)


@page("GET", "POST")
def maintenance(request: PageRequest, charge_point_id: int) -> HttpResponseBase:
    charge_point = _fetched(request, charge_point_id, P.CHARGE_POINT_UPDATE)
    starts = charge_point.maintenance_at is None
    if request.method == "POST":
        operations.set_maintenance(actor=request.actor, charge_point=charge_point, is_on=starts, at=clock.now())
        return done(request, "charge-point", charge_point.pk, message=_("Out of service.") if starts else _("Back in service."))
    says = (
        _("Drivers see that it is out of service, and the station is asked to refuse new charges. A running charge goes on.")
        if starts
        else _("Drivers may charge again as soon as the station says that it is available.")
    )
    title, confirm = (_("Start maintenance?"), _("Start maintenance")) if starts else (_("End maintenance?"), _("End maintenance"))
    return ask_first(request, title=title, says=says, confirm=confirm, cancel_url=_page_of(charge_point))


@page("GET", "POST")
def exempt(request: PageRequest, charge_point_id: int) -> HttpResponseBase:
    charge_point = _fetched(request, charge_point_id, P.CHARGE_POINT_UPDATE)
    starts = charge_point.exempt_at is None
    if request.method == "POST":
        operations.set_exempt(actor=request.actor, charge_point=charge_point, is_on=starts, at=clock.now())
        return done(request, "charge-point", charge_point.pk, message=_("Saved."))
    title = _("Leave out of the uptime?") if starts else _("Count in the uptime again?")
    says = (
        _("While it is exempt its state is not shown, and the time is not counted.")
        if starts
        else _("Its state is shown and counted from now on.")
    )
    return ask_first(request, title=title, says=says, confirm=_("Leave out") if starts else _("Count"), cancel_url=_page_of(charge_point))


@page("GET", "POST")
def disconnect(request: PageRequest, charge_point_id: int) -> HttpResponseBase:
    charge_point = _fetched(request, charge_point_id, P.CHARGE_POINT_UPDATE)
    if request.method == "POST":
        operations.disconnect_charge_point(actor=request.actor, charge_point=charge_point, at=clock.now())
        return done(request, "charge-point", charge_point.pk, message=_("Disconnected from its station."))
    says = _("It becomes passive: what the station reports no longer belongs to it. The history stays.")
    return ask_first(
        request,
        title=_("Disconnect from the station?"),
        says=says,
        confirm=_("Disconnect"),
        is_danger=True,
        cancel_url=_page_of(charge_point),
    )


@page("GET", "POST")
def transfer(request: PageRequest, charge_point_id: int) -> HttpResponseBase:
    """To another team of the organisation, in which the person may add charge points."""
    charge_point = _fetched(request, charge_point_id, P.CHARGE_POINT_UPDATE)
    form = TransferForm(request.POST or None, actor=request.actor, charge_point=charge_point)
    if request.method == "POST" and form.is_valid():
        team = form.cleaned_data["team"]
        moved = operations.transfer_charge_point(actor=request.actor, charge_point=charge_point, team=team, at=clock.now())
        return done(
            request,
            "charge-points",
            message=_("%(count)s charge points belong to %(team)s now.") % {"count": len(moved), "team": team.name},
        )
    says = _("Its station moves along with all its charge points. The site stays with the old team; prices become the new team’s default.")
    return ask_first(
        request, title=_("Transfer to another team"), says=says, confirm=_("Transfer"), cancel_url=_page_of(charge_point), form=form
    )


@page("GET", "POST")
def delete(request: PageRequest, charge_point_id: int) -> HttpResponseBase:
    charge_point = _fetched(request, charge_point_id, P.CHARGE_POINT_DELETE)
    if request.method == "POST":
        operations.delete_charge_point(actor=request.actor, charge_point=charge_point, at=clock.now())
        return done(request, "charge-points", message=_("“%(name)s” is deleted.") % {"name": charge_point.name})
    says = _("Its charges and history stay. If it is the last one of its station, the station may not connect any more.")
    title = _("Delete “%(name)s”?") % {"name": charge_point.name}
    return ask_first(request, title=title, says=says, confirm=_("Delete"), is_danger=True, cancel_url=_page_of(charge_point))


def _fetched(request: PageRequest, id: int, needs: Permission) -> ChargePoint:
    row: ChargePoint = fetch(ChargePoint.objects.select_related("station", "team"), actor=request.actor, id=id, needs=needs)
    return row


def _station(charge_point: ChargePoint) -> Station:
    if charge_point.station is None:
        raise operations.NotIntegrated(_("This charge point is not connected to a station."))
    return charge_point.station


def _page_of(charge_point: ChargePoint) -> str:
    return reverse("charge-point", args=[charge_point.pk])
