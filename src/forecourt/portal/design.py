"""`/design`: every component in every state, living. Only in development; the browser tests look at it too."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import path

from forecourt.kit.errors import DomainError
from forecourt.portal import states
from forecourt.portal.actions import Action
from forecourt.portal.chips import state_chips
from forecourt.portal.errors import error_page
from forecourt.portal.menu import Link
from forecourt.portal.pages import done, page, respond
from forecourt.portal.paging import Paging

AT = datetime(2026, 11, 22, 20, 35, 4, tzinfo=UTC)


class SampleForm(forms.Form):
    name = forms.CharField(help_text="As drivers see it.")
    power = forms.IntegerField(label="Power in kW", max_value=400)
    kind = forms.ChoiceField(choices=[("ac", "AC"), ("dc", "DC")])
    note = forms.CharField(widget=forms.Textarea(attrs={"rows": 2}), required=False)
    visibility = forms.ChoiceField(choices=[("public", "Public"), ("private", "Private")], widget=forms.RadioSelect, initial="public")
    shown = forms.BooleanField(label="Show on the map", required=False, initial=True)


@page("GET", public=True)
def overview(request: HttpRequest) -> HttpResponseBase:
    return respond(request, "portal/design.html", None, {"title": "Design", **_components()})


@page("GET", public=True)
def sample_list(request: HttpRequest) -> HttpResponseBase:
    chosen = request.GET.getlist("state")
    rows = [row for row in _rows() if (not chosen or row.state in chosen) and request.GET.get("q", "").lower() in row.name.lower()]
    chips = state_chips(
        "charge_point",
        ["available", "busy-charging", "error", "disconnected"],
        chosen=chosen,
        counts={"available": 148, "busy-charging": 61, "error": 4},
    )
    context = {
        "title": "Charge points",
        "rows": rows,
        "chips": chips,
        "paging": Paging(1, 20_001 if not request.GET else len(rows)),
        "csv": True,
        "live": 5,
    }
    return respond(request, "portal/design_list.html", "rows", context)


@page("GET", public=True)
def sample_detail(request: HttpRequest) -> HttpResponseBase:
    return respond(request, "portal/design_detail.html", None, {"title": "Havnegade 12 · 03", **_components()})


@page("GET", "POST", public=True)
def sample_form(request: HttpRequest) -> HttpResponseBase:
    form = SampleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return done(request, "design", message="Saved.")
    context = {"title": "Add a charge point", "form": form, "steps": ["Where", "Station", "Connect"], "current": 2, "back_url": "/design"}
    return respond(request, "portal/steps.html", None, context, status=200 if request.method == "GET" else 422)


@page("GET", "POST", public=True)
def sample_dialog(request: HttpRequest) -> HttpResponseBase:
    if request.method == "POST":
        return done(request, "design", message="We asked the station to stop.")
    says = "The driver stops paying for energy from now on. The cable stays locked until it is released."
    context = {
        "title": "Stop this charge?",
        "says": says,
        "action": request.path,
        "confirm": "Stop charge",
        "is_danger": True,
        "cancel_url": "/design",
    }
    return respond(request, "portal/dialog.html", "dialog", context)


@page("GET", public=True)
def sample_error(request: HttpRequest, status: int) -> HttpResponse:
    return error_page(request, status)


@page("POST", public=True)
def sample_toast(request: HttpRequest) -> HttpResponse:
    tone = request.POST.get("tone", "success")
    if tone == "refused":
        raise _Refused("This charge has already stopped.")
    return done(request, "design", message=f"This is a toast: {tone}.", level=getattr(messages, tone.upper(), messages.INFO))


@page("GET", public=True)
def sample_sign_in(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/design_auth.html", {"title": "Sign in"})


class _Refused(DomainError):
    code, status = "already_stopped", 409


def _components() -> dict[str, Any]:
    failing = SampleForm({"name": "", "power": "900", "kind": "ac", "visibility": "public"})
    failing.is_valid()
    return {
        "kinds": {kind.replace("_", " ").capitalize(): (kind, list(values)) for kind, values in states.kinds().items()},
        "form": SampleForm(auto_id="fresh_%s"),
        "failing": failing,
        "at": AT,
        "rows": _rows(),
        "steps": ["Where", "Station", "Price", "Connect"],
        "chips": state_chips(
            "charge_point",
            ["available", "busy-charging", "error"],
            chosen=["error"],
            counts={"available": 148, "busy-charging": 61, "error": 4},
        ),
        "paging": Paging(1, 20_001),
        "tabs": [
            Link("Overview", "/design", is_current=True),
            Link("Charges", "/design?tab=charges", count=61),
            Link("Commands", "/design?tab=commands"),
            Link("OCPP log", "/design?tab=log"),
        ],
        "crumbs": [("Chargers", "/design/list"), ("Havnegade", "/design/list")],
        "facts": [
            ("Serial number", "EVB-2231-0091"),
            ("Model", "Alpitronic HYC150"),
            ("Firmware", "5.6.2"),
            ("Site", "Havnegade 12, Copenhagen"),
            ("Installed on", date(2025, 3, 4)),
            ("Note", None),
        ],
        "spark": [12, 18, 9, 22, 25, 19, 30, 28, 34, 31, 38, 41],
        **_records(),
    }


def _records() -> dict[str, Any]:
    line = SimpleNamespace
    return {
        "moments": [
            line(at=AT, text="Charge completed", detail="23.41 kWh, DKK 81.94", tone="ok", icon="check"),
            line(at=AT - timedelta(minutes=4), text="Cable released", detail="", tone="wait", icon="plug-off"),
            line(at=AT - timedelta(minutes=52), text="Charging started", detail="Charge key Anna’s card", tone="live", icon="bolt"),
            line(at=AT - timedelta(minutes=53), text="Plugged in", detail="", tone="off", icon="plug"),
        ],
        "commands": [line(name=name, state=state, requested_at=AT, note="Anna Lund") for name, state in _COMMANDS],
        "lines": [
            line(label="Energy", quantity="23.41 kWh", unit_price="DKK 3.20", net=5993, vat=1498, gross=7491),
            line(label="Starting fee", quantity="1", unit_price="DKK 5.00", net=400, vat=100, gross=500),
            line(label="Idle fee", quantity="4 min", unit_price="DKK 0.51", net=162, vat=41, gross=203),
        ],
        "totals": line(net=6555, vat=1639, gross=8194),
        "report": line(created=212, updated=8, skipped=20, failed=2, is_dry_run=True, problems=_PROBLEMS),
        "actions_given": _ACTIONS,
        "chart": _CHART,
        "bars": _BARS,
        "places": _PLACES,
        "message_json": _MESSAGE,
    }


def _rows() -> list[SimpleNamespace]:
    names = ["Havnegade 12 · 01", "Havnegade 12 · 02", "Havnegade 12 · 03", "Kastrup Strandpark A", "Malmö Central P2", "Flensburg ZOB 4"]
    shown = ["busy-charging", "available", "error", "busy-non-released", "disconnected", "available"]
    teams = ["Northwind Harbour", "Northwind Harbour", "Northwind Harbour", "Strandparken", "Hotel Savoy", "Stadtwerke"]
    powers_w = [150_000, 22_000, 11_000, 7_400, 50_000, 22_000]
    return [
        SimpleNamespace(
            id=place,
            name=name,
            state=shown[place],
            team=teams[place],
            energy_wh=1_234_560 * (place + 1),
            power_w=powers_w[place],
            heard_at=AT - timedelta(minutes=7 * place),
            actions=_actions_of(place),
        )
        for place, name in enumerate(names)
    ]


def _actions_of(row: int) -> list[Action]:
    return [Action(one.label, f"{one.url}?row={row}", one.icon, one.posts, one.asks, one.is_danger, one.disabled) for one in _ACTIONS]


_COMMANDS = [
    ("Start charge", "requested"),
    ("Stop charge", "sent"),
    ("Unlock cable", "accepted"),
    ("Restart station", "rejected"),
    ("Change configuration", "expired"),
    ("Clear cache", "outcome-unknown"),
]
_ACTIONS = [
    Action("Edit", "/design/form", "pencil"),
    Action("Stop charge", "/design/dialog", "player-stop", asks=True),
    Action("Transfer", "/design/list", "arrow-right", disabled="Only an administrator may transfer."),
    Action("Delete", "/design/dialog", "trash", asks=True, is_danger=True),
]
_CHART: dict[str, Any] = {
    "type": "line",
    "unit": "kW",
    "labels": ["09:00", "09:05", "09:10", "09:15", "09:20", "09:25", "09:30", "09:35", "09:40", "09:45", "09:50", "09:55"],
    "series": [{"name": "Power", "values": [0, 96, 141, 148, 149, 147, 132, 118, 104, 88, 61, 42]}],
}
_BARS: dict[str, Any] = {
    "type": "bar",
    "unit": "kWh",
    "stacked": True,
    "labels": _CHART["labels"],
    "series": [
        {"name": "AC", "values": [12, 18, 9, 22, 25, 19, 30, 28, 34, 31, 38, 41]},
        {"name": "DC", "values": [40, 38, 47, 52, 49, 61, 58, 66, 72, 70, 69, 81]},
    ],
}
_PROBLEMS = [(14, "max_kw", "Enter a number up to 1,000."), (97, "team", "There is no team “Harbor”.")]
_MESSAGE = """[2, "19223201", "StatusNotification", {
  "connectorId": 1,
  "errorCode": "NoError",
  "status": "Charging",
  "timestamp": "2026-11-22T20:35:04.000Z"
}]"""
_PLACES = [
    {
        "id": 1,
        "name": "Havnegade 12",
        "latitude": 55.6786,
        "longitude": 12.5886,
        "tone": "ok",
        "url": "/design",
        "note": "6 charge points, 4 available",
    },
    {
        "id": 2,
        "name": "Malmö Central",
        "latitude": 55.6092,
        "longitude": 13.0007,
        "tone": "live",
        "url": "/design",
        "note": "2 charge points, both in use",
    },
    {"id": 3, "name": "Flensburg ZOB", "latitude": 54.7849, "longitude": 9.4396, "tone": "bad", "url": "/design", "note": "1 fault"},
    {"id": 4, "name": "Aarhus Ø", "latitude": 56.1629, "longitude": 10.2257, "tone": "wait", "url": "/design", "note": "1 in maintenance"},
]

urlpatterns = [
    path("design", overview, name="design"),
    path("design/list", sample_list, name="design-list"),
    path("design/detail", sample_detail, name="design-detail"),
    path("design/form", sample_form, name="design-form"),
    path("design/dialog", sample_dialog, name="design-dialog"),
    path("design/error/<int:status>", sample_error, name="design-error"),
    path("design/toast", sample_toast, name="design-toast"),
    path("design/sign-in", sample_sign_in, name="design-sign-in"),
]
