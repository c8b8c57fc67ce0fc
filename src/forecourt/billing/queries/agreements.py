"""Fee agreements."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from forecourt.access import Scope
from forecourt.billing.models import FeeAgreement
from forecourt.billing.rules import Agreement


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """One row of the page. Amounts in major units of `currency`."""

    id: int
    operator: str
    team: str | None
    beneficiary_id: int
    beneficiary: str
    is_platform: bool
    percentage: Decimal
    per_kwh: Decimal
    per_charge: Decimal
    currency: str | None
    applies_to: str
    from_at: datetime
    until_at: datetime | None


_ROW = (
    "id", "operator__name", "team__name", "beneficiary_id", "beneficiary__name", "beneficiary__is_installation", "percentage", "per_kwh",
    "per_charge", "currency", "applies_to", "from_at", "until_at",
)  # fmt: skip


def agreements_of(operator_ids: Iterable[int]) -> dict[int, list[Agreement]]:
    """Every agreement of these operators, by operator, oldest first."""
    wanted = sorted(set(operator_ids))
    found: dict[int, list[Agreement]] = {id: [] for id in wanted}
    for row in FeeAgreement.objects.filter(operator_id__in=wanted).select_related("beneficiary").order_by("id"):
        found[row.operator_id].append(
            Agreement(
                row.pk, row.operator_id, row.team_id, row.beneficiary_id, row.beneficiary.is_installation, row.percentage, row.per_kwh,
                row.per_charge, row.currency, row.applies_to == FeeAgreement.Scope.ALL, row.from_at, row.until_at,
            )
        )  # fmt: skip
    return found


def agreement_rows(scope: Scope) -> list[AgreementRow]:
    """The agreements in scope, newest first. There are few: no paging."""
    return [AgreementRow(*row) for row in FeeAgreement.objects.within(scope).order_by("-id").values_list(*_ROW)]
