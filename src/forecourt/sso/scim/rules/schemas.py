"""The attributes of users and groups (RFC 7643 §4), the names they are found by, and the check of what a directory sends."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from forecourt.sso.scim.rules.errors import InvalidSyntax, InvalidValue

USER_SCHEMA: Final = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP_SCHEMA: Final = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE: Final = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
LONGEST: Final = 1000  # characters of one value
MOST_BYTES: Final = 1600  # of one value in UTF-8: an index holds 2,700, and some grow by half in upper case
MOST_VALUES: Final = 100  # of one multi-valued attribute of a user
READ_ONLY, IMMUTABLE = "readOnly", "immutable"


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute, as RFC 7643 §7 describes it. `subs` makes it complex."""

    name: str
    description: str = ""
    type: str = "string"
    subs: tuple["Attribute", ...] = ()
    is_multi: bool = False
    is_required: bool = False
    is_exact: bool = False
    mutability: str = "readWrite"
    returned: str = "default"
    is_unique: bool = False
    refers_to: tuple[str, ...] = ()

    def sub(self, name: str) -> "Attribute | None":
        return next((one for one in self.subs if one.name.lower() == name.lower()), None)

    def described(self) -> dict[str, Any]:
        """As `/Schemas` shows it."""
        told: dict[str, Any] = {
            "name": self.name,
            "type": "complex" if self.subs else self.type,
            "multiValued": self.is_multi,
            "description": self.description or self.name,
            "required": self.is_required,
            "mutability": self.mutability,
            "returned": self.returned,
        }
        if self.refers_to:
            told["referenceTypes"] = list(self.refers_to)
        if self.subs:
            return told | {"subAttributes": [one.described() for one in self.subs]}
        return told | {"caseExact": self.is_exact, "uniqueness": "server" if self.is_unique else "none"}


def _plural(name: str, *more: Attribute) -> Attribute:
    value, display, kind = Attribute("value"), Attribute("display"), Attribute("type")
    return Attribute(name, subs=(value, display, kind, Attribute("primary", type="boolean"), *more), is_multi=True)


_NAMES = ("formatted", "familyName", "givenName", "middleName", "honorificPrefix", "honorificSuffix")
_ADDRESS = ("formatted", "streetAddress", "locality", "region", "postalCode", "country", "type")


def _link(to: str, value: str) -> tuple[Attribute, ...]:
    """What a group's member, or a user's group, is: `value` is the id's mutability."""
    return (
        Attribute("value", is_exact=True, mutability=value),
        Attribute("$ref", type="reference", is_exact=True, mutability=READ_ONLY, refers_to=(to,)),
        Attribute("display", mutability=READ_ONLY),
        Attribute("type", mutability=READ_ONLY),
    )


_COMMON = (Attribute("externalId", "The directory's own key", is_exact=True),)

USER: Final = (
    Attribute("userName", "The name of the person in the directory", is_required=True, is_unique=True),
    Attribute("name", subs=tuple(map(Attribute, _NAMES))),
    Attribute("displayName"),
    Attribute("nickName"),
    Attribute("title"),
    Attribute("userType"),
    Attribute("preferredLanguage"),
    Attribute("locale"),
    Attribute("timezone"),
    Attribute("active", "Whether the person may sign in", type="boolean"),
    _plural("emails"),
    _plural("phoneNumbers"),
    Attribute("addresses", subs=(*map(Attribute, _ADDRESS), Attribute("primary", type="boolean")), is_multi=True),
    Attribute("groups", subs=_link("Group", READ_ONLY), is_multi=True, mutability=READ_ONLY),
    *_COMMON,
)
EXTENSION: Final = (
    Attribute("employeeNumber"),
    Attribute("costCenter"),
    Attribute("organization"),
    Attribute("division"),
    Attribute("department"),
    Attribute(
        "manager",
        subs=(Attribute("value"), Attribute("$ref", type="reference", refers_to=("User",)), Attribute("displayName", mutability=READ_ONLY)),
    ),
)
GROUP: Final = (
    Attribute("displayName", "The name that a role is given to", is_required=True, is_unique=True),
    Attribute("members", subs=_link("User", IMMUTABLE), is_multi=True),
    *_COMMON,
)


