"""The team."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from forecourt.access import ScopedManager, newest_first
from forecourt.kit.models import PartnerVisible
from forecourt.operators.models import Operator
from forecourt.places.models import Address, Currency
from forecourt.teams.models.restrictions import WalletRestricted
from forecourt.teams.models.settings import FeatureGroup, TeamTemplate


class Team(PartnerVisible, Address, WalletRestricted):
    """A customer account (spec P2.1). `currency` is that of its wallet and never changes once used."""

    SIDES: ClassVar = {"owner": {"organisation_id": "organisation_id", "operator_id": "operator_id", "team_id": "id"}}

    class Type(models.TextChoices):
        PERSONAL = "personal"
        PRIVATE = "private"
        PROFESSIONAL = "professional"
        OPERATOR = "operator"
        FLEET = "fleet"

    class PaymentMethod(models.TextChoices):
        SOURCE = "source"
        INVOICE = "invoice"
        OPERATOR_TRANSACTION = "operator_transaction"

    class ExternalCharging(models.TextChoices):
        ALL = "all"
        APPROVED = "approved"
        OWN = "own"

    id = models.BigAutoField(primary_key=True)
    organisation_id = models.BigIntegerField(editable=False)
    operator = models.ForeignKey(Operator, models.PROTECT, related_name="teams")
    type = models.CharField(max_length=12, choices=Type.choices)
    name = models.CharField(max_length=120)
    category = models.CharField(max_length=40, null=True, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="owned_teams")
    contact_email = models.EmailField(blank=True, db_default="", default="")
    finance_email = models.EmailField(null=True, blank=True)
    company_name = models.CharField(max_length=200, null=True, blank=True)
    vat_number = models.CharField(max_length=30, null=True, blank=True)
    company_registration_number = models.CharField(max_length=40, null=True, blank=True)
    ean_number = models.CharField(max_length=13, null=True, blank=True)
    po_number = models.CharField(max_length=60, null=True, blank=True)
    currency = models.ForeignKey(Currency, models.PROTECT, related_name="+")
    time_zone = models.CharField(max_length=40)
    join_code = models.CharField(max_length=12, unique=True)
    accepts_joins_at_once = models.BooleanField(db_default=False, default=False)  # a request needs nobody's yes
    generates_sites = models.BooleanField(db_default=False, default=False)  # a site for charge points at one place
    payment_method = models.CharField(max_length=20, choices=PaymentMethod.choices, db_default="source", default="source")
    external_charging = models.CharField(max_length=10, choices=ExternalCharging.choices, db_default="all", default="all")
    power_bank = models.BooleanField(db_default=False, default=False)  # takes part in grid services (spec §2.5)
    power_bank_operator_percent = models.DecimalField(max_digits=5, decimal_places=2, null=True)  # the operator's share; null: not agreed
    frozen_at = models.DateTimeField(null=True)
    frozen_reason = models.TextField(null=True)
    blocked_at = models.DateTimeField(null=True)
    legal_email = models.EmailField(null=True, blank=True)  # certified mail
    external_id = models.CharField(max_length=255, null=True, blank=True)
    tax_identification_number = models.CharField(max_length=40, null=True, blank=True)
    recipient_code = models.CharField(max_length=40, null=True, blank=True)  # e-invoicing
    support_email = models.EmailField(null=True, blank=True)
    support_phone = models.CharField(max_length=16, null=True, blank=True)  # E.164
    theme_id = models.BigIntegerField(null=True)  # of `operators`; null: the operator's
    template = models.ForeignKey(TeamTemplate, models.PROTECT, null=True, related_name="teams")
    feature_group = models.ForeignKey(FeatureGroup, models.PROTECT, null=True, related_name="teams")

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner"], condition=Q(type="personal"), name="one_personal_team_per_person"),
            models.CheckConstraint(condition=Q(frozen_at=None) | Q(frozen_reason__isnull=False), name="frozen_team_has_a_reason"),
            models.CheckConstraint(condition=Q(power_bank_operator_percent__range=(0, 100)), name="team_share_is_a_part"),
        ]
        indexes: ClassVar = [
            *newest_first("team", columns=("organisation_id", "operator_id"), condition=~Q(type="personal")),
            models.Index(F("operator_id"), F("id").desc(), condition=Q(deleted_at=None), name="team_living"),  # counted for each page
            models.Index(fields=["operator", "updated_at"], name="team_updated"),
            models.Index(fields=["updated_at", "id"], name="team_changes"),
            models.Index(fields=["operator", "partner_external_id"], name="team_external_id"),
        ]

    def __str__(self) -> str:
        return self.name
