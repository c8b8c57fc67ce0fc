"""Why a team may not be deleted yet: `OBJECTIONS` are this domain's own."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from forecourt.ledger.models import Account, AccountBalance
from forecourt.teams.models import Team


def _wallet_is_not_empty(team: Team) -> str | None:
    """Money, credit, a debt or money held: each account of the wallet must be zero."""
    accounts = Account.objects.filter(wallet__team=team).values("pk")
    if AccountBalance.objects.filter(account_id__in=accounts).exclude(minor=0).exists():
        return _("The team's wallet is not empty. Pay out what is in it, or settle what is owed, first.")
    return None


OBJECTIONS: list[tuple[str, Callable[[Any], str | None]]] = [("team", _wallet_is_not_empty)]
