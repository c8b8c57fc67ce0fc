"""The audit log in the portal: what was recorded, exports, where it goes and how long it is kept, and whether its chains hold."""

from django.utils.translation import gettext_lazy

from forecourt.access import Permission
from forecourt.audit.pages.log import actor_of
from forecourt.kit.registries import MenuEntry

__all__ = ["MENU", "actor_of"]
MENU = [
    MenuEntry("settings", gettext_lazy("Audit log"), "audit-log", "history", Permission.AUDIT_READ, 60),
    MenuEntry("platform", gettext_lazy("Audit chains"), "platform-audit", "link", Permission.PLATFORM_READ, 70),
]
