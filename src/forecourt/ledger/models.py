"""Wallets and the books. Only this domain touches these tables."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from forecourt.access import OperatorScoped, ScopedManager, newest_first
from forecourt.kit.models import PartnerVisible, Stamped
from forecourt.operators.models import Operator
from forecourt.places.models import Country
from forecourt.teams.models import Team


class Wallet(OperatorScoped, Stamped):
    """The money account of one operator or one team, in one currency (ISO 4217), locked with its first entry."""

    id = models.BigAutoField(primary_key=True)
    operator_owner = models.OneToOneField(Operator, models.PROTECT, null=True, related_name="wallet")
    team = models.OneToOneField(Team, models.PROTECT, null=True, related_name="wallet")
    currency = models.CharField(max_length=3)
    country = models.ForeignKey(Country, models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(operator_owner=None, team__isnull=False) | Q(operator_owner__isnull=False, team=None),
                name="wallet_has_one_owner",
            ),
        ]


class Account(models.Model):
    """One account of the books. `code` is the bookkeeper's; `is_limited` accounts may not go below zero."""

    class Kind(models.TextChoices):
        FUNDS = "funds", _("Funds")
        CREDIT = "credit", _("Credit")
        RESERVED = "reserved", _("Reserved")
        CLEARING = "clearing", _("Clearing")  # one per currency pair and currency
        EXTERNAL = "external", _("External")  # money that came from or went to a bank or card, per provider and currency
        ROUNDING = "rounding", _("Rounding")

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    wallet = models.ForeignKey(Wallet, models.PROTECT, null=True, related_name="accounts")
    name = models.CharField(max_length=60, db_default="")  # for accounts without a wallet: "DKK/EUR", "sandbox"
    currency = models.CharField(max_length=3)
    code = models.CharField(max_length=12)
    is_limited = models.BooleanField(db_default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["wallet", "kind"], condition=Q(wallet__isnull=False), name="one_account_of_a_kind_per_wallet"),
            models.UniqueConstraint(fields=["kind", "name", "currency"], condition=Q(wallet=None), name="one_platform_account_of_a_name"),
        ]


class AccountBalance(models.Model):
    """The balance of an account in minor units. No foreign key points here, so that a hot account serialises nothing."""

    account_id = models.BigIntegerField(primary_key=True)
    minor = models.BigIntegerField(db_default=0)

    class Meta:
        db_table = "account_balance"


