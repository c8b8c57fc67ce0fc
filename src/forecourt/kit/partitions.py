"""Making partitions ahead of time and dropping old ones, through the owner's functions."""

from datetime import UTC, datetime, timedelta

from django.db import connection


def make_days(table: str, *, at: datetime, ahead: int = 3) -> None:
    """One partition a day (UTC), for today and the next `ahead` days. Making one that exists changes nothing."""
    today = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    for day in range(ahead + 1):
        _make(table, today + timedelta(days=day), today + timedelta(days=day + 1))


def make_months(table: str, *, at: datetime, back: int = 0, ahead: int = 2) -> None:
    """One partition a month (UTC), from `back` months ago to `ahead` months from now."""
    first = at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    for step in range(-back, ahead + 1):
        _make(table, _month(first, step), _month(first, step + 1))


def drop_before(table: str, *, before: datetime) -> int:
    """Drop the partitions that end at or before this moment; how many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT forecourt_drop_partitions(%s::regclass, %s)", [table, before])
        dropped: int = cursor.fetchone()[0]
    return dropped


def _make(table: str, from_at: datetime, until_at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT forecourt_make_partition(%s::regclass, %s, %s)", [table, from_at, until_at])


def _month(first: datetime, step: int) -> datetime:
    months = first.year * 12 + first.month - 1 + step
    return first.replace(year=months // 12, month=months % 12 + 1)
