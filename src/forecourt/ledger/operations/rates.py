"""Importing exchange rates."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from django.db import connection
from django.utils.translation import gettext as _

from forecourt.access import Actor
from forecourt.kit.errors import Invalid
from forecourt.kit.operations import operation
from forecourt.places.models import Currency

HEADER = ("base", "quote", "on", "rate")
MOST = Decimal(10) ** 9

_WRITE = """
INSERT INTO ledger_exchangerate (base, quote, "on", rate, source)
SELECT w.*, %s FROM unnest(%s::text[], %s::text[], %s::date[], %s::numeric[]) AS w
ON CONFLICT (base, quote, "on") DO NOTHING RETURNING id
"""
_KNOWN = """
SELECT w.base, w.quote, w.day, r.rate FROM unnest(%s::text[], %s::text[], %s::date[]) AS w(base, quote, day)
JOIN ledger_exchangerate r ON r.base = w.base AND r.quote = w.quote AND r."on" = w.day
"""

Key = tuple[str, str, date]


@dataclass(slots=True)
class ImportReport:
    """What an import did, or would do. `problems` are (line, column, what is wrong)."""

    is_dry_run: bool
    created: int = 0
    updated: int = 0  # always none: a rate that has been published is not changed
    skipped: int = 0
    problems: list[tuple[int, str, str]] = field(default_factory=list)

    @property
    def failed(self) -> int:
        return len({line for line, _column, _says in self.problems})


@operation
def import_rates(*, actor: Actor, text: str, source: str, at: datetime, dry_run: bool = False) -> ImportReport:
    """
    Import rates from CSV with the columns base, quote, on (ISO date) and rate: one unit of base in quote.

    All or nothing: with any problem nothing is written. A rate that is there already is left alone; a different rate for
    the same pair and day is a problem, because transactions may have used it. Repeating an import changes nothing.

    :raises Invalid: if the header is not the one above.
    """
    report = ImportReport(dry_run)
    rates = _parse(text, report)
    known = _known(list(rates))
    for key, (line, rate) in rates.items():
        if key in known and known[key] != rate:
            report.problems.append(
                (line, "rate", _("There is already another rate for this day: %(rate)s.") % {"rate": f"{known[key].normalize():f}"})
            )
    new = {key: rate for key, (_line, rate) in rates.items() if key not in known}
    report.created, report.skipped = len(new), len(rates) - len(new)
    if new and not dry_run and not report.problems:
        _write(new, source)
    return report


def _parse(text: str, report: ImportReport) -> dict[Key, tuple[int, Decimal]]:
    reader = csv.DictReader(io.StringIO(text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")))
    if tuple(name.strip() for name in reader.fieldnames or ()) != HEADER:
        says = _("The first line must be: %(columns)s") % {"columns": ",".join(HEADER)}
        raise Invalid(says, fields={"file": says})
    reader.fieldnames = HEADER
    currencies = set(Currency.objects.values_list("identifier", flat=True))
    rates: dict[Key, tuple[int, Decimal]] = {}
    for row in reader:
        line = reader.line_num
        problems = list(_problems(row, currencies))
        report.problems += [(line, column, says) for column, says in problems]
        if problems:
            continue
        key = (row["base"].strip().upper(), row["quote"].strip().upper(), date.fromisoformat(row["on"].strip()))
        if key in rates:
            report.problems.append((line, "on", _("This pair and day stand on line %(line)s already.") % {"line": rates[key][0]}))
        rates.setdefault(key, (line, Decimal(row["rate"].strip())))
    return rates


def _problems(row: dict[str, str | None], currencies: set[str]) -> Iterator[tuple[str, str]]:
    base, quote, on, rate = ((row.get(column) or "").strip() for column in HEADER)
    for column, value in (("base", base), ("quote", quote)):
        if value.upper() not in currencies:
            yield column, _("“%(text)s” is not a currency (ISO 4217).") % {"text": value}
    if base and base.upper() == quote.upper():
        yield "quote", _("The two currencies are the same.")
    try:
        date.fromisoformat(on)
    except ValueError:
        yield "on", _("“%(text)s” is not a date like 2026-11-22.") % {"text": on}
    try:
        value_ = Decimal(rate)
        if not (value_.is_finite() and 0 < value_ < MOST and value_ == round(value_, 10)):
            yield "rate", _("Enter a number above 0 with at most 10 decimals.")
    except InvalidOperation:
        yield "rate", _("“%(text)s” is not a number. Use a point as the decimal mark.") % {"text": rate}


def _known(keys: list[Key]) -> dict[Key, Decimal]:
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [list(column) for column in zip(*keys, strict=True)])
        return {(base, quote, on): rate for base, quote, on, rate in cursor.fetchall()}


def _write(rates: dict[Key, Decimal], source: str) -> None:
    bases, quotes, days = zip(*rates, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [source, list(bases), list(quotes), list(days), list(rates.values())])
