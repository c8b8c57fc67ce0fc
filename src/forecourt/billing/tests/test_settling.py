"""Settling: what a charge costs, who pays whom, once."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from forecourt.billing import operations as billing
from forecourt.billing import queries, rules
from forecourt.billing.events import ChargeSettled
from forecourt.billing.models import ChargeLine, Settlement
from forecourt.billing.tests.factories import STARTED_AT, make_agreement, make_stopped_charge
from forecourt.charging.events import ChargeReadyToSettle
from forecourt.charging.models import Charge
from forecourt.kit.models import OutboxRow
from forecourt.ledger import operations as ledger
from forecourt.ledger import queries as books
from forecourt.ledger.models import WalletTransaction
from forecourt.ledger.rules import Hold, RateMissing
from forecourt.ledger.tests.factories import give_funds, make_rate, make_wallet
from forecourt.network.tests.factories import make_charge_point
from forecourt.pricing.tests.factories import make_price_group
from forecourt.teams.models import Team
from forecourt.teams.tests.factories import make_team

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
PRICE = ({"type": "kwh", "price": "3.2"}, {"type": "starting", "price": "5"})  # 10 kWh: DKK 37.00


@pytest.fixture
def world(cast):
    """Harbour charges at Hotel's charge point, DKK 3.20 a kWh and 5.00 a start, VAT included."""
    cast_version = make_price_group("Public", cast.hotel, components=PRICE).current_version
    return cast, make_charge_point("P1", cast.hotel), cast_version


def movements():
    rows = WalletTransaction.objects.order_by("id").values_list("kind", "from_net_minor", "from_vat_minor", "from_minor", "to_minor")
    return [row for row in rows if not row[0].startswith("deposit")]


def funds(owner):
    wallet = make_wallet(owner)
    return books.balances([wallet.pk])[wallet.pk].funds_minor


def test_a_charge_is_priced_completed_and_paid(world):
    cast, charge_point, version = world
    give_funds(make_wallet(cast.harbour), 10_000)
    charge = make_stopped_charge(charge_point, payer=cast.harbour, version=version)
    assert billing.settle([charge.pk], at=AT) == [charge.pk]
    charge.refresh_from_db()
    assert (charge.state, charge.completed_at, charge.price_minor, charge.price_net_minor, charge.price_vat_minor) == (
        "completed",
        AT,
        3700,
        2960,
        740,
    )
    lines = ChargeLine.objects.order_by("ordinal").values_list("kind", "quantity", "unit", "net_minor", "vat_minor", "gross_minor")
    assert list(lines) == [("fixed-kwh", Decimal(10), "kWh", 2560, 640, 3200), ("starting-fee", Decimal(1), "charge", 400, 100, 500)]
    assert movements() == [("charge-professional", 2960, 740, 3700, 3700)]
    assert (funds(cast.harbour), funds(cast.hotel)) == (6300, 3700)
    assert books.problems() == []


def test_settling_twice_moves_money_once(world):
    cast, charge_point, version = world
    charge = make_stopped_charge(charge_point, payer=cast.harbour, version=version)
    event = ChargeReadyToSettle(charge.pk)
    billing.settle_charges([event, event])
    billing.settle_charges([event])
    assert (Settlement.objects.count(), len(movements()), funds(cast.hotel)) == (1, 1, 3700)


def test_it_is_announced_once(world):
    from forecourt.kit import events

    cast, charge_point, version = world
    charge = make_stopped_charge(charge_point, payer=cast.harbour, version=version)
    before = dict(events._reactions)
    try:
        events.wire(ChargeSettled, [billing.settle_charges])
        for _twice in range(2):
            billing.settle([charge.pk], at=AT)
    finally:
        events._reactions.clear()
        events._reactions.update(before)
    assert list(OutboxRow.objects.filter(kind=ChargeSettled.kind).values_list("payload", flat=True)) == [{"charge_id": charge.pk}]


def test_the_hold_is_given_back(world):
    cast, charge_point, version = world
    wallet = make_wallet(cast.harbour)
    give_funds(wallet, 10_000)
    charge = make_stopped_charge(charge_point, payer=cast.harbour, version=version)
    ledger.hold_many([Hold(f"charge:{charge.pk}", wallet.pk, 5000)], at=AT)
    billing.settle([charge.pk], at=AT)
    assert books.balances([wallet.pk])[wallet.pk] == books.Balance(6300, 0, 0, "DKK")
    kinds = [entry.kind for entry in queries.entries_of_charge(charge)]
    assert kinds == ["hold", "charge-professional", "release"]


