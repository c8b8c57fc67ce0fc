"""
The one grants table: spec §3.2 for operator people, spec P2.1 for team people, and the platform's own roles.

Enforcement, menu, disabled buttons and the roles page are drawn from it. Conflicts of the spec are decided in
`docs/domains/access.md`.
"""

from forecourt.access.permissions import OperatorRole, Permission, PlatformRole, TeamRole

P = Permission
_READS = frozenset(permission for permission in P if permission.value.endswith(".read"))
_PLATFORM = frozenset({P.PLATFORM_READ, P.PLATFORM_MANAGE})

_EVERYTHING = frozenset(P) - _PLATFORM

# Create and update everywhere, delete nowhere, no money, no access administration (spec §3.1).
_OPERATIONS_MANAGER = _READS - {P.PLATFORM_READ} | {
    P.OPERATOR_UPDATE, P.THEME_MANAGE, P.TEAM_CREATE, P.TEAM_UPDATE, P.TEAM_MEMBER_MANAGE,
    P.SITE_CREATE, P.SITE_UPDATE, P.CHARGE_POINT_CREATE, P.CHARGE_POINT_UPDATE, P.CHARGE_POINT_COMMAND, P.CHARGE_POINT_CONFIGURE,
    P.CHARGE_KEY_CREATE, P.CHARGE_KEY_UPDATE, P.CHARGE_START, P.CHARGE_STOP, P.CHARGE_UPDATE, P.CHARGE_EXPORT,
    P.PRICE_GROUP_CREATE, P.PRICE_GROUP_UPDATE, P.PERSON_CREATE, P.WALLET_SPEND, P.WALLET_REFUND, P.WALLET_EXPORT,
}  # fmt: skip

_BOOKKEEPER = frozenset({
    P.OPERATOR_READ, P.THEME_READ, P.TEAM_READ, P.TEAM_MEMBER_READ, P.WALLET_READ, P.WALLET_MOVE, P.WALLET_REFUND, P.CHARGE_KEY_READ, P.CHARGE_READ,
    P.CHARGE_EXPORT, P.PRICE_GROUP_READ, P.OPERATOR_PRICE_GROUP_READ, P.PERSON_READ, P.WALLET_EXPORT,
})  # fmt: skip

_SUPPORT_AGENT = frozenset({
    P.TEAM_READ, P.TEAM_MEMBER_READ, P.WALLET_READ, P.SITE_READ, P.CHARGE_POINT_READ, P.CHARGE_POINT_LOG_READ,
    P.CHARGE_KEY_READ, P.CHARGE_READ, P.PRICE_GROUP_READ, P.OPERATOR_PRICE_GROUP_READ, P.PERSON_READ,
})  # fmt: skip

OPERATOR_GRANTS: dict[OperatorRole, frozenset[Permission]] = {
    OperatorRole.ADMIN: _EVERYTHING,
    OperatorRole.OPERATIONS_MANAGER: frozenset(_OPERATIONS_MANAGER),
    OperatorRole.BOOKKEEPER: _BOOKKEEPER,
    OperatorRole.SUPPORT_AGENT: _SUPPORT_AGENT,
}

# What a team's people may do in that team whatever the toggles say.
_TEAM_MEMBER = frozenset({P.TEAM_READ, P.SITE_READ, P.CHARGE_POINT_READ})
_TEAM_ADMIN = _TEAM_MEMBER | {
    P.TEAM_UPDATE, P.WALLET_READ, P.WALLET_EXPORT, P.CHARGE_READ, P.CHARGE_EXPORT, P.CHARGE_START, P.CHARGE_STOP,
    P.CHARGE_KEY_READ, P.CHARGE_KEY_CREATE, P.CHARGE_KEY_UPDATE, P.CHARGE_KEY_DELETE, P.SITE_CREATE, P.SITE_UPDATE,
    P.CHARGE_POINT_CREATE, P.CHARGE_POINT_UPDATE, P.CHARGE_POINT_COMMAND, P.CHARGE_POINT_LOG_READ,
    P.PRICE_GROUP_READ, P.PRICE_GROUP_CREATE, P.PRICE_GROUP_UPDATE, P.PRICE_GROUP_DELETE,
}  # fmt: skip

TEAM_GRANTS: dict[TeamRole, frozenset[Permission]] = {
    TeamRole.OWNER: _TEAM_ADMIN | {P.TEAM_MEMBER_READ, P.TEAM_MEMBER_MANAGE, P.TEAM_MEMBER_DELETE},
    TeamRole.ADMIN: _TEAM_ADMIN,
    TeamRole.MEMBER: _TEAM_MEMBER,
}

# The toggles of spec P2.1: what each adds, and to which roles it can be given at all.
TEAM_TOGGLES: dict[str, tuple[frozenset[TeamRole], frozenset[Permission]]] = {
    "can_pay_with_team_wallet": (frozenset(TeamRole), frozenset({P.WALLET_SPEND})),
    "can_manage_team_wallet": (frozenset({TeamRole.OWNER, TeamRole.ADMIN}), frozenset({P.WALLET_READ, P.WALLET_MOVE, P.WALLET_REFUND})),
    "can_configure_charge_points": (frozenset({TeamRole.OWNER, TeamRole.ADMIN}), frozenset({P.CHARGE_POINT_CONFIGURE})),
    "can_manage_team_members": (
        frozenset({TeamRole.OWNER, TeamRole.ADMIN}),
        frozenset({P.TEAM_MEMBER_READ, P.TEAM_MEMBER_MANAGE, P.TEAM_MEMBER_DELETE}),
    ),
}

# What an operator's team settings take from everybody in a team when they say no (spec §2.5), beside the toggle itself: who may not
# modify charge points makes, changes and commands none either. An owner always sees and manages the members.
TAKEN_WITH: dict[str, frozenset[Permission]] = {
    "can_configure_charge_points": frozenset({P.CHARGE_POINT_CREATE, P.CHARGE_POINT_UPDATE, P.CHARGE_POINT_COMMAND}),
}

PLATFORM_GRANTS: dict[PlatformRole, frozenset[Permission]] = {
    PlatformRole.ADMINISTRATOR: _PLATFORM,
    PlatformRole.SUPPORT: frozenset({P.PLATFORM_READ}),
    PlatformRole.KYB_REVIEWER: frozenset({P.PLATFORM_READ}),
}


def team_permissions(role: TeamRole, toggles: frozenset[str]) -> frozenset[Permission]:
    """What a member of a team may do there. A toggle that the role can never hold adds nothing."""
    granted = TEAM_GRANTS[role]
    for toggle in toggles:
        roles, permissions = TEAM_TOGGLES[toggle]
        if role in roles:
            granted |= permissions
    return granted
