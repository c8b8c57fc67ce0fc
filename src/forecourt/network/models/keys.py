"""Charge keys (RFID tokens and vehicle ids) that pay with a team's wallet (spec P2.4)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper

from forecourt.access import OperatorScoped, newest_first
from forecourt.kit.models import PartnerVisible
from forecourt.operators.models import Operator
from forecourt.teams.models import Team
from forecourt.teams.models.restrictions import WalletRestricted


class ChargeKey(OperatorScoped, PartnerVisible, WalletRestricted):
    """
    The partner API's charge auth token. An identifier is unique among the living of the whole installation, whatever
    its case: a station says only the identifier, and it must lead to one wallet. Where it may pay only
    narrows what its member or team may (spec P2.1).
    """

    class Type(models.TextChoices):
        RFID = "rfid"
        VEHICLE_ID = "vehicleId"

    SIDES: ClassVar = {
        "owner": {"organisation_id": "organisation_id", "operator_id": "operator_id", "team_id": "team_id", "person_id": "person_id"}
    }

    id = models.BigAutoField(primary_key=True)
    operator = models.ForeignKey(Operator, models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, models.PROTECT, related_name="charge_keys")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="charge_keys")
    identifier = models.CharField(max_length=36)  # without the VID: prefix
    type = models.CharField(max_length=10, choices=Type.choices)
    name = models.CharField(max_length=120, null=True, blank=True)
    is_for_network = models.BooleanField(db_default=True, default=True)
    is_for_roaming = models.BooleanField(db_default=True, default=True)
    is_for_operator = models.BooleanField(db_default=True, default=True)
    active_until = models.DateTimeField(null=True, blank=True)
    blocked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(Upper("identifier"), "type", condition=Q(deleted_at=None), name="charge_key_once_among_the_living"),
        ]
        indexes: ClassVar = [
            *newest_first("charge_key", columns=("organisation_id", "operator_id", "team_id", "person_id")),
            models.Index(fields=["updated_at", "id"], name="charge_key_changes"),
        ]
