"""What an operator sets for many teams: templates, feature groups, and the first level of the wallet's restrictions."""

from decimal import Decimal
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q, Value

from forecourt.access import OperatorScoped, ScopedManager, newest_first
from forecourt.kit.models import PartnerVisible
from forecourt.operators.models import Operator
from forecourt.teams.models.restrictions import WalletRestricted

# What a template puts on teams, and may say differently for the teams of one country.
PUT_ON_TEAMS = ("payment_method", "external_charging", "power_bank", "power_bank_operator_percent")
PAYMENT_METHODS = [("source", "source"), ("invoice", "invoice"), ("operator_transaction", "operator_transaction")]


class OperatorWalletRule(WalletRestricted):
    """The operator's own level of the cascade: what holds for its teams unless they set their own."""

    operator = models.OneToOneField(Operator, models.CASCADE, primary_key=True, related_name="wallet_rule")
    organisation_id = models.BigIntegerField(editable=False)

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()


class TeamTemplate(OperatorScoped, PartnerVisible, WalletRestricted):
    """
    Settings that an operator applies to teams (spec §2.5). A right that is False here is taken from everybody in the
    team, whatever their own toggles say; null leaves it to the team.
    """

    class AppliesTo(models.TextChoices):
        ALL = "all"
        PRIVATE = "private"
        PROFESSIONAL = "professional"
        OPERATOR = "operator"

    id = models.BigAutoField(primary_key=True)
    operator = models.ForeignKey(Operator, models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    applies_to = models.CharField(max_length=12, choices=AppliesTo.choices, null=True, blank=True)  # null: to chosen teams only
    payment_method = models.CharField(max_length=20, choices=PAYMENT_METHODS, null=True, blank=True)
    external_charging = models.CharField(max_length=10, null=True, blank=True)
    power_bank = models.BooleanField(null=True)  # take part in grid services
    power_bank_operator_percent = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)  # of what they earn
    country_settings = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))  # country id → what differs there
    may_withdraw = models.BooleanField(null=True)
    can_pay_with_team_wallet = models.BooleanField(null=True)
    can_manage_team_wallet = models.BooleanField(null=True)
    can_configure_charge_points = models.BooleanField(null=True)
    can_manage_team_members = models.BooleanField(null=True)
    can_request_sponsoring = models.BooleanField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["operator", "name"], condition=Q(deleted_at=None), name="team_template_name_once"),
            models.UniqueConstraint(fields=["operator", "applies_to"], condition=Q(deleted_at=None), name="one_template_per_kind_of_team"),
            models.CheckConstraint(condition=Q(power_bank_operator_percent__range=(0, 100)), name="team_template_share_is_a_part"),
        ]
        indexes: ClassVar = newest_first("team_template", columns=("organisation_id", "operator_id"))

    def __str__(self) -> str:
        return self.name

    def puts_on(self, country_id: int | None) -> dict[str, Any]:
        """Columns of a team in this country that the template sets; what it says for the country goes first."""
        there = self.country_settings.get(str(country_id), {})
        found = {name: there.get(name, getattr(self, name)) for name in PUT_ON_TEAMS}
        if "power_bank_operator_percent" in there:
            found["power_bank_operator_percent"] = Decimal(there["power_bank_operator_percent"])
        return {name: value for name, value in found.items() if value not in (None, "")}


class FeatureGroup(OperatorScoped, PartnerVisible):
    """Which features a team's people see (partner API §11.18)."""

    id = models.BigAutoField(primary_key=True)
    operator = models.ForeignKey(Operator, models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["operator", "name"], condition=Q(deleted_at=None), name="feature_group_name_once")
        ]
        indexes: ClassVar = newest_first("feature_group", columns=("organisation_id", "operator_id"))

    def __str__(self) -> str:
        return self.name


class FeatureSetting(models.Model):
    """One feature in one group. A feature without a row is on."""

    class Value(models.TextChoices):
        ON = "on"
        OFF = "off"
        HIDDEN = "hidden"

    id = models.BigAutoField(primary_key=True)
    group = models.ForeignKey(FeatureGroup, models.CASCADE, related_name="settings")
    feature = models.CharField(max_length=40)
    value = models.CharField(max_length=6, choices=Value.choices)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["group", "feature"], name="feature_once_per_group")]
