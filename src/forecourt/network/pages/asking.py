"""What a person may ask of a station through a charge point; each is a question first, some with a choice."""

from collections.abc import Callable
from typing import NamedTuple

from django import forms
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.access import Permission, fetch
from forecourt.kit import clock
from forecourt.kit.errors import Invalid, NotFound
from forecourt.network import operations
from forecourt.network.models import ChargePoint
from forecourt.network.operations.asking import TRIGGERS
from forecourt.network.pages.buttons import note_errors
from forecourt.network.pages.changes import ask_first
from forecourt.portal.pages import PageRequest, done, page

MESSAGES = {
    "StatusNotification": gettext_lazy("Its status"),
    "MeterValues": gettext_lazy("Its meter values"),
    "BootNotification": gettext_lazy("What it is (BootNotification)"),
    "Heartbeat": gettext_lazy("A sign of life (Heartbeat)"),
}


class ResetForm(forms.Form):
    type = forms.TypedChoiceField(
        label=gettext_lazy("How"), coerce=operations.ResetType, initial=operations.ResetType.SOFT, widget=forms.RadioSelect,
        choices=[
            (operations.ResetType.SOFT, gettext_lazy("In order: it ends running charges first")),
            (operations.ResetType.HARD, gettext_lazy("At once: for a station that hangs; a running charge is cut off")),
        ],
    )  # fmt: skip


class MessageForm(forms.Form):
    message = forms.ChoiceField(label=gettext_lazy("Message"), choices=[(name, MESSAGES[name]) for name in sorted(TRIGGERS, reverse=True)])


class AvailabilityForm(forms.Form):
    is_available = forms.TypedChoiceField(
        label=gettext_lazy("It shall"), coerce=lambda text: text == "yes", widget=forms.RadioSelect, initial="yes",
        choices=[("yes", gettext_lazy("Offer charging")), ("no", gettext_lazy("Refuse new charges"))],
    )  # fmt: skip
    is_whole = forms.BooleanField(label=gettext_lazy("The whole station, with all its charge points"), required=False)


class DataForm(forms.Form):
    vendor_id = forms.CharField(label=gettext_lazy("Vendor"), max_length=255, help_text=gettext_lazy("As the station’s manual names it."))
    message_id = forms.CharField(label=gettext_lazy("Message"), max_length=50, required=False)
    text = forms.CharField(label=gettext_lazy("Data"), required=False, widget=forms.Textarea(attrs={"rows": 4}))


class Ask(NamedTuple):
    """An operation, the question, what it means, the verb. The form's fields are arguments of the operation."""

    operation: Callable[..., object]
    title: str | Promise
    says: str | Promise
    confirm: str | Promise
    form: type[forms.Form] = forms.Form
    needs: Permission = Permission.CHARGE_POINT_COMMAND


ASKS = {
    "reset": Ask(
        operations.reset, gettext_lazy("Restart the station?"), gettext_lazy("It starts again with all its charge points. That takes a minute or two."),
        gettext_lazy("Restart"), ResetForm,
    ),
    "unlock": Ask(
        operations.unlock, gettext_lazy("Unlock the cable?"), gettext_lazy("A running charge stops when the cable is released."),
        gettext_lazy("Unlock"),
    ),
    "clear-cache": Ask(
        operations.clear_cache, gettext_lazy("Clear the station’s cache?"),
        gettext_lazy("It forgets the charge keys it has seen and asks us about each again."), gettext_lazy("Clear cache"),
    ),
    "message": Ask(
        operations.trigger, gettext_lazy("Ask for a message?"), gettext_lazy("The station sends it now, also if it would not have been due."),
        gettext_lazy("Ask"), MessageForm,
    ),
    "availability": Ask(
        operations.change_availability, gettext_lazy("Change what it offers?"),
        gettext_lazy("The station follows when no charge runs. Drivers see what it answers; maintenance says more, and is kept over restarts."),
        gettext_lazy("Ask"), AvailabilityForm,
    ),
    "data": Ask(
        operations.send_data, gettext_lazy("Send data of the vendor’s own?"),
        gettext_lazy("For functions that only this vendor’s stations have (OCPP DataTransfer). What it does, its manual says."),
        gettext_lazy("Send"), DataForm, Permission.CHARGE_POINT_CONFIGURE,
    ),
}  # fmt: skip


@page("GET", "POST")
def command(request: PageRequest, charge_point_id: int, what: str) -> HttpResponseBase:
    """Ask the station for something; its progress shows on the overview."""
    ask = ASKS.get(what)
    needs = ask.needs if ask else Permission.CHARGE_POINT_COMMAND
    rows = ChargePoint.objects.select_related("station", "team")
    charge_point: ChargePoint = fetch(rows, actor=request.actor, id=charge_point_id, needs=needs)
    if ask is None:
        raise NotFound(_("There is no such command."))
    form = ask.form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            ask.operation(actor=request.actor, charge_point=charge_point, at=clock.now(), **form.cleaned_data)
        except Invalid as error:
            note_errors(form, error)
        else:
            return done(request, "charge-point", charge_point.pk, message=_("We asked the station."))
    back = reverse("charge-point", args=[charge_point.pk])
    return ask_first(request, title=ask.title, says=ask.says, confirm=ask.confirm, cancel_url=back, form=form)
