"""How long a command may wait, which may be repeated, what an answer tells about a configuration."""

from datetime import timedelta
from typing import Any

from forecourt.network.rules.secrets import MASK, is_secret

_MINUTES = {
    "start": 1,
    "unlock": 1,
    "stop": 10,
    "reset": 10,
    "get_configuration": 24 * 60,
    "change_configuration": 24 * 60,
    "change_availability": 30 * 24 * 60,  # it says how the charge point is to be, not what is to happen
}
_OTHERS = 5

# Asking twice leaves a station as asking once: it may be sent again after a gateway died. A start, a stop, a reset or an
# unlocked cable may have had its effect already.
HARMLESS = frozenset({"change_availability", "get_configuration", "change_configuration", "clear_cache", "trigger_message"})


def lifetime(action: str) -> timedelta:
    """How long after the request a command may still be sent (house, "Going out to a station")."""
    return timedelta(minutes=_MINUTES.get(action, _OTHERS))


def is_harmless(action: str) -> bool:
    return action in HARMLESS


def merged_configuration(
    known: dict[str, Any] | None, *, action: str, payload: dict[str, Any], answer: dict[str, Any] | None
) -> dict[str, Any] | None:
    """
    The configuration after an accepted answer, `{key: {"value", "readonly"}}`; None where the answer tells nothing about it.

    Reading all keys replaces what was known; reading some, or changing one, adds to it. Secret values are masked.
    Source: OCPP 1.6 §6.26 and §6.5.
    """
    if action == "change_configuration":
        return {**(known or {}), str(payload["key"]): _entry(payload["key"], payload["value"], is_readonly=False)}
    if action != "get_configuration" or not isinstance((answer or {}).get("configurationKey"), list):
        return None
    told = {
        str(entry["key"]): _entry(entry["key"], entry.get("value"), is_readonly=bool(entry.get("readonly")))
        for entry in (answer or {})["configurationKey"]
        if isinstance(entry, dict) and "key" in entry
    }
    return {**(known or {}), **told} if payload.get("keys") else told


def _entry(key: object, value: object, *, is_readonly: bool) -> dict[str, object]:
    return {"value": MASK if is_secret(key) else value, "readonly": is_readonly}
