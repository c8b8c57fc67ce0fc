"""
What a price may be. Messages are named by `master.price`, `fees.0.maximum` (the fee's place), `cap.price`; doors turn those into
the names of their own fields.
"""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from forecourt.kit.fields import Checks
from forecourt.pricing.models import PriceGroup, PriceGroupTag
from forecourt.pricing.rules import Cap, ChargingFee, Component, Fee, IdleFee, MasterPrice, MinuteFee

MOST = Decimal(1_000_000)
PLACES = 6
LONGEST_MINUTES = 7 * 24 * 60
NAME_LENGTH = 120
MOST_FEES = 20
TRACKING_ONLY = frozenset({PriceGroup.Type.COST, PriceGroup.Type.MEMBER_COST})


def check_components(checks: Checks, components: Sequence[Component], *, type: str, operator_id: int) -> None:
    """One master price, at most one cap, no fees in cost groups, amounts and minutes within their bounds, tags of this operator."""
    masters = [one for one in components if isinstance(one, MasterPrice)]
    fees = [one for one in components if isinstance(one, Fee)]
    caps = [one for one in components if isinstance(one, Cap)]
    if len(masters) != 1:
        checks.fail("master.price", _("A price has exactly one master price: per kWh or per minute."))
    if type in TRACKING_ONLY and (fees or caps):
        checks.fail("fees", _("A cost group tracks what energy costs; it has no fees."))
    if len(fees) > MOST_FEES:
        checks.fail("fees", _("A price has at most %(most)s fees.") % {"most": MOST_FEES})
    for one in masters:
        _check_component(checks, "master", one)
    for place, fee in enumerate(fees):
        _check_component(checks, f"fees.{place}", fee)
    for cap in caps:
        _check_cap(checks, cap, is_only=len(caps) == 1)
    _check_tags(checks, masters, fees, operator_id)


def _check_component(checks: Checks, field: str, component: Component) -> None:
    _check_amount(checks, f"{field}.price", component.price)
    checks.text(f"{field}.description", component.description, limit=NAME_LENGTH, is_required=False)
    if isinstance(component, ChargingFee | MinuteFee | IdleFee) and not 0 <= component.after_minutes <= LONGEST_MINUTES:
        checks.fail(f"{field}.after_minutes", _("Enter minutes from 0 to %(most)s (a week).") % {"most": LONGEST_MINUTES})
    if isinstance(component, IdleFee) and component.maximum is not None:
        _check_amount(checks, f"{field}.maximum", component.maximum)
        if not component.maximum:
            checks.fail(f"{field}.maximum", _("A maximum of 0 makes the fee free. Leave it empty for none."))


def _check_cap(checks: Checks, cap: Cap, *, is_only: bool) -> None:
    _check_amount(checks, "cap.price", cap.price)
    if not cap.price:
        checks.fail("cap.price", _("A highest price of 0 makes every charge free. Leave it empty for none."))
    if not is_only:
        checks.fail("cap.price", _("A price has one highest price."))


def _check_amount(checks: Checks, field: str, amount: Decimal) -> None:
    if not amount.is_finite() or amount < 0:
        checks.fail(field, _("Enter an amount from 0."))
    elif amount > MOST:
        checks.fail(field, _("Enter an amount up to 1,000,000."))
    elif amount != round(amount, PLACES):
        checks.fail(field, _("Use at most six decimals."))


def _check_tags(checks: Checks, masters: Sequence[Component], fees: Sequence[Component], operator_id: int) -> None:
    named = [("master", one) for one in masters] + [(f"fees.{place}", one) for place, one in enumerate(fees)]
    wanted = {component.tag_id for _field, component in named if component.tag_id is not None}
    if not wanted:
        return
    found = set(PriceGroupTag.objects.filter(pk__in=wanted, operator_id=operator_id, deleted_at=None).values_list("pk", flat=True))
    for field, component in named:
        if component.tag_id is not None and component.tag_id not in found:
            checks.fail(f"{field}.tag_id", _("There is no tag with that id."))
