"""The portal's addresses of money."""

from django.urls import path

from forecourt.ledger.pages import rates, transactions, wallets

urlpatterns = [
    path("transactions/", transactions.transaction_list, name="transaction-list"),
    path("transactions/<int:transaction_id>", transactions.transaction_detail, name="transaction-detail"),
    path("transactions/<int:transaction_id>/refund", transactions.transaction_refund, name="transaction-refund"),
    path("wallets/", wallets.wallet_list, name="wallet-list"),
    path("wallets/<int:wallet_id>", wallets.wallet_detail, name="wallet-detail"),
    path("wallets/<int:wallet_id>/deposit", wallets.wallet_deposit, name="wallet-deposit"),
    path("wallets/<int:wallet_id>/adjust", wallets.wallet_adjust, name="wallet-adjust"),
    path("teams/<int:team_id>/wallet", wallets.team_wallet, name="team-wallet"),
    path("platform/exchange-rates/", rates.rate_list, name="rate-list"),
    path("platform/exchange-rates/import", rates.rate_import, name="rate-import"),
]
