"""Writes of the audit log: what no trigger sees, sealing, and forgetting a person."""

from forecourt.audit.operations.forgetting import claim, forget
from forecourt.audit.operations.sealing import seal
from forecourt.audit.operations.sessions import record_session

__all__ = ["claim", "forget", "record_session", "seal"]
