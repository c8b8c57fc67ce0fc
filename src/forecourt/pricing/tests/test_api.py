"""Price groups and tags through the partner API: the contract's shapes, who may, what is refused (§11.24, §11.25)."""

from typing import Any

import pytest
from tests.cast import Cast

from forecourt.integrations.tests.factories import api_client
from forecourt.kit.registries import ApiField
from forecourt.pricing.api.members import API_FIELDS
from forecourt.pricing.models import MemberPricing, PriceGroup, PriceGroupTag, PriceVersion
from forecourt.pricing.tests.factories import AT, make_member_pricing, make_price_group
from forecourt.teams.models import TeamMember

pytestmark = pytest.mark.django_db
KWH = {"type": "kwh", "endAtFullyCharged": False, "vat": False, "price": 2.5}
IDLE = {
    "type": "idle", "endAtFullyCharged": False, "vat": False, "price": 1, "applyAfterMinutes": 15, "feePriceMax": 100, "description": "Idle",
}  # fmt: skip


@pytest.fixture
def northwind(cast):
    return api_client(cast.northwind)


def body(cast: Cast, **changes: Any) -> dict[str, Any]:
    return {"teamId": cast.harbour.pk, "name": "Day", "type": "public", "masterPrice": KWH, "fees": [IDLE], **changes}


def dkk(amount: int) -> dict[str, Any]:
    return {"amount": amount, "locale": "en", "identifier": "DKK", "decimals": 2}


def flat(money: dict[str, Any]) -> dict[str, Any]:
    return {"amount": money["amount"], "locale": money["locale"]} | {name: money["currency"][name] for name in ("identifier", "decimals")}


def test_a_created_price_group_reads_as_it_was_written(cast, northwind):
    created = northwind.call("POST", "/price-groups", body(cast))
    assert (created.status_code, created.content) == (201, b"")
    group = PriceGroup.objects.get()
    shown = northwind.call("GET", f"/price-groups/{group.pk}").json()
    assert [shown[name] for name in ("id", "teamId", "name", "default", "type", "tariffs")] == [
        group.pk, cast.harbour.pk, "Day", False, "public", [],
    ]  # fmt: skip
    assert shown["appliedTo"] == {"chargePoints": [], "sites": [], "teamMembers": []}
    (idle,) = shown["fees"]
    assert (flat(shown["masterPrice"]["price"]), flat(idle["price"]), flat(idle["feePriceMax"])) == (dkk(250), dkk(100), dkk(10_000))
    assert [idle[name] for name in ("type", "master", "applyAfterMinutes", "description", "priceMin")] == ["idle", False, 15, "Idle", None]
    assert shown["masterPrice"]["id"] != idle["id"]


def test_prices_are_exact_decimals(cast, northwind):
    northwind.call("POST", "/price-groups", body(cast, masterPrice=KWH | {"price": 3.19}, fees=None))
    assert PriceVersion.objects.get().components == [{"type": "kwh", "price": "3.19"}]


def test_the_list_is_of_one_team_and_needs_it(cast, northwind):
    for team in (cast.harbour, cast.hotel):
        make_price_group("P", team)
    make_price_group("Old", cast.harbour, deleted_at=AT)
    listed = northwind.call("GET", f"/price-groups?teamId={cast.harbour.pk}").json()
    assert ([row["teamId"] for row in listed["data"]], listed["meta"]["totalItemCount"]) == ([cast.harbour.pk], 1)
    assert northwind.call("GET", "/price-groups").status_code == 400


def test_put_replaces_and_makes_a_version_only_if_something_changed(cast, northwind):
    group = make_price_group("Day", cast.harbour, components=({"type": "kwh", "price": "2"}, {"type": "cap", "price": "500"}))
    for _ in range(2):
        shown = northwind.call("PUT", f"/price-groups/{group.pk}", body(cast, name="Night")).json()
    assert (shown["name"], shown["masterPrice"]["price"]["amount"]) == ("Night", 250)
    assert [len(version.components) for version in group.versions.order_by("number")] == [2, 3]
    assert group.versions.get(number=2).components[-1] == {"type": "cap", "price": "500"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"masterPrice": KWH | {"type": "spot"}}, "masterPrice.type"),
        ({"masterPrice": KWH | {"type": "idle"}}, "masterPrice.type"),
        ({"masterPrice": KWH | {"price": -1}}, "masterPrice.price"),
        ({"masterPrice": KWH | {"price": "much"}}, "masterPrice.price"),
        ({"fees": [KWH]}, "fees.0.type"),
        ({"fees": [IDLE, IDLE | {"applyAfterMinutes": -1}]}, "fees.1.applyAfterMinutes"),
        ({"fees": [IDLE | {"tagId": 99}]}, "fees.0.tagId"),
        ({"fees": [IDLE] * 21}, "fees"),
        ({"name": " "}, "name"),
        ({"type": "moon"}, "type"),
    ],
)
def test_what_is_wrong_is_named_by_the_contracts_field(cast, northwind, changes, field):
    answer = northwind.call("POST", "/price-groups", body(cast, **changes))
    assert (answer.status_code, list(answer.json()["context"]["fields"])) == (400, [field])
    assert not PriceGroup.objects.exists()


