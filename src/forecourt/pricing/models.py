"""Price groups and versions (spec P2.6, partner API §11.24)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from forecourt.access import OperatorScoped, newest_first
from forecourt.kit.models import PartnerVisible
from forecourt.operators.models import Operator
from forecourt.places.models import Country
from forecourt.pricing.rules import is_free, parse_components
from forecourt.teams.models import MemberGroup, NestedTeam, Team, TeamMember, TeamTemplate


class PriceGroup(OperatorScoped, PartnerVisible):
    """
    A named price. Of a team, or of the operator for all its teams (`team` null). Country and currency are locked at creation.
    """

    class Type(models.TextChoices):
        PUBLIC = "public", _("Public")
        MEMBER = "member", _("Member")
        SPONSORED = "sponsored", _("Sponsored")
        REIMBURSEMENT = "reimbursement", _("Reimbursement")
        ROAMING = "roaming", _("Roaming")
        COST = "cost", _("Cost")
        MEMBER_COST = "member_cost", _("Member Cost")
        OTHER = "other", _("Other")

    id = models.BigAutoField(primary_key=True)
    operator = models.ForeignKey(Operator, models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="price_groups")
    type = models.CharField(max_length=14, choices=Type.choices)
    name = models.CharField(max_length=120)
    currency = models.CharField(max_length=3)
    country = models.ForeignKey(Country, models.PROTECT, related_name="+")
    is_default = models.BooleanField(db_default=False, default=False)
    current_version = models.ForeignKey("PriceVersion", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["team", "type"], condition=Q(is_default=True, deleted_at=None), name="one_default_of_a_type_per_team"
            ),
            models.UniqueConstraint(
                fields=["operator", "type"],
                condition=Q(is_default=True, deleted_at=None, team=None),
                name="one_default_of_a_type_per_operator",
            ),
        ]
        indexes: ClassVar = [*newest_first("price_group"), models.Index(fields=["updated_at", "id"], name="price_group_changes")]

    def is_for(self, team: Team) -> bool:
        """Whether the team may use it: its own, its operator's, or the Main account's for all Sub-accounts (spec P2.6)."""
        if self.team_id is not None:
            return self.team_id == team.pk
        is_shared_down = self.operator.is_main and self.organisation_id == team.organisation_id
        return self.operator_id == team.operator_id or is_shared_down

    def __str__(self) -> str:
        return self.name


class PriceVersion(models.Model):
    """
    One edition of a price group, never changed (trigger). `components` is a list of dictionaries that
    `pricing.rules.parse_components` turns into the engine's components; amounts in it are decimal strings in major units.
    """

    id = models.BigAutoField(primary_key=True)
    price_group = models.ForeignKey(PriceGroup, models.PROTECT, related_name="versions")
    number = models.IntegerField()
    currency = models.CharField(max_length=3)
    is_vat_included = models.BooleanField()
    components = models.JSONField()
    created_at = models.DateTimeField(db_default=Now())
    created_by_id = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["price_group", "number"], name="price_version_once")]

    @property
    def is_free(self) -> bool:
        """Nothing is to be paid, so nothing is held and nobody needs funds."""
        return is_free(parse_components(self.components))


class MemberPricing(models.Model):
    """Which price group a member pays by, and which cost group tracks them."""

    member = models.OneToOneField(TeamMember, models.CASCADE, primary_key=True, related_name="pricing")
    price_group = models.ForeignKey(PriceGroup, models.PROTECT, null=True, related_name="+")
    cost_group = models.ForeignKey(PriceGroup, models.PROTECT, null=True, related_name="+")


class NestedTeamPricing(OperatorScoped):
    """Which price group the members of a nested team pay by at the parent's charge points (spec P2.1, partner API §11.17)."""

    relation = models.OneToOneField(NestedTeam, models.CASCADE, primary_key=True, related_name="pricing", db_column="id")
    price_group = models.ForeignKey(PriceGroup, models.PROTECT, null=True, related_name="+")


class TeamTemplatePricing(OperatorScoped):
    """
    The default price group of teams under a template (spec §2.5): what `queries.default_group` finds for them before the
    operator's own default of the same type. `cost_group` is the same for what energy costs them.
    """

    template = models.OneToOneField(TeamTemplate, models.CASCADE, primary_key=True, related_name="pricing", db_column="id")
    price_group = models.ForeignKey(PriceGroup, models.PROTECT, null=True, related_name="+")
    cost_group = models.ForeignKey(PriceGroup, models.PROTECT, null=True, related_name="+")


class MemberGroupPricing(models.Model):
    """Which prices a member group gives its members; they become the members' own (`MemberPricing`)."""

    group = models.OneToOneField(MemberGroup, models.CASCADE, primary_key=True, related_name="pricing")
    price_group = models.ForeignKey(PriceGroup, models.PROTECT, null=True, related_name="+")
    cost_group = models.ForeignKey(PriceGroup, models.PROTECT, null=True, related_name="+")


class PriceGroupTag(OperatorScoped, PartnerVisible):
    """A label on components of prices, for accounting (partner API §11.25)."""

    id = models.BigAutoField(primary_key=True)
    operator = models.ForeignKey(Operator, models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    description = models.TextField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["operator", "name"], condition=Q(deleted_at=None), name="price_group_tag_name_once")
        ]
        indexes: ClassVar = newest_first("price_group_tag", columns=("organisation_id", "operator_id"))
