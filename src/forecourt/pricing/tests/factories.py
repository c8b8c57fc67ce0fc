"""Plain factories for prices."""

from datetime import UTC, datetime
from typing import Any

from forecourt.operators.models import Operator
from forecourt.pricing.models import MemberPricing, PriceGroup, PriceVersion
from forecourt.teams.models import Team, TeamMember

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
PER_KWH = ({"type": "kwh", "price": "2.5"},)


def make_price_group(
    name: str,
    of: Team | Operator,
    *,
    type: str = "public",
    components: tuple[dict[str, Any], ...] = PER_KWH,
    is_vat_included: bool = True,
    currency: str = "",
    **fields: Any,
) -> PriceGroup:
    """
    A price group of a team, or with an operator of all its teams, with its first version.

    `components` as they are stored, e.g. `({"type": "kwh", "price": "2.5"}, {"type": "idle", "price": "1", "after_minutes": 15})`.
    """
    operator = of.operator if isinstance(of, Team) else of
    assert of.country, "a price group's country is its owner's"
    group = PriceGroup.objects.create(
        organisation_id=operator.organisation_id,
        operator=operator,
        team=of if isinstance(of, Team) else None,
        type=type,
        name=name,
        currency=currency or of.currency.identifier,
        country=of.country,
        **fields,
    )
    group.current_version = make_version(group, components, is_vat_included=is_vat_included)
    group.save(update_fields=["current_version"])
    return group


def make_version(
    group: PriceGroup, components: tuple[dict[str, Any], ...] = PER_KWH, *, is_vat_included: bool = True, created_at: datetime = AT
) -> PriceVersion:
    """The next version of a group; the group's current one stays as it is."""
    return PriceVersion.objects.create(
        price_group=group,
        number=group.versions.count() + 1,
        currency=group.currency,
        is_vat_included=is_vat_included,
        components=list(components),
        created_at=created_at,
    )


def make_member_pricing(member: TeamMember, price_group: PriceGroup | None, cost_group: PriceGroup | None = None) -> MemberPricing:
    return MemberPricing.objects.create(member=member, price_group=price_group, cost_group=cost_group)