@pytest.mark.parametrize(("changes", "field"), [({"type": "member"}, "type"), ({"teamId": 1_000_000}, "teamId")])
def test_type_and_team_stay(cast, northwind, changes, field):
    group = make_price_group("Day", cast.harbour)
    answer = northwind.call("PUT", f"/price-groups/{group.pk}", body(cast, **changes))
    assert (answer.status_code, list(answer.json()["context"]["fields"])) == (400, [field])


def test_a_default_is_set_and_then_not_deleted(cast, northwind):
    group = make_price_group("Day", cast.harbour)
    assert northwind.call("PUT", f"/price-groups/{group.pk}/default").json()["default"] is True
    assert northwind.call("DELETE", f"/price-groups/{group.pk}").status_code == 400
    PriceGroup.objects.update(is_default=False)
    assert northwind.call("DELETE", f"/price-groups/{group.pk}").status_code == 204
    assert northwind.call("GET", f"/price-groups/{group.pk}").status_code == 404


def test_a_price_group_that_is_not_found_is_said_in_both_forms_of_the_contract(northwind):
    body = northwind.call("GET", "/price-groups/1").json()
    assert (body["status"], body["errorCode"], body["error_code"]) == ("NOT_FOUND", "RESOURCE_NOT_FOUND", "RESOURCE_NOT_FOUND")
    assert (body["statusCode"], body["code"], body["readable_message"]) == (404, 404, body["readableMessage"])
    assert {"origin", "environment", "localizedMessage", "errors"} <= set(body)
    assert "error_code" not in northwind.call("GET", "/charges/1").json()


def test_a_price_is_applied_to_members(cast, northwind):
    group = make_price_group("M", cast.harbour, type="member")
    dora = TeamMember.objects.get(person=cast.dora, team=cast.harbour)
    shown = northwind.call("PUT", f"/price-groups/{group.pk}/apply", {"selectedTeamMemberIds": [dora.pk]}).json()
    assert (shown["appliedTo"]["teamMembers"], shown["teamMemberCount"]) == ([dora.pk], 1)
    assert MemberPricing.objects.get(member=dora).price_group == group


def test_unknown_members_are_not_found_and_nobody_is_changed(cast, northwind):
    group = make_price_group("M", cast.harbour, type="member")
    ids = [TeamMember.objects.get(person=cast.dora, team=cast.harbour).pk, 10_000_000]
    assert northwind.call("PUT", f"/price-groups/{group.pk}/apply", {"selectedTeamMemberIds": ids}).status_code == 404
    assert not MemberPricing.objects.exists()


def test_a_public_price_is_not_applied_to_members(cast, northwind):
    group = make_price_group("P", cast.harbour)
    ids = [TeamMember.objects.get(person=cast.dora, team=cast.harbour).pk]
    answer = northwind.call("PUT", f"/price-groups/{group.pk}/apply", {"selectedTeamMemberIds": ids})
    assert (answer.status_code, list(answer.json()["context"]["fields"])) == (400, ["selectedTeamMemberIds"])


def test_where_a_domain_above_says_it_is_applied(cast, northwind, monkeypatch):
    written: list[Any] = []
    field = ApiField("price-group", "chargePoints", lambda ids: {id: [7, 8] for id in ids}, lambda **given: written.append(given["value"]))
    monkeypatch.setattr("forecourt.api.extras.api_fields", [field])
    group = make_price_group("P", cast.harbour)
    shown = northwind.call("PUT", f"/price-groups/{group.pk}/apply", {"selectedChargePointIds": [7, 8]}).json()
    assert (written, shown["chargePointCount"], shown["appliedTo"]["chargePoints"]) == ([[7, 8]], 2, [7, 8])


REQUESTS: list[tuple[str, str, Any, int]] = [
    ("GET", "", None, 200), ("PUT", "", "body", 200), ("PUT", "/default", None, 200), ("PUT", "/apply", {}, 200), ("DELETE", "", None, 204),
]  # fmt: skip


