"""How a charge is paid for: who needs funds, how much is held, and holding it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from forecourt.charging.rules.authorization import TeamFacts
from forecourt.charging.rules.holds import hold_amount
from forecourt.ledger import operations as ledger
from forecourt.ledger import queries as ledger_queries
from forecourt.teams.models import Team


def hold_key(charge_id: int) -> str:
    """The ledger's key of a charge's hold."""
    return f"charge:{charge_id}"


def late_hold_key(charge_id: int) -> str:
    """The key of the second hold, of a charge that was given up and then started after all: a key holds once."""
    return f"charge:{charge_id}:late"


def hold_keys(charge_ids: Iterable[int]) -> list[str]:
    """Everything that may be held for charges; billing releases it at the settlement."""
    return [key for id in charge_ids for key in (hold_key(id), late_hold_key(id))]


def payment_method(payer: TeamFacts | None, *, is_free: bool) -> str | None:
    """
    Free; from the team's wallet; or `source`: a team that pays afterwards, by invoice or operator transaction (spec P2.5).

    None where nobody pays: the operator bears what a key without a payer takes.
    """
    if is_free:
        return "free"
    if payer is None:
        return None
    return "team-has-fund" if payer.needs_funds else "source"


class Claim(NamedTuple):
    """A charge that wants money held. `currency` is that of the paying team's wallet; `is_late`: for the second time."""

    charge_id: int
    team_id: int
    currency: str
    is_late: bool = False

    @property
    def key(self) -> str:
        return late_hold_key(self.charge_id) if self.is_late else hold_key(self.charge_id)


def hold(claims: Sequence[Claim], *, at: datetime) -> dict[int, int]:
    """Hold money for each charge whose payer has it: {charge id: minor held}. A charge that is missing has no funds."""
    wallets = wallets_of(claim.team_id for claim in claims)
    able = [claim for claim in claims if claim.team_id in wallets]
    holds = [ledger.Hold(claim.key, wallets[claim.team_id], hold_amount(claim.currency)) for claim in able]
    answers = ledger.hold_many(holds, at=at) if holds else []
    return {claim.charge_id: one.minor for claim, one, is_held in zip(able, holds, answers, strict=True) if is_held}


def release(charge_ids: Iterable[int], *, at: datetime) -> None:
    """Give back what is held for charges that came to nothing."""
    ledger.release_holds(hold_keys(charge_ids), at=at)


def have_funds(payers: Iterable[TeamFacts]) -> set[int]:
    """The teams whose wallets could hold the amount now; nothing is held. Two queries."""
    teams = {payer.id: payer for payer in payers}
    wallets = wallets_of(teams)
    balances = ledger_queries.balances(wallets.values()) if wallets else {}
    return {id for id, wallet in wallets.items() if balances[wallet].spendable_minor >= hold_amount(teams[id].currency)}


def wallets_of(team_ids: Iterable[int]) -> dict[int, int]:
    """{team: wallet} of those that have one."""
    wanted = set(team_ids)
    found = Team.objects.filter(pk__in=wanted, wallet__isnull=False).values_list("pk", "wallet") if wanted else ()
    return dict(found)
