"""Team members and their profiles by API (partner API §11.15, §11.16)."""

import pytest

from forecourt.api.tests.test_contract import assert_conforms
from forecourt.integrations.tests.factories import api_client
from forecourt.network.tests.factories import make_charge_point
from forecourt.notifications.models import OutgoingEmail
from forecourt.pricing.models import MemberPricing
from forecourt.pricing.operations import price_members_of_groups
from forecourt.pricing.tests.factories import make_price_group
from forecourt.teams.api.groups import ProfileOut
from forecourt.teams.api.members import TeamMemberOut
from forecourt.teams.events import MemberGroupGiven
from forecourt.teams.models import MemberGroup, TeamMember
from forecourt.teams.tests.factories import make_member_group

PROFILE = {
    "name": "Staff", "description": "Employees", "role": "user", "teamWalletChargePaymentType": "operator", "canPayForChargesCountryIds": [],
    "canPayWithTeamWallet": True,
}  # fmt: skip


@pytest.fixture
def client(cast):
    return api_client(cast.northwind)


def posted(cast, client, **body):
    return client.call("POST", "/team-members", {"teamId": cast.harbour.pk, "role": "user", **body})


@pytest.mark.parametrize(
    ("whom", "shown"), [({"email": "Nora@example.com"}, "nora@example.com"), ({"phone": "+4512345678"}, "+4512345678")]
)
def test_somebody_unknown_is_invited(cast, client, whom, shown):
    answer = posted(cast, client, note="Hello", partnerExternalId="M-1", canPayWithTeamWallet=True, **whom)
    body = answer.json()
    assert answer.status_code == 201, body
    assert_conforms(TeamMemberOut, body)
    assert (body["state"], body["displayName"], body["userId"], body["note"]) == ("invited", shown, None, "Hello")
    assert (body["canPayWithTeamWallet"], body["partnerExternalId"], body["access"]) == (True, "M-1", "all")


def test_an_account_that_the_key_does_not_know_is_asked_and_not_put_in(cast, client):
    body = posted(cast, client, email=cast.eve.email).json()
    assert (body["state"], body["userId"]) == ("invited", None)


@pytest.mark.parametrize("whom", [{}, {"email": "a@example.com", "phone": "+4512345678"}, {"userId": 1, "email": "a@example.com"}])
def test_exactly_one_way_to_name_somebody(cast, client, whom):
    before = TeamMember.objects.count()
    assert posted(cast, client, **whom).status_code == 400
    assert TeamMember.objects.count() == before


def test_a_request_is_accepted_and_an_invitation_sent_again(cast, client):
    cast.client("eve").post(f"/join/{cast.harbour.join_code}")
    asked = TeamMember.objects.get(team=cast.harbour, person=cast.eve)
    body = client.call("POST", f"/team-members/{asked.pk}/accept").json()
    assert (body["state"], body["acceptedAt"] is not None) == ("accepted", True)
    invited = posted(cast, client, email="nora@example.com").json()["id"]
    assert client.call("POST", f"/team-members/{invited}/resend-invite").json()["state"] == "invited"
    assert OutgoingEmail.objects.filter(to="nora@example.com").count() == 2
    assert client.call("POST", f"/team-members/{asked.pk}/resend-invite").status_code == 400
    assert client.call("POST", f"/team-members/{invited}/accept").status_code == 400


@pytest.mark.parametrize(
    ("query", "found"),
    [("state=invited", ["nora"]), ("email=nora@example.com", ["nora"]), ("phone=%2B4512345678", ["phone"]), ("role=admin&partnerExternalTeamId=H-1", ["tom", "hanna"])],
)  # fmt: skip
def test_members_are_filtered(cast, client, query, found):
    type(cast.harbour).objects.filter(pk=cast.harbour.pk).update(partner_external_id="H-1")
    ids = {
        "nora": posted(cast, client, email="nora@example.com").json()["id"],
        "phone": posted(cast, client, phone="+4512345678").json()["id"],
        "tom": TeamMember.objects.get(team=cast.harbour, person=cast.tom).pk,
        "hanna": TeamMember.objects.get(team=cast.harbour, role="owner").pk,
    }
    TeamMember.objects.filter(pk=ids["phone"]).update(state="expired")
    data = client.call("GET", f"/team-members?{query}").json()["data"]
    assert {row["id"] for row in data} == {ids[name] for name in found}


