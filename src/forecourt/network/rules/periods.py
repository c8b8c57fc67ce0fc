"""The history of a charge point's states, and the uptime that follows from it."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from forecourt.network.rules.states import Verdict

DOWN = frozenset({"error", "disconnected", "maintenance", "busy-blocked"})
NOT_COUNTED = frozenset({"exempt", "passive"})


@dataclass(frozen=True, slots=True)
class Period:
    """In one state for one cause from `from_at` on; `id` where it is stored."""

    state: str
    cause: str
    from_at: datetime
    id: int | None = None
    is_changed: bool = False


@dataclass(slots=True)
class Turning:
    """The stored open period, if any, and what one batch of reports makes of it."""

    periods: list[Period] = field(default_factory=list)

    def turn(self, verdict: Verdict, at: datetime) -> bool:
        """
        Take on a verdict; whether it was news.

        History runs forward: a moment before the open period's start counts as that start, and a period that would
        be empty is rewritten instead.
        """
        last = self.periods[-1] if self.periods else None
        if last and (last.state, last.cause) == (verdict.state, verdict.cause):
            return False
        if last and at <= last.from_at:
            self.periods[-1] = replace(last, state=verdict.state, cause=verdict.cause, is_changed=True)
        else:
            self.periods.append(Period(verdict.state, verdict.cause, at))
        return True


def uptime(periods: Iterable[tuple[str, datetime, datetime]]) -> Decimal | None:
    """
    The share of counted time, in percent with two decimals, in which a driver could have used the charge point.

    `exempt` and `passive` are not counted; None where nothing is. Periods are (state, from, until), cut to the wanted window.
    """
    up = down = timedelta()
    for state, from_at, until_at in periods:
        if state in NOT_COUNTED:
            continue
        if state in DOWN:
            down += until_at - from_at
        else:
            up += until_at - from_at
    counted = up + down
    if not counted:
        return None
    return (Decimal(up // timedelta(milliseconds=1)) / (counted // timedelta(milliseconds=1)) * 100).quantize(Decimal("0.01"))