def test_a_payer_without_funds_goes_below_zero(world):
    cast, charge_point, version = world
    charge = make_stopped_charge(charge_point, payer=cast.harbour, version=version)
    billing.settle([charge.pk], at=AT)
    assert (funds(cast.harbour), funds(cast.hotel)) == (-3700, 3700)


def test_an_operator_team_earns_for_the_operator(world):
    cast, _charge_point, version = world
    charge = make_stopped_charge(make_charge_point("P2", cast.depot), payer=cast.harbour, version=version)
    make_agreement(cast.northwind, cast.northwind, percentage=3)
    make_agreement(cast.northwind, cast.platform, percentage=2)
    billing.settle([charge.pk], at=AT)
    assert movements() == [("charge-professional", 2960, 740, 3700, 3700), ("charge-transaction-fee-professional", 74, 19, 93, 93)]
    assert (funds(cast.northwind), funds(cast.depot)) == (3700 - 93, 0)


def test_the_owner_pays_the_fees_of_platform_and_operators(world):
    """The worked table of docs/domains/billing.md."""
    cast, charge_point, version = world
    make_agreement(cast.northwind, cast.platform, percentage=2)
    make_agreement(cast.northwind, cast.northwind, percentage=3, per_kwh=Decimal("0.155"), per_charge=1)
    make_agreement(cast.northwind, cast.northwind, percentage=50, team=cast.harbour)  # of another team
    make_agreement(cast.northwind, cast.northwind, percentage=50, until_at=STARTED_AT)  # over
    charge = make_stopped_charge(charge_point, payer=cast.harbour, version=version)
    billing.settle([charge.pk], at=AT)
    assert movements() == [
        ("charge-professional", 2960, 740, 3700, 3700),
        ("charge-transaction-fee-professional", 74, 19, 93, 93),
        ("charge-operator-percentage-fee-professional", 111, 28, 139, 139),
        ("charge-operator-perkwh-fee-professional", 155, 39, 194, 194),
        ("charge-operator-starting-fee-professional", 100, 25, 125, 125),
    ]
    assert (funds(cast.hotel), funds(cast.northwind), funds(cast.platform)) == (3149, 458, 93)
    assert books.problems() == []


def test_a_foreign_owner_pays_fees_without_vat(cast):
    from forecourt.operators.tests.factories import make_operator

    nord = make_operator("Nord", country="SE")
    team = make_team("Fjord", nord)
    version = make_price_group("Public", team, components=({"type": "kwh", "price": "4"},)).current_version
    make_agreement(nord, cast.platform, percentage=2)
    make_rate("DKK", "SEK", "1.5")
    charge = make_stopped_charge(make_charge_point("S1", team), payer=cast.harbour, version=version)
    billing.settle([charge.pk], at=AT)
    fee = WalletTransaction.objects.get(kind="charge-transaction-fee-professional")
    assert (fee.from_minor, fee.from_vat_minor, fee.from_currency, fee.to_minor, fee.to_currency) == (80, 0, "SEK", 53, "DKK")
    payment = WalletTransaction.objects.get(kind="charge-professional")
    assert (payment.from_minor, payment.from_currency, payment.to_minor, payment.to_currency) == (2667, "DKK", 4000, "SEK")
    assert books.problems() == []


def test_without_a_rate_nothing_of_the_batch_is_settled_and_later_everything(cast, world):
    from forecourt.operators.tests.factories import make_operator

    _cast, charge_point, version = world
    stranger = make_team("Fjord", make_operator("Nord", country="SE"))
    charges = [make_stopped_charge(charge_point, payer=payer, version=version) for payer in (cast.harbour, stranger)]
    events = [ChargeReadyToSettle(charge.pk) for charge in charges]
    with pytest.raises(RateMissing, match="from DKK to SEK on or before 2026-11-01"):
        billing.settle_charges(events)
    assert (Settlement.objects.count(), movements(), Charge.objects.filter(state="completed").count()) == (0, [], 0)
    make_rate("SEK", "DKK", "0.65")
    billing.settle_charges(events)
    assert Settlement.objects.count() == 2


def test_a_free_charge_is_completed_without_a_movement(world):
    cast, charge_point, _version = world
    charge = make_stopped_charge(charge_point, payer=cast.harbour)
    billing.settle([charge.pk], at=AT)
    settlement = Settlement.objects.get()
    assert (settlement.is_free, settlement.gross_minor, movements()) == (True, 0, [])


