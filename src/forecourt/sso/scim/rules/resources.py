"""What a resource says of a person, and which of its attributes an answer shows (RFC 7644 §3.9)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from forecourt.sso.scim.rules.paths import Path, path_of

_ALWAYS: Final = frozenset({"schemas", "id"})


def address_of(resource: Mapping[str, Any]) -> str:
    """The e-mail address that says who it is: the primary one, else the first at work, else the first, else a user name that is one."""
    emails = [one for one in resource.get("emails", []) if one.get("value")]
    at_work = [one for one in emails if str(one.get("type", "")).lower() == "work"]
    primary = [one for one in emails if one.get("primary")]
    chosen = next(iter([*primary, *at_work, *emails]), None)
    address = str(chosen["value"]) if chosen else str(resource.get("userName", ""))
    return address.strip().lower() if "@" in address else ""


def names_of(resource: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """First name and surname, as far as they are told; a display name is split at its last space."""
    name = resource.get("name", {})
    first, last = name.get("givenName"), name.get("familyName")
    if not first and not last and (whole := name.get("formatted") or resource.get("displayName")):
        first, _space, last = str(whole).rpartition(" ")
        first, last = (first, last) if first else (last, None)
    return (str(first)[:80] if first else None, str(last)[:80] if last else None)


def shown(resource: Mapping[str, Any], *, only: Sequence[str] = (), without: Sequence[str] = ()) -> dict[str, Any]:
    """
    The resource with `attributes` alone, or less `excludedAttributes`. `id` and `schemas` are always there; `only` wins.
    """
    if only:
        wanted = [path_of(name) for name in only]
        return {name: part for name, value in resource.items() if (part := _kept(name, value, wanted)) is not None}
    unwanted = [path_of(name) for name in without]
    return {name: part for name, value in resource.items() if (part := _left(name, value, unwanted)) is not None}


def _kept(name: str, value: Any, wanted: Sequence[Path]) -> Any:
    """None where nothing of it is wanted."""
    if name in _ALWAYS:
        return value
    deeper = [path[1:] for path in wanted if path[0] == name.lower()]
    if not deeper:
        return None
    return value if () in deeper else _inside(value, lambda key, one: _kept(key, one, deeper))


def _left(name: str, value: Any, unwanted: Sequence[Path]) -> Any:
    if name in _ALWAYS:
        return value
    deeper = [path[1:] for path in unwanted if path[0] == name.lower()]
    if () in deeper:
        return None
    return _inside(value, lambda key, one: _left(key, one, deeper)) if deeper else value


def _inside(value: Any, keep: Any) -> Any:
    if isinstance(value, list):
        return [_inside(one, keep) for one in value]
    if not isinstance(value, Mapping):
        return value
    return {key: part for key, one in value.items() if (part := keep(key, one)) is not None}
