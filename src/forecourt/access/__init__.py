"""
Who may do what, and where.

An `Actor` is built once, at the door. `actor.scope(permission)` says where that one permission holds in the account the
actor works in, `actor.reach_of(permission)` where in all of them: an admin of one team who is a member of another is not
an admin of both. `grants` is the one table that draws enforcement, menu,
disabled buttons and the roles page. A row is reached through `fetch` alone: 404 outside what the actor may read, 403
inside it when the action is not granted.

There are no tables here.
"""

from forecourt.access.actor import Account, Actor, ActorKind, OperatorMembership, TeamMembership
from forecourt.access.doors import fetch, lacks, lacks_here, may, refused_everywhere, require
from forecourt.access.permissions import OperatorRole, Permission, PlatformRole, TeamRole
from forecourt.access.rows import OperatorScoped, Scoped, ScopedManager, newest_first
from forecourt.access.scope import Scope

__all__ = [
    "Account",
    "Actor",
    "ActorKind",
    "OperatorMembership",
    "OperatorRole",
    "OperatorScoped",
    "Permission",
    "PlatformRole",
    "Scope",
    "Scoped",
    "ScopedManager",
    "TeamMembership",
    "TeamRole",
    "fetch",
    "lacks",
    "lacks_here",
    "may",
    "newest_first",
    "refused_everywhere",
    "require",
]
