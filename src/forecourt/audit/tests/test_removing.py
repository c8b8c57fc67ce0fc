"""Retention: what may go, what stays, and that the chain can be proved afterwards."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from forecourt.access import Actor
from forecourt.audit import operations, queries, rules, signing
from forecourt.audit.models import Event, Retention, Stream, Tombstone
from forecourt.audit.tests.factories import pend, seal_all
from forecourt.kit import clock

SYSTEM = Actor.system("audit")
YEAR = timedelta(days=366)


@pytest.fixture
def chain(cast):
    """Northwind's chain: what the cast made is recent; before it stand events of three years ago, one of them about money."""
    organisation = cast.northwind.organisation_id
    seal_all()
    for entity in ("Site", "Site", "WalletTransaction", "Site"):
        pend(organisation, entity, at=clock.now() - 3 * YEAR)
        seal_all()
    pend(organisation, "Site", at=clock.now())
    seal_all()
    return organisation


def remove() -> int:
    return operations.remove_old(actor=SYSTEM, at=clock.now())


def breaks(chain: int) -> list[str]:
    return [found.why for found in queries.verify(organisation_id=chain)[1]]


def test_old_events_go_and_money_stays(chain):
    assert remove() == 3
    old = Event.objects.filter(organisation_id=chain, occurred_at__lt=clock.now() - 2 * YEAR)
    assert [event.entity_type for event in old] == ["WalletTransaction"]


def test_the_chain_still_holds_and_a_second_run_removes_nothing(chain):
    remove()
    assert [(stone.last - stone.first + 1) for stone in Tombstone.objects.order_by("first")] == [2, 1]
    assert breaks(chain) == []
    assert remove() == 0


def test_money_goes_after_five_years_and_the_tombstones_stand_beside_each_other(chain):
    organisation = chain
    pend(organisation, "WalletTransaction", at=clock.now() - 6 * YEAR)
    pend(organisation, "Site", at=clock.now() - 6 * YEAR)
    seal_all()
    remove()
    assert not Event.objects.filter(organisation_id=chain, occurred_at__lt=clock.now() - 5 * YEAR).exists()
    assert breaks(chain) == []


def test_a_longer_retention_keeps_more(chain):
    Retention.objects.create(organisation_id=chain, months=60)
    assert remove() == 0


def test_what_a_stream_has_still_to_send_stays(chain):
    Stream.objects.create(kind="file", organisation_id=chain)
    assert remove() == 0
    Stream.objects.update(cursor=2**40)
    assert remove() == 3


TAMPERING = {
    "an event after it is changed": ("UPDATE audit_event SET entity_id = 99 WHERE id = %(after)s", "its content is not what was sealed"),
    "an event after it is deleted": ("DELETE FROM audit_event WHERE id = %(after)s", "is missing before it"),
    "the tombstone is deleted": ("DELETE FROM audit_tombstone WHERE first = %(first)s", "is missing before it"),
    "the tombstone reaches further": ("UPDATE audit_tombstone SET last = last + 1 WHERE first = %(first)s", "was not signed"),
    "the tombstone has another hash": ("UPDATE audit_tombstone SET hash_after = hash_before WHERE first = %(first)s", "was not signed"),
}


@pytest.mark.parametrize("how", TAMPERING)
def test_tampering_is_found_after_retention_too(chain, how):
    remove()
    stone = Tombstone.objects.order_by("first")[0]
    after = Event.objects.filter(organisation_id=chain, sequence=stone.last + 1).get()
    sql, why = TAMPERING[how]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql, {"after": after.id, "first": stone.first})
    (found,) = breaks(chain)
    assert why in found


def test_a_forged_tombstone_is_no_bridge(chain):
    """A superuser removes a recent event and writes a tombstone for it, signed by a key of their own."""
    victim = Event.objects.filter(organisation_id=chain).order_by("-id")[1]
    before = Event.objects.get(organisation_id=chain, sequence=victim.sequence - 1)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM audit_event WHERE id = %s", [victim.id])
    Tombstone.objects.create(
        organisation_id=chain, first=victim.sequence, last=victim.sequence, hash_before=before.hash, hash_after=victim.hash,
        removed_at=clock.now(), signature=bytes(64),
    )  # fmt: skip
    assert breaks(chain) == [f"the tombstone of {victim.sequence} to {victim.sequence} was not signed by this installation"]


def call_remove(chain: int, event: Event) -> None:
    """As a bug or a thief with the product's role would."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT audit_hash_at(%s, %s, %s)", [chain, event.sequence - 1, event.id])
        (before,) = cursor.fetchone()
        text = rules.tombstone_text(
            chain, event.sequence, event.sequence, bytes(before), bytes(event.hash), datetime(2026, 1, 1, tzinfo=UTC)
        )
        cursor.execute(
            "SELECT audit_remove(%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [chain, event.sequence, event.sequence, event.id, event.id, before, bytes(event.hash), clock.now(), signing.sign(text)],
        )


def test_the_products_role_removes_nothing_that_is_young_or_about_money(chain, as_product_role):
    young = Event.objects.filter(organisation_id=chain).order_by("-id")[0]
    money = Event.objects.filter(organisation_id=chain, entity_type="WalletTransaction").order_by("id")[0]
    for event in (young, money):
        with pytest.raises(DatabaseError, match="not all old enough"):
            call_remove(chain, event)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        Event.objects.filter(id=young.id).delete()
    assert remove() == 3


def test_nobody_can_shorten_retention_below_a_year(cast):
    with pytest.raises(DatabaseError, match="retention_is_one_to_ten_years"), transaction.atomic():
        Retention.objects.create(organisation_id=1, months=1)


def test_a_printed_head_inside_what_was_removed_still_counts(chain):
    printed = queries.heads()
    remove()
    assert queries.verify(organisation_id=chain, known=printed)[1] == []
