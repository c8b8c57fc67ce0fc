"""Sites that come by themselves, teams without charge points, and the price that team settings bring."""

from typing import Any

import pytest

from forecourt.kit import clock
from forecourt.network import operations
from forecourt.network.models import ChargePoint, Model, Site
from forecourt.network.operations.gathering import CannotHold
from forecourt.network.tests.factories import make_charge_point
from forecourt.pricing.models import TeamTemplatePricing
from forecourt.pricing.tests.factories import make_price_group
from forecourt.teams.models import Team
from forecourt.teams.tests.factories import make_template

KAJ = {"address1": "Kaj 1", "zip_code": "2100", "city": "København"}


def add(cast, name: str, team: Team | None = None, **values: Any) -> ChargePoint:
    given = {"name": name, "visibility": "private", "type": "ac", "max_w": 11_000, **values}
    return operations.create_charge_point(
        actor=cast.actor("ada"), team=team or cast.harbour, site=None, model=None, values=given, at=clock.now()
    )


def test_two_charge_points_of_one_address_make_a_site_and_the_third_joins(cast):
    Team.objects.filter(pk=cast.harbour.pk).update(generates_sites=True)
    cast.harbour.refresh_from_db()
    first = add(cast, "One", **KAJ)
    assert first.site is None
    for name, street in (("Two", "kaj 1"), ("Three", "Kaj 1")):
        add(cast, name, **KAJ | {"address1": street})
    add(cast, "Elsewhere", **KAJ | {"address1": "Kaj 2"})
    site = Site.objects.get()
    assert set(ChargePoint.objects.filter(site=site).values_list("name", flat=True)) == {"One", "Two", "Three"}
    assert (site.team, site.city) == (cast.harbour, "København")


def test_without_the_setting_nothing_is_gathered(cast):
    for name in ("One", "Two"):
        add(cast, name, **KAJ)
    assert not Site.objects.exists()


def test_a_fleet_team_holds_no_charge_points(cast):
    Team.objects.filter(pk=cast.hotel.pk).update(type="fleet")
    cast.hotel.refresh_from_db()
    with pytest.raises(CannotHold):
        add(cast, "One", cast.hotel)
    point = make_charge_point("One", cast.harbour)
    with pytest.raises(CannotHold):
        operations.transfer_charge_point(actor=cast.actor("ada"), charge_point=point, team=cast.hotel, at=clock.now())
    assert not ChargePoint.objects.filter(team=cast.hotel).exists()


def test_a_new_charge_point_takes_the_price_of_the_teams_settings(cast):
    group = make_price_group("Standard", cast.northwind)
    template = make_template(cast.northwind, applies_to="all")
    scope = {"organisation_id": template.organisation_id, "operator_id": template.operator_id}
    TeamTemplatePricing.objects.create(template=template, price_group=group, **scope)
    assert add(cast, "One").price_group == group
    made = operations.add_stations(
        actor=cast.actor("ada"), team=cast.harbour, identities=["S-1", "S-2"], model=Model.objects.all()[0], at=clock.now()
    )
    content = b"name,type,max_kw\nThree,ac,11\n"
    operations.import_charge_points(actor=cast.actor("ada"), team=cast.harbour, content=content, is_dry_run=False, at=clock.now())
    assert len(made) == 2
    assert set(ChargePoint.objects.values_list("name", "price_group")) == {(name, group.pk) for name in ("One", "S-1", "S-2", "Three")}


def test_charge_points_of_a_file_are_gathered_as_those_of_the_form(cast):
    Team.objects.filter(pk=cast.harbour.pk).update(generates_sites=True)
    cast.harbour.refresh_from_db()
    content = b"name,type,max_kw,address1,zip_code,city\nOne,ac,11,Kaj 1,2100,Kbh\nTwo,ac,11,kaj 1,2100,Kbh\n"
    operations.import_charge_points(actor=cast.actor("ada"), team=cast.harbour, content=content, is_dry_run=False, at=clock.now())
    assert set(Site.objects.get().charge_points.values_list("name", flat=True)) == {"One", "Two"}
