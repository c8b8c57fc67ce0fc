"""The only ways from an id in a request to a row."""

from typing import Any, TypeVar

from django.db import models
from django.utils.translation import gettext as _

from forecourt.access.actor import Actor
from forecourt.access.permissions import Permission
from forecourt.access.scope import Scope
from forecourt.kit.errors import Forbidden, NotFound

M = TypeVar("M", bound=models.Model)


def fetch(rows: Any, *, actor: Actor, id: int, needs: Permission) -> Any:
    """
    Return the row with this id, if the actor may read it and may do this to it. `rows` is a scoped manager or queryset.

    In all of the actor's accounts, not only in the one they work in: a link or a tab of another account keeps working.

    :raises NotFound: if there is no such row, or it lies outside what the actor may read. The two look alike on purpose.
    :raises Forbidden: if the actor may read it, but `needs` is not granted *there*: an admin of one team who is a
        member of another is not an admin of both.
    """
    row = rows.within(actor.reach_of(needs.read)).filter(pk=id).first()
    if row is None:
        raise NotFound(_("There is nothing here with that id."))
    if needs is not needs.read and not may(rows, actor=actor, id=id, needs=needs):
        raise Forbidden(lacks_here(needs), permission=needs.value)
    return row


def may(rows: Any, *, actor: Actor, id: int, needs: Permission) -> bool:
    """Whether the actor may do this to the row: for a button that is drawn disabled."""
    exists: bool = rows.within(actor.reach_of(needs)).filter(pk=id).exists()
    return exists


def require(actor: Actor, needs: Permission) -> Scope:
    """
    Where the actor may do this.

    :raises Forbidden: if nowhere.
    """
    scope = actor.scope(needs)
    if not scope and not actor.may_platform(needs):
        raise Forbidden(lacks(needs), permission=needs.value)
    return scope


def refused_everywhere(actor: Actor, needs: Permission) -> str:
    """Why a button is greyed; empty where the actor may do this somewhere (spec §3.2)."""
    return "" if actor.may_anywhere(needs) else lacks(needs)


def lacks(needs: Permission) -> str:
    """What somebody reads who may do this nowhere."""
    return _("Your role does not include “%(what)s”.") % {"what": needs.label}


def lacks_here(needs: Permission) -> str:
    """What somebody reads who may see a thing and may not do this to it."""
    return _("Your role does not include “%(what)s” here.") % {"what": needs.label}
