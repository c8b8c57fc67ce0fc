"""The filter grammar of RFC 7644 §3.4.2.2: text to a tree, and the tree over one folded value."""

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from forecourt.sso.scim.rules.errors import InvalidFilter
from forecourt.sso.scim.rules.paths import Path, compared, is_exact, path_of

LONGEST: Final = 4000
DEEPEST: Final = 40
MOST_TERMS: Final = 100
EQUALITY: Final = frozenset({"eq", "ne"})
OPERATORS: Final = EQUALITY | {"co", "sw", "ew", "gt", "ge", "lt", "le"}
_TOKEN = re.compile(r'\s*("(?:[^"\\]|\\.)*"|[()\[\]]|[^\s()\[\]"]+)')
_UNSTORABLE = re.compile("[\\x00\\ud800-\\udfff]")
_NAME = re.compile(r"[a-z$][\w$:.\-]*", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Compare:
    """`userName sw "a"`; the value is folded as the attribute's values are."""

    path: Path
    operator: str
    value: str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Present:
    path: Path


@dataclass(frozen=True, slots=True)
class Not:
    inner: "Node"


@dataclass(frozen=True, slots=True)
class Both:
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Either:
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Within:
    """`emails[type eq "work" and value co "@x"]`: one value for which all of it holds."""

    path: Path
    inner: "Node"


Node = Compare | Present | Not | Both | Either | Within


def parse(text: str) -> Node:
    """
    :raises InvalidFilter: if the text does not follow the grammar, or is longer or deeper than anybody needs.
    """
    if len(text) > LONGEST or "\x00" in text:
        raise InvalidFilter(f"A filter has at most {LONGEST} characters.")
    parser = _Parser(text)
    node = parser.either()
    if parser.peek() is not None:
        raise InvalidFilter(f"The filter goes on where it should end: {parser.peek()}")
    return node


class _Parser:
    """Recursive descent: `or` binds less than `and`, `and` less than `not`."""

    def __init__(self, text: str) -> None:
        self._tokens, self._at, self._depth, self._terms = list(_tokens(text)), 0, 0, 0

    def peek(self) -> str | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def take(self, expected: str = "") -> str:
        token = self.peek()
        if token is None or (expected and token != expected):
            raise InvalidFilter(f"The filter lacks {expected or 'something'} at its {'end' if token is None else repr(token)}.")
        self._at += 1
        return token

    def either(self) -> Node:
        self._depth += 1
        if self._depth > DEEPEST:
            raise InvalidFilter(f"A filter has at most {DEEPEST} levels.")
        node = self._both()
        while self._is_next("or"):
            node = Either(node, self._both())
        self._depth -= 1
        return node

    def _both(self) -> Node:
        node = self._single()
        while self._is_next("and"):
            node = Both(node, self._single())
        return node

    def _is_next(self, word: str) -> bool:
        if (self.peek() or "").lower() != word:
            return False
        self._at += 1
        return True

    def _single(self) -> Node:
        if self._is_next("not"):
            self._check_bracket()
            return Not(self._in_brackets("(", ")"))
        if self.peek() == "(":
            return self._in_brackets("(", ")")
        return self._attribute()

    def _check_bracket(self) -> None:
        if self.peek() != "(":
            raise InvalidFilter("“not” is followed by a bracket.")

    def _in_brackets(self, opening: str, closing: str) -> Node:
        self.take(opening)
        node = self.either()
        self.take(closing)
        return node

    def _attribute(self) -> Node:
        name = self.take()
        path = path_of(name)
        if not is_name(name):
            raise InvalidFilter(f"{name} is no attribute.")
        self._terms += 1
        if self._terms > MOST_TERMS:
            raise InvalidFilter(f"A filter has at most {MOST_TERMS} terms.")
        if self.peek() == "[":
            return Within(path, self._in_brackets("[", "]"))
        operator = self.take().lower()
        if operator == "pr":
            return Present(path)
        if operator not in OPERATORS:
            raise InvalidFilter(f"{operator} is no operator.")
        return comparison(path, operator, _value(self.take()))


def is_name(text: str) -> bool:
    """Whether an attribute can be called so, with or without a URN and the name of a part."""
    return _NAME.fullmatch(text) is not None and all(path_of(text))


def comparison(path: Path, operator: str, value: Any) -> Compare:
    """
    :raises InvalidFilter: for an order, or a part, of what has neither: true, false and null.
    """
    path = compared(path)
    if operator not in EQUALITY and (value is None or isinstance(value, bool)):
        raise InvalidFilter(f"{operator} compares text, numbers and times.")
    return Compare(path, operator, value.lower() if isinstance(value, str) and not is_exact(path) else value)


def _value(token: str) -> Any:
    try:
        value = json.loads(token if token.startswith('"') else token.lower())
    except ValueError as error:
        raise InvalidFilter(f"{token} is no value: text stands in double quotes.") from error
    if isinstance(value, str) and _UNSTORABLE.search(value):
        raise InvalidFilter("A value has a character that cannot be stored.")
    if isinstance(value, float) and not math.isfinite(value):
        raise InvalidFilter(f"{token} is too large.")
    return value


def _tokens(text: str) -> Iterator[str]:
    text, at = text.rstrip(), 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise InvalidFilter(f"The filter cannot be read from character {at + 1} on.")
        yield found[1]
        at = found.end()
    if not text:
        raise InvalidFilter("The filter is empty.")


def matches(node: Node, value: Any) -> bool:
    """Whether a folded resource, or one value of it, fulfils the filter."""
    match node:
        case Not(inner):
            return not matches(inner, value)
        case Both(left, right):
            return matches(left, value) and matches(right, value)
        case Either(left, right):
            return matches(left, value) or matches(right, value)
        case Present(path):
            return any(found not in (None, "", {}) for found in _values(value, path))
        case Within(path, inner):
            return any(matches(inner, found) for found in _values(value, path))
        case Compare(path, operator, wanted):
            return _is_so(list(_values(value, path)), operator, wanted)


def _values(value: Any, path: Path) -> Iterator[Any]:
    if isinstance(value, list):
        for one in value:
            yield from _values(one, path)
    elif not path:
        yield value
    elif isinstance(value, dict) and path[0] in value:
        yield from _values(value[path[0]], path[1:])


def _is_so(found: list[Any], operator: str, wanted: Any) -> bool:
    if wanted is None:
        return (not found) == (operator == "eq")
    if operator == "ne":
        return wanted not in found
    return any(_holds(one, operator, wanted) for one in found if isinstance(one, bool) == isinstance(wanted, bool))


def _holds(one: Any, operator: str, wanted: Any) -> bool:
    if operator == "eq":
        return bool(one == wanted)
    if operator in ("co", "sw", "ew"):
        pair = (one, wanted) if isinstance(one, str) and isinstance(wanted, str) else ("", "-")
        return {"co": pair[1] in pair[0], "sw": pair[0].startswith(pair[1]), "ew": pair[0].endswith(pair[1])}[operator]
    if isinstance(one, str) != isinstance(wanted, str):
        return False
    return bool({"gt": one > wanted, "ge": one >= wanted, "lt": one < wanted, "le": one <= wanted}[operator])
