"""
Running charges as the last meter values left them, so that the next ones need not read them.

Nothing here is trusted: the UPDATE compares the versions of the charge and of its meter; any change, by whomever, gives them another.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from time import monotonic
from typing import NamedTuple

from django.db import transaction

from forecourt.charging.queries.sessions import MeteredCharge, Name, metered_charges

MOST = 20_000
FORGET_AFTER_S = 60.0  # the charge point's power is remembered with it, and is no part of the row

_known: dict[Name, MeteredCharge] = {}
_forget_at = 0.0


def charges_of(names: Iterable[Name]) -> dict[Name, MeteredCharge]:
    """The charges by (station, transaction): as they were remembered, else read and locked in id order."""
    _forget()
    found: dict[Name, MeteredCharge] = {}
    unknown: dict[Name, None] = {}
    for name in names:
        if (charge := _known.get(name)) is not None:
            found[name] = charge
        else:
            unknown[name] = None
    return found | metered_charges(list(unknown)) if unknown else found


class Turned(NamedTuple):
    """What meter values have changed of a charge's own row."""

    id: int
    version: int
    state: str
    is_suspicious: bool
    has_ended: bool
    is_full: bool
    updated_at: datetime


class Written(NamedTuple):
    """What was written of a charge's meter. `at` is of the newest sample, None if it told nothing new."""

    charge: MeteredCharge
    wh: int
    at: datetime | None
    meter_version: int
    turned: Turned | None


def keep(rows: Sequence[Written]) -> None:
    """Remember them, once they are committed."""
    transaction.on_commit(lambda: _keep(rows))


def _keep(rows: Sequence[Written]) -> None:
    for charge, wh, at, meter_version, turned in rows:
        charge.known_wh, charge.meter_version = wh, meter_version
        if turned is not None:
            _, charge.version, charge.state, charge.is_suspicious, charge.has_ended, charge.is_full, charge.updated_at = turned
        if at is not None and at > charge.known_at:
            charge.known_at = at
        _known[charge.station_id, charge.transaction_id] = charge


def _forget() -> None:
    global _forget_at
    now = monotonic()
    if now >= _forget_at or len(_known) > MOST:
        _known.clear()
        _forget_at = now + FORGET_AFTER_S
