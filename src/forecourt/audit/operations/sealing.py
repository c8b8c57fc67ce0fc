"""
The sealer: takes what is pending, encrypts personal values and lets the database chain it.

It takes whatever is committed, so the order of the chain is an order in which changes became true: what commits later is seen
later, and nothing is passed over, because what is sealed leaves the table of the pending.

One transaction per batch: a crash leaves the batch pending, whole. Sealers beside each other do not wait; the second has
nothing to do.
"""

import json
from collections import namedtuple
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db import connection, transaction

from forecourt.audit.models import ItemName
from forecourt.audit.vault import Keys, address_holder, person_holder, row_holder
from forecourt.kit import registries

BATCH = 1000
LONGEST_NAME = 200
Pending = namedtuple(
    "Pending",
    "transaction_id id organisation_id operator_id person_id action entity_type entity_id entity_name actor_kind actor_id actor_name changes context"
    " is_whole",
)
TAKE = f"""
SELECT transaction_id::text, {", ".join(Pending._fields[1:])} FROM audit_pending ORDER BY transaction_id, id LIMIT %s
"""  # noqa: S608 (constants)
FROM_WHERE = ("address", "user_agent")  # of the context: they tell where a person is


def seal(*, limit: int = BATCH) -> int:
    """Seal up to `limit` pending events; how many. 0 also while another sealer is at work."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('forecourt_audit_seal'))")
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(TAKE, [limit])
        events = [_parsed(row) for row in cursor.fetchall()]
        if not events:
            return 0
        cursor.execute("SELECT audit_seal_pending(%s::jsonb)", [json.dumps(_hidden(events))])
        return int(cursor.fetchone()[0])


def seal_everything() -> None:
    """
    Seal all that is pending, also what the caller's own transaction recorded, and keep other sealers out until it ends: so
    nothing about a person is left open when their keys go. Waits for a sealer at work; run it inside a transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('forecourt_audit_seal'))")
    while seal():
        pass


def _parsed(row: Sequence[Any]) -> Pending:
    event = Pending._make(row)
    changes = _json(event.changes)
    return event._replace(changes=_pairs(changes, event.action) if event.is_whole else changes, context=_json(event.context))


def _pairs(columns: Mapping[str, Any], action: str) -> dict[str, list[Any]]:
    """Before and after of a row that came or went."""
    held = {column: value for column, value in columns.items() if value is not None}
    return {column: [None, value] if action == "created" else [value, None] for column, value in held.items()}


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _hidden(events: list[Pending]) -> list[dict[str, Any]]:
    """What `audit_seal_pending` is given. Also makes the keys, and writes down the names to search by."""
    personal = {columns.entity: columns for columns in registries.personal_columns}
    owners = _owners(events, personal)
    plans = [_Plan(event, personal.get(event.entity_type), owners.get(event.entity_type, {}).get(event.entity_id or 0)) for event in events]
    owned = {holder: owner for plan in plans for holder, owner in plan.owned()}
    keys = Keys((holder for plan in plans for holder in plan.holders()), owned=owned)
    _note_names(plans, keys)
    return [plan.sealed(keys) for plan in plans]


def _owners(events: list[Pending], personal: Mapping[str, registries.PersonalColumns]) -> dict[str, dict[int, int]]:
    """Per entity, whose the rows are that are one person's alone."""
    found: dict[str, dict[int, int]] = {}
    for entity, columns in personal.items():
        ids = {event.entity_id for event in events if event.entity_type == entity and event.entity_id}
        if columns.owners and ids:
            found[entity] = columns.owners(sorted(ids))
    return found


