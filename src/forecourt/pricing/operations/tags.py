"""Writes of price group tags (partner API §11.25)."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from forecourt.access import Actor
from forecourt.kit.errors import Invalid
from forecourt.kit.fields import Checks
from forecourt.kit.operations import locked, operation
from forecourt.operators.models import Operator
from forecourt.pricing.models import PriceGroupTag
from forecourt.pricing.operations.checks import NAME_LENGTH
from forecourt.pricing.operations.groups import PriceGroupDeleted

EDITABLE = frozenset({"name", "description", "partner_external_id", "partner_custom_payload"})


@operation
def create_tag(*, actor: Actor, operator: Operator, name: str, at: datetime, **fields: Any) -> PriceGroupTag:
    """
    `fields`: description, partner_external_id, partner_custom_payload.

    :raises Invalid: without a name, or with one that another tag of the operator has.
    """
    tag = PriceGroupTag(organisation_id=operator.organisation_id, operator=operator)
    return _saved(tag, {"name": name, **fields})


@operation
def edit_tag(*, actor: Actor, tag: PriceGroupTag, at: datetime, **fields: Any) -> PriceGroupTag:
    """
    Change only the fields given, as `create_tag`.

    :raises PriceGroupDeleted: if the tag is deleted.
    """
    tag = locked(tag)
    if tag.deleted_at:
        raise PriceGroupDeleted(_("This tag is deleted."))
    return _saved(tag, fields)


@operation
def delete_tag(*, actor: Actor, tag: PriceGroupTag, at: datetime) -> PriceGroupTag:
    """Soft-delete a tag; components keep it, and old breakdowns show it. Deleting it again changes nothing."""
    tag = locked(tag)
    if not tag.deleted_at:
        tag.deleted_at = at
        tag.save(update_fields=["deleted_at"])
    return tag


def _saved(tag: PriceGroupTag, fields: dict[str, Any]) -> PriceGroupTag:
    if unknown := fields.keys() - EDITABLE:
        raise TypeError(f"a tag has no field {', '.join(sorted(unknown))}")
    checks = Checks()
    if "name" in fields:
        fields["name"] = checks.text("name", fields["name"], limit=NAME_LENGTH)
    checks.finish()
    for name, value in fields.items():
        setattr(tag, name, value)
    try:
        with transaction.atomic():
            tag.save()
    except IntegrityError as error:
        message = _("There is a tag with this name already.")
        raise Invalid(message, fields={"name": message}) from error
    return tag
