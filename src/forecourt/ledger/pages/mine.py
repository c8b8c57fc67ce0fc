"""My Account's card: what is in the personal wallet."""

from django.http import HttpRequest
from django.template.loader import render_to_string

from forecourt.ledger import queries
from forecourt.ledger.personal import wallets_of


def wallet_card(request: HttpRequest) -> str:
    """Two queries."""
    balances = queries.balances(wallets_of(request.user.pk or 0).values_list("pk", flat=True))
    return render_to_string("ledger/_my_wallet.html", {"balances": balances.values()})
