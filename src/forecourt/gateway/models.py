"""Traffic, what was refused, who holds which socket."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class GatewayProcess(models.Model):
    """A running gateway. One whose heartbeat is old is dead: its links are released by whoever notices."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=80)  # host:pid
    address = models.CharField(max_length=80)
    started_at = models.DateTimeField()
    heartbeat_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)
    connections = models.IntegerField(db_default=0)
    messages = models.BigIntegerField(db_default=0)  # since it started


class OcppMessage(models.Model):
    """
    One frame, as it crossed the wire; with a station's call, our answer in the same row. Partitioned by day; kept 30 days
    by default.
    """

    pk = models.CompositePrimaryKey("station_id", "at", "id")
    id = models.BigIntegerField()
    at = models.DateTimeField()  # when it crossed
    station_id = models.BigIntegerField()
    number = models.SmallIntegerField(null=True)  # connectorId / evse.id, where it names one
    direction = models.CharField(max_length=3)  # in, out
    type = models.SmallIntegerField()  # 2 CALL, 3 CALLRESULT, 4 CALLERROR
    message_id = models.CharField(max_length=36)
    action = models.CharField(max_length=40, db_default="")
    frame = models.TextField()
    answered_at = models.DateTimeField(null=True)  # a station's call: when our answer went out, if that was soon
    answer = models.TextField(null=True)

    class Meta:
        db_table = "ocpp_message"


class SeenMessage(models.Model):
    """
    Recognises a repeated message: same station, same bytes, and the same connection where they do not say when it happened.
    Short-lived and unpartitioned; the first answer is given again.
    """

    pk = models.CompositePrimaryKey("station_id", "fingerprint")
    station_id = models.BigIntegerField()
    fingerprint = models.BigIntegerField()  # 64 bits of the frame
    answer = models.TextField()
    at = models.DateTimeField()

    class Meta:
        db_table = "gateway_seen_message"


class RefusedConnection(models.Model):
    """A connection that did not get in: identity tried, address, reason, time; counted per minute so a flood is one row."""

    id = models.BigAutoField(primary_key=True)
    identity = models.CharField(max_length=64)
    station_id = models.BigIntegerField(null=True)
    operator_id = models.BigIntegerField(null=True)
    address = models.GenericIPAddressField()
    reason = models.CharField(max_length=30)  # unknown_identity, wrong_password, no_credentials, throttled, wrong_protocol, …
    minute = models.DateTimeField()
    count = models.IntegerField(db_default=1)
    last_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["identity", "address", "reason", "minute"], name="refused_connection_per_minute"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["-last_at"], name="refused_newest"),
            models.Index(fields=["station_id", "-last_at"], condition=Q(station_id__isnull=False), name="refused_station"),
        ]


class StationEvent(models.Model):
    """Connected, taken over, disconnected, protocol error: the connection history of a station, for its page."""

    id = models.BigAutoField(primary_key=True)
    station_id = models.BigIntegerField()
    at = models.DateTimeField(db_default=Now())
    kind = models.CharField(max_length=20)
    detail = models.JSONField(db_default={}, default=dict)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["station_id", "-id"], name="station_event_newest"),
            models.Index(fields=["at"], name="station_event_at"),  # what is new, for webhooks; what is old, to be deleted
        ]
