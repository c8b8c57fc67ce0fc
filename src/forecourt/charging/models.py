"""Charges, their energy, signed readings and raw samples (spec P2.5, partner API §11.10)."""

from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from forecourt.access import ScopedManager, newest_first
from forecourt.charging.rules.meters import charged_wh
from forecourt.kit.models import PartnerVisible, changes_in_place
from forecourt.network.models import ChargeKey, ChargePoint, Station
from forecourt.places.models import Country
from forecourt.pricing.models import PriceGroup, PriceVersion
from forecourt.teams.models import Team


class Charge(PartnerVisible):
    """
    One visit of one vehicle to one charge point, from plug-in to plug-out. Energy is in watt-hours.

    Two sides: the owner's three scope columns, copied from the charge point and kept through a transfer, and the payer's
    three with the person. `price_version`, `vat_rate`, `country`, `discounts` and `time_zone` are fixed at the start.
    """

    SIDES: ClassVar = {
        "owner": {"organisation_id": "organisation_id", "operator_id": "operator_id", "team_id": "team_id"},
        "payer": {
            "organisation_id": "payer_organisation_id", "operator_id": "payer_operator_id", "team_id": "payer_team_id",
            "person_id": "person_id",
        },
    }  # fmt: skip

    class State(models.TextChoices):
        RESERVED = "reserved"
        SCHEDULED = "scheduled"
        STARTING = "starting"
        CHARGING = "charging"
        PAUSED = "paused"
        STOPPING = "stopping"
        STOPPED = "stopped"
        RELEASING = "releasing"
        RELEASED = "released"
        PAYING = "paying"
        COMPLETED = "completed"
        OTHER = "other"

    class Type(models.TextChoices):
        EXTERNAL = "external"
        OPERATOR = "operator"
        SPONSORED = "sponsored"

    class PaymentMethod(models.TextChoices):
        FREE = "free"
        TEAM_HAS_FUND = "team-has-fund"
        TEAM_HAS_AUTO_REFILL = "team-has-auto-refill"
        SOURCE = "source"
        PAYMENT = "payment"

    class PartnerSide(models.TextChoices):
        """Whose the partner's own fields and the payment session are: of the side that asked for the charge."""

        OWNER = "owner"
        PAYER = "payer"

    id = models.BigAutoField(primary_key=True)
    human_readable_id = models.CharField(max_length=12, unique=True)
    organisation_id = models.BigIntegerField()
    operator_id = models.BigIntegerField()
    team_id = models.BigIntegerField()
    payer_organisation_id = models.BigIntegerField(null=True)
    payer_operator_id = models.BigIntegerField(null=True)
    # `db_index=False` where an index of `Meta` begins with the column, or nobody asks: each one costs every start and stop.
    payer_team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+", db_index=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    member_id = models.BigIntegerField(null=True)  # teams.TeamMember of the charge point's team
    station = models.ForeignKey(Station, models.PROTECT, null=True, related_name="+", db_index=False)
    charge_point = models.ForeignKey(ChargePoint, models.PROTECT, related_name="charges", db_index=False)
    site_id = models.BigIntegerField(null=True)
    type = models.CharField(max_length=10, choices=Type.choices)
    state = models.CharField(max_length=10, choices=State.choices)
    start_source = models.CharField(max_length=30, null=True)
    charge_key = models.ForeignKey(ChargeKey, models.PROTECT, null=True, related_name="+")
    auth_type = models.CharField(max_length=10, null=True)  # app, rfid, vehicleId
    auth_id = models.CharField(max_length=40, null=True)
    auth_status = models.CharField(max_length=12, null=True)  # what the station was told (OCPP AuthorizationStatus)
    remote_id_tag = models.CharField(max_length=20, null=True)  # what we asked the station to start with
    transaction_id = models.CharField(max_length=36, null=True, help_text="1.6: ours, random 31 bits as digits. 2.0.1: the station's.")
    start_fingerprint = models.BinaryField(null=True)  # of (station, number, time, meter, key): the same start is once
    # When. Station's own times, except created_at (ours).
    cable_plugged_in_at = models.DateTimeField(null=True)
    scheduled_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    fully_charged_at = models.DateTimeField(null=True)
    charging_ended_at = models.DateTimeField(null=True)  # energy flowed for the last time; idle fees count from here
    released_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    timeout_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)  # of a reservation or an unanswered start
    stop_recorded_at = models.DateTimeField(null=True)
    # Energy.
    meter_start_wh = models.BigIntegerField(null=True)
    meter_stop_wh = models.BigIntegerField(null=True)  # what is billed
    meter_stop_reported_wh = models.BigIntegerField(null=True)  # what the station said, however strange
    soc_percent = models.DecimalField(max_digits=5, decimal_places=2, null=True)  # at the stop; until then `RunningMeter` knows
    is_suspicious = models.BooleanField(db_default=False, default=False)  # flagged for review
    # Limits: the first one reached stops the charge.
    limit_wh = models.BigIntegerField(null=True)
    limit_soc_percent = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    limit_price_minor = models.BigIntegerField(null=True)
    # Price.
    price_group = models.ForeignKey(PriceGroup, models.PROTECT, null=True, related_name="+")
    price_version = models.ForeignKey(PriceVersion, models.PROTECT, null=True, related_name="+")
    is_price_forced = models.BooleanField(db_default=False, default=False)  # somebody chose the price for this one charge
    cost_version = models.ForeignKey(PriceVersion, models.PROTECT, null=True, related_name="+", db_index=False)
    currency = models.CharField(max_length=3)
    vat_rate = models.DecimalField(max_digits=5, decimal_places=4)
    country = models.ForeignKey(Country, models.PROTECT, related_name="+", db_index=False)
    time_zone = models.CharField(max_length=40)
    discounts = models.JSONField(db_default=[], default=list)
    payment_method = models.CharField(max_length=22, choices=PaymentMethod.choices, null=True)
    held_minor = models.BigIntegerField(db_default=0, default=0)  # in the payer wallet's currency
    price_net_minor = models.BigIntegerField(null=True)
    price_vat_minor = models.BigIntegerField(null=True)
    price_minor = models.BigIntegerField(null=True)  # gross, written by billing when settled
    cost_minor = models.BigIntegerField(null=True)
    # Why.
    stop_reason = models.CharField(max_length=40, null=True)
    failure_reason = models.CharField(max_length=60, null=True)
    note = models.TextField(null=True, blank=True)
    payment_session = models.JSONField(null=True)  # the API's genericPaymentSession
    partner_side = models.CharField(max_length=5, choices=PartnerSide.choices, db_default="owner", default="owner")

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    @property
    def running_meter(self) -> "RunningMeter | None":
        """None before the first sample, and after the stop."""
        return getattr(self, "meter", None)

    @property
    def energy_wh(self) -> int | None:
        """What has flowed so far; None before the start."""
        meter = self.running_meter
        return charged_wh(self.meter_start_wh, meter.wh if meter else None, self.meter_stop_wh)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["station", "transaction_id"], name="transaction_once_per_station"),
            models.UniqueConstraint(
                fields=["station", "start_fingerprint"], condition=Q(start_fingerprint__isnull=False), name="same_start_is_once"
            ),
            models.UniqueConstraint(
                fields=["charge_point"],
                condition=Q(started_at__isnull=False, stopped_at=None),
                name="one_running_charge_per_charge_point",
            ),
            models.CheckConstraint(
                condition=Q(meter_stop_wh=None) | Q(meter_stop_wh__gte=F("meter_start_wh")), name="charge_meter_runs_forward"
            ),
            models.CheckConstraint(condition=Q(completed_at=None) | Q(state="completed"), name="completed_charge_says_so"),
        ]
        indexes: ClassVar = [
            *newest_first(
                "charge",
                columns=(
                    "organisation_id", "operator_id", "team_id", "payer_organisation_id", "payer_operator_id", "payer_team_id", "person_id",
                ),
            ),
            models.Index(fields=["charge_point", "-id"], name="charge_charge_point"),
            models.Index(fields=["site_id", "-id"], name="charge_site"),
            changes_in_place("charge_changes"),
            models.Index(fields=["operator_id", "completed_at"], name="charge_completed"),
            models.Index(fields=["operator_id", "partner_external_id"], condition=Q(partner_external_id__isnull=False), name="charge_external_id"),
            models.Index(fields=["state"], condition=~Q(state="completed"), name="charge_unfinished"),
            models.Index(fields=["charge_point"], condition=~Q(state="completed"), name="charge_unfinished_here"),
        ]  # fmt: skip


