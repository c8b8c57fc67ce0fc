"""The network's pages, one noun a file; its entries in the menu and the tabs of a charge point."""

from django.utils.translation import gettext_lazy as _

from forecourt.access import Permission
from forecourt.kit.registries import MenuEntry, Tab
from forecourt.network.pages.prices import CARDS

__all__ = ["CARDS", "MENU", "TABS"]

MENU = [
    MenuEntry("chargers", _("Charge points"), "charge-points", "charging-pile", Permission.CHARGE_POINT_READ, 10),
    MenuEntry("chargers", _("Stations"), "stations", "router", Permission.CHARGE_POINT_READ, 15),
    MenuEntry("chargers", _("Sites"), "sites", "map-pin", Permission.SITE_READ, 20),
    MenuEntry("teams", _("Charge keys"), "charge-keys", "nfc", Permission.CHARGE_KEY_READ, 50),
]
TABS = [
    Tab("charge-point", _("Overview"), "charge-point", Permission.CHARGE_POINT_READ, 10),
    Tab("charge-point", _("Commands"), "charge-point-commands", Permission.CHARGE_POINT_COMMAND, 50),
    Tab("charge-point", _("Configuration"), "charge-point-configuration", Permission.CHARGE_POINT_LOG_READ, 60),
    Tab("charge-point", _("History"), "charge-point-history", Permission.CHARGE_POINT_READ, 70),
    Tab("team", _("Nested teams"), "team-nested", Permission.TEAM_MEMBER_READ, 30),
]
