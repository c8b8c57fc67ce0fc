"""A filter as PostgreSQL's SQL/JSON path over a folded resource, so that the database finds what `filters.matches` would."""

import json
from typing import Any

from forecourt.sso.scim.rules.filters import Both, Compare, Either, Node, Not, Present, Within
from forecourt.sso.scim.rules.paths import Path

_SIGNS = {"eq": "==", "ne": "==", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
_SPECIAL = str.maketrans({sign: f"\\{sign}" for sign in r".^$*+?()[]{}|\\"[:-1]})


def condition(node: Node) -> tuple[str, dict[str, Any]]:
    """The path (`$ ? (…)`) and its variables. Values never stand in the path itself but for patterns, which must."""
    values: dict[str, Any] = {}
    return f"$ ? ({_predicate(node, values)})", values


def _predicate(node: Node, values: dict[str, Any]) -> str:
    match node:
        case Not(inner):
            return f"!({_predicate(inner, values)})"
        case Both(left, right):
            return f"({_predicate(left, values)}) && ({_predicate(right, values)})"
        case Either(left, right):
            return f"({_predicate(left, values)}) || ({_predicate(right, values)})"
        case Present(path):
            return f"exists({_reached(path)})"
        case Within(path, inner):
            return f"exists({_reached(path)} ? ({_predicate(inner, values)}))"
        case Compare():
            return _comparison(node, values)


def _comparison(node: Compare, values: dict[str, Any]) -> str:
    reached = _reached(node.path)
    if node.value is None:
        return f"exists({reached})" if node.operator == "ne" else f"!exists({reached})"
    if node.operator in ("co", "ew"):
        return f'exists({reached} ? (@.type() == "string" && {_pattern(str(node.value), node.operator)}))'
    name = f"v{len(values)}"
    values[name] = node.value
    if node.operator == "sw":
        return f'exists({reached} ? (@.type() == "string" && @ starts with ${name}))'
    said = f"exists({reached} ? (@ {_SIGNS[node.operator]} ${name}))"
    return f"!{said}" if node.operator == "ne" else said


def _pattern(text: str, operator: str) -> str:
    if operator == "co":
        return f'@ like_regex {json.dumps(text)} flag "q"'
    return f"@ like_regex {json.dumps(text.translate(_SPECIAL) + '$')}"


def _reached(path: Path) -> str:
    """Lax mode looks into every value of a list by itself."""
    return "@" + "".join(f".{json.dumps(key)}" for key in path)
