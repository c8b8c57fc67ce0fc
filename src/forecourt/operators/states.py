"""The states of an operator's people as they are shown (spec §3)."""

from django.utils.translation import gettext_lazy as _

from forecourt.portal.states import State, Tone

MEMBER = {
    "accepted": State(_("Member"), Tone.OK, "circle-check"),
    "invited": State(_("Invited"), Tone.WAIT, "mail"),
    "rejected": State(_("Declined"), Tone.OFF, "circle-x"),
    "expired": State(_("Expired"), Tone.OFF, "clock"),
    "blocked": State(_("Blocked"), Tone.BAD, "ban"),
}
