"""Fee agreements and the charge's card through HTTP: who may, and what is shown to whom."""

import pytest

from forecourt.billing import operations as billing
from forecourt.billing.models import FeeAgreement
from forecourt.billing.tests.factories import make_agreement, make_stopped_charge
from forecourt.billing.tests.test_settling import AT, PRICE
from forecourt.network.tests.factories import make_charge_point
from forecourt.pricing.tests.factories import make_price_group

pytestmark = pytest.mark.django_db


def terms(operator, beneficiary):
    return {
        "operator": operator.pk,
        "beneficiary": beneficiary.pk,
        "percentage": "3",
        "per_kwh": "0.1",
        "per_charge": "0",
        "applies_to": "paid",
    }


@pytest.mark.parametrize(
    ("who", "status"), [("ada", 303), ("oscar", 403), ("bea", 403), ("sven", 403), ("sue", 422), ("tom", 403), ("eve", 422), ("root", 403)]
)
def test_who_may_agree_on_an_operators_fee(cast, who, status):
    response = cast.client(who).post("/fees/new", terms(cast.northwind, cast.northwind))
    assert (response.status_code, FeeAgreement.objects.count()) == (status, int(status == 303))


def test_a_main_account_takes_a_fee_of_its_sub_account(cast):
    assert cast.client("ada").post("/fees/new", terms(cast.southwind, cast.northwind)).status_code == 303


def test_only_the_platform_agrees_on_its_own_fee(cast):
    given = terms(cast.northwind, cast.platform)
    assert cast.client("ada").post("/fees/new", given).status_code == 422
    assert cast.client("ada").post("/platform/fees/new", given).status_code == 403
    assert cast.client("root").post("/platform/fees/new", given).status_code == 303


@pytest.mark.parametrize(
    ("who", "status"), [("ada", 303), ("oscar", 403), ("bea", 403), ("sue", 404), ("tom", 404), ("eve", 404), ("root", 404)]
)
def test_who_may_end_an_operators_fee(cast, who, status):
    agreement = make_agreement(cast.northwind, cast.northwind, percentage=3)
    assert cast.client(who).post(f"/fees/{agreement.pk}/end").status_code == status
    agreement.refresh_from_db()
    assert (agreement.until_at is not None) == (status == 303)


def test_the_platforms_fee_is_ended_by_the_platform_alone(cast):
    agreement = make_agreement(cast.northwind, cast.platform, percentage=2)
    assert cast.client("ada").post(f"/fees/{agreement.pk}/end").status_code == 403
    assert cast.client("root").post(f"/fees/{agreement.pk}/end").status_code == 303


@pytest.mark.parametrize(("who", "status"), [("sue", 403), ("ada", 303)])
def test_a_sub_account_does_not_end_the_fee_that_its_main_account_takes(cast, who, status):
    agreement = make_agreement(cast.southwind, cast.northwind, percentage=3)
    [(_row, [ending])] = cast.client(who).get("/fees/").context["rows"]
    assert bool(ending.disabled) == (who == "sue")
    assert cast.client(who).post(f"/fees/{agreement.pk}/end").status_code == status


def test_the_lists_open_and_show_ones_own(cast):
    make_agreement(cast.northwind, cast.northwind, percentage=3)
    make_agreement(cast.eastgate, cast.eastgate, percentage=4)
    assert len(cast.client("ada").get("/fees/").context["rows"]) == 1
    assert len(cast.client("root").get("/platform/fees/").context["rows"]) == 2
    assert cast.client("ada").get("/fees/new").status_code == 200
    assert cast.client("ada").get("/platform/fees/").status_code == 403


@pytest.fixture
def settled(cast):
    """Gate (Eastgate's) charged at Hotel's charge point; Northwind takes 3 %."""
    version = make_price_group("Public", cast.hotel, components=PRICE).current_version
    make_agreement(cast.northwind, cast.northwind, percentage=3)
    charge = make_stopped_charge(make_charge_point("P1", cast.hotel), payer=cast.gate, version=version)
    billing.settle([charge.pk], at=AT)
    return charge


def test_the_card_shows_the_owner_everything_and_the_payer_no_fees(cast, settled):
    owner = cast.client("ada").get(f"/charges/{settled.pk}").content.decode()
    payer = cast.client("eve").get(f"/charges/{settled.pk}").content.decode()
    assert "37.00" in owner
    assert "1.39" in owner
    assert "37.00" in payer
    assert "1.39" not in payer


def test_the_card_is_not_for_strangers(cast, settled):
    assert cast.client("sue").get(f"/charges/{settled.pk}").status_code == 404
