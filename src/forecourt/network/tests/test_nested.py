"""Nested teams through their doors: invited, answered, changed, ended; who may; and what a refusal leaves as it was."""

from datetime import timedelta
from typing import Any

import pytest

from forecourt.access import TeamRole
from forecourt.integrations.tests.factories import api_client
from forecourt.kit import clock
from forecourt.network.operations.nested import Places, invite_nested_team
from forecourt.network.tests.factories import make_charge_point, make_site
from forecourt.notifications.models import OutgoingEmail
from forecourt.pricing.tests.factories import make_price_group
from forecourt.teams.models import NestedTeam, TeamMember
from forecourt.teams.operations import nested as operations


@pytest.fixture
def price(cast) -> Any:
    return make_price_group("Guests", cast.harbour, type="member")


@pytest.fixture
def relation(cast, price) -> NestedTeam:
    """Hotel is invited to charge at Harbour."""
    return invite_nested_team(
        actor=cast.actor("ada"), parent=cast.harbour, nested=cast.hotel, places=Places(True), price_group=price, at=clock.now()
    )


def form(price, **values: Any) -> dict[str, Any]:
    return {"access": "all", "price_group": price.pk, "note": "", **values}


def test_a_team_is_invited_by_its_join_code_and_its_owner_is_told(cast, price):
    response = cast.client("ada").post(f"/teams/{cast.harbour.pk}/nested/new", form(price, join_code=cast.hotel.join_code.lower()))
    assert response.status_code == 303
    made = NestedTeam.objects.get()
    assert (made.parent_team, made.nested_team, made.state, made.pricing.price_group) == (cast.harbour, cast.hotel, "invited", price)
    assert OutgoingEmail.objects.filter(kind="nested_team_invitation", to=cast.hotel.owner.email).exists()


@pytest.mark.parametrize(
    ("values", "field"),
    [({"join_code": "NOBODY"}, "join_code"), ({"price_group": ""}, "price_group"), ({"access": "selected"}, "charge_points")],
)
def test_what_is_wrong_stands_at_its_field_and_nothing_is_stored(cast, price, values, field):
    response = cast.client("ada").post(f"/teams/{cast.harbour.pk}/nested/new", form(price, **{"join_code": cast.hotel.join_code} | values))
    assert response.status_code == 422
    assert f'id="id_{field}-error"' in response.content.decode()
    assert not NestedTeam.objects.exists()


def test_chosen_sites_and_charge_points_are_named_and_kept(cast, price):
    site, point = make_site("Quay", cast.harbour), make_charge_point("Pier 1", cast.harbour)
    ada, url = cast.client("ada"), f"/teams/{cast.harbour.pk}/nested/new"
    shown = ada.get(url).content.decode()
    assert "Quay" in shown
    assert "Pier 1" in shown
    values = {"join_code": cast.hotel.join_code, "access": "selected", "sites": [site.pk], "charge_points": [point.pk]}
    assert ada.post(url, form(price, **values)).status_code == 303
    made = NestedTeam.objects.get()
    assert (made.has_access_to_all, made.site_ids, made.charge_point_ids) == (False, [site.pk], [point.pk])


def test_a_team_is_not_nested_in_itself(cast, price):
    response = cast.client("ada").post(f"/teams/{cast.harbour.pk}/nested/new", form(price, join_code=cast.harbour.join_code))
    assert response.status_code == 422
    assert not NestedTeam.objects.exists()


def test_an_admin_of_the_team_who_is_not_its_owner_may_not(cast, price):
    TeamMember.objects.filter(person=cast.tom, team=cast.harbour).update(can_manage_team_members=True)
    response = cast.client("tom").post(f"/teams/{cast.harbour.pk}/nested/new", form(price, join_code=cast.hotel.join_code))
    assert response.status_code == 403
    assert not NestedTeam.objects.exists()


def test_the_invited_teams_owner_accepts_and_either_side_ends(cast, relation):
    TeamMember.objects.filter(person=cast.tom, team=cast.hotel).delete()
    TeamMember.objects.filter(team=cast.hotel, role=TeamRole.OWNER).update(person=cast.tom)
    owner = cast.client("tom")
    assert owner.post(f"/teams/{cast.hotel.pk}/nested/{relation.pk}/accept").status_code == 303
    relation.refresh_from_db()
    assert relation.state == "accepted"
    assert owner.post(f"/teams/{cast.hotel.pk}/nested/{relation.pk}/end").status_code == 303
    relation.refresh_from_db()
    assert relation.deleted_at