class RunningMeter(models.Model):
    """
    What the meter of a running charge said last. A row comes with the first sample and goes with the stop.

    A table of its own, because the hot path writes it with every message: a charge is wide and has twenty indexes, and where
    its new version finds no room on the page each of them gets an entry.
    """

    charge = models.OneToOneField(Charge, models.CASCADE, primary_key=True, related_name="meter")
    wh = models.BigIntegerField()  # the highest sample so far
    at = models.DateTimeField()  # of the newest sample: the station's time
    power_w = models.IntegerField(null=True)
    soc_percent = models.DecimalField(max_digits=5, decimal_places=2, null=True)


class ChargeEnergy(models.Model):
    """
    Energy per 300 seconds of a charge, kept for ever. `wh[i]` flowed in
    `[from_at + 300 s × i, from_at + 300 s × (i + 1))`; `from_at` is a whole multiple of 300 s in UTC. `estimated` lists
    the indexes for which the station sent too little and the energy was shared out evenly.
    """

    charge = models.OneToOneField(Charge, models.CASCADE, primary_key=True, related_name="energy")
    from_at = models.DateTimeField()
    wh = ArrayField(models.IntegerField())
    estimated = ArrayField(models.IntegerField(), db_default=[], default=list)


class SignedReading(models.Model):
    """A signed meter reading, byte for byte as the station sent it (Eichrecht, OCMF and others)."""

    id = models.BigAutoField(primary_key=True)
    charge = models.ForeignKey(Charge, models.PROTECT, related_name="signed_readings")
    at = models.DateTimeField()
    context = models.CharField(max_length=30)  # Transaction.Begin, Transaction.End, Sample.Periodic, …
    format = models.CharField(max_length=20)  # OCMF, …, UNKNOWN
    value = models.TextField()
    certificate = models.TextField(null=True)
    recorded_at = models.DateTimeField()


class MeterValue(models.Model):
    """
    Raw samples of one moment, partitioned by time. `samples` is the list the station sent (value, measurand, unit,
    phase, context, location, format), numbers as strings, in OCPP's words. A key that is missing has OCPP's default
    (`intents.Sample`): half of the bytes would say nothing else.
    """

    pk = models.CompositePrimaryKey("charge_id", "at", "id")
    id = models.BigIntegerField()
    at = models.DateTimeField()  # the station's time
    recorded_at = models.DateTimeField()
    station_id = models.BigIntegerField()
    charge_point_id = models.BigIntegerField(null=True)
    charge_id = models.BigIntegerField(db_default=0)  # 0 outside a charge
    samples = models.JSONField()

    class Meta:
        db_table = "meter_value"
