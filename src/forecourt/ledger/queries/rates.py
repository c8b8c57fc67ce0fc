"""Dated exchange rates."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection
from django.utils.translation import gettext as _

from forecourt.ledger import rules

PIVOT = "EUR"  # the European Central Bank publishes every rate against it

_LATEST = """
SELECT w.base, w.quote, w.day, r.rate, r."on"
FROM unnest(%s::text[], %s::text[], %s::date[]) AS w(base, quote, day)
CROSS JOIN LATERAL (
  SELECT rate, "on" FROM ledger_exchangerate r
  WHERE r.base = w.base AND r.quote = w.quote AND r."on" <= w.day ORDER BY r."on" DESC LIMIT 1
) r
"""


@dataclass(frozen=True, slots=True)
class Rate:
    """One unit of the base in the quote, and the day it was published (the older one, where two were combined)."""

    rate: Decimal
    on: date


Wanted = tuple[str, str, date]


def rate_on(base: str, quote: str, day: date) -> Decimal:
    """
    One unit of `base` in `quote`: the latest rate not after the day.

    :raises RateMissing: if none is known.
    """
    return rates_on([(base, quote, day)])[base, quote, day].rate


def rates_on(wanted: Iterable[Wanted]) -> dict[Wanted, Rate]:
    """
    Many at once, in one query. As imported; else the inverse of the other direction; else through the euro.

    :raises RateMissing: for the first that is not known.
    """
    asked = sorted(set(wanted))
    steps = {step for base, quote, day in asked for step in _steps(base, quote, day) if step[0] != step[1]}
    known = _latest(steps)
    return {(base, quote, day): _rate(known, base, quote, day) for base, quote, day in asked}


def _steps(base: str, quote: str, day: date) -> list[Wanted]:
    pairs = [(base, quote), (base, PIVOT), (PIVOT, quote)]
    return [(left, right, day) for a, b in pairs for left, right in ((a, b), (b, a))]


def _latest(steps: set[Wanted]) -> dict[Wanted, Rate]:
    if not steps:
        return {}
    bases, quotes, days = zip(*sorted(steps), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_LATEST, [list(bases), list(quotes), list(days)])
        return {(base, quote, day): Rate(rate, on) for base, quote, day, rate, on in cursor.fetchall()}


def _rate(known: dict[Wanted, Rate], base: str, quote: str, day: date) -> Rate:
    if found := _either_way(known, base, quote, day):
        return Rate(found.rate.quantize(rules.RATE_PLACES), found.on)
    first, second = _either_way(known, base, PIVOT, day), _either_way(known, PIVOT, quote, day)
    if first and second:
        return Rate((first.rate * second.rate).quantize(rules.RATE_PLACES), min(first.on, second.on))
    raise rules.RateMissing(
        _("There is no exchange rate from %(base)s to %(quote)s on or before %(day)s. Import one.")
        % {"base": base, "quote": quote, "day": day},
        base=base,
        quote=quote,
        day=day,
    )


def _either_way(known: dict[Wanted, Rate], base: str, quote: str, day: date) -> Rate | None:
    if base == quote:
        return Rate(Decimal(1), day)
    if found := known.get((base, quote, day)):
        return found
    backwards = known.get((quote, base, day))
    return Rate(1 / backwards.rate, backwards.on) if backwards else None
