"""`forecourt doctor`: is everything as it must be? Each check says what is wrong and what to do."""

from collections.abc import Callable, Iterator
from datetime import timedelta

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from forecourt.gateway.models import GatewayProcess
from forecourt.kit import clock
from forecourt.kit.guards import append_only_tables
from forecourt.kit.models import OutboxRow
from forecourt.ledger import queries as ledger

STALE = timedelta(minutes=2)
OLDEST_SERVER = 160000


def run() -> int:
    """Run every check, print a line for each, and return the exit status: 0 when all is well, 1 when something is not."""
    troubles = 0
    for name, check in CHECKS.items():
        found = list(check())
        troubles += len(found)
        _say(f"{'ok  ' if not found else 'BAD '} {name}")
        for line in found:
            _say(f"     {line}")
    _say("All is well." if not troubles else f"{troubles} problem{'s' if troubles > 1 else ''} found.")
    return 1 if troubles else 0


def _say(line: str) -> None:
    print(line)  # noqa: T201 (it is a command)


def database() -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int, current_setting('server_version')")
        number, version = cursor.fetchone()
    if number < OLDEST_SERVER:
        yield f"PostgreSQL {version} is too old: 16 is the oldest that works."


def migrations() -> Iterator[str]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        yield f"{len(plan)} migrations have not run: run `forecourt migrate`."


def guards() -> Iterator[str]:
    """The product's role may only add to the books. As the owner (in development) this cannot be told, and is said so."""
    with connection.cursor() as cursor:
        for table in append_only_tables():
            cursor.execute(
                "SELECT has_table_privilege(current_user, %s, 'UPDATE') OR has_table_privilege(current_user, %s, 'DELETE')", [table, table]
            )
            if cursor.fetchone()[0]:
                yield f"This role may change {table}: connect as the product's role (DATABASE_URL) and run `forecourt migrate`."


def books() -> Iterator[str]:
    yield from ledger.problems()


def charges() -> Iterator[str]:
    """Every completed charge that delivered energy is settled exactly once, and its totals are those of its lines."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM charging_charge c LEFT JOIN billing_settlement s ON s.charge_id = c.id"
            " WHERE c.state = 'completed' AND c.failed_at IS NULL AND s.charge_id IS NULL"
        )
        unsettled = cursor.fetchone()[0]
        cursor.execute(
            "SELECT count(*) FROM billing_settlement s JOIN charging_charge c ON c.id = s.charge_id"
            " LEFT JOIN (SELECT charge_id, sum(gross_minor) AS gross FROM billing_chargeline WHERE purpose = 'price' GROUP BY 1) l"
            " ON l.charge_id = s.charge_id WHERE s.gross_minor <> coalesce(l.gross, 0) OR c.price_minor IS DISTINCT FROM s.gross_minor"
        )
        different = cursor.fetchone()[0]
    if unsettled:
        yield f"{unsettled} completed charges were never settled."
    if different:
        yield f"{different} charges have a total that is not the sum of their lines."


def outbox() -> Iterator[str]:
    aside = OutboxRow.objects.filter(set_aside_at__isnull=False).count()
    if aside:
        yield f"{aside} events were set aside: look at Platform → Operations."
    late = OutboxRow.objects.filter(set_aside_at=None, created_at__lt=clock.now() - STALE).count()
    if late:
        yield f"{late} events have waited for more than two minutes: does the worker run?"


def gateways() -> Iterator[str]:
    alive = GatewayProcess.objects.filter(stopped_at=None, heartbeat_at__gt=clock.now() - STALE)
    if not alive.exists() and GatewayProcess.objects.exists():
        yield "No gateway is alive: stations cannot connect."


CHECKS: dict[str, Callable[[], Iterator[str]]] = {
    "database": database,
    "migrations": migrations,
    "guards": guards,
    "books in balance": books,
    "charges settled once": charges,
    "outbox": outbox,
    "gateways": gateways,
}
