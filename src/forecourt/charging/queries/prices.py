"""What charges at these points cost those who want to start there."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from forecourt.charging.queries.nestings import Nesting
from forecourt.charging.queries.points import PointRow
from forecourt.pricing.queries import PriceRequest, Prices, prices_at_start

FREE = Prices(None, None)


class PriceAsked(NamedTuple):
    """Who starts where and when; `nesting` is the nested team's relation by which they may, `forced_group_id` the price somebody chose."""

    point: PointRow
    person_id: int | None
    nesting: Nesting | None
    at: datetime
    forced_group_id: int | None = None


def prices_of(asked: Sequence[PriceAsked]) -> list[Prices]:
    """In the order of asking. A charge point that is marked free has no price, unless one is forced; its cost is tracked all the same."""
    found = prices_at_start([_request(one) for one in asked]) if asked else []
    return [
        prices._replace(price=None) if one.point.is_free and one.forced_group_id is None else prices
        for one, prices in zip(asked, found, strict=True)
    ]


def is_free(prices: Prices) -> bool:
    """Nothing is to be paid: no price, or a price of 0."""
    return prices.price is None or prices.price.is_free


def _request(asked: PriceAsked) -> PriceRequest:
    point = asked.point
    return PriceRequest(
        public_group_id=point.price_group_id,
        team_id=point.team_id,
        person_id=asked.person_id,
        at=asked.at,
        forced_group_id=asked.forced_group_id,
        nested_group_id=asked.nesting.price_group_id if asked.nesting else None,
        cost_group_id=point.cost_group_id,
    )
