"""What the product's role may, tried as that role."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from forecourt.project import roles
from forecourt.project.embedded import Cluster

Connection = psycopg.Connection[Any]

SCHEMA = """
CREATE TABLE ordinary (id bigserial PRIMARY KEY, word text);
CREATE TABLE book (id bigserial PRIMARY KEY, word text);
CREATE TABLE event (id bigint, at date) PARTITION BY RANGE (at);
CREATE TABLE event_2026 PARTITION OF event FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE django_migrations (id bigserial PRIMARY KEY, app text, name text);
CREATE FUNCTION tidy() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';
INSERT INTO ordinary (word) VALUES ('a'); INSERT INTO book (word) VALUES ('a'); INSERT INTO event VALUES (1, '2026-05-05');
"""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with Cluster(tmp_path_factory.mktemp("installation"), fast=True) as running:
        with psycopg.connect(running.url("owner"), autocommit=True) as connection:
            connection.execute(SCHEMA)
            roles.apply_grants(connection, "forecourt", ["book", "event"])
        yield running


@pytest.fixture
def owner(cluster: Cluster) -> Iterator[Connection]:
    with psycopg.connect(cluster.url("owner"), autocommit=True) as connection:
        yield connection


@pytest.fixture
def product(cluster: Cluster) -> Iterator[Connection]:
    with psycopg.connect(cluster.url("product"), autocommit=True) as connection:
        yield connection


@pytest.mark.parametrize(
    "allowed",
    [
        "INSERT INTO ordinary (word) VALUES ('b')",
        "UPDATE ordinary SET word = 'c'",
        "DELETE FROM ordinary",
        "INSERT INTO book (word) VALUES ('b')",
        "SELECT * FROM book",
        "INSERT INTO event VALUES (2, '2026-05-05')",
        "SELECT tidy()",
        "SELECT * FROM django_migrations",
        "CREATE TEMPORARY TABLE staging (id int)",
    ],
)
def test_the_product_may(product: Connection, allowed: str) -> None:
    product.execute(allowed)


@pytest.mark.parametrize(
    "forbidden",
    [
        "TRUNCATE ordinary",
        "UPDATE book SET word = 'c'",
        "DELETE FROM book",
        "TRUNCATE book",
        "UPDATE event SET id = 3",
        "UPDATE event_2026 SET id = 3",
        "DELETE FROM event_2026",
        "DELETE FROM django_migrations",
        "DROP TABLE ordinary",
        "ALTER TABLE book DISABLE TRIGGER ALL",
        "SELECT setval('book_id_seq', 1)",
        "SET ROLE forecourt_owner",
    ],
)
def test_the_product_may_not(product: Connection, forbidden: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        product.execute(forbidden)


def test_a_partition_made_later_cannot_be_changed_by_the_product(owner: Connection, product: Connection) -> None:
    owner.execute("CREATE TABLE event_2027 PARTITION OF event FOR VALUES FROM ('2027-01-01') TO ('2028-01-01')")
    product.execute("INSERT INTO event VALUES (5, '2027-05-05')")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        product.execute("UPDATE event_2027 SET id = 6")


def test_a_second_time_changes_nothing(owner: Connection) -> None:
    assert roles.apply_grants(owner, "forecourt", ["book", "event"]) == 0


def test_what_was_given_too_much_is_taken_back(owner: Connection) -> None:
    owner.execute("GRANT ALL ON book TO forecourt")
    assert roles.apply_grants(owner, "forecourt", ["book", "event"]) == 1
    assert owner.execute("SELECT has_table_privilege('forecourt', 'book', 'UPDATE')").fetchone() == (False,)


def test_functions_with_the_owners_rights_are_closed_to_others(owner: Connection) -> None:
    assert owner.execute("SELECT has_function_privilege('public', 'tidy()', 'EXECUTE')").fetchone() == (False,)


def test_a_password_is_mended(cluster: Cluster, owner: Connection) -> None:
    roles.ensure_role(owner, "reader", "first")
    roles.ensure_role(owner, "reader", "second")
    address = {"host": "127.0.0.1", "port": cluster.port, "dbname": "postgres", "user": "reader"}
    psycopg.connect(**address, password="second").close()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(**address, password="first")


def test_a_superuser_is_refused_as_the_products_role(owner: Connection) -> None:
    with pytest.raises(roles.RoleError, match="is a superuser"):
        roles.ensure_role(owner, "postgres", "anything")
