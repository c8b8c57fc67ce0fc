import json
from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection

from forecourt.access import TeamRole
from forecourt.audit.models import Event, Retention
from forecourt.audit.tests.factories import seal_all
from forecourt.audit.vault import Reader
from forecourt.identity.tests.factories import PASSWORD
from forecourt.teams import operations as teams
from forecourt.teams.models import TeamMember

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


def _last(entity: str) -> Event:
    seal_all()
    return Event.objects.filter(entity_type=entity).order_by("-id")[0]


def test_a_change_names_who_what_and_the_difference(cast):
    teams.edit_team(actor=cast.actor("ada"), team=cast.harbour, name="Harbour South", at=AT)
    event = _last("Team")
    assert (event.action, event.entity_id, event.actor_kind, event.actor_id) == ("updated", cast.harbour.pk, "person", cast.ada.pk)
    assert Reader([event.actor_name]).read(event.actor_name) == "Ada Test"
    assert event.changes == {"name": ["Harbour", "Harbour South"]}
    assert (event.organisation_id, event.operator_id, event.team_id) == (cast.northwind.organisation_id, cast.northwind.pk, cast.harbour.pk)


def test_saving_what_was_there_already_records_nothing(cast):
    seal_all()
    teams.edit_team(actor=cast.actor("ada"), team=cast.harbour, name="Harbour", at=AT)
    assert seal_all() == 0


def test_a_soft_deletion_is_recorded_as_one(cast):
    teams.delete_team(actor=cast.actor("ada"), team=cast.gate, at=AT)
    assert _last("Team").action == "deleted"


def test_secrets_are_never_in_the_log(cast):
    from forecourt.network.tests.factories import make_station

    station = make_station("SECRET-1", team=cast.harbour)
    assert _last("Station").changes["password_hash"] == [None, "•••"]
    station.password_hash = b"other"
    station.save()
    assert _last("Station").changes["password_hash"] == ["•••", "•••"]


def test_a_row_that_comes_and_goes_is_recorded_whole(cast):
    rows = Retention.objects.filter(pk=cast.northwind.organisation_id)
    Retention.objects.create(organisation_id=cast.northwind.organisation_id, months=24)
    came = _last("AuditRetention")
    rows.delete()
    went = _last("AuditRetention")
    assert (came.action, came.changes) == ("created", {"organisation_id": [None, cast.northwind.organisation_id], "months": [None, 24]})
    assert (went.action, went.changes) == ("deleted", {"organisation_id": [cast.northwind.organisation_id, None], "months": [24, None]})


def test_the_same_number_written_otherwise_is_no_change(cast):
    seal_all()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE measured (id bigint, amount numeric, seen_at timestamptz)")
        cursor.execute("INSERT INTO measured VALUES (1, 1.0, now())")
        cursor.execute(
            "CREATE TRIGGER audit AFTER UPDATE ON measured FOR EACH ROW EXECUTE FUNCTION audit_record('Measured','id','seen_at','','','','')"
        )
        cursor.execute("UPDATE measured SET amount = 1.00, seen_at = now() + interval '1 hour'")
    assert seal_all() == 0


KINDS = {
    "word text": "'Harbour'", "short varchar(9)": "E'a\"\\\\\\n'", "big bigint": "9007199254740993", "small smallint": "-3", "amount numeric": "1.10",
    "no_number numeric": "'NaN'", "is_on boolean": "true", "seen_at timestamptz": "'2026-03-29 01:30:00.000001+01'", "on_day date": "'2026-03-29'",
    "tags jsonb": """'{"a": [1.10, null]}'""", "ids bigint[]": "'{1,2}'", "key uuid": "gen_random_uuid()", "raw bytea": "'\\\\x00ff'",
}  # fmt: skip


def test_a_value_of_any_type_is_recorded_as_postgresql_writes_it(cast):
    """A few columns are turned one by one, many by the whole row: both as `to_jsonb` does."""
    seal_all()
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE measured (id bigint, organisation_id bigint, {', '.join(KINDS)})")
        cursor.execute(
            "CREATE TRIGGER audit AFTER UPDATE ON measured FOR EACH ROW EXECUTE FUNCTION audit_record('Measured','id','','','','','')"
        )
        columns = [kind.split()[0] for kind in KINDS]
        for names in [[name] for name in columns] + [columns]:
            cursor.execute("DELETE FROM measured; INSERT INTO measured (id, organisation_id) VALUES (1, 2)")
            values = dict(zip(columns, KINDS.values(), strict=True))
            cursor.execute(f"UPDATE measured SET {', '.join(f'{name} = {values[name]}' for name in names)}")
            cursor.execute("SELECT to_jsonb(m) - ARRAY['id', 'organisation_id'] FROM measured m")
            expected = {name: [None, value] for name, value in json.loads(cursor.fetchone()[0]).items() if value is not None}
            cursor.execute("DELETE FROM audit_pending RETURNING changes, organisation_id, entity_id, entity_name")
            assert [(json.loads(changes), *row) for changes, *row in cursor.fetchall()] == [(expected, 2, 1, "1")]


def test_an_operation_inside_another_keeps_its_actor(cast):
    person = teams.welcome_person(actor=cast.actor("ada"), email="new@example.com", at=AT)
    member = TeamMember.objects.get(person=person, role=TeamRole.OWNER)
    seal_all()
    event = Event.objects.get(entity_type="TeamMember", entity_id=member.pk)
    assert event.actor_id == cast.ada.pk


def test_signing_in_and_out_is_recorded_in_every_account_of_the_person(cast, client):
    client.post("/accounts/login/", {"login": "ada@example.com", "password": PASSWORD})
    client.post("/accounts/logout/")
    seal_all()
    events = Event.objects.filter(actor_id=cast.ada.pk, entity_type="User", action__startswith="signed").order_by("id")
    assert [(event.action, event.operator_id) for event in events] == [
        ("signed_in", cast.northwind.pk), ("signed_out", cast.northwind.pk),
    ]  # fmt: skip


@pytest.mark.parametrize("change", [lambda rows: rows.update(actor_name="Eve"), lambda rows: rows.delete()])
def test_the_database_refuses_to_change_the_log(cast, as_product_role, change):
    seal_all()
    with pytest.raises(DatabaseError, match=r"append-only|permission denied"):
        change(Event.objects.filter(entity_type="Team"))
