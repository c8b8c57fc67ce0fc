"""The roll-up, and what has gone into it."""

from typing import ClassVar

from django.db import models

from forecourt.access import Scoped
from forecourt.network.models import ChargePoint


class ChargePointDay(Scoped):
    """
    What one charge point did on one day (in the charges' own time zone), for one owner and in one currency.

    The owner and the currency are the charges': a charge point that is transferred at noon has two lines. Revenue is what was paid
    for charges, without VAT and before fees and refunds, in minor units. Written by `operations` alone.
    """

    id = models.BigAutoField(primary_key=True)
    charge_point = models.ForeignKey(ChargePoint, models.PROTECT, db_index=False, related_name="+")
    day = models.DateField()
    currency = models.CharField(max_length=3)
    charges = models.IntegerField()
    failed = models.IntegerField()
    energy_wh = models.BigIntegerField()
    revenue_minor = models.BigIntegerField()
    charging_seconds = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["charge_point", "day", "operator_id", "team_id", "currency"], name="one_line_per_charge_point_and_day"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation_id", "day"], name="point_day_organisation"),
            models.Index(fields=["operator_id", "day"], name="point_day_operator"),
            models.Index(fields=["team_id", "day"], name="point_day_team"),
            models.Index(fields=["day"], name="point_day_day"),
        ]  # fmt: skip


class CountedCharge(models.Model):
    """A charge that is in the roll-up, the day it went to, and whether it went there as failed: it may start after all."""

    charge_id = models.BigIntegerField(primary_key=True)
    day = models.DateField(db_index=True)
    is_failed = models.BooleanField(db_default=False, default=False)
