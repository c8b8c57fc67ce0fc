"""Answering a station that asks whether a key may charge."""

from collections.abc import Sequence, Set
from datetime import datetime
from typing import NamedTuple

from forecourt.charging.intents import AuthorizeIntent, AuthStatus, Outcome
from forecourt.charging.operations.batches import each_alone
from forecourt.charging.operations.paying import have_funds
from forecourt.charging.operations.telling import TurnedAway, tell_refused
from forecourt.charging.queries.holders import Membership, at_point, holders_of, memberships
from forecourt.charging.queries.nestings import Nestings, nesting_of, nestings
from forecourt.charging.queries.points import PointRow, points_of_stations
from forecourt.charging.queries.prices import PriceAsked, is_free, prices_of
from forecourt.charging.queries.remote import waiting_remote_tags
from forecourt.charging.rules.authorization import Holder, Refusal, TeamFacts, Verdict, judge, status_of
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
    options = [_options(holder, places, members, nested, at) for _, holder, places in judged]
    funded = have_funds(payer for some in options for option in some if (payer := option.payer_in_advance))
    poor = [option.asked for some in options for option in some if (payer := option.payer_in_advance) and payer.id not in funded]
    free = {one for one, prices in zip(poor, prices_of(poor), strict=True) if is_free(prices)}
    refusals = [
        None if (one.station_id, one.id_tag) in remote else _kindest(holder, some, free, funded)
        for (one, holder, _), some in zip(judged, options, strict=True)
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


class _Option(NamedTuple):
    """One charge point of the station that the key could charge at."""

    verdict: Verdict
    asked: PriceAsked

    @property
    def payer_in_advance(self) -> TeamFacts | None:
        payer = self.verdict.payer
        return payer if payer is not None and payer.needs_funds else None


def _options(
    holder: Holder | None, points: Sequence[PointRow], members: dict[tuple[int, int], Membership], nested: Nestings, at: datetime
) -> list[_Option]:
    if holder is None:
        return []
    nestings = [nesting_of(holder, point, nested) for point in points]
    return [
        _Option(
            judge(at_point(holder, point, members, is_nested=nesting is not None), point.facts(), at=at),
            PriceAsked(point, holder.person_id, nesting, at),
        )
        for point, nesting in zip(points, nestings, strict=True)
    ]


def _kindest(holder: Holder | None, options: Sequence[_Option], free: Set[PriceAsked], funded: Set[int]) -> Refusal | None:
    """The kindest answer over a station's charge points: yes, else that money is lacking, else the first one's reason."""
    if holder is None or not options:
        return Refusal.UNKNOWN_KEY if holder is None else Refusal.NO_CHARGE_POINT
    refusals = [_refusal(option, free, funded) for option in options]
    if None in refusals:
        return None
    return Refusal.INSUFFICIENT_FUNDS if Refusal.INSUFFICIENT_FUNDS in refusals else refusals[0]


def _refusal(option: _Option, free: Set[PriceAsked], funded: Set[int]) -> Refusal | None:
    payer = option.payer_in_advance
    if payer is None or payer.id in funded or option.asked in free:
        return option.verdict.refusal
    return Refusal.INSUFFICIENT_FUNDS
