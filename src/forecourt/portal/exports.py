"""CSV for people: opens in a spreadsheet with the right letters, and no cell of ours is ever run as a formula."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from django.http import StreamingHttpResponse

BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Line:
    """A file that gives back what is written to it, so that `csv.writer` can feed a stream."""

    def write(self, line: str) -> str:
        return line


def csv_response(filename: str, header: Sequence[object], rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    """
    Stream rows as UTF-8 CSV with a byte order mark, for spreadsheets. `rows` may be an iterator over a server-side cursor.

    Text that would start a formula gets a leading apostrophe (OWASP, CSV injection); numbers stay numbers, negative ones too.
    """
    response = StreamingHttpResponse(_lines(header, rows), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _lines(header: Sequence[object], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield BYTE_ORDER_MARK
    yield writer.writerow([guarded(cell) for cell in header])
    for row in rows:
        yield writer.writerow([guarded(cell) for cell in row])


def guarded(cell: object) -> object:
    """The cell as a spreadsheet may have it: text that would start a formula gets an apostrophe."""
    if cell is None or isinstance(cell, (int, Decimal)):
        return cell
    text = str(cell)
    return f"'{text}" if text.startswith(STARTS_FORMULA) else text
