"""The portal's pages of price groups."""

from django.utils.translation import gettext_lazy

from forecourt.access import Permission
from forecourt.kit.registries import MenuEntry, Tab

MENU = [MenuEntry("shared", gettext_lazy("Price groups"), "price-groups", "receipt-2", Permission.PRICE_GROUP_READ, 10)]
TABS = [Tab("account", gettext_lazy("Team settings"), "team-templates", Permission.OPERATOR_READ, 56)]
