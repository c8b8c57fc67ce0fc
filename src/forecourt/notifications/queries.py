"""Reads of e-mails and bell lines."""

from django.db.models import Q, QuerySet

from forecourt.notifications.models import Notification, OutgoingEmail

MOST_COUNTED = 99


def unread_count(person_id: int) -> int:
    """How many lines of a person's bell are unread; counted up to 100."""
    return Notification.objects.filter(person_id=person_id, read_at=None)[: MOST_COUNTED + 1].count()


def notifications_of(person_id: int) -> QuerySet[Notification]:
    """A person's own lines, newest first."""
    return Notification.objects.filter(person_id=person_id).order_by("-id")


def emails(*, search: str = "", states: list[str] | None = None) -> QuerySet[OutgoingEmail]:
    """Outgoing e-mails of the whole installation without their text, newest first; for the platform's people."""
    rows = OutgoingEmail.objects.defer("text", "html").order_by("-id")
    if search:
        rows = rows.filter(Q(to__icontains=search) | Q(subject__icontains=search))
    return rows.filter(state__in=states) if states else rows
