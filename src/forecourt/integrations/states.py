"""The states of an API key and of a webhook's deliveries as people see them."""

from django.utils.translation import gettext_lazy as _

from forecourt.portal.states import State, Tone

WEBHOOK_ENTRY = {
    "pending": State(_("Waiting"), Tone.WAIT, "clock"),
    "completed": State(_("Delivered"), Tone.OK, "check"),
    "failed": State(_("Failed"), Tone.BAD, "alert-triangle"),
}
API_KEY = {
    "active": State(_("Active"), Tone.OK, "circle-check"),
    "revoked": State(_("Revoked"), Tone.OFF, "ban"),
}
