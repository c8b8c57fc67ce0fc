"""One charge: live state, energy, price, what was asked of the station, what happened."""

from typing import Any

from django import forms
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.access import Permission, Scope, fetch, lacks_here, may
from forecourt.charging import operations, queries
from forecourt.charging.models import Charge
from forecourt.charging.queries import ChargeDetail
from forecourt.charging.queries.lost import is_lost
from forecourt.charging.rules.sides import Sight, lies_in, masked, sight
from forecourt.charging.words import in_words
from forecourt.kit import clock
from forecourt.kit.errors import Forbidden
from forecourt.portal import formats
from forecourt.portal.pages import PageRequest, done, page, respond
from forecourt.portal.states import state
from forecourt.teams.models import Team

REFRESH_SECONDS = 3
PAID_BY = {
    "free": gettext_lazy("Free"),
    "team-has-fund": gettext_lazy("The team’s wallet"),
    "team-has-auto-refill": gettext_lazy("The team’s wallet, which refills itself"),
    "source": gettext_lazy("The team, afterwards"),
    "payment": gettext_lazy("A payment for this charge"),
}
_COMMANDS = {"start": gettext_lazy("Start charge"), "stop": gettext_lazy("Stop charge")}


@page("GET")
def charge_detail(request: PageRequest, charge_id: int) -> HttpResponseBase:
    """One charge. The part that moves is asked for again every few seconds until the charge is settled."""
    charge = fetch(Charge.objects, actor=request.actor, id=charge_id, needs=Permission.CHARGE_READ)
    detail = queries.charge_detail(charge)
    sees = sight(request.actor.reach_of(Permission.CHARGE_READ), detail.charge)
    context = {
        "title": _("Charge %(id)s") % {"id": charge.human_readable_id},
        "crumbs": [(_("Charges"), reverse("charge-list"))],
        "charge": detail.charge,
        "note": detail.charge.note if sees.of_owner else None,
        "state_word": state("charge", detail.charge.state).word,
        "detail": detail,
        "live": REFRESH_SECONDS if detail.is_live else 0,
        "cost": queries.running_cost(detail.charge, at=clock.now()),
        "facts": _facts(detail, sees, _key(request, detail.charge)),
        "commands": [_command(command) for command in detail.commands],
        "moments": queries.timeline(detail.charge),
        "chart": _chart(detail),
        **_buttons(request, detail),
    }
    return respond(request, "charging/charge_detail.html", "moving", context)


@page("GET")
def charge_meter_values(request: PageRequest, charge_id: int) -> HttpResponseBase:
    """The newest raw samples, as the station sent them."""
    charge = fetch(Charge.objects, actor=request.actor, id=charge_id, needs=Permission.CHARGE_READ)
    context = {
        "title": _("Charge %(id)s") % {"id": charge.human_readable_id},
        "crumbs": [(_("Charges"), reverse("charge-list"))],
        "charge": charge,
        "values": queries.meter_values(charge),
    }
    return respond(request, "charging/meter_values.html", None, context)


class _OwnCharges:
    """The charges of the owner's side alone: the note is the owner's."""

    def within(self, scope: Scope) -> Any:
        return Charge.objects.within(scope, side="owner")


class NoteForm(forms.Form):
    note = forms.CharField(label=gettext_lazy("Note"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))


@page("GET", "POST")
def charge_note(request: PageRequest, charge_id: int) -> HttpResponseBase:
    """The operator's note on a charge."""
    charge = fetch(Charge.objects, actor=request.actor, id=charge_id, needs=Permission.CHARGE_UPDATE)
    if not may(_OwnCharges(), actor=request.actor, id=charge_id, needs=Permission.CHARGE_UPDATE):
        raise Forbidden(_("This belongs to the other side of the charge."))
    form = NoteForm(request.POST or None, initial={"note": charge.note})
    if request.method == "POST" and form.is_valid():
        note = form.cleaned_data["note"] or None
        operations.edit_charge(actor=request.actor, charge=charge, changes={"note": note}, at=clock.now())
        return done(request, "charge-detail", charge.pk, message=_("Saved."))
    context = {
        "title": _("Note on charge %(id)s") % {"id": charge.human_readable_id},
        "form": form,
        "cancel_url": reverse("charge-detail", args=[charge.pk]),
    }
    return respond(request, "portal/form.html", None, context, status=422 if form.errors else 200)


