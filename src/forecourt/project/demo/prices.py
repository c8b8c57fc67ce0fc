"""Price groups of the demo, made by the operations that people use."""

from datetime import datetime
from decimal import Decimal

from forecourt.operators.models import Operator
from forecourt.pricing import operations as pricing
from forecourt.pricing.models import PriceGroup
from forecourt.pricing.rules import parse_components
from forecourt.project.demo.people import DEMO
from forecourt.teams.models import Team

# Per currency: AC per kWh, DC per kWh, member per kWh, idle per minute and at most, start of a DC charge.
LEVELS = {
    "DKK": ("3.25", "4.95", "2.35", "1.00", "100", "5.00"),
    "SEK": ("4.60", "6.90", "3.40", "1.50", "150", "7.00"),
    "EUR": ("0.49", "0.69", "0.36", "0.10", "12", "0.79"),
}


def make_prices(operator: Operator, team: Team, *, at: datetime) -> dict[str, PriceGroup]:
    """`ac`, `dc`, `member` and `cost` groups of a team; the AC one is its default."""
    ac, dc, member, idle, idle_cap, start = LEVELS[team.currency.identifier]
    idle_fee = {"type": "idle", "price": idle, "after_minutes": 20, "maximum": idle_cap}
    made = {
        "ac": _group(operator, team, "Public AC", "public", [{"type": "kwh", "price": ac}, idle_fee], at=at),
        "dc": _group(
            operator, team, "Public fast", "public", [{"type": "kwh", "price": dc}, {"type": "starting", "price": start}, idle_fee], at=at
        ),
        "member": _group(operator, team, "Members", "member", [{"type": "kwh", "price": member}], at=at),
        "cost": _group(operator, team, "Electricity cost", "cost", [{"type": "kwh", "price": str(Decimal(member) / 2)}], at=at),
    }
    pricing.set_default(actor=DEMO, price_group=made["ac"], at=at)
    pricing.set_default(actor=DEMO, price_group=made["member"], at=at)
    return made


def _group(operator: Operator, team: Team, name: str, type: str, components: list[dict[str, object]], *, at: datetime) -> PriceGroup:
    return pricing.create_price_group(
        actor=DEMO, operator=operator, team=team, type=type, name=name, components=parse_components(components), at=at
    )
