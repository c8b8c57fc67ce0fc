"""Compact JSON: datetimes as RFC 3339 with `Z`, decimals as exact numbers, nulls present."""

from typing import Any

import msgspec
from django.http import HttpResponse

_encoder = msgspec.json.Encoder(decimal_format="number")
JSON = "application/json"


def encoded(content: Any) -> bytes:
    """Nothing for None."""
    return b"" if content is None else _encoder.encode(content)


def reply(content: Any, *, status: int = 200) -> HttpResponse:
    """A JSON response; without content an empty one."""
    body = encoded(content)
    return HttpResponse(body, status=status, headers={"Content-Type": JSON, "Content-Length": str(len(body))})
