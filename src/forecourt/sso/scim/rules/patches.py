"""PATCH of RFC 7644 §3.5.2 on a plain resource, with the dialects of Entra ID and Okta."""

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from forecourt.sso.scim.rules import filters
from forecourt.sso.scim.rules.errors import Immutable, InvalidFilter, InvalidPath, InvalidSyntax, InvalidValue, NoTarget
from forecourt.sso.scim.rules.paths import folded, path_of
from forecourt.sso.scim.rules.schemas import ENTERPRISE, IMMUTABLE, READ_ONLY, Attribute, ResourceType, normalised, one_primary, valued

MOST_OPERATIONS: Final = 1000
_TARGET = re.compile(r"(?P<path>[^\[\]]+)(?:\[(?P<filter>.*)\](?:\.(?P<sub>[\w$]+))?)?", re.DOTALL)
_NOTHING: Final[tuple[Any, ...]] = (None, "", [], {})
_SERVERS: Final = frozenset({"id", "meta", "schemas"})


@dataclass(frozen=True, slots=True)
class Change:
    """One operation at one place: `sub` of `attribute`, in those values that fulfil `filter`."""

    verb: str  # add, replace, remove
    attribute: Attribute
    urn: str
    sub: Attribute | None
    filter: filters.Node | None
    value: Any


def patched(resource: Mapping[str, Any], body: Any, type: ResourceType) -> dict[str, Any]:
    """
    The resource as the operations leave it; all or none.

    :raises InvalidSyntax: if the body lists no operations.
    :raises InvalidPath: if a path names no attribute.
    :raises NoTarget: if a path finds no value to replace, or a removal names none.
    :raises Immutable: if it is the server's alone, or a required one would be gone.
    :raises InvalidValue: if a value does not fit.
    """
    result: dict[str, Any] = copy.deepcopy(dict(resource))
    for operation in _operations(body):
        for change in _changes(operation, type):
            _apply(result, change)
    return normalised(result, type)


def _operations(body: Any) -> list[Mapping[str, Any]]:
    listed = _field(body, "operations") if isinstance(body, Mapping) else None
    if not isinstance(listed, list) or not listed or not all(isinstance(one, Mapping) for one in listed):
        raise InvalidSyntax("Operations is a list of one operation or more.")
    if len(listed) > MOST_OPERATIONS:
        raise InvalidSyntax(f"A request has at most {MOST_OPERATIONS} operations.")
    return listed


def _field(among: Mapping[str, Any], name: str) -> Any:
    return next((value for key, value in among.items() if key.lower() == name), None)


def _changes(operation: Mapping[str, Any], type: ResourceType) -> Iterator[Change]:
    verb, path, value = str(_field(operation, "op")).lower(), _field(operation, "path"), _field(operation, "value")
    if verb not in ("add", "replace", "remove"):
        raise InvalidSyntax("op is add, replace or remove.")
    if str(path).lower() == ENTERPRISE.lower() and isinstance(value, Mapping):
        yield from _without_path(verb, {ENTERPRISE: value}, type)
    elif path:
        yield _change(verb, str(path), value, type)
    elif verb == "remove":
        raise NoTarget("A removal names what it removes.")
    elif not isinstance(value, Mapping):
        raise InvalidValue("Without a path the value is an object.")
    else:
        yield from _without_path(verb, value, type)


def _without_path(verb: str, value: Mapping[str, Any], type: ResourceType) -> Iterator[Change]:
    """
    Each member of the object is a change. Entra ID writes paths as names. What only the server sets is sent along and ignored,
    and so is what we do not know (Okta's `password`), as in a whole resource: being not active must not fail on it.
    """
    for name, one in value.items():
        if name.lower() == ENTERPRISE.lower() and isinstance(one, Mapping):
            yield from _without_path(verb, {f"{ENTERPRISE}:{key}": inner for key, inner in one.items()}, type)
        elif _is_known(name, type):
            yield _change(verb, name, one, type)


def _is_known(name: str, type: ResourceType) -> bool:
    urn, (first, *_parts) = _named(name.partition("[")[0], type)
    attribute = type.attribute(first, urn=urn)
    return attribute is not None and attribute.mutability != READ_ONLY


def _named(path: str, type: ResourceType) -> tuple[str, tuple[str, ...]]:
    """The extension of a path, and its names; one empty name where it names none."""
    names = path_of(path)
    return (ENTERPRISE, names[1:] or ("",)) if names[0] == ENTERPRISE.lower() else ("", names)


def _change(verb: str, path: str, value: Any, type: ResourceType) -> Change:
    found = _TARGET.fullmatch(path.strip())
    if found is None:
        raise InvalidPath(f"{path} is no path.")
    urn, names = _named(found["path"], type)
    attribute = type.attribute(names[0], urn=urn)
    wanted = found["sub"] or (names[1] if len(names) > 1 else "")
    if attribute is None and names[0] in _SERVERS:
        raise Immutable(f"{path} is set by the server alone.")
    sub = attribute.sub(wanted) if attribute and wanted else None
    if attribute is None or len(names) > 2 or (wanted and sub is None):
        raise InvalidPath(f"{path} names no attribute.")
    verb = "remove" if verb == "replace" and value in _NOTHING else verb
    _check_may_change(path, verb, attribute, sub)
    return Change(verb, attribute, urn, sub, _chosen(found, attribute), value)


