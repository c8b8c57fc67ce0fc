"""Plain factories for charges that wait to be settled."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from forecourt.billing.models import FeeAgreement
from forecourt.charging.models import Charge, ChargeEnergy
from forecourt.network.models import ChargePoint
from forecourt.operators.models import Operator
from forecourt.pricing.models import PriceVersion
from forecourt.teams.models import Team

STARTED_AT = datetime(2026, 11, 1, 10, tzinfo=UTC)


def make_stopped_charge(
    charge_point: ChargePoint, *, payer: Team | None = None, version: PriceVersion | None = None, energy_wh: int = 10_000, **fields: Any
) -> Charge:
    """
    Stopped and not settled: from 10:00 to 11:00 UTC on 1 November 2026, its energy in twelve equal periods of 300 s
    (the last one takes the rest). Danish VAT unless given.
    """
    number = Charge.objects.count() + 1
    times = {"started_at": STARTED_AT, "stopped_at": STARTED_AT + timedelta(hours=1), "charging_ended_at": STARTED_AT + timedelta(hours=1)}
    team = charge_point.team
    charge = Charge.objects.create(
        **{
            "human_readable_id": f"T{number:06}",
            "organisation_id": team.organisation_id,
            "operator_id": team.operator_id,
            "team_id": team.pk,
            "payer_team": payer,
            "payer_organisation_id": payer and payer.organisation_id,
            "payer_operator_id": payer and payer.operator_id,
            "charge_point": charge_point,
            "type": "operator",
            "state": "stopped",
            "meter_start_wh": 1_000,
            "meter_stop_wh": 1_000 + energy_wh,
            "price_version": version,
            "currency": version.currency if version else team.currency.identifier,
            "vat_rate": Decimal("0.25"),
            "country": team.country,
            "time_zone": team.time_zone,
            **times,
            **fields,
        }
    )
    share = energy_wh // 12
    ChargeEnergy.objects.create(charge=charge, from_at=STARTED_AT, wh=[share] * 11 + [energy_wh - 11 * share])
    return charge


def make_agreement(operator: Operator, beneficiary: Operator, *, team: Team | None = None, **fields: Any) -> FeeAgreement:
    """Since 1 January 2026, in the operator's currency."""
    return FeeAgreement.objects.create(
        **{
            "organisation_id": operator.organisation_id,
            "operator": operator,
            "team": team,
            "beneficiary": beneficiary,
            "currency": operator.currency.identifier,
            "from_at": datetime(2026, 1, 1, tzinfo=UTC),
            **fields,
        }
    )
