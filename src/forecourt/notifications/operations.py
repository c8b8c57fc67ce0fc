"""Writing e-mails and bell lines; sending is `jobs.py`."""

from datetime import datetime

from forecourt.access import Actor
from forecourt.kit.operations import operation
from forecourt.notifications.models import Notification, OutgoingEmail


@operation
def send_email(
    *,
    to: str,
    subject: str,
    text: str,
    kind: str,
    html: str = "",
    person_id: int | None = None,
    organisation_id: int | None = None,
    operator_id: int | None = None,
) -> OutgoingEmail:
    """Record an e-mail in the caller's transaction. A job sends it after the commit; without SMTP it is kept and readable."""
    return OutgoingEmail.objects.create(
        to=to, subject=" ".join(subject.split())[:200], text=text, html=html, kind=kind,
        person_id=person_id, organisation_id=organisation_id, operator_id=operator_id,
    )  # fmt: skip


@operation
def notify(*, person_id: int, text: str, url: str = "") -> Notification:
    """Add a line to a person's bell."""
    return Notification.objects.create(person_id=person_id, text=text, url=url)


@operation
def mark_read(*, person_id: int, at: datetime, id: int | None = None) -> int:
    """Mark one line of a person's bell as read, or all of them; how many were unread. Another person's are not touched."""
    rows = Notification.objects.filter(person_id=person_id, read_at=None)
    return (rows if id is None else rows.filter(pk=id)).update(read_at=at)


@operation
def resend_email(*, actor: Actor, email: OutgoingEmail) -> OutgoingEmail:
    """Send the same letter once more: a new row, so that the first keeps what happened to it."""
    return send_email(
        to=email.to, subject=email.subject, text=email.text, html=email.html, kind=email.kind,
        person_id=email.person_id, organisation_id=email.organisation_id, operator_id=email.operator_id,
    )  # fmt: skip
