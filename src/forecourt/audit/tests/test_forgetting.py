"""Erasing a person is destroying a key: afterwards nothing at rest in the log tells who they were, and the chain still holds."""

from datetime import UTC, datetime

import pytest
from django.db import connection

from forecourt.audit import operations, queries
from forecourt.audit.models import ItemName, PersonKey
from forecourt.audit.tests.factories import recorded, seal_all
from forecourt.audit.vault import ERASED, Keys, Reader
from forecourt.network.tests.factories import make_key
from forecourt.teams import operations as teams

AT = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)


def _everything_at_rest() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(e::text, ' ') FROM audit_event e")
        events = str(cursor.fetchone()[0])
        cursor.execute("SELECT string_agg(n::text, ' ') FROM audit_item_name n")
        return events + str(cursor.fetchone()[0])


def test_personal_values_are_never_readable_at_rest(cast):
    make_key("04DORA99", cast.harbour, person=cast.dora)
    seal_all()
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(e::text, ' ') FROM audit_event e")
        stored = str(cursor.fetchone()[0])
    for word in ("dora@example.com", "04DORA99"):
        assert word not in stored
    (key,) = recorded(entity_type="ChargeAuthToken")
    assert key.changes["identifier"] == [None, "04DORA99"]


def test_after_erasing_nothing_names_the_person_and_the_chain_holds(cast):
    make_key("04DORA99", cast.harbour, person=cast.dora)
    seal_all()
    operations.forget(actor=cast.actor("root"), person_id=cast.dora.pk, at=AT)
    operations.forget(actor=cast.actor("root"), person_id=cast.dora.pk, at=AT)
    stored = _everything_at_rest()
    assert not any(word in stored for word in ("dora@example.com", "04DORA99"))
    (key,) = recorded(entity_type="ChargeAuthToken")
    assert (key.changes["identifier"], key.actor_kind) == ([None, ERASED], "system")
    assert queries.verify()[1] == []
    assert recorded(entity_type="User", entity_id=cast.tom.pk)[0].entity_name == "tom@example.com"


def test_what_was_pending_when_the_key_went_is_sealed_without_one(cast):
    operations.forget(actor=cast.actor("root"), person_id=cast.dora.pk, at=AT)
    seal_all()
    assert "dora@example.com" not in _everything_at_rest()
    assert not PersonKey.objects.filter(person_id=cast.dora.pk, destroyed_at=None).exists()
    assert not ItemName.objects.filter(entity_type="User", entity_id=cast.dora.pk).exists()


def test_an_invitation_to_nobody_yet_goes_with_the_person_who_takes_it(cast):
    from forecourt.teams.models import TeamMember
    from forecourt.teams.tests.factories import make_team_member

    member = make_team_member(cast.eve, cast.hotel, "member")
    TeamMember.objects.filter(pk=member.pk).update(person=None, invited_email="new@example.com", state="invited")
    seal_all()
    assert PersonKey.objects.filter(holder__startswith="address:", person_id=None).count() == 1
    TeamMember.objects.filter(pk=member.pk).update(person=cast.sue)
    seal_all()
    assert recorded(entity_type="TeamMember", entity_id=member.pk)[-1].entity_name == "new@example.com"
    operations.forget(actor=cast.actor("root"), person_id=cast.sue.pk, at=AT)
    assert "new@example.com" not in _everything_at_rest()
    assert {event.entity_name for event in recorded(entity_type="TeamMember", entity_id=member.pk)} <= {"", ERASED}


def test_an_address_of_somebody_erased_may_be_given_to_another(cast):
    Keys(["address:a"], owned={"address:a": cast.tom.pk})
    operations.forget(actor=cast.actor("root"), person_id=cast.tom.pk, at=AT)
    keys = Keys(["address:a"], owned={})
    assert Reader([hidden := keys.hide("x@example.com", "address:a")]).read(hidden) == "x@example.com"


def test_a_person_who_has_acted_is_named_until_erased(cast):
    teams.edit_team(actor=cast.actor("tom"), team=cast.harbour, name="Quay", at=AT)
    assert recorded(entity_type="Team", entity_id=cast.harbour.pk)[-1].actor_name == "Tom Test"
    operations.forget(actor=cast.actor("root"), person_id=cast.tom.pk, at=AT)
    assert recorded(entity_type="Team", entity_id=cast.harbour.pk)[-1].actor_name == ERASED


@pytest.mark.parametrize("value", ["plain", "\x1fno token", "\x1f12:", "\x1f99999:AAAA", 5, None, ["a"], {"a": "b"}])
def test_a_reader_never_fails_on_what_it_finds(db, value):
    read = Reader([value]).read(value)
    assert read == (ERASED if value in ("\x1f12:", "\x1f99999:AAAA") else value)