def _check_may_change(path: str, verb: str, attribute: Attribute, sub: Attribute | None) -> None:
    """RFC 7644 §3.5.2.2 and §3.5.2.3."""
    if READ_ONLY in (attribute.mutability, sub.mutability if sub else "") or (sub and sub.mutability == IMMUTABLE):
        raise Immutable(f"{path} is set by the server alone.")
    if verb == "remove" and attribute.is_required:
        raise Immutable(f"{path} is required.")


def _chosen(found: re.Match[str], attribute: Attribute) -> filters.Node | None:
    if found["filter"] is None:
        return None
    if not attribute.is_multi:
        raise InvalidPath(f"{attribute.name} has one value only: there is nothing to choose from.")
    try:
        return filters.parse(found["filter"])
    except InvalidFilter as error:
        raise InvalidPath(error.message) from error


def _apply(resource: dict[str, Any], change: Change) -> None:
    holder = resource.setdefault(change.urn, {}) if change.urn else resource
    if change.filter is not None:
        holder[change.attribute.name] = _in_chosen(holder.get(change.attribute.name, []), change, change.filter)
    elif change.verb == "remove":
        _remove(holder, change)
    elif change.sub is not None:
        _set_sub(holder, change, change.sub)
    elif change.attribute.is_multi:
        _set_many(holder, change)
    else:
        _set_one(holder, change)


def _set_one(holder: dict[str, Any], change: Change) -> None:
    """Of a complex value, the parts that are not named stay (RFC 7644 §3.5.2.3)."""
    value = valued(change.value, change.attribute)
    if change.attribute.subs:
        value = {**holder.get(change.attribute.name, {}), **value}
    holder[change.attribute.name] = value


def _set_sub(holder: dict[str, Any], change: Change, sub: Attribute) -> None:
    value, name = valued(change.value, sub), change.attribute.name
    if not change.attribute.is_multi:
        holder.setdefault(name, {})[sub.name] = value
        return
    values = holder.setdefault(name, [])
    for one in values:
        one[sub.name] = value
    if not values:
        values.append({sub.name: value})


def _set_many(holder: dict[str, Any], change: Change) -> None:
    name, given = change.attribute.name, valued(change.value, change.attribute)
    if change.verb == "replace":
        holder[name] = given
        return
    told = {_key(one): one for one in given}
    there = [one | told.pop(_key(one), {}) for one in holder.get(name, [])]
    values, keys = [*there, *told.values()], {_key(one) for one in given}
    if any(one.get("primary") for one in given):
        values = _last_hit_primary(values, [_key(one) in keys for one in values])
    holder[name] = one_primary(values)


def _key(value: Mapping[str, Any]) -> tuple[str, str]:
    return (str(value.get("value", value)).lower(), str(value.get("type", "")).lower())


def _remove(holder: dict[str, Any], change: Change) -> None:
    name = change.attribute.name
    if change.sub is not None:
        held = holder.get(name, {})
        for one in held if isinstance(held, list) else [held]:
            one.pop(change.sub.name, None)
    elif change.attribute.is_multi and change.value not in _NOTHING:  # Entra ID names the members to remove in the value
        gone = {_key(one) for one in valued(change.value, change.attribute)}
        holder[name] = [one for one in holder.get(name, []) if _key(one) not in gone]
    else:
        holder.pop(name, None)


def _in_chosen(values: list[dict[str, Any]], change: Change, chosen: filters.Node) -> list[dict[str, Any]]:
    hit = [filters.matches(chosen, folded(one)) for one in values]
    if change.verb == "remove":
        if change.sub is None:
            return [one for one, is_hit in zip(values, hit, strict=True) if not is_hit]
        return [_without(one, change.sub.name) if is_hit else one for one, is_hit in zip(values, hit, strict=True)]
    if not any(hit):
        if change.verb == "replace" and change.sub is None:
            raise NoTarget("No value fulfils the filter.")
        return [*values, _new_value(change, chosen)]
    given = _given(change)
    changed = [one | given if is_hit else one for one, is_hit in zip(values, hit, strict=True)]
    return one_primary(_last_hit_primary(changed, hit) if given.get("primary") else changed)


def _last_hit_primary(values: list[dict[str, Any]], hit: list[bool]) -> list[dict[str, Any]]:
    """The others stop being primary, wherever they stand."""
    return [one if is_hit else one | {"primary": False} if one.get("primary") else one for one, is_hit in zip(values, hit, strict=True)]


def _given(change: Change) -> dict[str, Any]:
    if change.sub is not None:
        return {change.sub.name: valued(change.value, change.sub)}
    given = valued(change.value, change.attribute)
    return dict(given[0]) if given else {}


def _without(value: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: one for key, one in value.items() if key != name}


def _new_value(change: Change, chosen: filters.Node) -> dict[str, Any]:
    """Entra ID sets `emails[type eq "work"].value` of somebody who has none: the filter says what the new value is like."""
    said: dict[str, Any] = {}
    for node in _equals(chosen):
        sub = change.attribute.sub(node.path[-1])
        if sub is None:
            raise NoTarget("No value fulfils the filter.")
        said[sub.name] = node.value
    return said | _given(change)


def _equals(node: filters.Node) -> Iterator[filters.Compare]:
    match node:
        case filters.Both(left, right):
            yield from _equals(left)
            yield from _equals(right)
        case filters.Compare(_, "eq", value) if value is not None:
            yield node
        case _:
            raise NoTarget("No value fulfils the filter.")
