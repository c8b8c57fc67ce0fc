"""The audit log in the portal: what is listed, found, shown and exported."""

import io
import zipfile
from datetime import UTC, datetime

import pytest
from django.urls import reverse

from forecourt.audit import jobs, operations
from forecourt.audit.models import ChainCheck, Event, LogExport, Retention, Stream
from forecourt.audit.tests.factories import recorded, seal_all
from forecourt.audit.tokens import event_id, public_id
from forecourt.kit import clock, outbox
from forecourt.notifications.models import OutgoingEmail
from forecourt.teams import operations as teams

QUERIES = 8  # session, person, memberships (2), account, bell, names of accounts, events with their keys
AT = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)


@pytest.fixture
def renamed(cast):
    """Ada renamed Harbour; sealed."""
    teams.edit_team(actor=cast.actor("ada"), team=cast.harbour, name="Harbour South", at=AT)
    return recorded(entity_type="Team", entity_id=cast.harbour.pk, action="updated")[-1]


def text(response) -> str:
    assert response.status_code == 200
    return str(response.content.decode())


def test_the_list_shows_who_did_what_newest_first(cast, renamed):
    page = text(cast.client("ada").get("/audit/"))
    rows = page[page.index('id="rows"') :]
    newest = rows[: rows.index("</tr>")]
    assert reverse("audit-event", args=[renamed.id]) in newest
    assert newest.index("Harbour South") < newest.rindex("Ada Test")
    assert "Eastgate" not in page


def test_an_event_shows_before_and_after_and_leads_to_the_item(cast, renamed):
    page = text(cast.client("ada").get(f"/audit/{renamed.id}"))
    assert ">Harbour<" in page
    assert ">Harbour South<" in page
    assert reverse("team-detail", args=[cast.harbour.pk]) in page
    assert public_id(renamed.id) in page


FILTERS = [
    ({"action": "updated"}, True), ({"action": "deleted"}, False), ({"type": "Team"}, True), ({"type": "Site"}, False),
    ({"kind": "person"}, True), ({"kind": "consumer"}, False), ({"q": "harb south"}, True), ({"q": "ada test"}, True), ({"q": "nobody"}, False),
    ({"until": "2020-01-01"}, False), ({"from": "2020-01-01"}, True), ({"from": "nonsense"}, True), ({"item": "0"}, False),
    ({"type": "Team", "action": "updated", "kind": "person"}, True),
]  # fmt: skip


@pytest.mark.parametrize(("query", "is_found"), FILTERS)
def test_each_filter_narrows(cast, renamed, query, is_found):
    page = text(cast.client("ada").get("/audit/", query))
    assert (reverse("audit-event", args=[renamed.id]) + '"' in page) is is_found


@pytest.mark.parametrize("word", ["team", "event", "public", "actor"])
def test_ids_are_found(cast, renamed, word):
    words = {"team": cast.harbour.pk, "event": renamed.id, "public": public_id(renamed.id), "actor": cast.ada.pk}
    assert reverse("audit-event", args=[renamed.id]) in text(cast.client("ada").get("/audit/", {"q": words[word]}))


def test_a_person_in_a_sub_account_sees_that_account_alone(cast, renamed):
    page = text(cast.client("sue").get("/audit/"))
    assert "Harbour" not in page
    assert "Garden" in page


def test_paging_goes_both_ways_and_misses_nothing(cast):
    seal_all()
    client, seen, url = cast.client("ada"), [], "/audit/"
    ids = list(Event.objects.filter(organisation_id=cast.northwind.organisation_id).order_by("-id").values_list("id", flat=True))
    for _ in range(3):
        teams.edit_team(actor=cast.actor("ada"), team=cast.harbour, name=clock.now().isoformat(), at=AT)
    page = client.get(url, {"before": ids[0]}).context["page"]
    seen = [row.id for row in page.rows]
    assert seen == ids[1:51]
    back = client.get(url, {"after": seen[0]}).context["page"]
    assert ([row.id for row in back.rows], back.newer) == ([ids[0]], None)


def exported(cast, query: str) -> str:
    """What Ada finds in the file that she asked for."""
    client = cast.client("ada")
    client.post(f"/audit/exports?{query}")
    jobs.make_export(export_id=LogExport.objects.get(state="running").pk)
    outbox.drain("project.tell_exporter", at=clock.now())
    (row,) = client.get("/audit/exports").context["rows"]
    packed = client.get(row.address)
    assert cast.client("oscar").get(row.address).status_code == 404
    return zipfile.ZipFile(io.BytesIO(packed.content)).read("audit-log.csv").decode()


