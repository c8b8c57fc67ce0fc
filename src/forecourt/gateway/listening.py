"""Hearing PostgreSQL: a session of its own that listens, and comes back when it was lost."""

import asyncio
import contextlib
import logging
import os
from collections.abc import Callable, Mapping
from typing import Any

import psycopg
from django.db import connection

logger = logging.getLogger(__name__)

Hear = Callable[[str], None]
BACK_AFTER_S = 1.0
FINISH_WITHIN_S = 5.0

COMMAND, STATION, LINK = "forecourt_command", "forecourt_station", "forecourt_link"


async def listen(channels: Mapping[str, Hear], *, lost: Callable[[], None]) -> None:
    """
    Listen for ever. Behind a transaction pooler this needs `DATABASE_DIRECT_URL`.

    :param lost: called after each beginning: what was said meanwhile was not heard.
    """
    while True:
        try:
            async with await connected() as heard:
                for channel in channels:
                    await heard.execute(f"LISTEN {channel}")
                lost()
                async for notice in heard.notifies():
                    channels[notice.channel](notice.payload)
        except psycopg.Error as error:
            logger.warning("The listening connection was lost: %s", error)
        except Exception:
            logger.exception("A notice could not be followed.")
        await asyncio.sleep(BACK_AFTER_S)


async def connected() -> "psycopg.AsyncConnection[Any]":
    """
    A session. One that is cancelled halfway is finished and closed first: PostgreSQL waits a minute for a client that
    stopped speaking while it signed in, and everybody who drops a database waits with it.
    """
    connecting = asyncio.ensure_future(psycopg.AsyncConnection.connect(address(), autocommit=True))
    try:
        return await asyncio.shield(connecting)
    except asyncio.CancelledError:
        with contextlib.suppress(psycopg.Error, TimeoutError):
            await (await asyncio.wait_for(connecting, FINISH_WITHIN_S)).close()
        raise


def address() -> str:
    """Of the database, as a session and not through a pooler."""
    if direct := os.environ.get("DATABASE_DIRECT_URL"):
        return direct
    wanted = ("dbname", "user", "password", "host", "port", "sslmode", "sslrootcert", "sslcert", "sslkey")
    given = connection.get_connection_params()
    return psycopg.conninfo.make_conninfo(**{name: given[name] for name in wanted if given.get(name)})


def tell(channel: str, payloads: list[str]) -> None:
    """Notify the other gateways; one statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, payload) FROM unnest(%s::text[]) AS payload", [channel, payloads])
