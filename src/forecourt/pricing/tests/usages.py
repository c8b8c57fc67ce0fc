"""Usages and tariffs for tests of the rules: plain builders, and Hypothesis strategies."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from forecourt.pricing import rules

T = datetime(2026, 11, 1, 10, tzinfo=UTC)
VAT = Decimal("0.25")


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def usage(*, wh: int = 30_000, charging: float = 60, idle: float = 0, release: float | None = None) -> rules.Usage:
    """Started at T, charged for `charging` minutes, stopped `idle` later, released `release` minutes after charging ended."""
    ended = T + minutes(charging)
    stopped = ended + minutes(idle)
    released = ended + minutes(release) if release is not None else None
    return usage_of(wh, stopped, ended, released)


def usage_of(wh: int, stopped: datetime, ended: datetime | None, released: datetime | None, started: datetime = T) -> rules.Usage:
    places = max(1, -(-(stopped - started) // timedelta(seconds=300)))
    share, rest = divmod(wh, places)
    buckets = tuple(share + (place < rest) for place in range(places))
    return rules.Usage(started, stopped, ended, released, wh, started, buckets, released is not None)


def tariff(
    *stored: Mapping[str, object],
    currency: str = "DKK",
    included: bool = True,
    vat: Decimal = VAT,
    discounts: tuple[rules.Discount, ...] = (),
) -> rules.Tariff:
    return rules.Tariff(rules.parse_components(stored), currency, included, vat, discounts)


def figures(lines: Iterable[rules.Line]) -> list[tuple[str, str, int, int, int]]:
    """Kind, quantity and the amounts of each line, for exact comparison."""
    return [(line.kind.value, f"{line.quantity.normalize():f}", line.net.minor, line.vat.minor, line.gross.minor) for line in lines]


amounts = st.decimals(min_value=0, max_value=500, places=4)
grace = st.integers(0, 240)
MASTERS = st.one_of(st.builds(rules.EnergyPrice, price=amounts), st.builds(rules.TimePrice, price=amounts))
FEES = st.one_of(
    st.builds(rules.StartingFee, price=amounts),
    st.builds(rules.ChargingFee, price=amounts, after_minutes=grace),
    st.builds(rules.MinuteFee, price=amounts, after_minutes=grace, ends_at_fully_charged=st.booleans(), description=st.text(max_size=20)),
    st.builds(rules.IdleFee, price=amounts, after_minutes=grace, maximum=st.none() | amounts, tag_id=st.none() | st.integers(1, 9)),
    st.builds(rules.Cap, price=amounts),
)
RATES = st.sampled_from([Decimal(0), Decimal("0.19"), Decimal("0.24"), VAT, Decimal("0.255")])


@st.composite
def components(draw):
    return (draw(MASTERS), *draw(st.lists(FEES, max_size=4)))


@st.composite
def tariffs(draw):
    discounts = draw(st.lists(st.builds(rules.Discount, percent=st.decimals(0, 100, places=1)), max_size=2))
    currency = draw(st.sampled_from(["DKK", "ISK", "KWD"]))
    return rules.Tariff(draw(components()), currency, draw(st.booleans()), draw(RATES), tuple(discounts))


@st.composite
def usages(draw):
    charging, idle, after = (timedelta(seconds=draw(st.integers(0, 90_000))) for _ in range(3))
    ended = T + charging
    released = draw(st.sampled_from([None, ended + idle + after]))
    return usage_of(draw(st.integers(0, 150_000)), ended + idle, draw(st.sampled_from([None, ended])), released)
