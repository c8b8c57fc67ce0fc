"""The gateway's settings: environment variables, read once. Each is described in docs/domains/gateway.md."""

import os
from dataclasses import dataclass


def _number(name: str, default: int) -> int:
    """:raises ValueError: if the setting is no whole number; the command line turns it into one clear line."""
    text = os.environ.get(name) or str(default)
    if not text.isdecimal():
        raise ValueError(f"{name} must be a whole number, not “{text}”")
    return int(text)


def _flag(name: str) -> bool:
    return os.environ.get(name, "").lower() in ("1", "true", "yes", "on")


@dataclass(slots=True)
class Config:
    """Lengths are bytes, times seconds unless they say otherwise."""

    bind: str = os.environ.get("FORECOURT_BIND", "127.0.0.1")
    port: int = _number("FORECOURT_OCPP_PORT", 9000)
    is_behind_proxy: bool = _flag("FORECOURT_BEHIND_PROXY")
    metrics_bind: str = os.environ.get("FORECOURT_OCPP_METRICS_BIND", "127.0.0.1")
    metrics_port: int | None = _number("FORECOURT_OCPP_METRICS_PORT", 0) or None  # None: no metrics
    tls_certificate: str = os.environ.get("FORECOURT_OCPP_TLS_CERT", "")
    tls_key: str = os.environ.get("FORECOURT_OCPP_TLS_KEY", "")
    allows_unauthenticated: bool = _flag("FORECOURT_OCPP_ALLOW_UNAUTHENTICATED")
    heartbeat_interval_s: int = _number("FORECOURT_OCPP_HEARTBEAT_SECONDS", 300)
    largest_frame: int = _number("FORECOURT_OCPP_LARGEST_FRAME", 65_536)
    messages_per_second: int = _number("FORECOURT_OCPP_MESSAGES_PER_SECOND", 200)  # of one station, lasting
    burst: int = _number("FORECOURT_OCPP_BURST", 1_000)  # messages of one station at once
    ping_after_s: int = _number("FORECOURT_OCPP_PING_SECONDS", 60)  # of silence; after twice that a peer is dead
    call_timeout_s: int = _number("FORECOURT_OCPP_CALL_TIMEOUT", 30)
    repeat_minutes: int = _number("FORECOURT_OCPP_REPEAT_MINUTES", 60)  # how long a repeated message is recognised
    refused_days: int = _number("FORECOURT_OCPP_REFUSED_DAYS", 90)
    collect_ms: int = _number("FORECOURT_OCPP_COLLECT_MS", 4)
    threads: int = _number("FORECOURT_OCPP_THREADS", 1)  # database connections that commit; two batches cost more than one of their size


CONFIG = Config()
