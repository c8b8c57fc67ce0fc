"""The portal's pages of teams. Higher domains add tabs (`page="team"`) and cards (`(request, team) -> html`, page "team")."""

from django.utils.translation import gettext_lazy

from forecourt.access import Permission
from forecourt.kit.registries import MenuEntry, Tab

MENU = [
    MenuEntry("teams", gettext_lazy("Teams"), "teams", "users-group", Permission.TEAM_READ, 10),
    MenuEntry("settings", gettext_lazy("Roles"), "roles", "shield-lock", Permission.OPERATOR_MEMBER_READ, 40),
]
TABS = [
    Tab("team", gettext_lazy("Overview"), "team-detail", Permission.TEAM_READ, 0),
    Tab("team", gettext_lazy("Members"), "team-members", Permission.TEAM_MEMBER_READ, 20),
]
