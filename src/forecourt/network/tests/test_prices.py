"""Prices on charge points, given in the portal."""

import pytest
from django.urls import reverse

from forecourt.network import operations
from forecourt.network.models import ChargePoint
from forecourt.network.tests.factories import AT, make_charge_point, make_model, make_site
from forecourt.pricing.tests.factories import make_price_group


@pytest.fixture
def ada(cast):
    return cast.client("ada")


def text(response):
    return response.content.decode()


def given_of(client, point):
    form = client.get(reverse("charge-point-edit", args=[point.pk])).context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in values.items() if value not in (None, False)}


def test_a_charge_point_s_prices_are_chosen_on_its_page(cast, ada):
    public, cost, roaming = (make_price_group(type, cast.harbour, type=type) for type in ("public", "cost", "roaming"))
    point = make_charge_point("Quay 1", cast.harbour)
    given = given_of(ada, point) | {"price_group": public.pk, "cost_group": cost.pk, "roaming_price_group": roaming.pk}
    given |= {"is_free": "on", "is_reservable": "on", "reservation_minutes": "30"}
    assert ada.post(reverse("charge-point-edit", args=[point.pk]), given).status_code == 303
    point.refresh_from_db()
    assert (point.price_group, point.cost_group, point.roaming_price_group) == (public, cost, roaming)
    assert (point.is_free, point.is_reservable, point.reservation_minutes) == (True, True, 30)


@pytest.mark.parametrize("owner", ["hotel", "eastgate", "southwind"])
def test_another_s_price_is_no_choice(cast, ada, owner):
    price = make_price_group("Theirs", getattr(cast, owner))
    point = make_charge_point("Quay 1", cast.harbour)
    response = ada.post(reverse("charge-point-edit", args=[point.pk]), given_of(ada, point) | {"price_group": price.pk})
    assert (response.status_code, set(response.context["form"].errors)) == (422, {"price_group"})
    assert ChargePoint.objects.get().price_group is None


def test_a_charge_point_without_a_price_says_so(cast, ada):
    point = make_charge_point("Quay 1", cast.harbour)
    url = reverse("charge-point", args=[point.pk])
    assert "Charging here costs nothing." in text(ada.get(url))
    ChargePoint.objects.update(is_free=True)
    assert "Charging here costs nothing." not in text(ada.get(url))
    ChargePoint.objects.update(is_free=False, price_group=make_price_group("P", cast.harbour))
    assert "Charging here costs nothing." not in text(ada.get(url))


def test_a_price_is_used_on_sites_and_charge_points_and_its_page_lists_them(cast, ada):
    site = make_site("Quay", cast.harbour)
    here, there, beside = (
        make_charge_point("A", cast.harbour, site=site),
        make_charge_point("B", cast.harbour),
        make_charge_point("C", cast.hotel),
    )
    cost = make_price_group("Cost", cast.northwind, type="cost")
    ChargePoint.objects.update(cost_group=cost)
    price = make_price_group("Evening", cast.northwind)
    url = reverse("price-group-apply", args=[price.pk])
    page = text(ada.get(url))
    assert "Quay · 1 charge point" in page
    assert "B · Harbour" in page
    assert ada.post(url, {"sites": site.pk, "charge_points": there.pk, "reset_cost": "on"}).status_code == 303
    rows = {row.pk: (row.price_group, row.cost_group) for row in ChargePoint.objects.all()}
    assert rows == {here.pk: (price, None), there.pk: (price, None), beside.pk: (None, cost)}
    page = text(ada.get(reverse("price-group-detail", args=[price.pk])))
    assert reverse("charge-point", args=[here.pk]) in page
    assert "<td>Quay</td><td>Harbour</td>" in page
    assert reverse("charge-point", args=[beside.pk]) not in page


def test_choices_are_found_by_search_and_nothing_chosen_is_said(cast, ada):
    make_charge_point("Quay 1", cast.harbour)
    make_charge_point("Dock 1", cast.harbour)
    url = reverse("price-group-apply", args=[make_price_group("P", cast.harbour).pk])
    page = text(ada.get(url, {"q": "quay"}))
    assert "Quay 1" in page
    assert "Dock 1" not in page
    assert "Nothing matches" in text(ada.get(url, {"q": "nowhere"}))
    refused = ada.post(url, {})
    assert refused.status_code == 422
    assert "Choose at least one site or charge point." in text(refused)


def test_a_team_s_price_is_not_for_another_team_s_charge_points(cast, ada):
    other = make_charge_point("C", cast.hotel)
    price = make_price_group("P", cast.harbour)
    url = reverse("price-group-apply", args=[price.pk])
    assert ada.post(url, {"charge_points": other.pk}).status_code == 422
    assert ChargePoint.objects.get().price_group is None


@pytest.mark.parametrize("type", ["member", "member_cost"])
def test_a_price_for_members_is_not_used_on_charge_points(cast, ada, type):
    price = make_price_group("M", cast.harbour, type=type)
    assert ada.get(reverse("price-group-apply", args=[price.pk])).status_code == 404
    assert "Use on charge points" not in text(ada.get(reverse("price-group-detail", args=[price.pk])))


def test_stations_in_bulk_and_a_new_team_bring_their_default_cost(cast):
    cost, other = (make_price_group("Cost", team, type="cost", is_default=True) for team in (cast.harbour, cast.hotel))
    operations.add_stations(actor=cast.actor("ada"), team=cast.harbour, model=make_model(), identities=["B-1"], at=AT)
    point = ChargePoint.objects.get()
    assert point.cost_group == cost
    operations.transfer_charge_point(actor=cast.actor("ada"), charge_point=point, team=cast.hotel, at=AT)
    assert ChargePoint.objects.get().cost_group == other


def test_a_new_charge_point_tracks_the_default_cost(cast, ada):
    cost = make_price_group("Cost", cast.harbour, type="cost", is_default=True)
    made = operations.create_charge_point(
        actor=cast.actor("ada"), team=cast.harbour, site=None, model=None,
        values={"name": "New", "type": "ac", "max_w": 11_000, "visibility": "public"}, at=AT,
    )  # fmt: skip
    assert made.cost_group == cost
