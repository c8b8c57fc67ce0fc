"""The portal's pages of charges."""

from django.utils.translation import gettext_lazy as _

from forecourt.access import Permission
from forecourt.kit.registries import MenuEntry, Tab

MENU = [MenuEntry("charges", _("Charges"), "charge-list", "bolt", Permission.CHARGE_READ, 10)]
TABS = [
    Tab("charge-detail", _("Overview"), "charge-detail", Permission.CHARGE_READ, 0),
    Tab("charge-detail", _("Meter values"), "charge-meter-values", Permission.CHARGE_READ, 50),
]
