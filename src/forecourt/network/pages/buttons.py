"""What the person may do with a row, without asking the database again: for buttons drawn disabled with their reason."""

from typing import Any, Protocol

from django import forms
from django.utils.functional import Promise

from forecourt.access import Actor, Permission, lacks_here
from forecourt.kit.errors import DomainError, Invalid
from forecourt.portal.actions import Action


class Owned(Protocol):
    """A row with the scope columns."""

    @property
    def organisation_id(self) -> int: ...
    @property
    def operator_id(self) -> int: ...
    @property
    def team_id(self) -> int: ...


def may(actor: Actor, permission: Permission, row: Owned) -> bool:
    """The same answer as `access.may`, from the row in hand. Drawing only: the door of each page asks the database."""
    scope = actor.reach_of(permission)
    return (
        scope.is_everywhere
        or row.organisation_id in scope.organisation_ids
        or row.operator_id in scope.operator_ids
        or row.team_id in scope.team_ids
    )


def why_not(actor: Actor, permission: Permission, row: Owned, otherwise: str = "") -> str:
    """The reason a button is disabled; empty where it is not. `otherwise` is another reason that holds already."""
    if not may(actor, permission, row):
        return lacks_here(permission)
    return otherwise


def action(
    actor: Actor, permission: Permission, row: Owned, label: str | Promise, url: str, icon: str, *, otherwise: str = "", **kind: bool
) -> Action:
    return Action(label, url, icon, disabled=why_not(actor, permission, row, otherwise), **kind)


# Columns of the operations under the names they have in our forms.
_FIELDS = {"max_w": "max_kw", "country_id": "country", "connectors": "connector_types"}


def note_errors(form: forms.Form, error: DomainError) -> None:
    """Show an operation's refusal in the form: at the fields it names, else above them."""
    fields: dict[str, Any] = error.fields if isinstance(error, Invalid) else {}
    for name, says in fields.items():
        field = _FIELDS.get(name, name)
        form.add_error(field if field in form.fields else None, says)
    if not fields:
        form.add_error(None, error.message)
