"""`/auditlog/events` (partner API §11.34)."""

import pytest

from forecourt.audit.models import Event
from forecourt.audit.tests.factories import pend, recorded, seal_all
from forecourt.audit.tokens import public_id
from forecourt.integrations.tests.factories import api_client
from forecourt.kit import clock
from forecourt.teams import operations as teams


@pytest.fixture
def renamed(cast):
    teams.edit_team(actor=cast.actor("ada"), team=cast.harbour, name="Harbour South", at=clock.now())
    return recorded(entity_type="Team", entity_id=cast.harbour.pk, action="updated")[-1]


def test_an_event_is_as_the_contract_says(cast, renamed):
    found = api_client(cast.northwind).call("GET", f"/auditlog/events/{public_id(renamed.id)}").json()
    assert {key: found[key] for key in ("operatorId", "teamId", "action", "entityId", "entityType")} == {
        "operatorId": cast.northwind.pk, "teamId": cast.harbour.pk, "action": "UPDATE", "entityId": str(cast.harbour.pk), "entityType": "Team",
    }  # fmt: skip
    assert found["user"] == {"id": cast.ada.pk, "name": "Ada Test", "type": "person"}
    assert found["metadata"]["changes"] == {"name": ["Harbour", "Harbour South"]}


def test_a_reader_gets_every_event_once_and_then_what_is_new(cast):
    client = api_client(cast.northwind)
    seal_all()
    own = Event.objects.filter(organisation_id=cast.northwind.organisation_id).exclude(operator_id=cast.southwind.pk)
    ids = [public_id(id) for id in own.order_by("-id").values_list("id", flat=True)]
    seen: list[str] = []
    while len(seen) < len(ids):
        page = client.call("GET", "/auditlog/events?perPage=3" + (f"&after={seen[-1]}" if seen else "")).json()
        seen += [row["id"] for row in page["data"]]
    assert page["meta"]["after"] is None
    assert seen == ids
    teams.edit_team(actor=cast.actor("ada"), team=cast.harbour, name="Harbour South", at=clock.now())
    seal_all()
    (new,) = client.call("GET", f"/auditlog/events?before={seen[0]}").json()["data"]
    assert (new["metadata"]["entityName"], new["action"]) == ("Harbour South", "UPDATE")


@pytest.fixture
def by_operator(cast):
    """One event each: Northwind's, its Sub-account Southwind's, the organisation's as a whole, and a stranger's. Names → ids."""
    for who, team in (("ada", cast.harbour), ("sue", cast.garden), ("eve", cast.gate)):
        teams.edit_team(actor=cast.actor(who), team=team, name="Renamed", at=clock.now())
    pend(cast.northwind.organisation_id, "Theme", at=clock.now())
    seal_all()
    of_team = {event.operator_id: public_id(event.id) for event in recorded(entity_type="Team", action="updated")}
    (whole,) = recorded(entity_type="Theme")
    names = {cast.northwind.pk: "own", cast.southwind.pk: "sub", cast.eastgate.pk: "stranger"}
    return {names[operator]: id for operator, id in of_team.items()} | {"whole": public_id(whole.id)}


@pytest.mark.parametrize(
    ("key_of", "asked", "seen"),
    [
        ("northwind", None, {"own", "whole"}), ("northwind", "northwind", {"own", "whole"}), ("northwind", "southwind", {"sub"}),
        ("southwind", None, {"sub"}), ("southwind", "southwind", {"sub"}), ("eastgate", None, {"stranger"}),
    ],
)  # fmt: skip
def test_the_log_is_that_of_one_operator(cast, by_operator, key_of, asked, seen):
    query = f"&operatorId={getattr(cast, asked).pk}" if asked else ""
    rows = api_client(getattr(cast, key_of)).call("GET", f"/auditlog/events?action=UPDATE{query}").json()["data"]
    names = {id: name for name, id in by_operator.items()}
    assert {names[row["id"]] for row in rows} == seen
    assert {row["operatorId"] for row in rows} == {getattr(cast, asked or key_of).pk}


@pytest.mark.parametrize(("key_of", "asked"), [("northwind", "eastgate"), ("southwind", "northwind"), ("eastgate", "northwind")])
def test_the_log_of_an_operator_out_of_reach_is_refused(cast, key_of, asked):
    answer = api_client(getattr(cast, key_of)).call("GET", f"/auditlog/events?operatorId={getattr(cast, asked).pk}")
    assert answer.status_code == 403


def test_a_key_limited_to_teams_reads_their_events_alone(cast, by_operator):
    limited = api_client(cast.northwind, team_ids=[cast.harbour.pk])
    assert [row["id"] for row in limited.call("GET", "/auditlog/events?action=UPDATE").json()["data"]] == [by_operator["own"]]
    other = api_client(cast.northwind, team_ids=[cast.hotel.pk])
    assert other.call("GET", "/auditlog/events?action=UPDATE").json()["data"] == []


QUERIES = [
    ("action=UPDATE", True), ("action=update", True), ("action=DELETE", False), ("entityType=Team", True), ("entityType=Site", False),
    ("search=South", True), ("search=nowhere", False), ("fromDate=2020-01-01T00:00:00Z", True), ("toDate=2020-01-01T00:00:00Z", False),
    ("entityId=abc", False),
]  # fmt: skip


@pytest.mark.parametrize(("query", "is_found"), QUERIES)
def test_each_filter_narrows(cast, renamed, query, is_found):
    found = api_client(cast.northwind).call("GET", f"/auditlog/events?{query}").json()["data"]
    assert (public_id(renamed.id) in [row["id"] for row in found]) is is_found


@pytest.mark.parametrize("query", ["after=nonsense", "before=1", "perPage=0", "perPage=10001"])
def test_a_wrong_query_is_refused(cast, query):
    assert api_client(cast.northwind).call("GET", f"/auditlog/events?{query}").status_code == 400


def test_a_change_by_a_key_says_which(cast):
    client = api_client(cast.northwind)
    assert client.call("PATCH", f"/teams/{cast.harbour.pk}", {"name": "By key"}).status_code == 200
    event = recorded(entity_type="Team", entity_id=cast.harbour.pk)[-1]
    assert (event.actor_kind, event.context["credential_id"]) == ("consumer", event.actor_id)
