"""Tables, by noun."""

from forecourt.sso.models.people import ExternalIdentity, GroupRole, LogoutToken, MappedMember, SsoAttempt, SsoSession
from forecourt.sso.models.providers import BreakGlass, EmailDomain, IdentityProvider

__all__ = [
    "BreakGlass",
    "EmailDomain",
    "ExternalIdentity",
    "GroupRole",
    "IdentityProvider",
    "LogoutToken",
    "MappedMember",
    "SsoAttempt",
    "SsoSession",
]
