from collections.abc import Iterator, Sequence
from decimal import Decimal

import pytest

from forecourt.portal.pages import csv_response


def lines(header: Sequence[object], *rows: Sequence[object]) -> list[str]:
    return b"".join(csv_response("charges.csv", header, rows)).decode("utf-8-sig").split("\r\n")[:-1]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t"])
def test_text_that_would_start_a_formula_gets_an_apostrophe(start):
    assert lines(["name"], [f"{start}SUM(A1)"])[1] == f"'{start}SUM(A1)"


def test_the_header_is_guarded_too():
    assert lines(["=A1"]) == ["'=A1"]


def test_numbers_stay_numbers():
    assert lines(["a", "b", "c"], [-5, Decimal("-1.50"), None])[1] == "-5,-1.50,"


def test_it_starts_with_a_byte_order_mark_and_is_a_download():
    response = csv_response("charges.csv", ["Navn"], [["Søren, A"]])
    assert b"".join(response) == '\N{ZERO WIDTH NO-BREAK SPACE}Navn\r\n"Søren, A"\r\n'.encode()
    assert response.headers["Content-Disposition"] == 'attachment; filename="charges.csv"'


def test_rows_are_taken_one_by_one():
    taken = []

    def rows() -> Iterator[tuple[int]]:
        for n in range(3):
            taken.append(n)
            yield (n,)

    stream = iter(csv_response("x.csv", ["n"], rows()))
    next(stream), next(stream), next(stream)
    assert taken == [0]