def test_fees_for_all_charges_are_taken_on_free_ones(world):
    cast, charge_point, _version = world
    make_agreement(cast.northwind, cast.northwind, percentage=3, per_kwh=Decimal("0.10"), per_charge=1, applies_to="all")
    make_agreement(cast.northwind, cast.platform, percentage=2, per_charge=1)
    billing.settle([make_stopped_charge(charge_point, payer=cast.harbour).pk], at=AT)
    assert movements() == [
        ("charge-operator-perkwh-fee-professional", 100, 25, 125, 125),
        ("charge-operator-starting-fee-professional", 100, 25, 125, 125),
    ]


def test_an_unknown_payer_pays_nothing_but_the_price_stands(world):
    _cast, charge_point, version = world
    charge = make_stopped_charge(charge_point, payer=None, version=version, is_suspicious=True)
    billing.settle([charge.pk], at=AT)
    charge.refresh_from_db()
    assert (charge.state, charge.price_minor, movements()) == ("completed", 3700, [])


def test_a_private_owners_movements_are_between_people(cast):
    home = make_team("Home", cast.northwind, type="private")
    version = make_price_group("Public", home, components=PRICE).current_version
    make_agreement(cast.northwind, cast.platform, percentage=2)
    billing.settle([make_stopped_charge(make_charge_point("H1", home), payer=cast.harbour, version=version).pk], at=AT)
    assert [kind for kind, *_rest in movements()] == ["charge-p2p", "charge-transaction-fee-p2p"]


def test_cost_is_tracked_and_moves_nothing(world):
    cast, charge_point, version = world
    cost = make_price_group("Cost", cast.hotel, type="cost", components=({"type": "kwh", "price": "1.1"},)).current_version
    charge = make_stopped_charge(charge_point, payer=cast.harbour, version=version, cost_version=cost)
    billing.settle([charge.pk], at=AT)
    charge.refresh_from_db()
    assert (charge.price_minor, charge.cost_minor, len(movements())) == (3700, 1100, 1)
    assert [line.gross_minor for line in queries.charge_lines(charge.pk, purpose="cost")] == [1100]


def test_cost_in_another_currency_is_brought_into_the_charge_s(world):
    cast, charge_point, version = world
    make_rate("SEK", "DKK", "0.65")
    cost = make_price_group("Cost", cast.hotel, type="cost", components=({"type": "kwh", "price": "2"},), currency="SEK").current_version
    charge = make_stopped_charge(charge_point, payer=cast.harbour, version=version, cost_version=cost)
    billing.settle([charge.pk], at=AT)
    charge.refresh_from_db()
    assert (charge.currency, charge.cost_minor) == ("DKK", 1300)  # 10 kWh at 2 SEK
    assert [(line.gross_minor, line.currency) for line in queries.charge_lines(charge.pk, purpose="cost")] == [(2000, "SEK")]


def test_a_running_charge_is_passed_over(world):
    cast, charge_point, version = world
    charge = make_stopped_charge(charge_point, payer=cast.harbour, version=version, state="charging", stopped_at=None, meter_stop_wh=None)
    assert billing.settle([charge.pk, 999_999_999], at=AT) == []
    assert Settlement.objects.count() == 0


def test_the_breakdown_shares_the_master_price_out_by_the_hour(world):
    cast, charge_point, version = world
    late = {"started_at": STARTED_AT - timedelta(minutes=30), "stopped_at": STARTED_AT + timedelta(minutes=30)}
    charge = make_stopped_charge(charge_point, payer=cast.harbour, version=version, **late)
    billing.settle([charge.pk], at=AT)
    found = queries.breakdown(charge.pk)
    assert (found.master_minor, found.fees_minor, found.total_minor, found.currency) == (3200, 500, 3700, "DKK")
    assert sum(hour.master_minor for hour in found.hours) == 3200
    assert [(hour.from_at.hour, hour.until_at.hour) for hour in found.hours] == [(9, 10), (10, 11)]
    assert [(fee.kind, fee.price_minor) for fee in found.fees] == [("starting-fee", 500)]


@pytest.mark.parametrize("team_type", Team.Type.values)
def test_the_kinds_of_payment_are_named_in_one_place(team_type):
    assert rules.payment_kind(team_type) in rules.PAYMENT_KINDS
