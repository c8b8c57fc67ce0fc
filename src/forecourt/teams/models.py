"""Teams and members."""

from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from forecourt.access import OperatorScoped, ScopedManager, TeamRole, newest_first
from forecourt.kit.models import PartnerVisible
from forecourt.operators.models import Operator
from forecourt.places.models import Address, Currency


class Team(PartnerVisible, Address):
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
    accepts_join_requests = models.BooleanField(db_default=False, default=False)
    payment_method = models.CharField(max_length=20, choices=PaymentMethod.choices, db_default="source", default="source")
    external_charging = models.CharField(max_length=10, choices=ExternalCharging.choices, db_default="all", default="all")
    frozen_at = models.DateTimeField(null=True)
    frozen_reason = models.TextField(null=True)
    blocked_at = models.DateTimeField(null=True)

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner"], condition=Q(type="personal"), name="one_personal_team_per_person"),
            models.CheckConstraint(condition=Q(frozen_at=None) | Q(frozen_reason__isnull=False), name="frozen_team_has_a_reason"),
        ]
        indexes: ClassVar = [
            *newest_first("team", columns=("organisation_id", "operator_id"), condition=~Q(type="personal")),
            models.Index(fields=["operator", "updated_at"], name="team_updated"),
            models.Index(fields=["operator", "partner_external_id"], name="team_external_id"),
        ]

    def __str__(self) -> str:
        return self.name


class TeamMember(OperatorScoped, PartnerVisible):
    """One person in one team, or an invitation or join request (spec P2.1, partner API §11.15)."""

    class State(models.TextChoices):
        REQUESTED = "requested"
        INVITED = "invited"
        ACCEPTED = "accepted"
        REJECTED = "rejected"
        EXPIRED = "expired"
        BLOCKED = "blocked"

    id = models.BigAutoField(primary_key=True)
    team = models.ForeignKey(Team, models.PROTECT, related_name="members")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="team_memberships")
    role = models.CharField(max_length=10, choices=[(role.value, role.value) for role in TeamRole])
    state = models.CharField(max_length=10, choices=State.choices)
    can_pay_with_team_wallet = models.BooleanField(db_default=False, default=False)
    can_manage_team_wallet = models.BooleanField(db_default=False, default=False)
    can_configure_charge_points = models.BooleanField(db_default=False, default=False)
    can_manage_team_members = models.BooleanField(db_default=False, default=False)
    can_request_sponsoring = models.BooleanField(db_default=False, default=False)
    pays_in_country_ids = ArrayField(models.BigIntegerField(), null=True, blank=True)  # null: everywhere
    charge_payment_type = models.CharField(max_length=10, db_default="all", default="all")  # partner, operator, all, none
    has_access_to_all = models.BooleanField(db_default=True, default=True)
    charge_point_ids = ArrayField(models.BigIntegerField(), db_default=[], default=list)  # where access is selected
    note = models.TextField(null=True, blank=True)
    invited_email = models.EmailField(null=True, blank=True)
    invited_phone = models.CharField(max_length=16, null=True, blank=True)
    invitation_hash = models.BinaryField(null=True)
    invited_at = models.DateTimeField(null=True)
    invited_by_id = models.BigIntegerField(null=True)
    expires_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    accepted_by_id = models.BigIntegerField(null=True)
    rejected_at = models.DateTimeField(null=True)
    rejected_by_id = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["team", "person"], condition=Q(deleted_at=None), name="one_membership_per_person_and_team"),
            models.UniqueConstraint(fields=["team"], condition=Q(deleted_at=None, role="owner"), name="one_owner_per_team"),
            models.UniqueConstraint(fields=["invitation_hash"], name="team_invitation_once"),
        ]
        indexes: ClassVar = [
            *newest_first("team_member"),
            models.Index(fields=["person"], name="team_member_person"),
        ]
