"""What follows from what stations report, which inputs are good, how long a command lives. Pure Python."""

from forecourt.network.rules.commands import HARMLESS, is_harmless, lifetime, merged_configuration
from forecourt.network.rules.identities import (
    clean_key_identifier,
    is_identity,
    new_evse_id,
    numbered_identities,
)
from forecourt.network.rules.periods import Period, Turning, uptime
from forecourt.network.rules.secrets import is_secret, without_secrets
from forecourt.network.rules.states import Situation, Verdict, has_cable, public_state

__all__ = [
    "HARMLESS",
    "Period",
    "Situation",
    "Turning",
    "Verdict",
    "clean_key_identifier",
    "has_cable",
    "is_harmless",
    "is_identity",
    "is_secret",
    "lifetime",
    "merged_configuration",
    "new_evse_id",
    "numbered_identities",
    "public_state",
    "uptime",
    "without_secrets",
]
