"""Which account a browser works in: kept in its session, and for the person beyond it (spec §4)."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from forecourt.access import Account, Actor
from forecourt.identity.models import Person
from forecourt.kit import clock
from forecourt.operators import operations
from forecourt.operators.models import Operator

SESSION_KEY = "account"
TEAMS = "teams"  # instead of an operator's id: the person's own teams


def in_session(request: HttpRequest, actor: Actor) -> Actor:
    """The actor in the account that this browser chose last, if the person may still work there. No query."""
    kept: Any = request.session.get(SESSION_KEY)
    if kept == TEAMS:
        return actor.working_in(None)
    account = Account(*kept) if isinstance(kept, list) else None
    return actor.working_in(account) if account and actor.may_work_in(account) else actor


def switch(request: HttpRequest, actor: Actor, person: Person, wanted: str) -> str:
    """
    Work in another account from now on: `wanted` is an operator's id, or `TEAMS`. What it is called; empty where the
    person may not, or there is none: then nothing changes.
    """
    operator = _operator(actor, wanted) if wanted != TEAMS else None
    if operator is None and wanted != TEAMS:
        return ""
    request.session[SESSION_KEY] = [operator.pk, operator.organisation_id, operator.is_main] if operator else TEAMS
    operations.choose_account(actor=actor, person=person, operator_id=operator.pk if operator else None, at=clock.now())
    return operator.name if operator else _("your own teams")


def _operator(actor: Actor, wanted: str) -> Operator | None:
    found = Operator.objects.filter(pk=int(wanted), deleted_at=None).first() if wanted.isdecimal() and len(wanted) < 18 else None
    return found if found and actor.may_work_in(Account(found.pk, found.organisation_id, found.is_main)) else None
