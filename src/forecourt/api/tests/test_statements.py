"""Prepared statements of a connection: any parameters, columns as psycopg gives them, a bounded number kept."""

from datetime import date

import psycopg
import pytest
from django.db import connection

from forecourt.api import statements
from forecourt.api.rows import read

pytestmark = pytest.mark.django_db


def prepared() -> int:
    return int(read("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'forecourt\\_%%'")[0][0])


def test_a_statement_takes_places_names_lists_null_and_numbers_of_every_size():
    for number in (1, 2**20, 2**40, None):
        assert read("SELECT %s::bigint, %s::text, 7 %% 4", [number, "é"]) == [(number, "é", 3)]
    assert read("SELECT %(a)s = ANY(%(b)s), %(a)s::int", {"a": 2, "b": [1, 2]}) == [(True, 2)]


def test_the_columns_of_a_repeated_statement_are_read_alike():
    for _ in range(2):
        assert read("SELECT DATE '2026-11-23', ARRAY[1, 2], NULL::text, true") == [(date(2026, 11, 23), [1, 2], None, True)]


def test_no_more_than_so_many_statements_are_kept(monkeypatch):
    read("SELECT 0")
    kept = statements._kept[connection.connection]
    for one in kept.values():
        one.forget()
    kept.clear()
    monkeypatch.setattr(statements, "MOST_KEPT", 3)
    for number in range(5):
        assert read(f"SELECT {number}") == [(number,)]
    assert prepared() == 3
    assert read("SELECT 0") == [(0,)]


def test_a_wrong_statement_raises_what_psycopg_would(cast):
    with connection.cursor() as cursor:
        cursor.execute("SAVEPOINT before")
    with pytest.raises(psycopg.errors.DivisionByZero):
        read("SELECT 1 / %s", [0])
    with connection.cursor() as cursor:
        cursor.execute("ROLLBACK TO SAVEPOINT before")
    with pytest.raises(psycopg.errors.UndefinedTable):
        read("SELECT FROM nothing_here")
