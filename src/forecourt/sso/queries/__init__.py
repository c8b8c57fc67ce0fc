"""Reads."""

from forecourt.sso.queries.domains import domain_of, verified_domain, verified_domains

__all__ = ["domain_of", "verified_domain", "verified_domains"]
