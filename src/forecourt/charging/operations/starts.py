"""What stations report as started: hundreds at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from forecourt.charging.events import ChargeStarted
from forecourt.charging.intents import AuthStatus, Outcome, StartIntent
from forecourt.charging.operations import drafts, joining, paying
from forecourt.charging.operations.batches import in_rounds
from forecourt.charging.operations.commands import StopWish, ask_to_stop
from forecourt.charging.operations.drafts import Draft, VatRates
from forecourt.charging.operations.superseding import SUPERSEDED, release_earlier, supersede
from forecourt.charging.operations.telling import AGAIN_AFTER, TurnedAway, tell_refused
from forecourt.charging.queries.holders import Membership, at_point, holders_of, memberships
from forecourt.charging.queries.nestings import Nesting, Nestings, nesting_of, nestings
from forecourt.charging.queries.points import PointRow, points_at
from forecourt.charging.queries.prices import FREE, PriceAsked, is_free, prices_of
from forecourt.charging.queries.remote import late_payers
from forecourt.charging.queries.sessions import OpenCharge, Recorded, open_charges, recorded_starts
from forecourt.charging.rules.authorization import Holder, Refusal, Verdict, judge, status_of
from forecourt.charging.rules.names import new_transaction_id, start_fingerprint
from forecourt.kit.events import announce_all
from forecourt.kit.operations import operation
from forecourt.pricing.queries import Prices

CARD_SOURCE = "cpi-auth-token"
_NO_POINT = Outcome(status=AuthStatus.INVALID, refused="no such charge point at this station")


@operation
def start_charges(intents: Sequence[StartIntent], *, recorded_at: datetime) -> list[Outcome]:
    """
    Start the charges that stations say have started. Each intent alone; the same start, however late repeated, gets the
    same transaction id. A start on a charge point that runs a charge closes that one first.

    A start that may not be is stored all the same, because energy may flow: the answer says Invalid or Blocked, nobody is
    made to pay, it is flagged, and the station is asked to stop. Source: OCPP 1.6 StartTransaction; spec P2.5.
    Beside itself: charge points are locked in id order; the fingerprint and one-running-charge keys are the last word.
    """
    return in_rounds(lambda batch: _start(batch, recorded_at), intents, key=lambda one: (one.station_id, one.number))


@dataclass(slots=True)
class Start:
    """One start on its way. `base`: the charge that it joins (asked for remotely, or reserved)."""

    intent: StartIntent
    fingerprint: bytes
    point: PointRow
    base: OpenCharge | None
    holder: Holder | None
    verdict: Verdict
    id: int = 0
    transaction_id: str = ""
    prices: Prices = FREE
    vat_rate: Decimal = Decimal(0)
    member_id: int | None = None  # of the charge point's team
    nesting: Nesting | None = None  # by which they may charge here, at its price
    overtaken_at: datetime | None = None  # an old start, replayed: when the newer charge began that runs there now

    @property
    def is_free(self) -> bool:
        return is_free(self.prices)

    @property
    def status(self) -> AuthStatus:
        return status_of(self.verdict.refusal)


def _start(intents: Sequence[StartIntent], recorded_at: datetime) -> list[Outcome]:
    points = points_at((one.station_id, one.number) for one in intents)  # locked: two starts on one wait for each other
    fingerprints = [start_fingerprint(one) for one in intents]
    recorded = recorded_starts((one.station_id, print) for one, print in zip(intents, fingerprints, strict=True))
    opened = _by_point(open_charges([point.id for point in points.values()]))
    fresh = [
        (one, print, points[one.station_id, one.number])
        for one, print in zip(intents, fingerprints, strict=True)
        if (one.station_id, one.number) in points and (one.station_id, print) not in recorded
    ]
    starts = _judged(fresh, opened, recorded_at)
    _apply(starts, opened, recorded_at)
    done = {(start.intent.station_id, start.fingerprint): _outcome(start) for start in starts}
    done |= {key: _repeated(row) for key, row in recorded.items()}
    return [done.get((one.station_id, print), _NO_POINT) for one, print in zip(intents, fingerprints, strict=True)]


def _outcome(start: Start) -> Outcome:
    return Outcome(status=start.status, transaction_id=start.transaction_id, charge_id=start.id)


def _repeated(row: Recorded) -> Outcome:
    return Outcome(status=AuthStatus(row.auth_status), transaction_id=row.transaction_id, charge_id=row.id)


def _by_point(charges: Sequence[OpenCharge]) -> dict[int, list[OpenCharge]]:
    found: dict[int, list[OpenCharge]] = {}
    for charge in charges:
        found.setdefault(charge.charge_point_id, []).append(charge)
    return found


def _judged(fresh: Sequence[tuple[StartIntent, bytes, PointRow]], opened: dict[int, list[OpenCharge]], at: datetime) -> list[Start]:
    joining.revive_late(fresh, opened)
    holders = holders_of(one.id_tag for one, _, _ in fresh)
    members = memberships((holder.person_id or 0, point.team_id) for one, _, point in fresh if (holder := holders.get(one.id_tag)))
    nested = nestings((holders.get(one.id_tag), point) for one, _, point in fresh)
    return [_judge(one, print, point, opened.get(point.id, []), holders.get(one.id_tag), members, nested) for one, print, point in fresh]


def _judge(
    one: StartIntent, print: bytes, point: PointRow, here: Sequence[OpenCharge], holder: Holder | None,
    members: dict[tuple[int, int], Membership], nested: Nestings,
) -> Start:  # fmt: skip
    asked = next((charge for charge in here if charge.remote_id_tag == one.id_tag and charge.started_at is None), None)
    if asked:
        return Start(one, print, point, asked, None, Verdict(None))
    reserved = next((charge for charge in here if charge.state == "reserved"), None)
    nesting = nesting_of(holder, point, nested)
    if holder is not None:
        holder = at_point(holder, point, members, is_nested=nesting is not None)
    verdict = judge(holder, point.facts(reserved.payer_team_id if reserved else None), at=one.at)
    base = reserved if reserved and verdict.payer and verdict.payer.id == reserved.payer_team_id else None
    member = members.get((holder.person_id or 0, point.team_id)) if holder else None
    return Start(one, print, point, base, holder, verdict, member_id=member.id if member else None, nesting=nesting)


def _apply(starts: Sequence[Start], opened: dict[int, list[OpenCharge]], recorded_at: datetime) -> None:
    if not starts:
        return
    for start, id in zip(starts, drafts.new_ids(len(starts)), strict=True):
        start.id = start.base.id if start.base else id
        start.transaction_id = start.intent.transaction_id or new_transaction_id()
        start.overtaken_at = _overtaken_at(start, opened.get(start.point.id, []))
    newborn = [start for start in starts if start.base is None]
    _find_prices(newborn)
    moments = [(start.point.id, start.intent.at) for start in starts]
    supersede(moments, opened, recorded_at=recorded_at)
    release_earlier(moments, opened)
    rates = VatRates()
    for start in newborn:
        start.vat_rate = rates.at(start.point, start.intent.at)
    held = _hold(starts, at=recorded_at)  # late: until the commit, everybody else who pays from these wallets waits
    drafts.insert([_draft(start, held, recorded_at) for start in newborn])
    joining.join([start for start in starts if start.base is not None], held, recorded_at=recorded_at)
    announce_all(ChargeStarted(start.id) for start in starts)
    refused = [start for start in starts if start.status is not AuthStatus.ACCEPTED]
    ask_to_stop([StopWish(one.id, one.intent.station_id, one.point.id, one.transaction_id) for one in refused], at=recorded_at)
    tell_refused(_turned_away(refused, recorded_at), at=recorded_at)


def _turned_away(refused: Sequence[Start], at: datetime) -> Iterator[TurnedAway]:
    """The drivers of starts that were refused just now; one that is replayed later is told by its charge alone."""
    for start in refused:
        person_id, refusal = start.holder.person_id if start.holder else None, start.verdict.refusal
        if person_id is not None and refusal is not None and at - start.intent.at < AGAIN_AFTER:
            yield TurnedAway(person_id, start.point.id, refusal)


def _find_prices(newborn: Sequence[Start]) -> None:
    asked = [PriceAsked(start.point, start.holder.person_id if start.holder else None, start.nesting, start.intent.at) for start in newborn]
    for start, prices in zip(newborn, prices_of(asked), strict=True):
        start.prices = prices


def _overtaken_at(start: Start, here: Sequence[OpenCharge]) -> datetime | None:
    newer = (charge.started_at for charge in here if charge.started_at and charge.is_running and charge.started_at > start.intent.at)
    return next(newer, None)


def _hold(starts: Sequence[Start], *, at: datetime) -> dict[int, int]:
    """
    Hold money where the payer pays in advance: for new charges, and again for those that were given up. A payer without it
    is blocked, and stays the payer of what is delivered (spec P2.5).
    """
    claims = [
        paying.Claim(start.id, payer.id, payer.currency)
        for start in starts
        if start.base is None and (payer := start.verdict.payer) is not None and payer.needs_funds and not start.is_free
    ]
    late = late_payers([start.base.id for start in starts if start.base is not None and start.base.is_given_up])
    claims += [paying.Claim(*one, is_late=True) for one in late]
    held = paying.hold(claims, at=at)
    lacking = {claim.charge_id for claim in claims} - held.keys()
    for start in starts:
        if start.id in lacking:
            start.verdict = Verdict(Refusal.INSUFFICIENT_FUNDS, start.verdict.payer)
    return held


def _draft(start: Start, held: dict[int, int], recorded_at: datetime) -> Draft:
    one, point = start.intent, start.point
    draft = drafts.draft_at(point, id=start.id, state="charging")
    draft.paid_by(start.verdict.payer, owner_operator_id=point.operator_id)
    draft.held_by(start.holder)
    draft.member_id = start.member_id
    draft.priced_by(start.prices)
    draft.start_source, draft.auth_status, draft.vat_rate = CARD_SOURCE, start.status.value, start.vat_rate
    if start.holder is None:
        draft.auth_type, draft.auth_id = "rfid", one.id_tag
    draft.transaction_id, draft.start_fingerprint = start.transaction_id, start.fingerprint
    draft.started_at = one.at
    draft.meter_start_wh = one.meter_wh
    draft.cable_plugged_in_at = plugged_in_at(point, one.at)
    draft.payment_method = paying.payment_method(start.verdict.payer, is_free=start.is_free)
    draft.held_minor = held.get(start.id, 0)
    if start.verdict.refusal:
        draft.failure_reason, draft.is_suspicious = start.verdict.refusal.value, True
    if ended := start.overtaken_at:  # what runs now is not its victim
        draft.state, draft.stopped_at, draft.released_at, draft.stop_reason = "stopped", ended, ended, SUPERSEDED
        draft.stop_recorded_at, draft.meter_stop_wh = recorded_at, one.meter_wh
    return draft


def plugged_in_at(point: PointRow, started_at: datetime) -> datetime:
    """When the station said Preparing, if it said so last and before; else the start."""
    reported = point.ocpp_status_at if point.ocpp_status == "Preparing" else None
    return min(reported, started_at) if reported else started_at
