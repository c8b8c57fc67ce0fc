"""What the audit log calls each kind of item, and where its page is: for links that lead only where the reader may go."""

from collections.abc import Callable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from forecourt.access import Actor, Permission
from forecourt.charging.models import Charge
from forecourt.integrations.models import Credential
from forecourt.kit.registries import AuditItem
from forecourt.ledger.models import WalletTransaction
from forecourt.network.models import ChargeKey, ChargePoint, Site
from forecourt.pricing.models import PriceGroup
from forecourt.teams.models import Team


def _page(rows: Any, needs: Permission, url_name: str) -> Callable[[Actor, int], str | None]:
    """The address of a row's page, for those who reach the row."""

    def address(actor: Actor, id: int) -> str | None:
        is_there = rows.within(actor.reach_of(needs)).filter(pk=id).exists()
        return reverse(url_name, args=[id]) if is_there else None

    return address


ITEMS = (
    AuditItem("ApiCredential", _("API key"), _page(Credential.objects, Permission.INTEGRATION_MANAGE, "api-key")),
    AuditItem("AuditRetention", _("Retention of the audit log")),
    AuditItem("AuditStream", _("Audit stream")),
    AuditItem("BreakGlass", _("Admin who keeps their password")),
    AuditItem("Charge", _("Charge"), _page(Charge.objects, Permission.CHARGE_READ, "charge-detail")),
    AuditItem("ChargeAuthToken", _("Charge key"), _page(ChargeKey.objects, Permission.CHARGE_KEY_UPDATE, "charge-key-edit")),
    AuditItem("ChargePoint", _("Charge point"), _page(ChargePoint.objects, Permission.CHARGE_POINT_READ, "charge-point")),
    AuditItem("Directory", _("Directory")),
    AuditItem("DirectoryGroup", _("Group of a directory")),
    AuditItem("DirectoryMember", _("Group member of a directory")),
    AuditItem("DirectoryUser", _("Person of a directory")),
    AuditItem("EmailDomain", _("E-mail domain")),
    AuditItem("ExchangeRate", _("Exchange rate")),
    AuditItem("ExternalIdentity", _("Linked identity")),
    AuditItem("FeatureGroup", _("Feature group")),
    AuditItem("FeeAgreement", _("Fee agreement")),
    AuditItem("FleetGrant", _("Fleet access")),
    AuditItem("GroupRole", _("Role of a group")),
    AuditItem("IdentityProvider", _("Identity provider")),
    AuditItem("Integration", _("Integration")),
    AuditItem("Intervention", _("Help with signing in")),
    AuditItem("MemberGroupPricing", _("Price of a member group")),
    AuditItem("MemberPricing", _("Member price")),
    AuditItem("NestedTeam", _("Nested team")),
    AuditItem("NestedTeamPricing", _("Price of a nested team")),
    AuditItem("Operator", _("Operator")),
    AuditItem("OperatorUser", _("Operator member")),
    AuditItem("OperatorWalletRule", _("Operator wallet rule")),
    AuditItem("PriceGroup", _("Price group"), _page(PriceGroup.objects, Permission.PRICE_GROUP_READ, "price-group-detail")),
    AuditItem("PriceGroupTag", _("Price group tag")),
    AuditItem("PriceVersion", _("Price version")),
    AuditItem("Site", _("Site"), _page(Site.objects, Permission.SITE_READ, "site")),
    AuditItem("Station", _("Station")),
    AuditItem("Team", _("Team"), _page(Team.objects, Permission.TEAM_READ, "team-detail")),
    AuditItem("TeamMember", _("Team member")),
    AuditItem("TeamMemberFee", _("Member fee")),
    AuditItem("TeamMemberFeePurchase", _("Member fee of a month")),
    AuditItem("TeamMemberProfile", _("Member group")),
    AuditItem("TeamTemplate", _("Team template")),
    AuditItem("TeamTemplatePricing", _("Price of a team template")),
    AuditItem("Theme", _("Theme")),
    AuditItem("User", _("Person")),
    AuditItem("Webhook", _("Webhook")),
    AuditItem("WalletTransaction", _("Transaction"), _page(WalletTransaction.objects, Permission.WALLET_READ, "transaction-detail")),
)
