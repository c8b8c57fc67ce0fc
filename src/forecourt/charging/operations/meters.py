"""Meter values: the hot path. Few statements per batch whatever its size; plain tuples, no model instances."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from forecourt.charging.intents import MeterIntent, Outcome
from forecourt.charging.operations import remembered
from forecourt.charging.operations.batches import each_alone
from forecourt.charging.operations.limits import Progress, request_stops_at_limits
from forecourt.charging.operations.remembered import Turned, Written
from forecourt.charging.operations.samples import Owned, store_samples, store_signed
from forecourt.charging.queries.sessions import MeteredCharge, metered_charges
from forecourt.charging.queries.sql import fetched, rows
from forecourt.charging.rules import meters
from forecourt.charging.rules.meters import Latest
from forecourt.kit.operations import operation

_NOT_YOURS = Outcome(refused="no such transaction at this station")
_KEPT = Outcome()
SHOWN_EVERY = timedelta(minutes=1)  # a charge that only goes on charging is `updated_at` so often


@operation
def record_meters(intents: Sequence[MeterIntent], *, recorded_at: datetime) -> list[Outcome]:
    """
    Keep meter values and follow the charge: register, power, state of charge, pauses, limits. Each intent alone.

    A transaction of another station is refused and nothing of it is stored. Values without a transaction are kept with the
    charge point. Late and repeated samples are kept but never lower the register; an absurd one is flagged, not believed.
    Source: OCPP 1.6 MeterValues; guarantees.md, section 1.
    """
    return each_alone(lambda batch: _record(batch, recorded_at), intents)


def _record(intents: Sequence[MeterIntent], recorded_at: datetime) -> list[Outcome]:
    charges = remembered.charges_of((intent.station_id, intent.transaction_id) for intent in intents if intent.transaction_id is not None)
    points = _points_without_transaction(intents)
    outcomes: list[Outcome] = []
    owned: list[Owned] = []
    news: dict[int, Change] = {}
    for intent in intents:
        if intent.transaction_id is None:
            owned.append((intent.station_id, points.get((intent.station_id, intent.number)), None, intent.readings))
            outcomes.append(_KEPT)
            continue
        charge = charges.get((intent.station_id, intent.transaction_id))
        if charge is None:
            outcomes.append(_NOT_YOURS)
            continue
        owned.append((intent.station_id, charge.charge_point_id, charge.id, intent.readings))
        change = news.get(charge.id) or news.setdefault(charge.id, Change(charge))
        change.add(meters.latest(intent.readings))
        outcomes.append(change.outcome)
    store_samples(owned, recorded_at=recorded_at)
    store_signed(owned, recorded_at=recorded_at)
    follow(list(news.values()), recorded_at=recorded_at)
    return outcomes


class Change:
    """What the messages of one batch change on one charge."""

    __slots__ = ("at", "charge", "is_absurd", "outcome", "power_w", "said", "soc_percent", "wh", "wh_at")

    def __init__(self, charge: MeteredCharge) -> None:
        self.outcome = Outcome(charge_id=charge.id)
        self.said: list[Latest] = []
        self._begin(charge)

    def _begin(self, charge: MeteredCharge) -> None:
        self.charge = charge
        self.at: datetime | None = None
        self.wh = charge.known_wh
        self.wh_at = charge.known_at
        self.power_w: int | None = None
        self.soc_percent: float | None = None
        self.is_absurd = False

    @property
    def matters(self) -> bool:
        return self.at is not None or self.is_absurd or self.wh != self.charge.known_wh

    def turns(self, recorded_at: datetime) -> bool:
        """Whether it changes the charge's own row too."""
        charge, power_w = self.charge, self.power_w
        if (self.is_absurd and not charge.is_suspicious) or ((self.soc_percent or 0) >= 100 and not charge.is_full):
            return True
        if power_w is not None and ((power_w == 0) != charge.has_ended or charge.state == ("charging" if power_w == 0 else "paused")):
            return True
        return recorded_at - charge.updated_at >= SHOWN_EVERY

    def add(self, said: Latest | None) -> None:
        if said is not None:
            self.said.append(said)
            self._judge(said)

    def judge_again(self, charge: MeteredCharge) -> None:
        """The charge is not what we took it for."""
        self._begin(charge)
        for said in self.said:
            self._judge(said)

    def _judge(self, said: Latest) -> None:
        if self.charge.is_stopped:
            return
        wh, charge = said.register_wh, self.charge
        if wh is not None and wh > self.wh and said.register_at is not None:
            seconds = (said.register_at - self.wh_at).total_seconds()
            if meters.is_absurd(wh=wh - self.wh, seconds=seconds, max_w=charge.max_w):
                self.is_absurd = True
            else:
                self.wh, self.wh_at = wh, max(said.register_at, self.wh_at)
        if said.at >= (self.at or charge.known_at):  # power and charge state of an older sample are history
            self.at = said.at
            self.power_w = said.power_w if said.power_w is not None else self.power_w
            self.soc_percent = said.soc_percent if said.soc_percent is not None else self.soc_percent


