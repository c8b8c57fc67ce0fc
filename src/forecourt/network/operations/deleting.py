"""What may not be deleted: whoever knows a reason has put it into the registry. `OBJECTIONS` are this domain's own."""

from collections.abc import Callable
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from forecourt.kit.errors import DomainError
from forecourt.kit.registries import deletion_objections
from forecourt.network.models import ChargeKey, ChargePoint
from forecourt.pricing.models import PriceGroup
from forecourt.teams.models import Team


class Objected(DomainError):
    """Something still needs the row: a running charge needs its charge point."""

    code = "deletion_objected"


class Deleted(DomainError):
    """A deleted row refuses every change."""

    code = "deleted"


def refuse_if_objected(kind: str, row: models.Model) -> None:
    """
    Ask every domain that registered an objection for this kind of row: `charge_point`, `integration` (disconnecting a
    charge point; the row is the charge point), `site`, `charge_key`.

    :raises Objected: with the first reason.
    """
    for name, ask in deletion_objections:
        if name == kind and (reason := ask(row)):
            raise Objected(str(reason))


def refuse_if_deleted(row: Any) -> None:
    """:raises Deleted: if it is."""
    if row.deleted_at is not None:
        raise Deleted(_("This has been deleted and cannot be changed."))


def _team_has_charge_points(team: Team) -> str | None:
    if ChargePoint.objects.filter(team=team, deleted_at=None).exists():
        return _("The team has charge points. Transfer or delete them first.")
    if ChargeKey.objects.filter(team=team, deleted_at=None).exists():
        return _("The team has charge keys. Move or delete them first.")
    return None


def _price_group_is_used(group: PriceGroup) -> str | None:
    used = Q(price_group=group) | Q(cost_group=group) | Q(roaming_price_group=group)
    if ChargePoint.objects.filter(used, deleted_at=None).exists():
        return _("Charge points use “%(name)s”. Give them another price first.") % {"name": group.name}
    return None


OBJECTIONS: list[tuple[str, Callable[[Any], str | None]]] = [("team", _team_has_charge_points), ("price_group", _price_group_is_used)]
