import hashlib
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from forecourt.audit import operations, queries, rules
from forecourt.audit.models import Chain, Event
from forecourt.audit.tests.factories import seal_all
from forecourt.teams import operations as teams

AT = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
TEXTS = st.lists(st.none() | st.text(), max_size=6)


@given(TEXTS, TEXTS)
def test_two_rows_never_share_their_bytes(left, right):
    assert (rules.encode(left) == rules.encode(right)) == (left == right)


@given(st.lists(st.none() | st.text(alphabet=st.characters(exclude_characters="\0", exclude_categories=["Cs"])), min_size=1, max_size=4))
def test_the_database_writes_the_same_bytes(parts):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {' || '.join(['audit_part(%s::text)'] * len(parts))}", parts)
        assert cursor.fetchone()[0].encode() == rules.encode(parts)


test_the_database_writes_the_same_bytes = pytest.mark.django_db(test_the_database_writes_the_same_bytes)


def test_every_organisation_has_a_chain_without_gaps(cast):
    seal_all()
    for chain in Chain.objects.all():
        rows = Event.objects.filter(organisation_id=chain.pk or None).order_by("id")
        assert list(rows.values_list("sequence", flat=True)) == list(range(1, chain.sequence + 1))
        assert bytes(rows.last().hash) == bytes(chain.hash)
    checked, breaks = queries.verify()
    assert (checked, breaks) == (Event.objects.count(), [])


def test_batches_continue_where_the_last_one_ended(cast):
    while operations.seal(limit=7):
        pass
    assert queries.verify()[1] == []
    ids = list(Event.objects.order_by("id").values_list("id", flat=True))
    assert ids == list(range(ids[0], ids[0] + len(ids)))


def test_the_product_may_seal_but_neither_change_nor_hide_what_is_pending(cast, as_product_role):
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_pending")
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE audit_pending SET actor_id = 7")
    teams.edit_team(actor=cast.actor("ada"), team=cast.harbour, name="Harbour North", at=AT)
    assert seal_all() > 0
    assert queries.verify()[1] == []


TAMPERING = {
    "a change": ("UPDATE audit_event SET entity_id = entity_id + 1 WHERE id = %(id)s", 0, "its content is not what was sealed"),
    "a changed detail": ("UPDATE audit_event SET changes = '{}' WHERE id = %(id)s", 0, "its content is not what was sealed"),
    "a deletion": ("DELETE FROM audit_event WHERE id = %(id)s", 1, "event 3 is missing before it"),
    "a reordering": (
        "UPDATE audit_event SET id = CASE id WHEN %(id)s THEN %(next)s ELSE %(id)s END, occurred_at = occurred_at WHERE id IN (%(id)s, %(next)s)",
        1, "event 3 is missing before it",
    ),
    "an insertion": (
        "INSERT INTO audit_event SELECT (e).* FROM (SELECT jsonb_populate_record(a, '{\"entity_id\": 99}') AS e FROM audit_event a WHERE id = %(id)s) x",
        0, "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("how", TAMPERING)
def test_what_a_superuser_did_is_found(cast, how):
    sql, offset, why = TAMPERING[how]
    seal_all()
    chain = cast.northwind.organisation_id
    rows = list(Event.objects.filter(organisation_id=chain).order_by("id"))
    third, fourth = rows[2], rows[3]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # a superuser's way around every trigger
        if how == "an insertion":
            cursor.execute("ALTER TABLE audit_event DROP CONSTRAINT audit_event_pkey")
        cursor.execute(sql, {"id": third.id, "next": fourth.id})
    checked, (found,) = queries.verify()
    assert found.organisation_id == chain
    if why:
        assert (found.event_id, found.why) == ((third, fourth)[offset].id if how != "a reordering" else third.id, why)
    else:
        assert found.event_id == third.id
    assert checked < Event.objects.count()


def test_cutting_off_the_end_is_found_by_the_head(cast):
    seal_all()
    printed = queries.heads()
    chain = cast.northwind.organisation_id
    last = Event.objects.filter(organisation_id=chain).order_by("-id")[0]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM audit_event WHERE id = %s", [last.id])
    _, (found,) = queries.verify(organisation_id=chain)
    assert found.why == f"the chain had {last.sequence} events, {last.sequence - 1} are there"
    before = Event.objects.get(organisation_id=chain, sequence=last.sequence - 1)
    Chain.objects.filter(pk=chain).update(sequence=before.sequence, hash=before.hash)
    assert queries.verify(organisation_id=chain)[1] == []  # the head was changed too: only the printed one knows
    _, (found,) = queries.verify(organisation_id=chain, known=printed)
    assert found.sequence == last.sequence


def test_the_worked_example_of_the_documentation_is_true():
    page = (Path(__file__).parents[4] / "docs/domains/audit.md").read_text()
    lines = re.findall(r"^    event \d+  (.+)$", page, re.MULTILINE)
    hashes = re.findall(r"^    hash \d    ([0-9a-f]{64})", page, re.MULTILINE)
    before = rules.GENESIS
    for line, hash in zip(lines, hashes, strict=True):
        before = hashlib.sha256(before + line.encode()).digest()
        assert before.hex() == hash
    assert len(hashes) == 2