def test_the_inviting_side_does_not_accept_for_the_other(cast, relation):
    assert cast.client("ada").post(f"/teams/{cast.harbour.pk}/nested/{relation.pk}/accept").status_code == 404
    relation.refresh_from_db()
    assert relation.state == "invited"


def test_both_teams_pages_show_it(cast, relation, django_assert_max_num_queries):
    page = cast.client("ada").get(f"/teams/{cast.harbour.pk}/nested").content.decode()
    other = cast.client("ada").get(f"/teams/{cast.hotel.pk}/nested").content.decode()
    assert "Hotel" in page
    assert "Harbour" in other
    assert "/accept" in other


def test_an_invitation_expires_and_can_be_sent_again(cast, relation, price):
    late = clock.now() + timedelta(days=15)
    with pytest.raises(operations.NestingOver):
        operations.accept_nesting(actor=cast.actor("ada"), relation=relation, at=late)
    assert operations.expire_nestings(actor=cast.actor("ada"), at=late) == 1
    again = invite_nested_team(
        actor=cast.actor("ada"), parent=cast.harbour, nested=cast.hotel, places=Places(True), price_group=price, at=late
    )
    assert again.pk != relation.pk
    with pytest.raises(operations.AlreadyNested):
        invite_nested_team(actor=cast.actor("ada"), parent=cast.harbour, nested=cast.hotel, places=Places(True), price_group=price, at=late)


def test_the_api_invites_changes_and_ends(cast, price):
    client = api_client(cast.northwind)
    point = make_charge_point("One", cast.harbour)
    body = {
        "parentTeamId": cast.harbour.pk, "nestedTeamId": cast.hotel.pk, "priceGroupId": price.pk, "access": "selected",
        "selectedChargePointIds": [point.pk],
    }  # fmt: skip
    made = client.call("POST", "/nested-teams/invite", body).json()
    assert (made["state"], made["access"], made["selectedChargePointIds"], made["priceGroup"]["id"]) == (
        "invited",
        "selected",
        [point.pk],
        price.pk,
    )
    assert made["nestedTeam"] == {"id": cast.hotel.pk, "publicName": "Hotel", "memberCount": 2}
    path = f"/nested-teams/{made['id']}"
    assert client.call("POST", f"{path}/accept-invite").json()["state"] == "accepted"
    assert client.call("PATCH", path, {"note": "Friends"}).json()["note"] == "Friends"
    assert client.call("GET", "/nested-teams?state=accepted").json()["meta"]["totalItemCount"] == 1
    assert client.call("DELETE", path).status_code == 204
    assert client.call("GET", "/nested-teams").json()["data"] == []
    assert client.call("GET", "/nested-teams?includeDeleted=true").json()["meta"]["totalItemCount"] == 1


@pytest.mark.parametrize("field", ["selectedChargePointIds", "selectedSiteIds"])
def test_the_api_refuses_what_is_another_teams(cast, price, field):
    foreign = make_charge_point("Gate 1", cast.gate) if field == "selectedChargePointIds" else make_site("Gate", cast.gate)
    body = {
        "parentTeamId": cast.harbour.pk,
        "nestedTeamId": cast.hotel.pk,
        "priceGroupId": price.pk,
        "access": "selected",
        field: [foreign.pk],
    }
    response = api_client(cast.northwind).call("POST", "/nested-teams/invite", body)
    assert response.status_code in (400, 422)
    assert not NestedTeam.objects.exists()


def test_a_credential_of_one_side_does_not_answer_for_the_other(cast, price):
    relation = invite_nested_team(
        actor=cast.actor("ada"), parent=cast.harbour, nested=cast.gate, places=Places(True), price_group=price, at=clock.now()
    )
    assert api_client(cast.northwind).call("POST", f"/nested-teams/{relation.pk}/accept-invite").status_code == 404
    assert api_client(cast.eastgate).call("PATCH", f"/nested-teams/{relation.pk}", {"note": "x"}).status_code == 404
    assert api_client(cast.eastgate).call("POST", f"/nested-teams/{relation.pk}/reject-invite").json()["state"] == "rejected_at"
