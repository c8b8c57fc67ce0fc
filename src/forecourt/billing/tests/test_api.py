"""The breakdown of a charge through the partner API (§11.10)."""

from datetime import UTC, datetime, timedelta

import pytest

from forecourt.billing import operations as billing
from forecourt.billing.tests.factories import STARTED_AT, make_stopped_charge
from forecourt.integrations.tests.factories import api_client
from forecourt.ledger.tests.factories import make_wallet
from forecourt.network.tests.factories import make_charge_point
from forecourt.pricing.models import PriceGroupTag
from forecourt.pricing.tests.factories import make_price_group

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture
def settled(cast):
    """Eastgate's Gate paid at Harbour: DKK 3.20 a kWh, and a start fee with a tag; Harbour tracks a cost of 1.00 a kWh."""
    fields = {"organisation_id": cast.northwind.organisation_id, "operator": cast.northwind}
    tag = PriceGroupTag.objects.create(**fields, name="Service", description="Account 4711")
    price = ({"type": "kwh", "price": "3.2"}, {"type": "starting", "price": "5", "tag_id": tag.pk})
    version = make_price_group("Public", cast.harbour, components=price).current_version
    cost = make_price_group("Cost", cast.harbour, type="cost", components=({"type": "kwh", "price": "1"},)).current_version
    for team in (cast.harbour, cast.gate, cast.northwind):
        make_wallet(team)
    charge = make_stopped_charge(make_charge_point("P1", cast.harbour), payer=cast.gate, version=version, cost_version=cost)
    billing.settle([charge.pk], at=AT)
    return charge, tag


def breakdown(operator, charge):
    return api_client(operator).call("GET", f"/charges/{charge.pk}/breakdown").json()


def test_a_component_names_its_tag(cast, settled):
    charge, tag = settled
    found = breakdown(cast.northwind, charge)["priceBreakdown"]
    assert [fee["tag"] for fee in found["fees"]] == [{"id": tag.pk, "name": "Service", "description": "Account 4711"}]
    assert [part["tag"] for hour in found["breakdown"] for part in hour["components"]] == [None]


def test_a_component_says_how_many_of_what_and_at_which_price(cast):
    price = ({"type": "kwh", "price": "3.2"}, {"type": "minute", "price": "0.5", "after_minutes": 20}, {"type": "idle", "price": "1"})
    version = make_price_group("Public", cast.harbour, components=price).current_version
    late = {"started_at": STARTED_AT + timedelta(minutes=30), "stopped_at": STARTED_AT + timedelta(minutes=90)}
    late |= {"charging_ended_at": STARTED_AT + timedelta(minutes=80), "released_at": STARTED_AT + timedelta(minutes=95)}
    charge = make_stopped_charge(make_charge_point("P1", cast.harbour), payer=cast.harbour, version=version, **late)
    billing.settle([charge.pk], at=AT)
    found = breakdown(cast.northwind, charge)["priceBreakdown"]
    parts = [part["metadata"] for hour in found["breakdown"] for part in hour["components"]]
    assert {(part["type"], part["price"]) for part in parts} == {("default-metadata", 320)}
    assert sum(part["kwh"] for part in parts) == 10
    assert [fee["metadata"] for fee in found["fees"]] == [
        {"type": "duration-fee-metadata", "totalMinutes": 45.0, "feePerMinute": 50},
        {
            "type": "idle-fee-metadata",
            "amountPerMinute": 100,
            "minutes": 15.0,
            "from": "2026-11-01T11:20:00Z",
            "to": "2026-11-01T11:35:00Z",
        },
    ]


def test_the_payer_does_not_see_what_the_charge_cost_its_owner(cast, settled):
    charge, _tag = settled
    assert breakdown(cast.northwind, charge)["costBreakdown"]["summary"]["totalPrice"] == 1000
    payer = breakdown(cast.eastgate, charge)
    assert (payer["costBreakdown"], payer["priceBreakdown"]["summary"]["totalPrice"]) == (None, 3700)
