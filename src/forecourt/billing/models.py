"""Lines and settlements of charges; fee agreements; what members pay each month."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from forecourt.access import OperatorScoped, newest_first
from forecourt.charging.models import Charge
from forecourt.kit.models import Stamped
from forecourt.operators.models import Operator
from forecourt.teams.models import MemberFee, Team, TeamMember


class Settlement(models.Model):
    """That a charge was settled, and how. One per charge; append-only."""

    charge = models.OneToOneField(Charge, models.PROTECT, primary_key=True, related_name="settlement")
    settled_at = models.DateTimeField()
    net_minor = models.BigIntegerField()
    vat_minor = models.BigIntegerField()
    gross_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    is_free = models.BooleanField()


class ChargeLine(models.Model):
    """
    One component over the whole charge, rounded once. Amounts in minor units of `currency`; `unit_price` in major units
    per `unit`, including VAT where the price includes it.
    """

    id = models.BigAutoField(primary_key=True)
    charge = models.ForeignKey(Charge, models.PROTECT, related_name="lines")
    ordinal = models.SmallIntegerField()
    purpose = models.CharField(max_length=6, db_default="price", default="price")  # price, cost
    kind = models.CharField(max_length=40)  # partner API `Component.type`
    description = models.TextField()
    quantity = models.DecimalField(max_digits=18, decimal_places=6)
    unit = models.CharField(max_length=10)  # kWh, min, charge
    unit_price = models.DecimalField(max_digits=18, decimal_places=6)
    net_minor = models.BigIntegerField()
    vat_minor = models.BigIntegerField()
    gross_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    vat_rate = models.DecimalField(max_digits=5, decimal_places=4)
    is_master = models.BooleanField()
    tag_id = models.BigIntegerField(null=True)
    from_at = models.DateTimeField()
    until_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["charge", "purpose", "ordinal"], name="charge_line_once"),
            models.CheckConstraint(
                condition=Q(gross_minor=models.F("net_minor") + models.F("vat_minor")), name="line_gross_is_net_plus_vat"
            ),
        ]


class FeeAgreement(OperatorScoped):
    """
    What the owner of a charge point pays on each charge, and to whom (spec §14 "Revenue-share fees").

    `beneficiary` is the operator whose wallet receives it: the installation for the platform's transaction fee, else
    the operator itself or one above it. Applies to one team, or to all of the operator (`team` null), in `[from_at, until_at)`.
    """

    class Scope(models.TextChoices):
        PAID = "paid"
        ALL = "all"

    id = models.BigAutoField(primary_key=True)
    operator = models.ForeignKey(Operator, models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+")
    beneficiary = models.ForeignKey(Operator, models.PROTECT, related_name="+")
    percentage = models.DecimalField(max_digits=7, decimal_places=4, db_default=0, default=0)  # of the gross price
    per_kwh = models.DecimalField(max_digits=12, decimal_places=6, db_default=0, default=0)  # major units, the charge's currency
    per_charge = models.DecimalField(max_digits=12, decimal_places=6, db_default=0, default=0)
    currency = models.CharField(max_length=3, null=True)  # of per_kwh and per_charge
    applies_to = models.CharField(max_length=4, choices=Scope.choices, db_default="paid", default="paid")
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes: ClassVar = [models.Index(fields=["operator", "from_at"], name="fee_agreement_operator")]


class MemberFeePurchase(OperatorScoped, Stamped):
    """
    One month of a member's fee (spec P2.1, P2.9: TEAM_MEMBER_FEE_PURCHASE). A member owes a month once, whatever became of
    the fee in it. `paid_at` and the wallet transaction come together; until then it is unpaid and tried again each day.
    """

    id = models.BigAutoField(primary_key=True)
    team = models.ForeignKey(Team, models.PROTECT, related_name="+")
    member = models.ForeignKey(TeamMember, models.PROTECT, related_name="fee_purchases")
    fee = models.ForeignKey(MemberFee, models.PROTECT, related_name="purchases")
    month = models.DateField()  # its first day, in the team's zone
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    paid_at = models.DateTimeField(null=True)
    transaction_id = models.BigIntegerField(null=True)  # of the wallet
    tried_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=40, null=True)  # the code of what was in the way

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["member", "month"], name="member_owes_a_month_once"),
            models.CheckConstraint(
                condition=Q(paid_at=None, transaction_id=None) | Q(paid_at__isnull=False, transaction_id__isnull=False),
                name="member_fee_paid_by_a_transaction",
            ),
        ]
        indexes: ClassVar = [
            *newest_first("member_fee_purchase"),
            models.Index(fields=["tried_at"], condition=Q(paid_at=None), name="member_fee_unpaid"),
        ]
