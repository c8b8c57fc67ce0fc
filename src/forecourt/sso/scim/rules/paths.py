"""Names of attributes as directories write them: in any case, with or without the schema's URN (RFC 7644 §3.10)."""

from typing import Final

from forecourt.sso.scim.rules.schemas import ENTERPRISE, GROUP_SCHEMA, USER_SCHEMA

Path = tuple[str, ...]  # lower-case: ("emails", "value"), ("urn:…:user", "department")
_CORE: Final = (USER_SCHEMA.lower(), GROUP_SCHEMA.lower())
_EXTENSION: Final = ENTERPRISE.lower()
_OBJECTS: Final = frozenset({"emails", "phonenumbers", "members", "groups", "manager"})  # compared by their `value`
_EXACT: Final = frozenset({"id", "externalid", "$ref", "schemas"})


def path_of(text: str) -> Path:
    """`name.givenName` → ("name", "givenname"). Empty parts are the caller's to refuse."""
    text = text.strip().lower()
    if text == _EXTENSION:
        return (_EXTENSION,)
    if text.startswith(f"{_EXTENSION}:"):
        return (_EXTENSION, *text.removeprefix(f"{_EXTENSION}:").split("."))
    for core in _CORE:
        text = text.removeprefix(f"{core}:")
    return tuple(text.split("."))


def compared(path: Path) -> Path:
    """`emails eq "x"` means `emails.value eq "x"` (RFC 7644 §3.4.2.2)."""
    return (*path, "value") if path[-1] in _OBJECTS else path


def is_exact(path: Path) -> bool:
    """Whether upper and lower case differ in the attribute's values."""
    return path[-1] in _EXACT


def folded(value: object, path: Path = ("",)) -> object:
    """A resource as filters see it: names in lower case, and values too where their case says nothing."""
    if isinstance(value, dict):
        return {key.lower(): folded(one, (key.lower(),)) for key, one in value.items()}
    if isinstance(value, list):
        return [folded(one, path) for one in value]
    return value.lower() if isinstance(value, str) and not is_exact(path) else value
