"""The wallets of a batch of charges, found at once; one that is missing is opened."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from forecourt.billing import rules
from forecourt.billing.queries import ToSettle
from forecourt.billing.rules import Agreement
from forecourt.ledger import operations as ledger
from forecourt.ledger import queries as books
from forecourt.ledger.models import Wallet
from forecourt.ledger.queries import WalletFacts
from forecourt.operators.models import Operator
from forecourt.places.queries import vat_rate_on
from forecourt.teams.models import Team


@dataclass(frozen=True, slots=True)
class Wallets:
    """By team and by operator, with the VAT rates asked so far."""

    teams: dict[int, WalletFacts]
    operators: dict[int, WalletFacts]
    rates: dict[tuple[int, date], Decimal] = field(default_factory=dict)

    def owner(self, charge: ToSettle) -> WalletFacts:
        """Who earns: the team, or the operator for its own teams (spec P2.1: all wallet income goes to the Operator wallet)."""
        return self.operators[charge.operator_id] if is_operators(charge) else self.teams[charge.team_id]

    def payer(self, charge: ToSettle) -> WalletFacts | None:
        return self.teams[charge.payer_team_id] if charge.payer_team_id else None

    def fee_vat_rate(self, seller: WalletFacts, buyer: WalletFacts, day: date) -> Decimal:
        key = (seller.country_id, day)
        if key not in self.rates:
            self.rates[key] = vat_rate_on(*key)
        return rules.fee_vat_rate(seller_country_id=seller.country_id, buyer_country_id=buyer.country_id, seller_rate=self.rates[key])


def is_operators(charge: ToSettle) -> bool:
    return charge.team_type == Team.Type.OPERATOR


def wallets_for(charges: Sequence[ToSettle], agreements: Iterable[Agreement], *, at: datetime) -> Wallets:
    """The wallets of owners, payers and beneficiaries."""
    teams = {charge.team_id for charge in charges if not is_operators(charge)} | {
        charge.payer_team_id for charge in charges if charge.payer_team_id
    }
    operators = {charge.operator_id for charge in charges if is_operators(charge)} | {one.beneficiary_id for one in agreements}
    of_teams = dict(Wallet.objects.filter(team_id__in=teams).values_list("team_id", "id"))
    of_operators = dict(Wallet.objects.filter(operator_owner_id__in=operators).values_list("operator_owner_id", "id"))
    for team in Team.objects.filter(pk__in=teams - of_teams.keys()):
        of_teams[team.pk] = ledger.open_wallet(owner=team, at=at).pk
    for operator in Operator.objects.filter(pk__in=operators - of_operators.keys()):
        of_operators[operator.pk] = ledger.open_wallet(owner=operator, at=at).pk
    facts = books.wallet_facts([*of_teams.values(), *of_operators.values()])
    return Wallets(
        {team: facts[wallet] for team, wallet in of_teams.items()}, {operator: facts[wallet] for operator, wallet in of_operators.items()}
    )
