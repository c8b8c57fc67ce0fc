"""Charge points: one EVSE each, with one state, one evse id and at most one running charge."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from forecourt.access import OperatorScoped, newest_first
from forecourt.kit.models import PartnerVisible, Stamped, changes_in_place
from forecourt.network.models.catalogue import ConnectorType, Model
from forecourt.network.models.sites import Located, Site, Visibility
from forecourt.network.models.stations import Station
from forecourt.operators.models import Operator
from forecourt.places.models import Address
from forecourt.pricing.models import PriceGroup
from forecourt.teams.models import Team


class State(models.TextChoices):
    """The 14 public states (spec P2.2); derived by `network.rules.public_state`."""

    AVAILABLE = "available"
    BUSY = "busy"
    BUSY_BLOCKED = "busy-blocked"
    BUSY_CHARGING = "busy-charging"
    BUSY_NON_CHARGING = "busy-non-charging"
    BUSY_NON_RELEASED = "busy-non-released"
    BUSY_RESERVED = "busy-reserved"
    BUSY_SCHEDULED = "busy-scheduled"
    ERROR = "error"
    DISCONNECTED = "disconnected"
    PASSIVE = "passive"
    MAINTENANCE = "maintenance"
    EXEMPT = "exempt"
    OTHER = "other"


RESERVATION_MINUTES = 15  # where a charge point that may be reserved names no time


class ChargePoint(OperatorScoped, PartnerVisible, Address, Located):
    """
    One EVSE. `number` is its number in the station (OCPP 1.6 connectorId, 2.0.1 evse.id).

    Location falls back to the site's where its own is empty. `metadata` holds the API's `ChargePointMetadata` by API names.
    """

    class Type(models.TextChoices):
        AC = "ac"
        DC = "dc"
        OTHER = "other"

    id = models.BigAutoField(primary_key=True)
    operator = models.ForeignKey(Operator, models.PROTECT, related_name="+", db_index=False)
    team = models.ForeignKey(Team, models.PROTECT, related_name="charge_points", db_index=False)
    site = models.ForeignKey(Site, models.PROTECT, null=True, related_name="charge_points")
    station = models.ForeignKey(Station, models.PROTECT, null=True, related_name="charge_points")
    number = models.SmallIntegerField(null=True)
    model = models.ForeignKey(Model, models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=120)
    evse_id = models.CharField(max_length=40, unique=True)
    type = models.CharField(max_length=5, choices=Type.choices)
    max_w = models.IntegerField()
    visibility = models.CharField(max_length=8, choices=Visibility.choices)
    show_on_map = models.BooleanField(db_default=True, default=True)
    active_at = models.DateTimeField(null=True)  # fully onboarded; gates billing, roaming, subscriptions
    note = models.TextField(null=True, blank=True)
    operator_note = models.TextField(null=True, blank=True)
    time_zone = models.CharField(max_length=40)
    meter_id = models.CharField(max_length=60, null=True, blank=True)
    is_reservable = models.BooleanField(db_default=False, default=False)
    reservation_minutes = models.IntegerField(null=True, blank=True)
    is_roaming = models.BooleanField(db_default=False, default=False)
    is_free = models.BooleanField(db_default=False, default=False)
    price_group = models.ForeignKey(PriceGroup, models.PROTECT, null=True, related_name="+")
    cost_group = models.ForeignKey(PriceGroup, models.PROTECT, null=True, related_name="+")
    roaming_price_group = models.ForeignKey(PriceGroup, models.PROTECT, null=True, related_name="+")
    metadata = models.JSONField(null=True, blank=True)
    # What was reported, and what follows from it.
    state = models.CharField(max_length=20, choices=State.choices, db_default="passive", default="passive")
    state_since = models.DateTimeField(null=True)
    ocpp_status = models.CharField(max_length=20, null=True)
    ocpp_error_code = models.CharField(max_length=40, null=True)
    ocpp_status_at = models.DateTimeField(null=True)
    is_cable_plugged_in = models.BooleanField(db_default=False, default=False)
    last_meter_wh = models.BigIntegerField(null=True)
    maintenance_at = models.DateTimeField(null=True)
    exempt_at = models.DateTimeField(null=True)
    held_for = models.CharField(max_length=10, null=True)  # reserved, scheduled: while we hold it for somebody

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["station", "number"],
                condition=Q(deleted_at=None, station__isnull=False),
                name="one_charge_point_per_station_and_number",
            ),
            models.CheckConstraint(
                condition=Q(station=None, number=None) | Q(station__isnull=False, number__gte=1), name="charge_point_number_with_station"
            ),
            models.CheckConstraint(condition=Q(max_w__gt=0), name="charge_point_has_power"),
        ]
        indexes: ClassVar = [
            *newest_first("charge_point"),
            changes_in_place("charge_point_changes"),
            models.Index(fields=["operator", "partner_external_id"], name="charge_point_external_id"),
        ]


class Connector(models.Model):
    """A plug of a charge point. `ordinal` counts from 1."""

    id = models.BigAutoField(primary_key=True)
    charge_point = models.ForeignKey(ChargePoint, models.CASCADE, related_name="connectors")
    connector_type = models.ForeignKey(ConnectorType, models.PROTECT, related_name="+")
    ordinal = models.SmallIntegerField()
    max_w = models.IntegerField(null=True)
    has_cable = models.BooleanField(db_default=False, default=False)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["charge_point", "ordinal"], name="connector_ordinal_once")]


class Integration(Stamped):
    """
    The pair station + number that a charge point is, or was, connected by (partner API §11.4).

    The living one mirrors `ChargePoint.station` and `.number`; ended ones are the history.
    """

    id = models.BigAutoField(primary_key=True)
    charge_point = models.ForeignKey(ChargePoint, models.PROTECT, related_name="integrations")
    station = models.ForeignKey(Station, models.PROTECT, related_name="integrations")
    number = models.SmallIntegerField()
    active_at = models.DateTimeField(null=True)  # when the station was first heard on it
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["charge_point"], condition=Q(deleted_at=None), name="one_living_integration"),
        ]


class StatePeriod(models.Model):
    """A charge point was in one state, for one cause, in `[from_at, until_at)`. Kept for ever: uptime is computed from it."""

    id = models.BigAutoField(primary_key=True)
    charge_point = models.ForeignKey(ChargePoint, models.PROTECT, related_name="+")
    state = models.CharField(max_length=20, choices=State.choices)
    cause = models.CharField(max_length=40)  # OCPP error code, "connection lost", "maintenance", …
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "charge_point_state_period"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["charge_point"], condition=Q(until_at=None), name="one_open_state_period"),
            models.CheckConstraint(condition=Q(until_at=None) | Q(until_at__gte=models.F("from_at")), name="state_period_runs_forward"),
        ]
        indexes: ClassVar = [models.Index(fields=["charge_point", "-from_at"], name="state_period_newest")]
