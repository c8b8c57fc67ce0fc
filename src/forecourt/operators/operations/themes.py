"""Writes of themes (spec §2.4)."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from forecourt.access import Actor
from forecourt.files import operations as files
from forecourt.kit import registries
from forecourt.kit.errors import DomainError, Invalid
from forecourt.kit.operations import locked, operation
from forecourt.operators.models import Operator, Theme
from forecourt.operators.operations.checks import CompanyChecks
from forecourt.operators.rules import is_colour

COLOURS = ("primary", "secondary", "accent")
PICTURES = ("logo", "logo_dark", "icon")
LOGO_SIDE, ICON_SIDE = 512, 192


class ThemeIsUsed(DomainError):
    """An account or a team uses the theme, so it cannot be deleted."""

    code = "theme_is_used"


@operation
def create_theme(*, actor: Actor, operator: Operator, at: datetime, **fields: Any) -> Theme:
    """
    A theme of this account. `fields`: name, primary, secondary, accent (`#rrggbb`), support_email, support_phone, terms_url,
    is_default, and the pictures logo, logo_dark, icon: an upload, False to remove it, None to leave it.

    :raises Invalid: for a value that breaks its rule, a picture that is none, a name that is taken.
    """
    operator = locked(operator)  # so that one theme is the default, also beside itself
    return _write(actor, Theme(operator=operator, organisation_id=operator.organisation_id), fields, at=at)


@operation
def edit_theme(*, actor: Actor, theme: Theme, at: datetime, **fields: Any) -> Theme:
    """As `create_theme`, all fields. What is changed here is changed wherever the theme is used."""
    locked(theme.operator)
    return _write(actor, locked(theme), fields, at=at)


def _write(actor: Actor, theme: Theme, fields: dict[str, Any], *, at: datetime) -> Theme:
    values = _checked(fields)
    old = [getattr(theme, f"{name}_id") for name in PICTURES if fields.get(name) is not None]
    for name in PICTURES:
        if upload := fields.get(name):
            side = ICON_SIDE if name == "icon" else LOGO_SIDE
            values[f"{name}_id"] = files.store_image(actor=actor, upload=upload, field=name, max_side=side, at=at).pk
        elif upload is False:
            values[f"{name}_id"] = None
    for column, value in values.items():
        setattr(theme, column, value)
    _save(theme)
    for file_id in filter(None, old):
        files.delete(actor=actor, file_id=file_id, at=at)
    return theme


def _checked(fields: dict[str, Any]) -> dict[str, Any]:
    checks = CompanyChecks()
    values: dict[str, Any] = {"name": checks.text("name", fields["name"], limit=60)}
    for name in COLOURS:
        values[name] = str(fields[name]).strip().lower()
        if not is_colour(values[name]):
            checks.fail(name, _("Enter a colour as six hexadecimal digits, like #0b6e6e."))
    values["support_email"] = checks.email("support_email", fields.get("support_email", ""), is_required=False)
    values["support_phone"] = checks.phone("support_phone", fields.get("support_phone", ""), is_required=False)
    values["terms_url"] = checks.web_address("terms_url", fields.get("terms_url", ""))
    checks.finish()
    return values | {"is_default": bool(fields.get("is_default"))}


def _save(theme: Theme) -> None:
    if theme.is_default:
        Theme.objects.filter(operator_id=theme.operator_id, is_default=True, deleted_at=None).exclude(pk=theme.pk).update(is_default=False)
    try:
        with transaction.atomic():
            theme.save()
    except IntegrityError as error:
        says = _("There is a theme with this name already.")
        raise Invalid(says, fields={"name": says}) from error


@operation
def make_default(*, actor: Actor, theme: Theme, at: datetime) -> Theme:
    """The theme of whoever in the account has chosen none; of a Main account, in its Sub-accounts too."""
    locked(theme.operator)
    theme = locked(theme)
    theme.is_default = True
    _save(theme)
    return theme


@operation
def choose_theme(*, actor: Actor, operator: Operator, theme: Theme | None, at: datetime) -> Operator:
    """
    Use a theme in this account; None goes back to the default one.

    :raises Invalid: for a theme that is neither the account's own nor its Main account's.
    """
    operator = locked(operator)
    if theme is not None and not is_usable(theme, operator):
        raise Invalid(_("This theme belongs to another account."))
    operator.theme = theme
    operator.save(update_fields=["theme"])
    return operator


def is_usable(theme: Theme, operator: Operator) -> bool:
    """Its own themes, and those of its Main account (spec §4)."""
    is_shared = theme.organisation_id == operator.organisation_id and theme.operator.is_main
    return theme.deleted_at is None and (theme.operator_id == operator.pk or is_shared)


@operation
def delete_theme(*, actor: Actor, theme: Theme, at: datetime) -> Theme:
    """
    Delete a theme that nobody uses. Deleting it again changes nothing.

    :raises ThemeIsUsed: if an account or a team has chosen it.
    """
    theme = locked(theme)
    if user := Operator.objects.filter(theme=theme, deleted_at=None).first():
        raise ThemeIsUsed(_("%(name)s uses this theme. Choose another one there first.") % {"name": user.name})
    for label, object_ in registries.deletion_objections:
        if label == "theme" and (message := object_(theme)):
            raise ThemeIsUsed(message)
    theme.deleted_at, theme.is_default = theme.deleted_at or at, False
    theme.save(update_fields=["deleted_at", "is_default"])
    return theme
