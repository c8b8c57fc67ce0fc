"""
The test suite's PostgreSQL: one embedded cluster for the run, one database per worker, copied from a migrated template.

`FORECOURT_TEST_DATABASE_URL` (a superuser's) uses a server that already runs; its templates are kept between runs.
"""

import gc
import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from hypothesis import settings as examples
from psycopg import sql

if TYPE_CHECKING:
    from pytest_django.plugin import DjangoDbBlocker
    from tests.cast import Cast

HERE = Path(__file__).parent
_URL = "FORECOURT_TEST_DATABASE_URL"


def pytest_configure(config: pytest.Config) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forecourt.project.settings")
    os.environ.setdefault("FORECOURT_SECRET_KEY", "test")
    os.environ.setdefault("FORECOURT_DESIGN", "1")
    examples.register_profile("any machine", deadline=None)  # how fast something is, benchmarks say
    examples.load_profile("any machine")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's loop lives in the thread of the tests that use it
    if _URL not in os.environ:  # workers of xdist inherit it
        _start_cluster(config)
    os.environ["DATABASE_URL"] = os.environ[_URL]
    import django

    django.setup()
    gc.collect()
    gc.freeze()  # half a million objects that live as long as the tests: nothing to look through again and again
    gc.set_threshold(50_000, 20, 50)
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # the cast signs in a lot


def _start_cluster(config: pytest.Config) -> None:
    from forecourt.project.embedded import Cluster

    folder = tempfile.TemporaryDirectory(prefix="fc-test-", ignore_cleanup_errors=True)
    cluster = Cluster(Path(folder.name) / "data", fast=True).start()
    os.environ[_URL] = cluster.url("superuser", "postgres")
    config.add_cleanup(folder.cleanup)
    config.add_cleanup(cluster.stop)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A group is one worker's alone: the large ones begin first, so that no worker waits for another's at the end."""
    items.sort(key=lambda item: item.get_closest_marker("xdist_group") is None)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One more than the machine has cores, because tests also wait; the slow ones run whole products, which need the cores."""
    return (os.cpu_count() or 2) + int(config.option.markexpr == "not slow")


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: "DjangoDbBlocker") -> Iterator[None]:
    """A database of this worker's own, copied from the template that matches the migrations."""
    from django.conf import settings
    from django.db import connections

    server = os.environ[_URL]
    name = f"test_{os.getpid()}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    with django_db_blocker.unblock():
        template = _template(server)
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
        settings.DATABASES["default"]["NAME"] = connections["default"].settings_dict["NAME"] = name
        connections["default"].close()
    yield
    with django_db_blocker.unblock():
        connections.close_all()
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _template(server: str) -> str:
    """The name of the migrated database for today's migrations; made once, under a lock."""
    name = f"template_{_migrations_hash()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(hashtext('forecourt-test-template'))")
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return name
        making = f"{name}_making"
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(making)))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(making)))
        _migrate(making)
        connection.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(making), sql.Identifier(name)))
    return name


def _migrate(database: str) -> None:
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection, connections

    from forecourt.project.roles import apply_grants

    settings.DATABASES["default"]["NAME"] = connections["default"].settings_dict["NAME"] = database
    connections["default"].close()
    call_command("migrate", verbosity=0, skip_checks=True)
    connection.ensure_connection()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = 'forecourt'")
        if cursor.fetchone() is None:
            cursor.execute("CREATE ROLE forecourt LOGIN")
    apply_grants(connection.connection, "forecourt")
    connection.connection.commit()
    connection.close()


def _migrations_hash() -> str:
    digest = hashlib.sha256()
    sources = [*HERE.glob("src/forecourt/*/migrations/*"), HERE / "src/forecourt/kit/guards.py", *HERE.glob("src/forecourt/audit/*sql.py")]
    for path in sorted(path for path in sources if path.is_file() and path.suffix in (".py", ".csv", ".sql")):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


@pytest.fixture
def as_product_role(db: None) -> None:
    """From here to the test's end (and rollback), speak as the product's own role: it owns nothing and may only add to the books."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE forecourt")


@pytest.fixture
def cast(db: None) -> "Cast":
    """The people and places of `tests/cast.py`."""
    from tests.cast import assemble

    return assemble()


@pytest.fixture
def own_database(django_db_setup: None, django_db_blocker: "DjangoDbBlocker") -> Iterator[str]:
    """
    A fresh copy of the migrated database for a test with real commits and threads; its URL. Dropped afterwards.

    Django's connection points there for the time of the test. Do not mark the test with `django_db`.
    """
    from django.conf import settings
    from django.db import connections

    server, name = os.environ[_URL], f"own_{os.getpid()}_{os.urandom(4).hex()}"
    before = settings.DATABASES["default"]["NAME"]
    with django_db_blocker.unblock():
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(_template(server))))
        connections.close_all()
        settings.DATABASES["default"]["NAME"] = connections["default"].settings_dict["NAME"] = name
        try:
            yield server.rsplit("/", 1)[0] + f"/{name}"
        finally:
            connections.close_all()
            settings.DATABASES["default"]["NAME"] = connections["default"].settings_dict["NAME"] = before
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
