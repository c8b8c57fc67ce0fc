"""Tables, by noun."""

from forecourt.sso.models.directories import Directory, DirectoryGroup, DirectoryMember, DirectoryUser
from forecourt.sso.models.people import ExternalIdentity, GroupRole, LogoutToken, MappedMember, SsoAttempt, SsoSession
from forecourt.sso.models.providers import BreakGlass, EmailDomain, IdentityProvider

__all__ = [
    "BreakGlass",
    "Directory",
    "DirectoryGroup",
    "DirectoryMember",
    "DirectoryUser",
    "EmailDomain",
    "ExternalIdentity",
    "GroupRole",
    "IdentityProvider",
    "LogoutToken",
    "MappedMember",
    "SsoAttempt",
    "SsoSession",
]
