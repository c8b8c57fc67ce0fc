"""The permissions, and the roles that hold them. Names are `AREA_VERB`; the labels are what people read."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class OperatorRole(StrEnum):
    """Roles of an operator's people (spec §3)."""

    ADMIN = "admin"
    OPERATIONS_MANAGER = "operations_manager"
    BOOKKEEPER = "bookkeeper"
    SUPPORT_AGENT = "support_agent"

    @property
    def label(self) -> Promise:
        return _OPERATOR_ROLE_LABELS[self]


_OPERATOR_ROLE_LABELS = {
    OperatorRole.ADMIN: _("Admin"),
    OperatorRole.OPERATIONS_MANAGER: _("Operations manager"),
    OperatorRole.BOOKKEEPER: _("Bookkeeper"),
    OperatorRole.SUPPORT_AGENT: _("Support agent"),
}


class TeamRole(StrEnum):
    """Roles in a team (spec P2.1). The partner API calls a member `user`."""

    OWNER = "owner"
    ADMIN = "admin"
    MEMBER = "member"


class PlatformRole(StrEnum):
    """Roles of the people who run the installation."""

    ADMINISTRATOR = "administrator"
    SUPPORT = "support"
    KYB_REVIEWER = "kyb_reviewer"


class Permission(StrEnum):
    """One thing somebody may do. Every permission implies that its area may be read: `permission.read`."""

    OPERATOR_READ = "operator.read"
    OPERATOR_UPDATE = "operator.update"
    OPERATOR_CREATE = "operator.create"
    OPERATOR_DELETE = "operator.delete"
    OPERATOR_MEMBER_READ = "operator_member.read"
    OPERATOR_MEMBER_MANAGE = "operator_member.manage"
    THEME_READ = "theme.read"
    THEME_MANAGE = "theme.manage"
    TEAM_READ = "team.read"
    TEAM_CREATE = "team.create"
    TEAM_UPDATE = "team.update"
    TEAM_DELETE = "team.delete"
    TEAM_FREEZE = "team.freeze"
    TEAM_MEMBER_READ = "team_member.read"
    TEAM_MEMBER_MANAGE = "team_member.manage"
    TEAM_MEMBER_DELETE = "team_member.delete"
    WALLET_READ = "wallet.read"
    WALLET_MOVE = "wallet.move"
    WALLET_REFUND = "wallet.refund"
    WALLET_ADJUST = "wallet.adjust"
    WALLET_SPEND = "wallet.spend"
    WALLET_EXPORT = "wallet.export"
    SITE_READ = "site.read"
    SITE_CREATE = "site.create"
    SITE_UPDATE = "site.update"
    SITE_DELETE = "site.delete"
    CHARGE_POINT_READ = "charge_point.read"
    CHARGE_POINT_CREATE = "charge_point.create"
    CHARGE_POINT_UPDATE = "charge_point.update"
    CHARGE_POINT_DELETE = "charge_point.delete"
    CHARGE_POINT_COMMAND = "charge_point.command"
    CHARGE_POINT_CONFIGURE = "charge_point.configure"
    CHARGE_POINT_LOG_READ = "charge_point_log.read"
    CHARGE_KEY_READ = "charge_key.read"
    CHARGE_KEY_CREATE = "charge_key.create"
    CHARGE_KEY_UPDATE = "charge_key.update"
    CHARGE_KEY_DELETE = "charge_key.delete"
    CHARGE_READ = "charge.read"
    CHARGE_START = "charge.start"
    CHARGE_STOP = "charge.stop"
    CHARGE_UPDATE = "charge.update"
    CHARGE_EXPORT = "charge.export"
    PRICE_GROUP_READ = "price_group.read"
    PRICE_GROUP_CREATE = "price_group.create"
    PRICE_GROUP_UPDATE = "price_group.update"
    PRICE_GROUP_DELETE = "price_group.delete"
    OPERATOR_PRICE_GROUP_READ = "operator_price_group.read"
    OPERATOR_PRICE_GROUP_MANAGE = "operator_price_group.manage"
    DASHBOARD_READ = "dashboard.read"
    INTEGRATION_READ = "integration.read"
    INTEGRATION_MANAGE = "integration.manage"
    SSO_READ = "sso.read"
    SSO_MANAGE = "sso.manage"
    AUDIT_READ = "audit.read"
    AUDIT_MANAGE = "audit.manage"
    PERSON_READ = "person.read"
    PERSON_CREATE = "person.create"
    PLATFORM_READ = "platform.read"
    PLATFORM_MANAGE = "platform.manage"

    @property
    def area(self) -> str:
        return self.value.split(".")[0]

    @property
    def read(self) -> "Permission":
        """The permission to see what this one acts on."""
        return Permission(_READ_AREA.get(self.area, self.area) + ".read")

    @property
    def label(self) -> str:
        """What people read: “Charge point: command”."""
        area, verb = self.value.split(".")
        return f"{_AREAS[area]}: {_VERBS[verb]}"


# Areas whose rows are read with another area's permission.
_READ_AREA: dict[str, str] = {}

_AREAS = {
    "operator": _("Operator"),
    "operator_member": _("Operator member"),
    "theme": _("Theme"),
    "team": _("Team"),
    "team_member": _("Team member"),
    "wallet": _("Wallet"),
    "site": _("Site"),
    "charge_point": _("Charge point"),
    "charge_point_log": _("Charge point log"),
    "charge_key": _("Charge key"),
    "charge": _("Charge"),
    "price_group": _("Price group"),
    "operator_price_group": _("Operator price group"),
    "dashboard": _("Dashboard"),
    "integration": _("Integration"),
    "sso": _("Single sign-on"),
    "audit": _("Audit"),
    "person": _("Person"),
    "platform": _("Platform"),
}
_VERBS = {
    "read": pgettext_lazy("permission", "read"),
    "update": pgettext_lazy("permission", "update"),
    "manage": pgettext_lazy("permission", "manage"),
    "create": pgettext_lazy("permission", "create"),
    "delete": pgettext_lazy("permission", "delete"),
    "freeze": pgettext_lazy("permission", "freeze"),
    "move": pgettext_lazy("permission", "move"),
    "refund": pgettext_lazy("permission", "refund"),
    "adjust": pgettext_lazy("permission", "adjust"),
    "spend": pgettext_lazy("permission", "spend"),
    "command": pgettext_lazy("permission", "command"),
    "configure": pgettext_lazy("permission", "configure"),
    "start": pgettext_lazy("permission", "start"),
    "stop": pgettext_lazy("permission", "stop"),
    "export": pgettext_lazy("permission", "export"),
}
