"""
Do the chains hold? Every hash is computed again, here, from what the table holds, and compared.

A change, a deletion, a reordering or an insertion, by whomever, is named by the first row where it shows. What retention
removed is bridged by tombstones: only one that this installation signed is stood on.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.db import connection, transaction

from forecourt.audit import signing
from forecourt.audit.models import Chain, Event, Tombstone
from forecourt.audit.queries.heads import Head
from forecourt.audit.rules import GENESIS, SealedRow, next_hash, tombstone_text

AT_ONCE = 2000
ROWS = f"""
SELECT {", ".join(f"{name}::text" if name in ("changes", "context") else name for name in SealedRow._fields)}, hash
FROM audit_event WHERE organisation_id {{}} ORDER BY id, sequence
"""  # noqa: S608 (constants)


@dataclass(frozen=True, slots=True)
class Break:
    """The first place where a chain does not hold. `event_id` is 0 where the row itself is missing."""

    organisation_id: int
    sequence: int
    event_id: int
    why: str


def verify(
    *, organisation_id: int | None = None, known: Iterable[Head] = (), told: Callable[[int], None] = lambda checked: None
) -> tuple[int, list[Break]]:
    """
    How many events were checked, and the first break of each chain that has one. 0 is the chain of no organisation.

    :param known: heads printed earlier: the chain must still hold them, so that cutting off its end shows.
    :param told: hears now and then how many events were checked.
    """
    chains = {organisation_id} if organisation_id is not None else _chains()
    by_chain: dict[int, list[Head]] = {}
    for head in known:
        by_chain.setdefault(head.organisation_id, []).append(head)
    checked, breaks = 0, []
    with transaction.atomic():  # for the server-side cursor
        for chain in sorted(chains | (by_chain.keys() if organisation_id is None else set())):
            walk = _Walk(chain, by_chain.get(chain, []))
            found = walk.first_break(lambda done, before=checked: told(before + done))  # type: ignore[misc]
            checked += walk.checked
            breaks += [found] if found else []
    return checked, breaks


def _chains() -> set[int]:
    """Those with a head, and those with rows: a head may have been taken away."""
    with_rows = Event.objects.order_by().values_list("organisation_id", flat=True).distinct()
    return {id or 0 for id in with_rows} | set(Chain.objects.values_list("organisation_id", flat=True))


class _Walk:
    """
    One chain from its beginning to its head. The head is read first and counts as a printed one: what is sealed meanwhile comes after.
    """

    def __init__(self, organisation_id: int, printed: list[Head]) -> None:
        self.organisation_id = organisation_id
        self.chain = Chain.objects.filter(pk=organisation_id).first()
        self.printed = {head.sequence: head.hash for head in printed if head.sequence}
        self.stones = {stone.first: stone for stone in Tombstone.objects.filter(organisation_id=organisation_id)}
        self.checked = 0
        self.hash, self.sequence = GENESIS, 0

    def first_break(self, told: Callable[[int], None]) -> Break | None:
        for row, stored in self._rows():
            if why := self._bridge(row.sequence) or self._judge(row, stored):
                return Break(self.organisation_id, row.sequence, row.id, why)
            self.checked += 1
            if self.checked % AT_ONCE == 0:
                told(self.checked)
        why = self._bridge(None) or self._judge_end()
        return Break(self.organisation_id, self.sequence + 1, 0, why) if why else None

    def _judge(self, row: SealedRow, stored: bytes) -> str:
        if row.sequence != self.sequence + 1:
            missing = row.sequence > self.sequence + 1
            return f"event {self.sequence + 1} is missing before it" if missing else f"it stands after event {self.sequence}"
        self.hash, self.sequence = next_hash(self.hash, row), row.sequence
        return self._judge_heads() if self.hash == stored else "its content is not what was sealed"

    def _bridge(self, until: int | None) -> str:
        """Go over what retention removed, up to the row with this number (None: to the end)."""
        while (until is None or self.sequence + 1 < until) and (stone := self.stones.get(self.sequence + 1)):
            before, after = bytes(stone.hash_before), bytes(stone.hash_after)
            try:
                signing.check(
                    tombstone_text(stone.organisation_id, stone.first, stone.last, before, after, stone.removed_at), bytes(stone.signature)
                )
            except signing.BadSignature:
                return f"the tombstone of {stone.first} to {stone.last} was not signed by this installation"
            if before != self.hash:
                return f"the tombstone of {stone.first} to {stone.last} belongs to another chain"
            self.hash, self.sequence = after, stone.last
            if why := self._judge_heads():
                return why
        return ""

    def _judge_heads(self) -> str:
        if self.printed.get(self.sequence, self.hash.hex()) != self.hash.hex():
            return "it is not the head that was printed"
        if self.chain and self.chain.sequence == self.sequence and bytes(self.chain.hash) != self.hash:
            return "it is not the head of the chain"
        return ""

    def _judge_end(self) -> str:
        expected = max([*self.printed, self.chain.sequence if self.chain else 0])
        if self.sequence < expected:
            return f"the chain had {expected} events, {self.sequence} are there"
        if self.sequence and self.sequence > self._head_now():
            return "the head does not know the last events"
        return ""

    def _head_now(self) -> int:
        return Chain.objects.filter(pk=self.organisation_id).values_list("sequence", flat=True).first() or 0

    def _rows(self) -> Iterator[tuple[SealedRow, bytes]]:
        where = "IS NULL" if self.organisation_id == 0 else f"= {self.organisation_id:d}"
        with connection.connection.cursor(name="audit_verify") as cursor:
            cursor.itersize = AT_ONCE
            cursor.execute(ROWS.format(where))
            for *values, hash in cursor:
                yield SealedRow(*values), bytes(hash)
