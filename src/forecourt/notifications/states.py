"""The states of an e-mail as people see them."""

from django.utils.translation import gettext_lazy as _

from forecourt.portal.states import State, Tone

EMAIL = {
    "waiting": State(_("Waiting"), Tone.WAIT, "hourglass"),
    "sent": State(_("Sent"), Tone.OK, "send"),
    "kept": State(_("Kept"), Tone.OFF, "inbox"),
    "failed": State(_("Failed"), Tone.BAD, "circle-x"),
}
