"""Teams and feature groups by API: ownership, owners who have no account, every field, all-or-nothing."""

from typing import Any

import pytest

from forecourt.integrations.tests.factories import api_client
from forecourt.teams.models import FeatureGroup, Team, TeamMember
from forecourt.teams.tests.test_rights import make_feature_group

BODY: dict[str, Any] = {
    "name": "Pier", "contactEmail": "pier@example.com", "type": "professional",
    "address": {"address1": "Kaj 1", "city": "København", "zipCode": "2100", "countryId": 0},
}  # fmt: skip


def body(cast, **values: Any) -> dict[str, Any]:
    return BODY | {"address": BODY["address"] | {"countryId": cast.northwind.country_id}} | values


@pytest.fixture
def client(cast):
    return api_client(cast.northwind)


def test_every_field_of_a_team_is_its_own(cast, client):
    columns = {
        "legal_email": "l@example.com",
        "external_id": "X-1",
        "recipient_code": "R",
        "tax_identification_number": "T",
        "category": "hotel",
    }
    group = make_feature_group(cast)
    Team.objects.filter(pk=cast.harbour.pk).update(**columns, feature_group=group)
    shown = client.call("GET", f"/teams/{cast.harbour.pk}").json()
    named = {name: shown[name] for name in ("legalEmail", "externalId", "recipientCode", "taxIdentificationNumber", "featureGroupId")}
    assert list(named.values()) == ["l@example.com", "X-1", "R", "T", group.pk]
    assert shown["category"] == {"identifier": "hotel", "name": "Hotel"}
    assert [team["id"] for team in client.call("GET", f"/teams?featureGroupId={group.pk}").json()["data"]] == [cast.harbour.pk]


def test_an_owner_without_an_account_is_invited(cast, client):
    made = client.call("POST", "/teams", body(cast, userEmail="nobody@example.com"))
    assert (made.status_code, made.json()["userId"]) == (201, 0)
    assert TeamMember.objects.get(team=made.json()["id"]).invited_email == "nobody@example.com"


@pytest.mark.parametrize("who", ["tom", "eve"])
def test_a_team_is_handed_over_to_a_member_or_to_somebody_new(cast, client, who):
    person = getattr(cast, who)
    shown = client.call("PATCH", f"/teams/{cast.harbour.pk}", {"userEmail": person.email})
    assert shown.status_code == 200, shown.text
    assert shown.json()["userId"] == person.pk
    roles = dict(TeamMember.objects.filter(team=cast.harbour, deleted_at=None).values_list("person__first_name", "role"))
    assert (roles["Hanna"], roles[person.first_name]) == ("admin", "owner")


def test_an_operator_team_is_not_carried_by_its_operator(cast, client):
    response = client.call("PATCH", f"/teams/{cast.depot.pk}", {"paymentMethod": "operator_transaction"})
    assert response.status_code in (400, 422)
    assert Team.objects.get(pk=cast.depot.pk).payment_method == "source"


def test_feature_groups_are_listed_with_every_feature(cast, client):
    group = make_feature_group(cast, sites="hidden")
    assert client.call("GET", "/feature-groups").json()["data"] == [{"id": group.pk, "name": "Small"}]
    shown = client.call("GET", f"/feature-groups/{group.pk}/configurations?perPage=100").json()["data"]
    assert {row["featureCatalog"]["name"]: row["featureConfiguration"] for row in shown}["sites"] == "hidden"
    assert {row["featureConfiguration"] for row in shown} == {"on", "hidden"}


def test_a_feature_group_is_applied_to_all_teams_or_none(cast, client):
    group = make_feature_group(cast)
    path, ids = f"/feature-groups/{group.pk}", [cast.harbour.pk, cast.hotel.pk]
    assert client.call("POST", f"{path}/apply", {"relationType": "team", "ids": [*ids, cast.gate.pk]}).status_code == 404
    assert not Team.objects.filter(feature_group=group).exists()
    assert client.call("POST", f"{path}/apply", {"relationType": "team", "ids": ids}).status_code == 204
    assert client.call("POST", f"{path}/remove", {"relationType": "team", "ids": ids[:1]}).status_code == 204
    assert list(Team.objects.filter(feature_group=group)) == [cast.hotel]


def test_a_strangers_feature_group_is_nobodys(cast):
    group = make_feature_group(cast)
    stranger = api_client(cast.eastgate)
    assert stranger.call("GET", f"/feature-groups/{group.pk}/configurations").status_code == 404
    assert stranger.call("POST", f"/feature-groups/{group.pk}/apply", {"relationType": "team", "ids": [cast.gate.pk]}).status_code == 404
    assert FeatureGroup.objects.count() == 1
