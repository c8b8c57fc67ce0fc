"""Reading the CSV of an import of charge points: text in, rows with values or problems out."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

# Column → whether it is needed for a new charge point. Documented in docs/domains/network.md.
COLUMNS = {
    "name": True,
    "site": False,
    "model": False,
    "type": False,
    "max_kw": False,
    "visibility": False,
    "partner_external_id": False,
    "note": False,
    "meter_id": False,
    "address1": False,
    "zip_code": False,
    "city": False,
    "latitude": False,
    "longitude": False,
    "identity": False,
    "connector": False,
    "price_group": False,
    "roaming_price_group": False,
    "cost_group": False,
    "is_free": False,
    "is_reservable": False,
    "reservation_minutes": False,
}
YES_AND_NO = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
MOST_ROWS = 5_000


class UnreadableTable(ValueError):
    """The file as a whole cannot be used; the argument is a code: `empty`, `columns`, `missing`, `long`, `encoding`."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code, self.detail = code, detail


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: `line` as a spreadsheet counts; `texts` holds only cells that are filled in."""

    line: int
    texts: dict[str, str]


@dataclass(slots=True)
class Report:
    """What an import did, or would do. `problems` are (line, column, says), `stations` identities and passwords of new ones."""

    is_dry_run: bool
    created: int = 0
    updated: int = 0
    skipped: int = 0
    failed: int = 0
    problems: list[tuple[int, str, str]] = field(default_factory=list)
    stations: list[tuple[str, str]] = field(default_factory=list)


def read_table(content: bytes) -> list[TableRow]:
    """
    Rows of a CSV with a header line; comma or semicolon, UTF-8 with or without a mark.

    :raises UnreadableTable: where the file as a whole cannot be used.
    """
    text = _decoded(content)
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text), delimiter=";" if first.count(";") > first.count(",") else ",")
    header = [cell.strip().lower() for cell in next(reader, [])]
    if not any(header):
        raise UnreadableTable("empty")
    if unknown := [name for name in header if name not in COLUMNS]:
        raise UnreadableTable("columns", ", ".join(unknown))
    if missing := [name for name, is_needed in COLUMNS.items() if is_needed and name not in header]:
        raise UnreadableTable("missing", ", ".join(missing))
    rows = list(_rows(reader, header))
    if len(rows) > MOST_ROWS:
        raise UnreadableTable("long", str(MOST_ROWS))
    return rows


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableTable("encoding") from error


def _rows(reader: Any, header: list[str]) -> Iterator[TableRow]:
    for cells in reader:
        texts = {name: cell.strip() for name, cell in zip(header, cells, strict=False) if cell.strip()}
        if texts:
            yield TableRow(reader.line_num, texts)


def watts(text: str) -> int | None:
    """Kilowatts as people write them (`11`, `7.4`, `7,4`) in watts; None if it is no number."""
    try:
        value = Decimal(text.replace(",", ".")) * 1000
        return int(value) if value.is_finite() and abs(value) < 10**10 else None
    except InvalidOperation:
        return None
