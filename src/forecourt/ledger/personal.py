"""What the books keep about a person: their personal wallet (GDPR). Amounts stay; words about them do not."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from forecourt.kit.registries import PersonalPart
from forecourt.ledger.models import Account, AccountBalance, Wallet, WalletTransaction
from forecourt.teams.models import Team

EXPORTED = (
    "id", "state", "group", "kind", "reference_type", "reference_id", "from_minor", "from_currency", "to_minor", "to_currency", "vat_rate",
    "note", "occurred_at", "completed_at",
)  # fmt: skip


def wallets_of(person_id: int) -> QuerySet[Wallet]:
    """The wallet of the personal team."""
    return Wallet.objects.filter(team__owner_id=person_id, team__type=Team.Type.PERSONAL)


def _transactions(person_id: int) -> QuerySet[WalletTransaction]:
    wallets = wallets_of(person_id).values("pk")
    return WalletTransaction.objects.filter(Q(from_wallet__in=wallets) | Q(to_wallet__in=wallets))


def owners_of_personal_transactions(ids: list[int]) -> dict[int, int]:
    """Whose personal wallet these transactions are in; one from person to person is of who got it."""
    rows = WalletTransaction.objects.filter(pk__in=ids)
    found: dict[int, int] = {}
    for wallet in ("from_wallet", "to_wallet"):
        is_theirs = {f"{wallet}__team__type": Team.Type.PERSONAL, f"{wallet}__team__owner__isnull": False}
        found |= dict(rows.filter(**is_theirs).values_list("pk", f"{wallet}__team__owner_id"))
    return found


def _export(person_id: int) -> Iterator[dict[str, Any]]:
    yield from _transactions(person_id).order_by("-id").values(*EXPORTED)


def _erase(person_id: int, *, at: datetime) -> None:
    _transactions(person_id).exclude(note=None).update(note=None)


def _wallet_is_not_empty(person_id: int) -> str | None:
    accounts = Account.objects.filter(wallet__in=wallets_of(person_id).values("pk")).values("pk")
    if AccountBalance.objects.filter(account_id__in=accounts).exclude(minor=0).exists():
        return _("Your wallet is not empty. Withdraw what is in it, or settle what you owe.")
    return None


PARTS = (PersonalPart("wallet", export=_export, erase=_erase),)
OBJECTIONS = (_wallet_is_not_empty,)
