"""Opening wallets and the accounts of the platform."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection
from django.utils.translation import gettext as _

from forecourt.kit.errors import Invalid
from forecourt.kit.operations import operation
from forecourt.ledger import rules
from forecourt.ledger.models import Account, Wallet
from forecourt.ledger.queries import transaction_time
from forecourt.operators.models import Operator
from forecourt.teams.events import TeamCreated
from forecourt.teams.models import Team

# Credit and reserved never go below zero. Funds may: energy delivered is posted even then (house §4).
_KINDS = ((Account.Kind.FUNDS, False), (Account.Kind.CREDIT, True), (Account.Kind.RESERVED, True))

_OPEN_ACCOUNTS = """
WITH made AS (
  INSERT INTO ledger_account (kind, wallet_id, name, currency, code, is_limited)
  SELECT * FROM unnest(%s::text[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::boolean[])
  ON CONFLICT DO NOTHING RETURNING id
)
INSERT INTO account_balance (account_id) SELECT id FROM made
"""


@operation
def open_wallet(*, owner: Operator | Team, at: datetime) -> Wallet:
    """
    The wallet of an operator or a team, opened with its three accounts if it has none. Once, however often it runs:
    one wallet per owner is a unique constraint, and the loser of a race reads the winner's.

    :raises Invalid: if the owner has no country: VAT on its transactions could not be told.
    """
    if owner.country_id is None:
        raise Invalid(_("Enter a country first: the wallet's VAT depends on it."), fields={"country": _("Enter a country.")})
    is_team = isinstance(owner, Team)
    wallet, is_new = Wallet.objects.get_or_create(
        **{"team" if is_team else "operator_owner": owner},
        defaults={
            "organisation_id": owner.organisation_id,
            "operator_id": owner.operator_id if isinstance(owner, Team) else owner.pk,
            "currency": owner.currency.identifier,
            "country_id": owner.country_id,
        },
    )
    if is_new:
        prefix = "team" if is_team else "operator"
        _open((kind.value, wallet.pk, "", wallet.currency, rules.CODES[f"{prefix}_{kind.value}"], limited) for kind, limited in _KINDS)
    return wallet


def open_team_wallets(events: Sequence[TeamCreated]) -> None:
    """Reaction to new teams. A team without a country gets its wallet from `open_missing_wallets` once it has one."""
    ids = [event.team_id for event in events]
    _open_each(Team.objects.filter(pk__in=ids, wallet=None, country__isnull=False), at=transaction_time())


@operation
def open_missing_wallets(*, at: datetime) -> int:
    """Open a wallet for every operator and team with a country that has none; how many. For a periodic job and after imports."""
    lacking = {"wallet": None, "deleted_at": None, "country__isnull": False}
    return _open_each(Operator.objects.filter(**lacking), at=at) + _open_each(Team.objects.filter(**lacking), at=at)


def _open_each(owners: Iterable[Operator | Team], *, at: datetime) -> int:
    return len([open_wallet(owner=owner, at=at) for owner in owners])


def platform_accounts(wanted: Iterable[tuple[str, str, str]]) -> dict[tuple[str, str, str], int]:
    """
    The ids of platform accounts by (kind, name, currency): clearing and external. Those that do not exist are made.

    Called inside an operation. Safe beside itself: one account of a name is a unique constraint.
    """
    keys = sorted(set(wanted))
    found = _find(keys)
    missing = [key for key in keys if key not in found]
    if missing:
        _open((kind, None, name, currency, rules.CODES[kind], False) for kind, name, currency in missing)
        found |= _find(missing)
    return found


def _open(rows: Iterable[tuple[str, int | None, str, str, str, bool]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_OPEN_ACCOUNTS, [list(column) for column in zip(*rows, strict=True)])


def _find(keys: list[tuple[str, str, str]]) -> dict[tuple[str, str, str], int]:
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT a.kind, a.name, a.currency, a.id FROM ledger_account a
            JOIN unnest(%s::text[], %s::text[], %s::text[]) AS w(kind, name, currency) USING (kind, name, currency)
            WHERE a.wallet_id IS NULL
            """,
            [list(column) for column in zip(*keys, strict=True)],
        )
        return {(kind, name, currency): id for kind, name, currency, id in cursor.fetchall()}