def test_the_export_holds_every_row_that_fits_and_is_its_askers_alone(cast, renamed):
    lines = exported(cast, "type=Team").splitlines()
    assert lines[0].removeprefix("\ufeff").startswith("Schema,Event ID,Time,")
    assert any(public_id(renamed.id) in line and "Harbour South" in line for line in lines)
    assert all(",Team," in line for line in lines[1:])
    assert OutgoingEmail.objects.filter(kind="audit_export", to=cast.ada.email).count() == 1


def test_a_second_export_waits_for_the_first(cast):
    client = cast.client("ada")
    client.post("/audit/exports")
    client.post("/audit/exports")
    assert LogExport.objects.count() == 1


def test_the_filters_of_the_list_go_to_the_export(cast):
    response = cast.client("ada").get("/audit/?type=Team&before=7&format=csv")
    assert response.url == "/audit/exports?type=Team"


def test_an_admin_sets_a_stream_and_sees_its_secret_once(cast, settings):
    settings.PRIVATE_HOSTS = {"localhost"}
    client = cast.client("ada")
    page = text(client.post("/audit/keeping", {"do": "stream", "kind": "https", "url": "http://localhost:9/x", "is_on": "on"}))
    assert "whsec_" in page
    assert "whsec_" not in text(client.get("/audit/keeping"))
    refused = client.post("/audit/keeping", {"do": "stream", "kind": "https", "url": "https://10.0.0.1/", "is_on": "on"})
    assert (refused.status_code, Stream.objects.get().url) == (422, "http://localhost:9/x")


def test_a_shorter_retention_is_confirmed(cast):
    client = cast.client("ada")
    assert client.post("/audit/keeping", {"do": "retention", "months": "12"}).status_code == 422
    assert not Retention.objects.exists()
    assert client.post("/audit/keeping", {"do": "retention", "months": "12", "is_sure": "on"}).status_code == 303
    assert Retention.objects.get(pk=cast.northwind.organisation_id).months == 12


def test_an_erased_person_is_not_named(cast, renamed):
    operations.forget(actor=cast.actor("root"), person_id=cast.ada.pk, at=AT)
    page = text(cast.client("oscar").get(f"/audit/{renamed.id}"))
    assert f"Erased person #{cast.ada.pk}" in page
    assert "Ada Test" not in page


def test_a_change_through_the_portal_says_from_where(cast):
    client = cast.client("ada")
    response = client.post(
        reverse("team-delete", args=[cast.hotel.pk]),
        headers={"X-Request-ID": "given-id-1", "User-Agent": "Firefox"},
        REMOTE_ADDR="10.0.0.7",
    )
    assert response["X-Request-ID"] == "given-id-1"
    (event,) = recorded(entity_type="Team", entity_id=cast.hotel.pk, action="deleted")
    assert {key: event.context[key] for key in ("address", "user_agent", "request_id")} == {
        "address": "10.0.0.7", "user_agent": "Firefox", "request_id": "given-id-1",
    }  # fmt: skip


def test_the_platforms_people_check_the_chains_and_take_the_heads(cast):
    seal_all()
    root = cast.client("root")
    root.post("/platform/audit/check")
    assert "Checking every hash" in text(root.get("/platform/audit"))
    jobs.check_chains(check_id=ChainCheck.objects.get().pk)
    assert "All chains hold" in text(root.get("/platform/audit"))
    assert "<td>Northwind</td>" in text(root.get("/platform/audit"))
    assert len(root.get("/platform/audit/heads.json").json()["heads"]) == len({event.organisation_id for event in Event.objects.all()})


def test_lists_cost_the_same_number_of_queries(cast, renamed, django_assert_num_queries):
    client = cast.client("ada")
    client.get("/audit/")
    with django_assert_num_queries(QUERIES):
        client.get("/audit/")


@pytest.mark.parametrize("public", ["", "x", "AAAAAAAAAAA", "!!!!!!!!!!!", "_" * 11, "A" * 40])
def test_what_is_no_event_id_is_none(public):
    assert event_id(public) is None


def test_an_event_id_comes_back():
    assert [event_id(public_id(number)) for number in (1, 77, 2**62)] == [1, 77, 2**62]