_TURN = """
UPDATE charging_charge c SET
  fully_charged_at = CASE WHEN new.soc >= 100 THEN COALESCE(c.fully_charged_at, new.at) ELSE c.fully_charged_at END,
  is_suspicious = c.is_suspicious OR new.is_absurd,
  state = CASE WHEN new.power_w IS NULL OR c.state NOT IN ('charging', 'paused') THEN c.state
               WHEN new.power_w = 0 THEN 'paused' ELSE 'charging' END,
  charging_ended_at = CASE WHEN new.power_w IS NULL THEN c.charging_ended_at
                           WHEN new.power_w = 0 THEN COALESCE(c.charging_ended_at, new.at) END
FROM unnest(%s::bigint[], %s::xid[], %s::timestamptz[], %s::int[], %s::numeric[], %s::bool[])
  AS new(id, version, at, power_w, soc, is_absurd)
WHERE c.id = new.id AND c.xmin = new.version
RETURNING c.id, c.xmin::text::bigint, c.state, c.is_suspicious, c.charging_ended_at IS NOT NULL, c.fully_charged_at IS NOT NULL, c.updated_at
"""
_BEGIN = """
INSERT INTO charging_runningmeter (charge_id, wh, at, power_w, soc_percent)
SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::int[], %s::numeric[])
RETURNING charge_id, xmin::text::bigint
"""
_FOLLOW = """
UPDATE charging_runningmeter m SET
  wh = new.wh, at = GREATEST(m.at, new.at), power_w = COALESCE(new.power_w, m.power_w), soc_percent = COALESCE(new.soc, m.soc_percent)
FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::int[], %s::numeric[], %s::xid[], %s::xid[])
  AS new(id, wh, at, power_w, soc, version, meter_version)
JOIN charging_charge c ON c.id = new.id AND c.xmin = new.version
WHERE m.charge_id = new.id AND m.xmin = new.meter_version
RETURNING m.charge_id, m.xmin::text::bigint
"""


def follow(changes: Iterable[Change], *, recorded_at: datetime) -> None:
    """
    Few statements for all, in id order. Where a charge is not any more as it was remembered, it is read, locked and judged again.

    What was written is locked until the transaction ends.
    """
    changes = sorted((change for change in changes if change.matters), key=_charge_id)
    if others := _write(changes, recorded_at):
        charges = metered_charges([(change.charge.station_id, change.charge.transaction_id) for change in others])
        for change in others:
            change.judge_again(charges[change.charge.station_id, change.charge.transaction_id])
        _write([change for change in others if change.matters], recorded_at)
        changes = [change for change in changes if change.matters]
    limited = [change for change in changes if _has_limit(change.charge)]
    if limited:
        request_stops_at_limits(
            [Progress(change.charge, change.wh, change.soc_percent, change.at or recorded_at) for change in limited], at=recorded_at
        )


def _charge_id(change: Change) -> int:
    return change.charge.id


def _write(changes: Sequence[Change], recorded_at: datetime) -> list[Change]:
    """Those whose charge is of another version; the others are remembered as they are now."""
    turned = _turn([change for change in changes if change.turns(recorded_at)])
    standing = [change for change in changes if change.charge.id in turned or not change.turns(recorded_at)]
    written = _begin([change for change in standing if change.charge.meter_version is None])
    written |= _follow([change for change in standing if change.charge.meter_version is not None], turned)
    remembered.keep(
        [Written(one.charge, one.wh, one.at, written[id], turned.get(id)) for one in standing if (id := one.charge.id) in written]
    )
    return [change for change in changes if change.charge.id not in written]


def _turn(changes: Sequence[Change]) -> dict[int, Turned]:
    """What is seen from outside changes with the charge's own row: state, flags, and once a minute `updated_at`."""
    if not changes:
        return {}
    columns = (
        [change.charge.id for change in changes],
        [change.charge.version for change in changes],
        [change.at for change in changes],
        [change.power_w for change in changes],
        [change.soc_percent for change in changes],
        [change.is_absurd for change in changes],
    )
    return {one.id: one for one in rows(Turned, _TURN, columns)}


def _begin(changes: Sequence[Change]) -> dict[int, int]:
    """The first samples of charges, which are locked: {charge: version of its meter}."""
    return dict(fetched(_BEGIN, _meters(changes))) if changes else {}


def _follow(changes: Sequence[Change], turned: Mapping[int, Turned]) -> dict[int, int]:
    """Those whose charge and meter are as they were remembered, or as `turned` left them: {charge: version of its meter}."""
    if not changes:
        return {}
    versions = [turned[one.charge.id].version if one.charge.id in turned else one.charge.version for one in changes]
    return dict(fetched(_FOLLOW, [*_meters(changes), versions, [one.charge.meter_version for one in changes]]))


def _meters(changes: Sequence[Change]) -> list[list[Any]]:
    return [
        [change.charge.id for change in changes],
        [change.wh for change in changes],
        [change.at or change.charge.known_at for change in changes],
        [change.power_w for change in changes],
        [change.soc_percent for change in changes],
    ]


def _has_limit(charge: MeteredCharge) -> bool:
    return (charge.limit_wh or charge.limit_soc_percent or charge.limit_price_minor) is not None and charge.state != "stopping"


def _points_without_transaction(intents: Sequence[MeterIntent]) -> dict[tuple[int, int], int]:
    pairs = {(intent.station_id, intent.number) for intent in intents if intent.transaction_id is None and intent.number > 0}
    if not pairs:
        return {}
    found = fetched(
        """SELECT station_id, number, id FROM network_chargepoint
           WHERE deleted_at IS NULL AND (station_id, number) IN (SELECT * FROM unnest(%s::bigint[], %s::int[]))""",
        [[station for station, _ in pairs], [number for _, number in pairs]],
    )
    return {(station, number): id for station, number, id in found}
