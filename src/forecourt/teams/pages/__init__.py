"""The portal's pages of teams. Higher domains add tabs (`page="team"`) and cards (`(request, team) -> html`, page "team")."""

from django.utils.translation import gettext_lazy

from forecourt.access import Permission
from forecourt.kit.registries import MenuEntry, Tab
from forecourt.teams.pages.settings import fleet_action

MENU = [
    MenuEntry("teams", gettext_lazy("Teams"), "teams", "users-group", Permission.TEAM_READ, 10),
    MenuEntry("settings", gettext_lazy("Roles"), "roles", "shield-lock", Permission.OPERATOR_MEMBER_READ, 40),
]
TABS = [
    Tab("team", gettext_lazy("Overview"), "team-detail", Permission.TEAM_READ, 0),
    Tab("team", gettext_lazy("Members"), "team-members", Permission.TEAM_MEMBER_READ, 20),
    Tab("team", gettext_lazy("Member groups"), "team-groups", Permission.TEAM_MEMBER_READ, 22),
    Tab("team", gettext_lazy("Join code"), "team-join-code", Permission.TEAM_MEMBER_READ, 24),
    Tab("team", gettext_lazy("Where it pays"), "team-restrictions", Permission.TEAM_READ, 55),
    Tab("account", gettext_lazy("Member groups"), "account-groups", Permission.TEAM_MEMBER_READ, 60),
    Tab("account", gettext_lazy("Wallets"), "account-restrictions", Permission.OPERATOR_READ, 65),
    Tab("team", gettext_lazy("Settings"), "team-settings", Permission.TEAM_READ, 90),
    Tab("account", gettext_lazy("Feature groups"), "feature-groups", Permission.OPERATOR_READ, 58),
]
ROW_ACTIONS = [("operator", fleet_action)]
