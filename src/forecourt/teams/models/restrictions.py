"""Where a team's wallet may be spent: one pair of columns, on every level of the cascade."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class WalletRestricted(models.Model):
    """
    Countries and operators at which the team's wallet may pay (spec P2.1). Null inherits from the level above:
    operator → team → member group → member; an empty list is nowhere.
    """

    pays_in_country_ids = ArrayField(models.BigIntegerField(), null=True, blank=True)
    pays_at_operator_ids = ArrayField(models.BigIntegerField(), null=True, blank=True)

    class Meta:
        abstract = True


class MemberRights(models.Model):
    """The toggles of spec P2.1. A member group carries them for its members."""

    can_pay_with_team_wallet = models.BooleanField(db_default=False, default=False)
    can_manage_team_wallet = models.BooleanField(db_default=False, default=False)
    can_configure_charge_points = models.BooleanField(db_default=False, default=False)
    can_manage_team_members = models.BooleanField(db_default=False, default=False)
    can_request_sponsoring = models.BooleanField(db_default=False, default=False)
    charge_payment_type = models.CharField(max_length=10, db_default="all", default="all")  # partner, operator, all, none

    class Meta:
        abstract = True
