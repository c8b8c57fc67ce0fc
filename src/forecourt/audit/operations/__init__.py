"""Writes of the audit log: what no trigger sees, sealing, forgetting a person, streaming, retention, exports and checks."""

from forecourt.audit.operations.checking import ask_for_check, check_chains, finish_check
from forecourt.audit.operations.exporting import MOST_ROWS, ask_for_export, fail_export, finish_export, write_export
from forecourt.audit.operations.forgetting import claim, forget
from forecourt.audit.operations.keeping import renew_secret, set_retention, set_stream
from forecourt.audit.operations.removing import remove_old
from forecourt.audit.operations.sealing import seal
from forecourt.audit.operations.sessions import record_session
from forecourt.audit.operations.streaming import deliver

__all__ = [
    "MOST_ROWS", "ask_for_check", "ask_for_export", "check_chains", "claim", "deliver", "fail_export", "finish_check", "finish_export", "forget",
    "record_session", "remove_old", "renew_secret", "seal", "set_retention", "set_stream", "write_export",
]  # fmt: skip