class _Plan:
    """Whose key each value of one event goes under."""

    def __init__(self, event: Pending, columns: registries.PersonalColumns | None, owner: int | None) -> None:
        if columns and not columns.columns and owner is None:
            columns = None  # nothing in this row is anybody's
        self.event, self.columns, self.owner = event, columns, owner
        self.actor = person_holder(event.actor_id) if event.actor_kind == "person" else None
        self.is_named = columns is None or columns.is_named or owner is not None
        self.before: str | None = None
        self.after: str | None = None
        if columns or event.entity_type == "User":
            self.before, self.after = self._owners()

    def _owners(self) -> tuple[str, str]:
        """The holders of values before and after: they differ where the row went to somebody else."""
        event = self.event
        if self.owner:
            return person_holder(self.owner), person_holder(self.owner)
        now = person_holder(event.person_id) if event.person_id else self._nobodys()
        column = self.columns.person if self.columns else "id"
        if column == "id" or column not in event.changes:
            return now, now
        was, became = event.changes[column]
        return (person_holder(was) if was else now if became and event.person_id else self._nobodys()), (
            person_holder(became) if became else now
        )

    def _nobodys(self) -> str:
        event = self.event
        return address_holder(event.entity_name) if "@" in event.entity_name else row_holder(event.entity_type, event.entity_id)

    def holders(self) -> Iterator[str]:
        if self.actor and (self.event.actor_name or any(self.event.context.get(name) for name in FROM_WHERE)):
            yield self.actor
        if self.after and self.before:
            yield from (self.before, self.after)

    def owned(self) -> Iterator[tuple[str, int]]:
        """Keys of the row and of its addresses, which belong to the row's person."""
        event = self.event
        if not (self.after and event.person_id):
            return
        if event.entity_type != "User":
            yield row_holder(event.entity_type, event.entity_id), event.person_id
        for address in {text.strip().lower() for text in self._texts() if "@" in text}:
            yield address_holder(address), event.person_id

    def _texts(self) -> Iterator[str]:
        yield self.event.entity_name
        for name in self._personal():
            yield from (value for value in self.event.changes[name] if isinstance(value, str))

    def _personal(self) -> Iterable[str]:
        if self.columns is None:
            return []
        personal = self.columns.columns | (self.columns.owned_columns if self.owner else frozenset())
        return [name for name in self.event.changes if name in personal]

    def sealed(self, keys: Keys) -> dict[str, Any]:
        event = self.event
        changes, context, name, actor_name = dict(event.changes), dict(event.context), event.entity_name, event.actor_name
        if self.before and self.after:
            for column in self._personal():
                before, after = changes[column]
                changes[column] = [keys.hide(before, self.before), keys.hide(after, self.after)]
            name = keys.hide(name, self.after) if self.is_named else name
        if self.actor:
            actor_name = keys.hide(actor_name, self.actor) if actor_name else actor_name
            context |= {key: keys.hide(context[key], self.actor) for key in FROM_WHERE if context.get(key)}
        return {
            "transaction_id": event.transaction_id, "id": event.id, "entity_name": name, "actor_name": actor_name, "changes": changes,
            "context": context,
        }  # fmt: skip


def _note_names(plans: list[_Plan], keys: Keys) -> None:
    """Item and actor names, once each. What is under a key that is gone is not written down again."""
    names: dict[tuple[Any, ...], ItemName] = {}
    for plan in plans:
        event = plan.event
        found = [(event.entity_type, event.entity_id, event.entity_name, plan.after if plan.is_named else None)]
        if event.actor_kind == "person":
            found.append(("User", event.actor_id, event.actor_name, plan.actor))
        elif event.actor_kind == "consumer":
            found.append(("ApiCredential", event.actor_id, event.actor_name, None))
        for entity_type, entity_id, name, holder in found:
            if name and entity_id and (holder is None or keys.is_alive(holder)):
                row = ItemName(
                    organisation_id=event.organisation_id, operator_id=event.operator_id, entity_type=entity_type, entity_id=entity_id,
                    name=name[:LONGEST_NAME], key_id=keys.id_of(holder) if holder else None,
                )  # fmt: skip
                names[entity_type, entity_id, row.name, event.organisation_id, event.operator_id] = row
    ItemName.objects.bulk_create(names.values(), ignore_conflicts=True)
