"""The rows that settling leaves, written in one go each."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection

from forecourt.billing.rules import Settled
from forecourt.ledger.operations.copying import copy_rows
from forecourt.pricing.rules import Line, Tariff

_CLAIM = """
INSERT INTO billing_settlement (charge_id, settled_at, net_minor, vat_minor, gross_minor, currency, is_free)
SELECT charge_id, %s, net, vat, gross, currency, gross = 0
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::text[]) AS w(charge_id, net, vat, gross, currency)
ON CONFLICT (charge_id) DO NOTHING RETURNING charge_id
"""

_LINE = (
    "charge_id", "ordinal", "purpose", "kind", "description", "quantity", "unit", "unit_price", "net_minor", "vat_minor", "gross_minor",
    "currency", "vat_rate", "is_master", "tag_id", "from_at", "until_at",
)  # fmt: skip  # in the order of `_row`


def claim(priced: Sequence[Settled], *, at: datetime) -> set[int]:
    """Write the settlements; the charges that nobody had settled before. In charge order."""
    if not priced:
        return set()
    rows = [(one.charge_id, one.net.minor, one.vat.minor, one.gross.minor, one.gross.currency) for one in priced]
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [at, *(list(column) for column in zip(*rows, strict=True))])
        return {id for (id,) in cursor.fetchall()}


def write_lines(settled: Iterable[Settled]) -> None:
    copy_rows("billing_chargeline", _LINE, (row for one in settled for row in _rows(one)))


def _rows(settled: Settled) -> Iterable[tuple[object, ...]]:
    for purpose, lines, tariff in (("price", settled.lines, settled.tariff), ("cost", settled.cost_lines, settled.cost_tariff)):
        if tariff:
            yield from (_row(settled.charge_id, number, purpose, line, tariff) for number, line in enumerate(lines, start=1))


def _row(charge_id: int, ordinal: int, purpose: str, line: Line, tariff: Tariff) -> tuple[object, ...]:
    return (
        charge_id, ordinal, purpose, line.kind.value, line.description, line.quantity, line.unit.value, line.unit_price,
        line.net.minor, line.vat.minor, line.gross.minor, line.gross.currency, tariff.vat_rate, line.is_master, line.tag_id,
        line.from_at, line.until_at,
    )  # fmt: skip
