"""The states of a directory and of the people it sent, as people see them."""

from django.utils.translation import gettext_lazy as _

from forecourt.portal.states import State, Tone

DIRECTORY = {
    "active": State(_("Active"), Tone.OK, "circle-check"),
    "revoked": State(_("Disconnected"), Tone.OFF, "ban"),
}
DIRECTORY_USER = {
    "active": State(_("Active"), Tone.OK, "circle-check"),
    "inactive": State(_("Kept out"), Tone.OFF, "user-off"),
    "deleted": State(_("Deleted there"), Tone.OFF, "trash"),
}