def _buttons(request: PageRequest, detail: ChargeDetail) -> dict[str, Any]:
    """What a role does not include is greyed with the reason; what this charge cannot have now is not there."""
    charge = detail.charge
    runs = charge.stopped_at is None and charge.failed_at is None
    asks = {"actor": request.actor, "id": charge.pk}
    return {
        "is_stoppable": runs and charge.state != Charge.State.STARTING,
        "is_lost": runs and is_lost(charge.pk, at=clock.now()),
        "stop_refused": "" if may(Charge.objects, needs=Permission.CHARGE_STOP, **asks) else lacks_here(Permission.CHARGE_STOP),
        "can_restart": (not runs or charge.state == Charge.State.RESERVED)
        and charge.payer_team_id is not None
        and may(Charge.objects, needs=Permission.CHARGE_START, **asks)
        and may(Team.objects, actor=request.actor, id=charge.payer_team_id, needs=Permission.WALLET_SPEND),
        "note_refused": "" if may(_OwnCharges(), needs=Permission.CHARGE_UPDATE, **asks) else lacks_here(Permission.CHARGE_UPDATE),
    }


def _key(request: PageRequest, charge: Charge) -> str | None:
    """The key that was used, whole only for who may see that key."""
    key, reach = charge.charge_key, request.actor.reach_of(Permission.CHARGE_KEY_READ)
    if charge.auth_id is None or charge.auth_type == "app":
        return charge.auth_id
    is_known = key is not None and lies_in(reach, key.organisation_id, key.operator_id, key.team_id, key.person_id)
    return charge.auth_id if is_known else masked(charge.auth_id)


def _facts(detail: ChargeDetail, sees: Sight, key: str | None) -> list[tuple[str, object]]:
    charge = detail.charge
    return [
        (_("Charge point"), charge.charge_point.name),
        (_("Paying team"), charge.payer_team.name if charge.payer_team else _("Nobody: the operator bears it")),
        (_("Driver"), charge.person.display_name if charge.person else None),
        (_("Charge key"), key),
        (_("Price group"), charge.price_group.name if charge.price_group else _("Free")),
        (_("Paid by"), PAID_BY.get(charge.payment_method or "")),
        (
            _("Held"),
            formats.money(charge.held_minor, charge.payer_team.currency.identifier) if charge.held_minor and charge.payer_team else None,
        ),
        (_("Meter at the start"), formats.energy(charge.meter_start_wh)),
        (_("Meter at the end"), formats.energy(charge.meter_stop_reported_wh)),
        (_("Limits"), _limits(charge)),
        (_("Station was told"), charge.auth_status),
        (_("Stop reason"), charge.stop_reason),
        (_("Failure reason"), in_words(charge.failure_reason)),
        (_("Transaction"), charge.transaction_id),
        (_("Number"), charge.pk),
        (_("Your own id"), charge.partner_external_id if sees.of_partner else None),
    ]


def _limits(charge: Charge) -> str | None:
    price = formats.money(charge.limit_price_minor, charge.currency) if charge.limit_price_minor else ""
    percent = f"{formats.number(charge.limit_soc_percent)} %" if charge.limit_soc_percent else ""
    return ", ".join(part for part in (formats.energy(charge.limit_wh) if charge.limit_wh else "", percent, price) if part) or None


def _command(command: Any) -> dict[str, object]:
    state = "outcome-unknown" if command.state == "unknown" else command.state
    name = _COMMANDS.get(command.action, command.action)
    note = (command.requested_by or {}).get("name", "")
    return {"name": name, "state": state, "requested_at": command.requested_at, "note": note}


def _chart(detail: ChargeDetail) -> dict[str, Any] | None:
    curve = queries.power_curve(detail.charge)
    if len(curve.points) < 2:
        return None
    zone = timezone.get_current_timezone()
    return {
        "type": "line",
        "unit": "kW",
        "labels": [at.astimezone(zone).strftime("%H:%M") for at, _w in curve.points],
        "series": [{"name": str(_("Power")), "values": [round(w / 1000, 2) for _at, w in curve.points], "step": not curve.is_measured}],
    }
