"""The rows that settling leaves, written by one statement each."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection

from forecourt.billing.rules import Settled
from forecourt.pricing.rules import Line, Tariff

_CLAIM = """
INSERT INTO billing_settlement (charge_id, settled_at, net_minor, vat_minor, gross_minor, currency, is_free)
SELECT charge_id, %s, net, vat, gross, currency, gross = 0
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::text[]) AS w(charge_id, net, vat, gross, currency)
ON CONFLICT (charge_id) DO NOTHING RETURNING charge_id
"""

_LINE_COLUMNS = {
    "charge_id": "bigint", "ordinal": "smallint", "purpose": "text", "kind": "text", "description": "text", "quantity": "numeric",
    "unit": "text", "unit_price": "numeric", "net_minor": "bigint", "vat_minor": "bigint", "gross_minor": "bigint", "currency": "text",
    "vat_rate": "numeric", "is_master": "boolean", "tag_id": "bigint", "from_at": "timestamptz", "until_at": "timestamptz",
}  # fmt: skip
_LINES = f"""
INSERT INTO billing_chargeline ({", ".join(_LINE_COLUMNS)})
SELECT * FROM unnest({", ".join(f"%s::{kind}[]" for kind in _LINE_COLUMNS.values())})
"""  # noqa: S608


def claim(priced: Sequence[Settled], *, at: datetime) -> set[int]:
    """Write the settlements; the charges that nobody had settled before. In charge order."""
    if not priced:
        return set()
    rows = [(one.charge_id, one.net.minor, one.vat.minor, one.gross.minor, one.gross.currency) for one in priced]
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [at, *(list(column) for column in zip(*rows, strict=True))])
        return {id for (id,) in cursor.fetchall()}


def write_lines(settled: Iterable[Settled]) -> None:
    rows = [row for one in settled for row in _rows(one)]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_LINES, [list(column) for column in zip(*rows, strict=True)])


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
