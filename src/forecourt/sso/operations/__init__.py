"""Writes, by noun."""

from forecourt.sso.operations import domains, group_roles, providers, signing_in

__all__ = ["domains", "group_roles", "providers", "signing_in"]
