"""Rate-limit counters: an UNLOGGED table, keyed by text. Losing it in a crash costs nobody anything."""

from typing import ClassVar

from django.db import models


class RateCounter(models.Model):
    """How many requests `key` made in the window that began at `window`."""

    pk = models.CompositePrimaryKey("key", "window")
    key = models.TextField()
    window = models.DateTimeField()
    count = models.IntegerField()

    class Meta:
        db_table = "api_rate_counter"
        indexes: ClassVar = [models.Index(fields=["window"], name="rate_counter_window")]
