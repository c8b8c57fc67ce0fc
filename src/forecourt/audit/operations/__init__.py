"""Writes of the audit log: what no trigger sees, sealing, forgetting a person, streaming, retention, exports and checks."""

from forecourt.audit.operations.forgetting import claim, forget
from forecourt.audit.operations.keeping import renew_secret, set_retention, set_stream
from forecourt.audit.operations.removing import remove_old
from forecourt.audit.operations.sealing import seal
from forecourt.audit.operations.sessions import record_session
from forecourt.audit.operations.streaming import deliver

__all__ = ["claim", "deliver", "forget", "record_session", "remove_old", "renew_secret", "seal", "set_retention", "set_stream"]
