"""What people read instead of columns: the names of items, actions and fields, and values written our way."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.audit.vault import ERASED
from forecourt.kit import registries
from forecourt.portal import formats, states
from forecourt.portal.states import State, Tone

ACTIONS = {
    "created": State(gettext_lazy("Created"), Tone.OK, "plus"),
    "updated": State(gettext_lazy("Changed"), Tone.LIVE, "pencil"),
    "deleted": State(gettext_lazy("Deleted"), Tone.BAD, "trash"),
    "signed_in": State(gettext_lazy("Signed in"), Tone.OFF, "login"),
    "signed_out": State(gettext_lazy("Signed out"), Tone.OFF, "logout"),
    "sign_in_refused": State(gettext_lazy("Sign-in refused"), Tone.WAIT, "ban"),
}
STREAM_STATES = {
    "ok": State(gettext_lazy("Up to date"), Tone.OK, "circle-check"),
    "behind": State(gettext_lazy("Sending"), Tone.LIVE, "send"),
    "failing": State(gettext_lazy("Failing"), Tone.WAIT, "alert-triangle"),
    "given-up": State(gettext_lazy("Switched off: nothing arrived for three days"), Tone.BAD, "plug-connected-x"),
    "off": State(gettext_lazy("Off"), Tone.OFF, "circle-off"),
}
EXPORT_STATES = {
    "running": State(gettext_lazy("Being made"), Tone.LIVE, "loader"),
    "ready": State(gettext_lazy("Ready"), Tone.OK, "circle-check"),
    "failed": State(gettext_lazy("Failed"), Tone.BAD, "alert-triangle"),
}
ACTOR_KINDS: dict[str, Promise] = {
    "person": gettext_lazy("Person"),
    "consumer": gettext_lazy("API key"),
    "system": gettext_lazy("The product itself"),
}
# A column that names another row: whose name is shown beside its number.
NAMED_BY = {
    "person_id": "User", "team_id": "Team", "operator_id": "Operator", "site_id": "Site", "charge_point_id": "ChargePoint",
    "station_id": "Station", "price_group_id": "PriceGroup", "cost_group_id": "PriceGroup", "owner_id": "User", "group_id": "TeamMemberProfile",
    "charge_key_id": "ChargeAuthToken", "payer_team_id": "Team", "member_id": "TeamMember", "theme_id": "Theme",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    field: str
    before: str
    after: str


def entity_label(entity_type: str) -> str:
    """The item's kind as people read it; one that nobody described is shown as the API names it."""
    found = next((item.label for item in registries.audit_items if item.entity == entity_type), None)
    return str(found) if found is not None else entity_type


def entity_options() -> list[tuple[str, str]]:
    """Every kind of item, by its name."""
    return sorted(((item.entity, str(item.label)) for item in registries.audit_items), key=lambda pair: pair[1])


def changes_of(changes: Mapping[str, Any], names: Mapping[tuple[str, int], str], currency: str) -> Iterator[Change]:
    """One line per field, in the order of their names."""
    currency = str((changes.get("currency") or [None, None])[1] or currency)
    for column in sorted(changes):
        before, after = changes[column]
        yield Change(field_label(column), written(column, before, names, currency), written(column, after, names, currency))


def named_rows(changes: Mapping[str, Any]) -> set[tuple[str, int]]:
    """The rows that the changed columns name."""
    return {(NAMED_BY[column], value) for column in changes if column in NAMED_BY for value in changes[column] if isinstance(value, int)}


def field_label(column: str) -> str:
    """“price_group_id” as “Price group”."""
    words = column
    for ending in ("_id", "_minor", "_at", "_on", "_wh", "_w"):
        words = words.removesuffix(ending)
    words = words.removeprefix("is_").replace("_", " ").strip() or column
    return words[:1].upper() + words[1:]


def written(column: str, value: Any, names: Mapping[tuple[str, int], str], currency: str) -> str:
    """A value in the reader's language and zone; nothing as a dash."""
    if value is None or value == "":
        return formats.NOTHING
    if value == ERASED:
        return _("erased")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int):
        return _number(column, value, names, currency)
    if isinstance(value, str):
        return _moment(value) if column.endswith("_at") else value
    return json.dumps(value, ensure_ascii=False, indent=2) if isinstance(value, (list, dict)) else formats.number(value)


def _number(column: str, value: int, names: Mapping[tuple[str, int], str], currency: str) -> str:
    if column.endswith("_minor") and currency:
        return formats.money(value, currency)
    if column.endswith("_wh"):
        return formats.energy(value)
    if column.endswith("_w"):
        return formats.power(value)
    if column in NAMED_BY:
        name = names.get((NAMED_BY[column], value))
        return f"{name} (#{value})" if name else f"#{value}"
    return f"#{value}" if column.endswith("_id") else formats.number(value)


def _moment(value: str) -> str:
    try:
        return str(formats.moment(datetime.fromisoformat(value), "seconds"))
    except ValueError:
        return value


def register() -> None:
    states.register("audit_action", ACTIONS)
    states.register("audit_stream", STREAM_STATES)
    states.register("audit_export", EXPORT_STATES)
