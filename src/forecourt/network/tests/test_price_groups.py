"""Price groups on charge points and sites, through the partner API."""

import pytest

from forecourt.integrations.tests.factories import api_client
from forecourt.network.models import ChargePoint
from forecourt.network.tests.factories import make_charge_point, make_site
from forecourt.pricing.tests.factories import make_price_group

pytestmark = pytest.mark.django_db


@pytest.fixture
def street(cast):
    """Two charge points on a site and one without, all of Harbour."""
    site = make_site("Havnegade", cast.harbour)
    return site, [make_charge_point(name, cast.harbour, site=on) for name, on in (("A", site), ("B", site), ("C", None))]


def apply(cast, group, operator="northwind", **body):
    return api_client(getattr(cast, operator)).call("PUT", f"/price-groups/{group.pk}/apply", body)


def test_a_price_group_is_applied_to_charge_points_and_sites_and_says_so(cast, street):
    site, (a, b, c) = street
    group = make_price_group("Day", cast.harbour)
    one = apply(cast, group, selectedChargePointIds=[a.pk]).json()
    assert one["appliedTo"] == {"chargePoints": [a.pk], "sites": [], "teamMembers": []}
    assert one["chargePointCount"] == 1
    assert apply(cast, group, selectedSiteIds=[site.pk]).json()["appliedTo"] == {
        "chargePoints": [a.pk, b.pk], "sites": [site.pk], "teamMembers": [],
    }  # fmt: skip
    assert ChargePoint.objects.get(pk=c.pk).price_group is None


def test_resetting_the_cost_ends_the_tracking_on_its_charge_points_alone(cast, street):
    _site, (a, b, _c) = street
    cost = make_price_group("Cost", cast.harbour, type="cost")
    ChargePoint.objects.update(cost_group=cost)
    group = make_price_group("Day", cast.harbour)
    assert apply(cast, group, selectedChargePointIds=[a.pk], resetCost=True).status_code == 200
    assert [ChargePoint.objects.get(pk=one.pk).cost_group for one in (a, b)] == [None, cost]


def test_a_strangers_charge_point_is_not_there_and_nothing_is_applied(cast, street):
    foreign = make_charge_point("Gate 1", cast.gate)
    group = make_price_group("Day", cast.harbour)
    assert apply(cast, group, selectedChargePointIds=[street[1][0].pk, foreign.pk]).status_code == 404
    assert not ChargePoint.objects.filter(price_group=group).exists()
