"""The states of an API key as people see them."""

from django.utils.translation import gettext_lazy as _

from forecourt.portal.states import State, Tone

API_KEY = {
    "active": State(_("Active"), Tone.OK, "circle-check"),
    "revoked": State(_("Revoked"), Tone.OFF, "ban"),
}
