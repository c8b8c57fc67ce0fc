"""`forecourt rotate-keys`: write anew, under the newest key, what an older one wrote."""

import base64
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import connection, transaction
from psycopg import sql

from forecourt.kit import registries, secrets
from forecourt.kit.registries import EncryptedColumn
from forecourt.teams.adapter import AUTHENTICATOR

AT_ONCE = 500
AUTHENTICATOR_SECRETS = ("secret", "seed", "migrated_codes")


def rotate() -> int:
    """
    How many values were written anew. Safe while the product runs, and to stop and run again: each value is locked,
    read and written in a transaction of its batch; what the newest key wrote is left alone.

    :raises CannotDecrypt: for a value that none of the keys fits.
    """
    return sum(_rotate(column) for column in registries.encrypted_columns) + _rotate_authenticators()


def _rotate_authenticators() -> int:
    """Second factors are allauth's: base64 of the ciphertext, within JSON. A passkey has no secret here."""
    written = 0
    for pk in Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN).order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            row = Authenticator.objects.select_for_update().filter(pk=pk).first()
            old = row.data if row else {}
            new = {name: _rewritten(value) if name in AUTHENTICATOR_SECRETS else value for name, value in old.items()}
            if row and new != old:
                row.data = new
                row.save(update_fields=["data"])
                written += 1
    return written


def _rewritten(value: Any) -> Any:
    if isinstance(value, list):
        return [_rewritten(one) for one in value]
    stored = base64.b64decode(value)
    if secrets.is_of_newest_key(stored):
        return value
    return base64.b64encode(secrets.encrypt(secrets.decrypt(stored, purpose=AUTHENTICATOR), purpose=AUTHENTICATOR)).decode()


def _rotate(column: EncryptedColumn) -> int:
    written, after = 0, None
    while True:
        with transaction.atomic():
            rows = _next(column, after)
            for key, value in rows:
                if not secrets.is_of_newest_key(bytes(value)):
                    _write(column, key, secrets.encrypt(secrets.decrypt(bytes(value), purpose=column.purpose), purpose=column.purpose))
                    written += 1
        if len(rows) < AT_ONCE:
            return written
        after = rows[-1][0]


def _next(column: EncryptedColumn, after: Any) -> list[tuple[Any, bytes]]:
    query = sql.SQL("SELECT {key}, {value} FROM {table} WHERE {value} IS NOT NULL {after} ORDER BY {key} LIMIT {limit} FOR UPDATE").format(
        key=sql.Identifier(column.key),
        value=sql.Identifier(column.column),
        table=sql.Identifier(column.table),
        after=sql.SQL("AND {} > {}").format(sql.Identifier(column.key), sql.Literal(after)) if after is not None else sql.SQL(""),
        limit=sql.Literal(AT_ONCE),
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def _write(column: EncryptedColumn, key: Any, value: bytes) -> None:
    query = sql.SQL("UPDATE {} SET {} = %s WHERE {} = %s").format(*map(sql.Identifier, (column.table, column.column, column.key)))
    with connection.cursor() as cursor:
        cursor.execute(query, [value, key])
