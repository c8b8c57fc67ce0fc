"""What may not be deleted: whoever knows a reason has put it into the registry."""

from collections.abc import Callable
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from forecourt.kit.errors import DomainError
from forecourt.kit.registries import deletion_objections


class Objected(DomainError):
    """Something still needs the row: a running charge needs its charge point."""

    code = "deletion_objected"


class Deleted(DomainError):
    """A deleted row refuses every change."""

    code = "deleted"


def refuse_if_objected(row: models.Model, *, label: str = "") -> None:
    """
    Ask every domain that registered an objection for this kind of row (`network.ChargePoint`, `network.Integration`, …).

    :raises Objected: with the first reason.
    """
    asked: list[Callable[[Any], Any]] = [ask for name, ask in deletion_objections if name == (label or row._meta.label)]  # noqa: SLF001
    for ask in asked:
        if reason := ask(row):
            raise Objected(str(reason))


def refuse_if_deleted(row: Any) -> None:
    """:raises Deleted: if it is."""
    if row.deleted_at is not None:
        raise Deleted(_("This has been deleted and cannot be changed."))
