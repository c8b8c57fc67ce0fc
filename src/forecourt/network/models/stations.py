"""The box with the socket."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from forecourt.access import OperatorScoped, newest_first
from forecourt.kit.models import Stamped
from forecourt.network.models.catalogue import Model
from forecourt.operators.models import Operator
from forecourt.teams.models import Team


class Station(OperatorScoped, Stamped):
    """
    A charging station (OCPP: Charge Point in 1.6, Charging Station in 2.0.1).

    `identity` is the last part of its URL; it is never shown to the public. `password_hash` is a keyed hash of a
    high-entropy secret (not a slow password hash: ten thousand stations reconnect at once).
    """

    class Protocol(models.TextChoices):
        OCPP16 = "ocpp1.6"
        OCPP201 = "ocpp2.0.1"

    id = models.BigAutoField(primary_key=True)
    operator = models.ForeignKey(Operator, models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, models.PROTECT, related_name="stations")
    identity = models.CharField(max_length=48)
    password_hash = models.BinaryField(null=True)
    protocol = models.CharField(max_length=10, choices=Protocol.choices)
    model = models.ForeignKey(Model, models.PROTECT, null=True, related_name="+")
    serial_number = models.CharField(max_length=60, null=True, blank=True)
    reported_vendor = models.CharField(max_length=60, null=True)
    reported_model = models.CharField(max_length=60, null=True)
    firmware_version = models.CharField(max_length=60, null=True)
    iccid = models.CharField(max_length=30, null=True)
    imsi = models.CharField(max_length=30, null=True)
    booted_at = models.DateTimeField(null=True)
    time_zone = models.CharField(max_length=40)
    configuration = models.JSONField(null=True)  # the last answer to GetConfiguration: {key: {"value", "readonly"}}
    configuration_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["identity"], condition=Q(deleted_at=None), name="station_identity_once_among_the_living"),
        ]
        indexes: ClassVar = newest_first("station")


class StationLink(models.Model):
    """
    Whether and where a station is connected. Written often, so it stands alone and narrow.

    `gateway_id` names the gateway process that holds the socket; null when none does. Connected means: `gateway_id` is
    set and that gateway's heartbeat is fresh.
    """

    station = models.OneToOneField(Station, models.CASCADE, primary_key=True, related_name="link")
    gateway_id = models.BigIntegerField(null=True)
    session = models.BigIntegerField(null=True)  # raised by each takeover; a late disconnect of an older session changes nothing
    connected_at = models.DateTimeField(null=True)
    disconnected_at = models.DateTimeField(null=True)
    last_message_at = models.DateTimeField(null=True)
    address = models.GenericIPAddressField(null=True)
    ocpp_status = models.CharField(max_length=20, null=True)  # of the station as a whole (1.6: connector 0)
    ocpp_error_code = models.CharField(max_length=40, null=True)
    ocpp_status_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["gateway_id"], condition=Q(gateway_id__isnull=False), name="station_link_gateway")]
