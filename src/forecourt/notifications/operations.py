"""Writing e-mails and bell lines; sending is `jobs.py`."""

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
