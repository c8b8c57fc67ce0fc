"""Statements of the hot paths: what goes in as a list comes out as it was, whatever it holds."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError

from forecourt.kit import statements

pytestmark = pytest.mark.django_db

MOMENT = datetime(2026, 11, 23, 10, 0, 0, 123_456, tzinfo=UTC)
TEXTS = ["", "NULL", "None", "null", 'a"b\\c{},d', "x\n\ty", "æøå", " ", None]


@pytest.mark.parametrize(
    ("type", "values"),
    [
        ("text", TEXTS),
        ("bigint", [1, None, -(2**63), 2**63 - 1]),
        ("timestamptz", [MOMENT, None]),
        ("bool", [True, None, False]),
        ("numeric", [Decimal("12.30"), None]),
        ("bytea", [b"\x00\\\xff", None, b""]),
        ("text", []),
        ("bigint", [None, None]),
    ],
)
def test_a_list_arrives_as_it_was(type: str, values: list[Any]) -> None:
    assert [one for (one,) in statements.fetched(f"SELECT * FROM unnest(%s::{type}[])", [values])] == values


def test_numbers_of_any_size_are_the_same_statement() -> None:
    for number in (1, 40_000, 2**40):
        assert statements.fetched("SELECT id FROM kit_outbox WHERE id = ANY(%s) AND id > %s", [[number], 2**33]) == []


def test_errors_are_djangos(django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        statements.execute("SELECT 1", [])
    with pytest.raises(IntegrityError):
        statements.execute("INSERT INTO kit_outbox (kind) VALUES (NULL)", [])
