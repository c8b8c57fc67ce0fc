"""The portal's pages of money: transactions, wallets, exchange rates."""

from django.utils.translation import gettext_lazy as _

from forecourt.access import Permission
from forecourt.kit.registries import MenuEntry, Tab
from forecourt.ledger.pages.mine import wallet_card

MENU = [
    MenuEntry("billing", _("Wallet"), "wallet-list", "wallet", Permission.WALLET_READ, 10),
    MenuEntry("billing", _("Transactions"), "transaction-list", "arrows-exchange", Permission.WALLET_READ, 20),
    MenuEntry("platform", _("Exchange rates"), "rate-list", "currency-euro", Permission.PLATFORM_READ, 70),
]
TABS = [Tab("team", _("Wallet"), "team-wallet", Permission.WALLET_READ, 50)]
CARDS = [("my_account", wallet_card)]
