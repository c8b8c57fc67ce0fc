"""The clock. Only doors read it; everything below is told `at`."""

from datetime import UTC, datetime


def now() -> datetime:
    """The moment, aware, in UTC."""
    return datetime.now(UTC)
