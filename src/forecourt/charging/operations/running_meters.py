"""What the meters of running charges said last (`RunningMeter`): written by the hot path, taken away by the stop."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from forecourt.charging.queries.sql import rows


class LastReading(NamedTuple):
    """Watt-hours, the newest sample's time, percent."""

    charge_id: int
    wh: int
    at: datetime
    soc_percent: Decimal | None


def taken_meters(charge_ids: Sequence[int]) -> dict[int, LastReading]:
    """
    What they said last, by charge; the rows are gone: a charge that has stopped has its own last word. Called with the
    charges' rows locked.
    """
    found = rows(
        LastReading,
        "DELETE FROM charging_runningmeter WHERE charge_id = ANY(%s) RETURNING charge_id, wh, at, soc_percent",
        [sorted(charge_ids)],
    )
    return {one.charge_id: one for one in found}
