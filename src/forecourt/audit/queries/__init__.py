"""Reads of the audit log: lists and single events, heads, whether the chains hold, streams, exports and checks."""

from forecourt.audit.queries.events import EventFilter, EventRow, Page, all_events, count, event, events
from forecourt.audit.queries.heads import Head, heads, signed_heads
from forecourt.audit.queries.streams import Standing, standing
from forecourt.audit.queries.verification import Break, verify
from forecourt.audit.queries.work import ExportRow, export_rows, newest_check, retention_months

__all__ = [
    "Break", "EventFilter", "EventRow", "ExportRow", "Head", "Page", "Standing", "all_events", "count", "event", "events", "export_rows", "heads",
    "newest_check", "retention_months", "signed_heads", "standing", "verify",
]  # fmt: skip
