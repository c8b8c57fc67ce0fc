"""Writes, by noun."""

from forecourt.sso.operations import group_roles

__all__ = ["group_roles"]
