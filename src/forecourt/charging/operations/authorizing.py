"""Answering a station that asks whether a key may charge."""

from collections.abc import Sequence
from datetime import datetime

from forecourt.charging.intents import AuthorizeIntent, AuthStatus, Outcome
from forecourt.charging.operations.batches import each_alone
from forecourt.charging.operations.paying import have_funds
from forecourt.charging.operations.telling import TurnedAway, tell_refused
from forecourt.charging.queries.holders import Membership, at_point, holders_of, memberships
from forecourt.charging.queries.nestings import Nestings, nesting_of, nestings
from forecourt.charging.queries.points import PointRow, points_of_stations
from forecourt.charging.queries.remote import waiting_remote_tags
from forecourt.charging.rules.authorization import Holder, Refusal, Verdict, judge, status_of
from forecourt.charging.rules.names import REMOTE_PREFIX
from forecourt.kit.operations import operation

_ACCEPTED = Outcome(status=AuthStatus.ACCEPTED)


@operation
def authorize(intents: Sequence[AuthorizeIntent], *, recorded_at: datetime) -> list[Outcome]:
    """
    Say whether each key may charge at its station. Nothing is held: that is the start's. A driver who is refused is told why.

    A station with several charge points accepts a key that may use one of them; the start is judged again, for its own.
    A tag of our own that the station was asked to start with is accepted. Source: OCPP 1.6 Authorize; spec P2.1, P2.4.
    """
    return each_alone(lambda batch: _judge(batch, recorded_at), intents)


def _judge(intents: Sequence[AuthorizeIntent], at: datetime) -> list[Outcome]:
    remote = waiting_remote_tags([(one.station_id, one.id_tag) for one in intents if one.id_tag.startswith(REMOTE_PREFIX)])
    holders = holders_of(one.id_tag for one in intents)
    points = points_of_stations([one.station_id for one in intents])
    members = memberships(
        (holders[one.id_tag].person_id or 0, point.team_id)
        for one in intents
        if one.id_tag in holders
        for point in points.get(one.station_id, [])
    )
    nested = nestings((holders.get(one.id_tag), point) for one in intents for point in points.get(one.station_id, []))
    judged = [(one, holders.get(one.id_tag), points.get(one.station_id, [])) for one in intents]
    verdicts = [best(holder, places, members, nested, at) for _, holder, places in judged]
    funded = have_funds(verdict.payer for verdict, _ in verdicts if verdict.payer and verdict.payer.needs_funds)
    refusals = [
        None if (one.station_id, one.id_tag) in remote else _with_funds(verdict, is_free, funded)
        for one, (verdict, is_free) in zip(intents, verdicts, strict=True)
    ]
    tell_refused(
        (
            TurnedAway(holder.person_id, places[0].id, refusal)
            for (_one, holder, places), refusal in zip(judged, refusals, strict=True)
            if refusal is not None and holder is not None and holder.person_id is not None and places
        ),
        at=at,
    )
    return [_ACCEPTED if refusal is None else Outcome(status=status_of(refusal)) for refusal in refusals]


def best(
    holder: Holder | None, points: Sequence[PointRow], members: dict[tuple[int, int], Membership], nested: Nestings, at: datetime
) -> tuple[Verdict, bool]:
    """The kindest verdict over a station's charge points, and whether that one is free."""
    if holder is None or not points:
        return Verdict(Refusal.UNKNOWN_KEY if holder is None else Refusal.NO_CHARGE_POINT), False
    known = [(at_point(holder, point, members, is_nested=nesting_of(holder, point, nested) is not None), point) for point in points]
    verdicts = [(judge(one, point.facts(), at=at), point.is_free) for one, point in known]
    return min(verdicts, key=lambda one: (one[0].refusal is not None, not one[1]))


def _with_funds(verdict: Verdict, is_free: bool, funded: set[int]) -> Refusal | None:
    payer = verdict.payer
    lacks = payer is not None and payer.needs_funds and not is_free and payer.id not in funded
    return Refusal.INSUFFICIENT_FUNDS if verdict.refusal is None and lacks else verdict.refusal
