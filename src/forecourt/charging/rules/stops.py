"""What is believed of a stop that a station reports."""

from dataclasses import dataclass
from datetime import datetime

from forecourt.charging.rules.meters import is_absurd

MOST_WH = 1_000_000  # no vehicle takes more in one charge


@dataclass(frozen=True, slots=True)
class Stop:
    """`meter_stop_wh` is billed, `reported_wh` kept as said."""

    stopped_at: datetime
    meter_stop_wh: int
    reported_wh: int
    is_suspicious: bool


def judge_stop(*, at: datetime, meter_wh: int, started_at: datetime, meter_start_wh: int, meter_last_wh: int | None, max_w: int) -> Stop:
    """
    A meter below the start is kept as reported, billed as zero and flagged; so is a stop before its start. A meter below the
    highest sample, or above what the charge point could have given, is billed as reported and flagged; but more than `MOST_WH` besides is
    a broken register: the highest sample that was believed is billed, else nothing. Source: guarantees.md, section 1 (S#1297: negative
    energy); spec P2.5, "safety rule".
    """
    stopped_at = max(at, started_at)
    last = meter_start_wh if meter_last_wh is None else max(meter_last_wh, meter_start_wh)
    is_too_much = is_absurd(wh=meter_wh - meter_start_wh, seconds=(stopped_at - started_at).total_seconds(), max_w=max_w)
    is_broken = is_too_much and meter_wh - meter_start_wh > MOST_WH
    billed = last if is_broken else max(meter_wh, meter_start_wh)
    return Stop(stopped_at, billed, meter_wh, is_too_much or at < started_at or meter_wh < last)
