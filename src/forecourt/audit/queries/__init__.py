"""Reads of the audit log: lists and single events, names, heads, and whether the chains hold."""

from forecourt.audit.queries.events import EventFilter, EventRow, Page, all_events, event, events
from forecourt.audit.queries.heads import Head, heads, signed_heads
from forecourt.audit.queries.verification import Break, verify

__all__ = ["Break", "EventFilter", "EventRow", "Head", "Page", "all_events", "event", "events", "heads", "signed_heads", "verify"]
