"""From words to items: the names that items and actors have had in these accounts, and numbers as ids."""

from collections.abc import Iterator
from typing import Any

from forecourt.access import Scope
from forecourt.api.rows import read
from forecourt.audit.models import ItemName
from forecourt.audit.tokens import event_id

Target = tuple[tuple[str, Any], ...]  # (column, value) pairs that hold together
MOST_ITEMS = 20
NAMED_IN = ("organisation_id", "operator_id")
ACTOR_KINDS = {"User": "person", "ApiCredential": "consumer"}


def targets(scope: Scope, words: str) -> list[Target]:
    """What the words may mean, at most some forty things: an event, an item, an actor, a person's own rows."""
    found: list[Target] = []
    if (number := event_id(words)) is not None:
        found.append((("id", number),))
    if words.isdecimal() and len(words) < 19:
        found += [(("id", int(words)),), (("entity_id", int(words)),), (("actor_id", int(words)), ("actor_kind", "person"))]
    for entity_type, entity_id in _named(scope, words.split()):
        found.append((("entity_type", entity_type), ("entity_id", entity_id)))
        if kind := ACTOR_KINDS.get(entity_type):
            found.append((("actor_kind", kind), ("actor_id", entity_id)))
        if entity_type == "User":
            found.append((("person_id", entity_id),))
    return list(dict.fromkeys(found))


def names_of(pairs: set[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """The latest name of each (entity type, id) that has one."""
    if not pairs:
        return {}
    rows = ItemName.objects.filter(entity_type__in={kind for kind, _ in pairs}, entity_id__in={id for _, id in pairs}).order_by("id")
    return {(kind, id): name for kind, id, name in rows.values_list("entity_type", "entity_id", "name") if (kind, id) in pairs}


def _named(scope: Scope, words: list[str]) -> list[tuple[str, int]]:
    """Items whose name holds every word. One who reads only teams searches all names; the events are still only the teams'."""
    words = words[:6]
    if not words:
        return []
    places = [(column, id) for column, id in scope.equalities() if column in NAMED_IN]
    where = " AND ".join("n.name ILIKE %s" for _ in words)
    if places:
        where += f" AND ({' OR '.join(f'n.{column} = %s' for column, _ in places)})"
    sql = f"SELECT DISTINCT entity_type, entity_id FROM (SELECT * FROM audit_item_name n WHERE {where} LIMIT 200) n LIMIT {MOST_ITEMS}"  # noqa: S608
    return [(kind, id) for kind, id in read(sql, [*_patterns(words), *(id for _, id in places)])]


def _patterns(words: list[str]) -> Iterator[str]:
    for word in words:
        escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        yield f"%{escaped}%"


def operators_in(scope: Scope) -> list[tuple[int, str]]:
    """The accounts whose events are in scope, as they are called now; for a Main account's filter."""
    if not scope.organisation_ids:
        return []
    rows = ItemName.objects.filter(entity_type="Operator", organisation_id__in=scope.organisation_ids).order_by("id")
    return sorted(dict(rows.values_list("entity_id", "name")).items(), key=lambda pair: pair[1])
