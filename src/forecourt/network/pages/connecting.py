"""Connect a station in steps: which charge point, which station, then wait until it calls."""

from urllib.parse import quote

from django.conf import settings
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from forecourt.access import Permission, fetch, refused_everywhere, require
from forecourt.kit import clock
from forecourt.kit.errors import DomainError
from forecourt.kit.operations import acting
from forecourt.network import operations
from forecourt.network.models import ChargePoint, Station
from forecourt.network.pages.buttons import note_errors
from forecourt.network.pages.forms import ConnectForm
from forecourt.network.queries.stations import link_state
from forecourt.portal.pages import PageRequest, done, page, respond

P = Permission
SECRET = "station_password"  # noqa: S105 (a session key)
MOST_CHOICES = 200
URL_SAFE = "*-_=:+|@."


@page("GET")
def choose(request: PageRequest) -> HttpResponseBase:
    """Step 1: a charge point without a station, or a new one."""
    scope = require(request.actor, P.CHARGE_POINT_UPDATE)
    rows = ChargePoint.objects.within(scope).filter(deleted_at=None, station=None)
    if search := request.GET.get("q", "").strip():
        rows = rows.filter(name__icontains=search)
    context = {
        "title": _("Connect a station"),
        "rows": rows.select_related("site", "team").order_by("-id")[:MOST_CHOICES],
        "create_refused": refused_everywhere(request.actor, P.CHARGE_POINT_CREATE),
        **_steps(1),
    }
    return respond(request, "network/connect_choose.html", "rows", context)


@page("GET", "POST")
def connect(request: PageRequest, charge_point_id: int) -> HttpResponseBase:
    """Step 2: the station. A new one gets a password, shown once on the next page."""
    charge_point: ChargePoint = fetch(
        ChargePoint.objects.select_related("team"), actor=request.actor, id=charge_point_id, needs=P.CHARGE_POINT_UPDATE
    )
    form = ConnectForm(request.POST or None, charge_point=charge_point)
    if request.method == "POST" and form.is_valid():
        try:
            _connect(request, charge_point, form)
        except DomainError as error:
            note_errors(form, error)
        else:
            return done(request, "charge-point-connected", charge_point.pk)
    context = {
        "title": _("Connect %(name)s") % {"name": charge_point.name},
        "form": form,
        "back_url": reverse("charge-point", args=[charge_point.pk]),
        **_steps(2),
    }
    return respond(request, "portal/steps.html", None, context, status=422 if form.errors else 200)


@page("GET")
def connected(request: PageRequest, charge_point_id: int) -> HttpResponseBase:
    """Step 3: URL, identity and, this once, the password; live until the station has called."""
    rows = ChargePoint.objects.select_related("station__link", "station")
    charge_point: ChargePoint = fetch(rows, actor=request.actor, id=charge_point_id, needs=P.CHARGE_POINT_UPDATE)
    station = charge_point.station
    if station is None:
        return done(request, "charge-point-connect", charge_point.pk)
    link = getattr(station, "link", None)
    is_page = not request.htmx or request.htmx.boosted
    context = {
        "title": _("Connect %(name)s") % {"name": charge_point.name},
        "charge_point": charge_point,
        "station": station,
        "url": url_of(station.identity),
        "secret": recalled_secret(request, station) if is_page else None,
        "link": link,
        "state": link_state(link),
        **_steps(3),
    }
    return respond(request, "network/connected.html", "live", context)


def url_of(identity: str) -> str:
    """What is entered in the station."""
    return f"{settings.OCPP_PUBLIC_URL}/{quote(identity, safe=URL_SAFE)}"


def remember_secret(request: PageRequest, station: Station, secret: str) -> None:
    """Keep a new password in the session until the next page has shown it."""
    request.session[SECRET] = [station.pk, secret]


def recalled_secret(request: PageRequest, station: Station) -> str | None:
    """The new password, this once."""
    kept = request.session.pop(SECRET, None)
    return str(kept[1]) if kept and kept[0] == station.pk else None


def _connect(request: PageRequest, charge_point: ChargePoint, form: ConnectForm) -> None:
    """Both or neither: no station is left behind by a number that is taken. The password of a new one is kept for the next page."""
    given, at = form.cleaned_data, clock.now()
    with acting(request.actor):
        station = given["station"]
        if station is None:
            new = operations.create_station(
                actor=request.actor,
                team=charge_point.team,
                identity=given["identity"],
                protocol=given["protocol"],
                model=charge_point.model,
                at=at,
            )
            station = new.station
            remember_secret(request, station, new.password)
        operations.connect_charge_point(actor=request.actor, charge_point=charge_point, station=station, number=given["number"], at=at)


def _steps(current: int) -> dict[str, object]:
    return {"steps": [_("Charge point"), _("Station"), _("Connect")], "current": current}