def test_every_field_is_changed_and_an_empty_list_says_nothing(cast, client):
    point, price = make_charge_point("Pier", cast.harbour), make_price_group("Members", cast.harbour, type="member")
    dora = TeamMember.objects.get(team=cast.harbour, person=cast.dora)
    sent = {
        "role": "admin", "chargePointIds": [point.pk], "priceGroupId": price.pk, "canManageTeamWallet": True, "note": "New",
        "teamWalletChargePaymentType": "partner", "canPayForChargesCountryIds": [cast.northwind.country_id],
    }  # fmt: skip
    body = client.call("PATCH", f"/team-members/{dora.pk}", sent).json()
    assert {name: body[name] for name in sent} == sent
    assert body["access"] == "selected"
    body = client.call("PATCH", f"/team-members/{dora.pk}", {"canPayForChargesCountryIds": [], "chargePointIds": []}).json()
    dora.refresh_from_db()
    assert (body["canPayForChargesCountryIds"], body["access"], dora.pays_in_country_ids) == ([], "all", None)


def test_a_charge_point_of_another_team_is_refused_and_nothing_is_stored(cast, client):
    point = make_charge_point("Theirs", cast.hotel)
    assert posted(cast, client, email="nora@example.com", chargePointIds=[point.pk]).status_code == 400
    assert not TeamMember.objects.filter(invited_email="nora@example.com").exists()


def test_a_profile_is_made_listed_changed_given_and_deleted(cast, client):
    made = client.call("POST", "/team-member-profiles", {**PROFILE, "teamId": cast.harbour.pk})
    profile = made.json()
    assert made.status_code == 201, profile
    assert_conforms(ProfileOut, profile)
    assert {name: profile[name] for name in PROFILE} == PROFILE
    dora = TeamMember.objects.get(team=cast.harbour, person=cast.dora)
    body = client.call("PATCH", f"/team-members/{dora.pk}", {"teamMemberProfileId": profile["id"]}).json()
    assert (body["teamMemberProfileId"], body["teamWalletChargePaymentType"]) == (profile["id"], "operator")
    client.call("PATCH", f"/team-member-profiles/{profile['id']}", {"name": "Crew", "teamWalletChargePaymentType": "all"})
    dora.refresh_from_db()
    assert (dora.charge_payment_type, MemberGroup.objects.get().name) == ("all", "Crew")
    assert client.call("DELETE", f"/team-member-profiles/{profile['id']}").status_code == 400
    client.call("DELETE", f"/team-members/{dora.pk}")
    assert client.call("DELETE", f"/team-member-profiles/{profile['id']}").status_code == 204


def test_a_profile_without_a_team_is_the_operators(cast, client):
    profile = client.call("POST", "/team-member-profiles", PROFILE).json()
    assert (profile["teamId"], profile["operator"]["id"]) == (None, cast.northwind.pk)
    assert [row["id"] for row in client.call("GET", "/team-member-profiles?name=Staff").json()["data"]] == [profile["id"]]


def test_a_profiles_price_becomes_its_members_and_others_keep_theirs(cast, client):
    first, second, own = (make_price_group(name, cast.harbour, type="member") for name in ("First", "Second", "Own"))
    group = make_member_group("Staff", cast.harbour)
    client.call("PATCH", f"/team-member-profiles/{group.pk}", {"priceGroupId": first.pk})
    members = [TeamMember.objects.get(team=cast.harbour, person=person) for person in (cast.dora, cast.tom)]
    for member in members:
        client.call("PATCH", f"/team-members/{member.pk}", {"teamMemberProfileId": group.pk})
    price_members_of_groups([MemberGroupGiven(member.pk) for member in members])
    client.call("PATCH", f"/team-members/{members[1].pk}", {"priceGroupId": own.pk})
    client.call("PATCH", f"/team-member-profiles/{group.pk}", {"priceGroupId": second.pk})
    assert [MemberPricing.objects.get(member=member).price_group for member in members] == [second, own]


def test_lists_cost_the_same_for_any_number_of_members(cast, client, django_assert_num_queries):
    client.call("GET", "/team-members")
    with django_assert_num_queries(LISTED):
        client.call("GET", "/team-members")
    for number in range(3):
        posted(cast, client, email=f"n{number}@example.com")
    with django_assert_num_queries(LISTED):
        client.call("GET", "/team-members")


LISTED = 3  # prices, cost groups, charge points; token, limit and page are read beside Django
