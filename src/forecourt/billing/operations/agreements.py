"""Agreeing on fees (spec §14 "Revenue-share fees")."""

from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from forecourt.access import Actor
from forecourt.billing.models import FeeAgreement
from forecourt.kit.errors import DomainError, Invalid
from forecourt.kit.operations import locked, operation
from forecourt.operators.models import Operator
from forecourt.teams.models import Team

MOST_PERCENT = Decimal(100)
MOST_AMOUNT = Decimal(1000)


class AgreementEnded(DomainError):
    """The agreement has ended already."""

    code, status = "fee_agreement_ended", 409


@operation
def agree_fee(
    *,
    actor: Actor,
    operator: Operator,
    team: Team | None,
    beneficiary: Operator,
    percentage: Decimal,
    per_kwh: Decimal,
    per_charge: Decimal,
    applies_to: FeeAgreement.Scope,
    from_at: datetime,
    at: datetime,
) -> FeeAgreement:
    """
    Agree that owners of charge points of `operator` (all, or one team) pay a fee on each charge that starts at `from_at`
    or later. Per kWh and per charge are in major units of the operator's currency; a percentage is of the gross price.

    The beneficiary is the operator itself, its Main account, or the platform; the door has asked who may.

    :raises Invalid: if there is nothing to pay, an amount is out of range, the team or the beneficiary is a stranger, or
        it would begin in the past: charges that are settled already would differ from those that are not.
    """
    fields = _problems(percentage, per_kwh, per_charge)
    if from_at < at:
        fields["from_at"] = _("Begin now or later.")
    if team is not None and team.operator_id != operator.pk:
        fields["team"] = _("The team is not this operator's.")
    if not _may_earn(beneficiary, operator):
        fields["beneficiary"] = _("Only the operator, its Main account or the platform can receive the fee.")
    if fields:
        raise Invalid(_("The fee cannot be agreed like this."), fields=fields)
    return FeeAgreement.objects.create(
        organisation_id=operator.organisation_id, operator=operator, team=team, beneficiary=beneficiary, percentage=percentage,
        per_kwh=per_kwh, per_charge=per_charge, currency=operator.currency.identifier, applies_to=applies_to, from_at=from_at,
    )  # fmt: skip


@operation
def end_fee(*, actor: Actor, agreement: FeeAgreement, at: datetime) -> FeeAgreement:
    """
    End an agreement now: it holds for charges that started before. It is never deleted, so that old charges can be explained.

    :raises AgreementEnded: if it has ended.
    """
    agreement = locked(agreement)
    if agreement.until_at is not None:
        raise AgreementEnded(_("This agreement has ended already."), until_at=agreement.until_at)
    agreement.until_at = max(at, agreement.from_at)
    agreement.save(update_fields=["until_at"])
    return agreement


def _problems(percentage: Decimal, per_kwh: Decimal, per_charge: Decimal) -> dict[str, str]:
    fields = {}
    if not 0 <= percentage <= MOST_PERCENT:
        fields["percentage"] = _("Enter a number from 0 to 100.")
    for name, amount in (("per_kwh", per_kwh), ("per_charge", per_charge)):
        if not 0 <= amount <= MOST_AMOUNT:
            fields[name] = _("Enter a number from 0 to %(most)s.") % {"most": MOST_AMOUNT}
    if not (percentage or per_kwh or per_charge):
        fields["percentage"] = _("Enter at least one fee.")
    return fields


def _may_earn(beneficiary: Operator, operator: Operator) -> bool:
    is_above = beneficiary.is_main and beneficiary.organisation_id == operator.organisation_id
    return beneficiary.pk == operator.pk or is_above or beneficiary.is_installation