@pytest.mark.parametrize(("method", "tail", "sent", "status"), REQUESTS)
@pytest.mark.parametrize("who", ["northwind", "southwind", "eastgate"])
def test_a_strangers_key_finds_nothing_and_changes_nothing(cast, who, method, tail, sent, status):
    group = make_price_group("P", cast.harbour)
    client = api_client(getattr(cast, who))
    answer = client.call(method, f"/price-groups/{group.pk}{tail}", body(cast) if sent == "body" else sent)
    assert answer.status_code == (status if who == "northwind" else 404)
    if who != "northwind":
        assert list(PriceGroup.objects.values_list("name", "is_default", "deleted_at")) == [("P", False, None)]


@pytest.mark.parametrize("who", ["southwind", "eastgate"])
def test_a_strangers_key_makes_nothing_in_a_team(cast, who):
    assert api_client(getattr(cast, who)).call("POST", "/price-groups", body(cast)).status_code == 404
    assert not PriceGroup.objects.exists()


@pytest.mark.parametrize(("method", "tail", "sent", "_status"), REQUESTS[1:])
def test_a_sub_account_sees_the_main_accounts_price_and_cannot_change_it(cast, method, tail, sent, _status):
    group = make_price_group("P", cast.northwind)
    client = api_client(cast.southwind)
    assert client.call("GET", f"/price-groups/{group.pk}").json()["teamId"] is None
    answer = client.call(method, f"/price-groups/{group.pk}{tail}", body(cast) if sent == "body" else sent)
    assert answer.status_code == (200 if tail == "/apply" else 403)
    assert list(PriceGroup.objects.values_list("name", "is_default", "deleted_at")) == [("P", False, None)]


@pytest.mark.parametrize(("method", "tail", "sent", "_status"), REQUESTS[1:])
def test_a_key_that_may_read_only_reads(cast, method, tail, sent, _status):
    group = make_price_group("P", cast.harbour)
    client = api_client(cast.northwind, scopes=["price-groups:read"])
    assert client.call("GET", f"/price-groups/{group.pk}").status_code == 200
    assert client.call(method, f"/price-groups/{group.pk}{tail}", body(cast) if sent == "body" else sent).status_code == 403
    assert PriceVersion.objects.count() == 1


def test_tags_are_made_read_changed_and_deleted(cast, northwind):
    sent = {"name": "Green", "description": "Certified", "partnerExternalId": "g-1", "partnerCustomPayload": {"account": 4711}}
    made = northwind.call("POST", "/price-group-tags", sent)
    tag = made.json()
    assert (made.status_code, {name: tag[name] for name in sent}, tag["operator"]["id"]) == (201, sent, cast.northwind.pk)
    changed = northwind.call("PATCH", f"/price-group-tags/{tag['id']}", {"description": None}).json()
    assert (changed["name"], changed["description"]) == ("Green", None)
    assert northwind.call("GET", "/price-group-tags?partnerExternalId=g-1").json()["meta"]["totalItemCount"] == 1
    assert northwind.call("GET", "/price-group-tags?name=Red").json()["data"] == []
    gone = northwind.call("DELETE", f"/price-group-tags/{tag['id']}")
    assert (gone.status_code, gone.content) == (200, b"")
    assert northwind.call("GET", f"/price-group-tags/{tag['id']}").status_code == 404


def test_two_tags_of_one_name_are_refused(cast, northwind):
    northwind.call("POST", "/price-group-tags", {"name": "Green"})
    answer = northwind.call("POST", "/price-group-tags", {"name": "Green"})
    assert (answer.status_code, list(answer.json()["context"]["fields"])) == (400, ["name"])
    assert PriceGroupTag.objects.count() == 1


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_a_strangers_key_finds_no_tag(cast, northwind, method):
    tag = northwind.call("POST", "/price-group-tags", {"name": "Green"}).json()
    assert api_client(cast.eastgate).call(method, f"/price-group-tags/{tag['id']}", {"name": "Mine"}).status_code == 404
    assert PriceGroupTag.objects.values_list("name", "deleted_at").get() == ("Green", None)


def test_members_show_and_take_their_price(cast):
    price, dora = make_price_group("M", cast.harbour, type="member"), TeamMember.objects.get(person=cast.dora, team=cast.harbour)
    field = next(field for field in API_FIELDS if field.name == "priceGroupId")
    assert field.write
    make_member_pricing(dora, None)
    field.write(actor=cast.actor("ada"), id=dora.pk, value=price.pk, at=AT)
    assert field.load([dora.pk]) == {dora.pk: price.pk}
    field.write(actor=cast.actor("ada"), id=dora.pk, value=None, at=AT)
    assert field.load([dora.pk]) == {}