class WalletTransaction(PartnerVisible):
    """
    What people see of a movement of money: from, to, VAT, why (spec P2.9, partner API §11.30).

    Amounts are gross, net and VAT in minor units of each side's currency. Changes until complete, then never (trigger).
    Scope columns stand once per side; null where the side is not a wallet.
    """

    SIDES: ClassVar = {
        "from": {"organisation_id": "from_organisation_id", "operator_id": "from_operator_id", "team_id": "from_team_id"},
        "to": {"organisation_id": "to_organisation_id", "operator_id": "to_operator_id", "team_id": "to_team_id"},
    }

    class State(models.TextChoices):
        RESERVED = "reserved"
        PENDING = "pending"
        COMPLETE = "complete"
        FAILED = "failed"

    class Group(models.TextChoices):
        DEPOSIT = "deposit"
        WITHDRAW = "withdraw"
        CHARGE = "charge"
        OTHER = "other"

    id = models.BigAutoField(primary_key=True)
    state = models.CharField(max_length=10, choices=State.choices)
    group = models.CharField(max_length=10, choices=Group.choices)
    kind = models.CharField(max_length=60)
    reference_type = models.CharField(max_length=30, null=True)
    reference_id = models.CharField(max_length=40, null=True)
    from_wallet = models.ForeignKey(Wallet, models.PROTECT, null=True, related_name="+")
    from_organisation_id = models.BigIntegerField(null=True)
    from_operator_id = models.BigIntegerField(null=True)
    from_team_id = models.BigIntegerField(null=True)
    from_minor = models.BigIntegerField()
    from_net_minor = models.BigIntegerField()
    from_vat_minor = models.BigIntegerField()
    from_currency = models.CharField(max_length=3)
    to_wallet = models.ForeignKey(Wallet, models.PROTECT, null=True, related_name="+")
    to_organisation_id = models.BigIntegerField(null=True)
    to_operator_id = models.BigIntegerField(null=True)
    to_team_id = models.BigIntegerField(null=True)
    to_minor = models.BigIntegerField()
    to_net_minor = models.BigIntegerField()
    to_vat_minor = models.BigIntegerField()
    to_currency = models.CharField(max_length=3)
    exchange_rate = models.DecimalField(max_digits=20, decimal_places=10, db_default=1)  # to = from × rate
    rate_on = models.DateField(null=True)  # the day of the imported rate, where currencies differ
    # What rounding added to each side's gross, in its minor units: amount − exact amount.
    from_rounding = models.DecimalField(max_digits=11, decimal_places=10, db_default=0, default=0)
    to_rounding = models.DecimalField(max_digits=11, decimal_places=10, db_default=0, default=0)
    refund_percentage = models.DecimalField(max_digits=7, decimal_places=4, null=True)  # of the transaction that this one refunds
    vat_rate = models.DecimalField(max_digits=5, decimal_places=4, db_default=0)
    note = models.TextField(null=True, blank=True)
    performed_by_id = models.BigIntegerField(null=True)
    failed_reason = models.TextField(null=True)
    metadata = models.JSONField(null=True)
    occurred_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True)

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(from_minor=models.F("from_net_minor") + models.F("from_vat_minor")), name="from_gross_is_net_plus_vat"
            ),
            models.CheckConstraint(
                condition=Q(to_minor=models.F("to_net_minor") + models.F("to_vat_minor")), name="to_gross_is_net_plus_vat"
            ),
        ]
        indexes: ClassVar = [
            *newest_first(
                "wtx",
                columns=(
                    "from_organisation_id", "from_operator_id", "from_team_id", "to_organisation_id", "to_operator_id", "to_team_id",
                ),
            ),
            models.Index(fields=["reference_type", "reference_id"], name="wtx_reference"),
            models.Index(fields=["updated_at", "id"], name="wtx_changes"),
        ]  # fmt: skip


class Hold(models.Model):
    """
    What is held of a wallet under a key, now (minor units): moved from funds and credit to reserved, and back at release.

    The movements are entries; this row says how much is left to give back.
    """

    key = models.CharField(max_length=80, primary_key=True)
    wallet = models.ForeignKey(Wallet, models.PROTECT, related_name="+")
    funds_minor = models.BigIntegerField(db_default=0)
    credit_minor = models.BigIntegerField(db_default=0)
    held_at = models.DateTimeField()
    releases = models.IntegerField(db_default=0, default=0)
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(funds_minor__gte=0, credit_minor__gte=0), name="hold_is_not_negative"),
        ]


class Entry(models.Model):
    """
    One balanced movement in the books, written once (append-only).

    `occurred_at` is when it happened, `recorded_at` when we heard, `booked_on` the day it counts for: a replayed old
    charge books into the open month.
    """

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=120, unique=True)
    request_hash = models.BinaryField()
    kind = models.CharField(max_length=60)
    transaction = models.ForeignKey(WalletTransaction, models.PROTECT, null=True, related_name="entries")
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    booked_on = models.DateField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["booked_on"], name="entry_booked_on")]


class Posting(models.Model):
    """One leg of an entry: positive raises the account's balance. Append-only."""

    id = models.BigAutoField(primary_key=True)
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="postings")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=~Q(minor=0), name="posting_is_not_nothing")]
        indexes: ClassVar = [models.Index(fields=["account", "-id"], name="posting_account")]


class ExchangeRate(models.Model):
    """One unit of `base` in `quote` on a day, as imported. The latest day not after the movement's day applies."""

    id = models.BigAutoField(primary_key=True)
    base = models.CharField(max_length=3)
    quote = models.CharField(max_length=3)
    on = models.DateField()
    rate = models.DecimalField(max_digits=20, decimal_places=10)
    source = models.CharField(max_length=60)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["base", "quote", "on"], name="one_rate_per_pair_and_day"),
            models.CheckConstraint(condition=Q(rate__gt=0), name="rate_is_positive"),
        ]
