"""Whether somebody may sign in, and what the platform's people did about it, as it is shown."""

from django.utils.translation import gettext_lazy as _

from forecourt.portal.states import State, Tone

SIGN_IN = {
    "open": State(_("May sign in"), Tone.OK, "lock-open"),
    "locked": State(_("Locked"), Tone.BAD, "lock"),
}
INTERVENTION = {
    "sessions_ended": State(_("Signed out everywhere"), Tone.WAIT, "logout"),
    "factors_reset": State(_("Second factors removed"), Tone.WAIT, "shield-off"),
    "locked": State(_("Locked"), Tone.BAD, "lock"),
    "unlocked": State(_("Opened again"), Tone.OK, "lock-open"),
}
