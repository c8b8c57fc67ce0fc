"""What we ask of stations."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from forecourt.access import OperatorScoped
from forecourt.network.models.charge_points import ChargePoint
from forecourt.network.models.stations import Station


class Command(OperatorScoped):
    """
    A request to a station: requested → sent → accepted, rejected, failed, expired or unknown.

    The gateway that holds the socket sends it; it is never sent after `expires_at`. One that was sent when the gateway
    died is `unknown`, and is repeated only if that is harmless. `key` makes asking again while one is open the same request.
    """

    class Action(models.TextChoices):
        START = "start"
        STOP = "stop"
        RESET = "reset"
        UNLOCK = "unlock"
        CHANGE_AVAILABILITY = "change_availability"
        GET_CONFIGURATION = "get_configuration"
        CHANGE_CONFIGURATION = "change_configuration"
        CLEAR_CACHE = "clear_cache"
        TRIGGER_MESSAGE = "trigger_message"
        DATA_TRANSFER = "data_transfer"

    class State(models.TextChoices):
        REQUESTED = "requested"
        SENT = "sent"
        ACCEPTED = "accepted"
        REJECTED = "rejected"  # the station said no; `answer` says why
        FAILED = "failed"  # a CALLERROR
        EXPIRED = "expired"  # never sent
        UNKNOWN = "unknown"  # sent, and we never heard

    id = models.BigAutoField(primary_key=True)
    team_id = models.BigIntegerField(editable=False)
    station = models.ForeignKey(Station, models.PROTECT, related_name="commands")
    charge_point = models.ForeignKey(ChargePoint, models.PROTECT, null=True, related_name="commands")
    charge_id = models.BigIntegerField(null=True)
    action = models.CharField(max_length=24, choices=Action.choices)
    payload = models.JSONField()  # our own words; each protocol version translates
    key = models.CharField(max_length=80, null=True)
    state = models.CharField(max_length=10, choices=State.choices, db_default="requested", default="requested")
    answer = models.JSONField(null=True)
    requested_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    gateway_id = models.BigIntegerField(null=True)  # the process that sent it
    answered_at = models.DateTimeField(null=True)
    requested_by = models.JSONField(null=True)  # the actor's audit claims
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key"], condition=Q(state__in=["requested", "sent"]), name="one_open_command_per_key"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["station", "id"], condition=Q(state="requested"), name="command_waiting"),
            models.Index(fields=["gateway_id"], condition=Q(state="sent"), name="command_unanswered"),
            models.Index(fields=["expires_at"], condition=Q(state="requested"), name="command_expiring"),
            models.Index(fields=["answered_at"], condition=Q(state="unknown"), name="command_given_up"),  # what is new, for webhooks
            models.Index(fields=["station", "-id"], name="command_station"),
            models.Index(fields=["charge_point", "-id"], name="command_charge_point"),
            models.Index(fields=["charge_id"], condition=Q(charge_id__isnull=False), name="command_charge"),
        ]
