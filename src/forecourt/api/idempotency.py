"""
`Idempotency-Key`: a call that changes something has its effect once, however often and however many at a time it is sent.

The key is the credential's own. It is written in the transaction of the call itself, so that effect and remembered answer are
true together or not at all: a second call waits for the first, then gets its answer (`Idempotent-Replayed: true`). A call
that is refused leaves nothing behind and may be corrected and sent again under its key. Answers are kept for 24 hours.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse

from forecourt.kit.errors import DomainError, Invalid

HEADER, REPLAYED = "Idempotency-Key", "Idempotent-Replayed"
LONGEST = 255
KEPT = timedelta(hours=24)
PARAMETER = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": "^[!-~]+$"},
    "description": "The same key and request have their effect once; the answer is repeated for 24 hours.",
}


class IdempotencyKeyReused(DomainError):
    """The key was used for another request in the last 24 hours."""

    code = "idempotency_key_reused"


def once(
    request: HttpRequest, run: Callable[[], HttpResponse], *, at: Callable[[], datetime], ahead: Callable[[], None] | None = None
) -> HttpResponse:
    """
    The answer of `run`, or the one that this key's first call had. `ahead` comes before `run` and outside its transaction.

    :raises Invalid: for a key that is empty, longer than 255 characters or not printable ASCII.
    :raises IdempotencyKeyReused: if the key belongs to a request with another address or body.
    """
    key = request.headers.get(HEADER)
    consumer: Any = getattr(request, "consumer", None)
    if key is None or consumer is None:
        if ahead:
            ahead()
        return run()
    if not key or len(key) > LONGEST or not all("!" <= character <= "~" for character in key):
        raise Invalid(
            f"{HEADER} must have 1 to {LONGEST} printable ASCII characters.", fields={HEADER: "Use 1 to 255 printable characters."}
        )
    asked = _hash(request)
    if ahead and not _is_known(consumer.credential_id, key):
        ahead()
    with transaction.atomic():
        if not _claim(consumer.credential_id, key, asked, at()):
            return _remembered(consumer.credential_id, key, asked)
        response = run()
        _remember(consumer.credential_id, key, response)
    return response


def _hash(request: HttpRequest) -> bytes:
    return hashlib.sha256(b"\n".join([(request.method or "").encode(), request.get_full_path().encode(), request.body])).digest()


def _claim(credential_id: int, key: str, asked: bytes, at: datetime) -> bool:
    """Whether this is the first call of the key. While another is under way, PostgreSQL lets this one wait."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO api_idempotency_key (credential_id, key, request_hash, created_at) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (credential_id, key) DO NOTHING",
            [credential_id, key, asked, at],
        )
        return bool(cursor.rowcount == 1)


def _is_known(credential_id: int, key: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM api_idempotency_key WHERE credential_id = %s AND key = %s", [credential_id, key])
        return bool(cursor.rowcount)


def _remember(credential_id: int, key: str, response: HttpResponse) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE api_idempotency_key SET status = %s, content_type = %s, body = %s WHERE credential_id = %s AND key = %s",
            [response.status_code, response.headers.get("Content-Type", ""), response.content, credential_id, key],
        )


def _remembered(credential_id: int, key: str, asked: bytes) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT request_hash, status, content_type, body FROM api_idempotency_key WHERE credential_id = %s AND key = %s",
            [credential_id, key],
        )
        request_hash, status, content_type, body = cursor.fetchone()
    if bytes(request_hash) != asked:
        raise IdempotencyKeyReused("This idempotency key was used for another request.")
    response = HttpResponse(bytes(body), status=status, content_type=content_type or None)
    response.headers[REPLAYED] = "true"
    return response


def purge(*, at: datetime) -> None:
    """Forget the answers of more than a day ago."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM api_idempotency_key WHERE created_at < %s", [at - KEPT])
