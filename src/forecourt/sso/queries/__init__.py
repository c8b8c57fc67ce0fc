"""Reads."""

from forecourt.sso.queries.directories import is_of_directory
from forecourt.sso.queries.domains import domain_of, is_named_admin, verified_domain, verified_domains

__all__ = ["domain_of", "is_named_admin", "is_of_directory", "verified_domain", "verified_domains"]