@dataclass(frozen=True, slots=True)
class ResourceType:
    """Users or groups."""

    name: str
    endpoint: str
    schema: str
    attributes: tuple[Attribute, ...]
    extensions: Mapping[str, tuple[Attribute, ...]]

    def attribute(self, name: str, *, urn: str = "") -> Attribute | None:
        among = self.extensions.get(urn, ()) if urn else self.attributes
        return next((one for one in among if one.name.lower() == name.lower()), None)


USERS: Final = ResourceType("User", "/Users", USER_SCHEMA, USER, {ENTERPRISE: EXTENSION})
GROUPS: Final = ResourceType("Group", "/Groups", GROUP_SCHEMA, GROUP, {})
TYPES: Final = (USERS, GROUPS)


def normalised(body: Any, type: ResourceType) -> dict[str, Any]:
    """
    What a directory sent, with the names written as the schema writes them: without what only the server sets, unknown
    attributes, and what has no value (RFC 7643 §2.5). Entra ID's booleans as text become booleans.

    :raises InvalidSyntax: if it is no object.
    :raises InvalidValue: if a value has another type, is too long, or a required one is missing.
    """
    if not isinstance(body, Mapping):
        raise InvalidSyntax("The body is not a JSON object.")
    resource = _taken(body, type.attributes)
    for urn, attributes in type.extensions.items():
        given = next((value for key, value in body.items() if key.lower() == urn.lower()), None)
        if isinstance(given, Mapping) and (extension := _taken(given, attributes)):
            resource[urn] = extension
    for attribute in type.attributes:
        if attribute.is_required and attribute.name not in resource:
            raise InvalidValue(f"{attribute.name} is required.")
    return resource


def _taken(given: Mapping[str, Any], attributes: tuple[Attribute, ...]) -> dict[str, Any]:
    return dict(_each_taken({key.lower(): value for key, value in given.items()}, attributes))


def _each_taken(given: Mapping[str, Any], attributes: tuple[Attribute, ...]) -> Iterator[tuple[str, Any]]:
    for attribute in attributes:
        value = given.get(attribute.name.lower())
        if attribute.mutability != READ_ONLY and value not in (None, "", [], {}):
            checked = valued(value, attribute)
            if checked not in (None, "", [], {}):
                yield attribute.name, checked


def valued(value: Any, attribute: Attribute) -> Any:
    """
    The value as the attribute's type has it. A single value of a multi-valued attribute becomes a list of one.

    :raises InvalidValue: if it has another type.
    """
    if not attribute.is_multi:
        return _single(value, attribute)
    values = value if isinstance(value, list) else [value]
    if len(values) > MOST_VALUES and attribute.name != "members":
        raise InvalidValue(f"{attribute.name} has more than {MOST_VALUES} values.")
    return one_primary([checked for each in values if each is not None and (checked := _single(each, attribute))])


def _single(value: Any, attribute: Attribute) -> Any:
    if attribute.subs:
        if isinstance(value, str) and attribute.sub("value"):  # Entra ID sends a manager, Okta a member as its id alone
            value = {"value": value}
        if not isinstance(value, Mapping):
            raise InvalidValue(f"{attribute.name} is not an object.")
        return _taken(value, attribute.subs)
    if attribute.type == "boolean":
        return _boolean(value, attribute.name)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise InvalidValue(f"{attribute.name} is not text.")
    text = str(value)
    if len(text) > LONGEST or len(text.encode()) > MOST_BYTES or "\x00" in text:
        raise InvalidValue(f"{attribute.name} is longer than {LONGEST} characters or {MOST_BYTES} bytes, or has one that cannot be stored.")
    return text


def _boolean(value: Any, name: str) -> bool:
    truth = {"true": True, "false": False}.get(str(value).lower())
    if truth is None:
        raise InvalidValue(f"{name} is neither true nor false.")
    return truth


def one_primary(values: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The last one that says it is the primary one is (RFC 7643 §2.4)."""
    chosen = [value for value in values if value.get("primary") is True]
    for value in chosen[:-1]:
        value["primary"] = False
    return values
