"""Writing e-mails, text messages and bell lines; sending is `jobs.py`."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from forecourt.access import Actor
from forecourt.kit.operations import operation
from forecourt.notifications import letters
from forecourt.notifications.models import Notification, OutgoingEmail


@dataclass(frozen=True, slots=True)
class Letter:
    """One of many e-mails that are written together."""

    to: str
    subject: str
    text: str


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
    """
    Record an e-mail in the caller's transaction. A job sends it after the commit; without SMTP it is kept and readable.

    It stands under the operator's own head, in HTML and with its support line at the foot of both (`letters`); `html` is
    for a letter that brings its own.
    """
    if not html:
        head = letters.letterhead_of(operator_id)
        text, html = letters.as_text(text, head), letters.as_html(subject, text, head)
    return OutgoingEmail.objects.create(
        to=to, subject=_one_line(subject), text=text, html=html, kind=kind,
        person_id=person_id, organisation_id=organisation_id, operator_id=operator_id,
    )  # fmt: skip


@operation
def send_letters(written: Sequence[Letter], *, kind: str, organisation_id: int | None, operator_id: int | None) -> None:
    """Many e-mails to bare addresses under one operator's head, as `send_email`; one statement for all of them."""
    if not written:
        return
    head = letters.letterhead_of(operator_id)
    OutgoingEmail.objects.bulk_create(
        OutgoingEmail(
            to=letter.to, subject=_one_line(letter.subject), text=letters.as_text(letter.text, head),
            html=letters.as_html(letter.subject, letter.text, head), kind=kind, organisation_id=organisation_id, operator_id=operator_id,
        )
        for letter in written
    )  # fmt: skip


def _one_line(subject: str) -> str:
    return " ".join(subject.split())[:200]


@operation
def send_sms(*, to: str, text: str, kind: str, person_id: int | None = None) -> OutgoingEmail:
    """Record a text message in the caller's transaction, as `send_email`. Without an SMS gateway it is kept and readable."""
    return OutgoingEmail.objects.create(channel=OutgoingEmail.Channel.SMS, to=to, subject="SMS", text=text, kind=kind, person_id=person_id)


@operation
def notify(*, person_id: int, text: str, url: str = "", unless_since: datetime | None = None) -> Notification | None:
    """Add a line to a person's bell; with `unless_since`, not if the same text was added at that moment or later."""
    if unless_since is not None and Notification.objects.filter(person_id=person_id, text=text, created_at__gte=unless_since).exists():
        return None
    return Notification.objects.create(person_id=person_id, text=text, url=url)


@operation
def mark_read(*, person_id: int, at: datetime, id: int | None = None) -> int:
    """Mark one line of a person's bell as read, or all of them; how many were unread. Another person's are not touched."""
    rows = Notification.objects.filter(person_id=person_id, read_at=None)
    return (rows if id is None else rows.filter(pk=id)).update(read_at=at)


@operation
def resend_email(*, actor: Actor, email: OutgoingEmail) -> OutgoingEmail:
    """Send the same message once more: a new row, so that the first keeps what happened to it."""
    if email.channel == OutgoingEmail.Channel.SMS:
        return send_sms(to=email.to, text=email.text, kind=email.kind, person_id=email.person_id)
    return send_email(
        to=email.to, subject=email.subject, text=email.text, html=email.html, kind=email.kind,
        person_id=email.person_id, organisation_id=email.organisation_id, operator_id=email.operator_id,
    )  # fmt: skip


@operation
def forget(*, person_id: int, addresses: Sequence[str], words: Mapping[str, str]) -> None:
    """
    A person is erased: what was sent to them or stands in their bell is gone; in messages to others `words` are replaced.
    Twice does no harm.
    """
    Notification.objects.filter(person_id=person_id).delete()
    OutgoingEmail.objects.filter(Q(person_id=person_id) | Q(to__in=addresses)).delete()
    for word, instead in words.items():
        mentions = Q(subject__icontains=word) | Q(text__icontains=word) | Q(html__icontains=word)
        for email in OutgoingEmail.objects.filter(mentions).order_by("pk").select_for_update():
            for column in ("subject", "text", "html"):
                setattr(email, column, _without(getattr(email, column), word, instead))
            email.save(update_fields=["subject", "text", "html"])
        for line in Notification.objects.filter(text__icontains=word).order_by("pk").select_for_update():
            line.text = _without(line.text, word, instead)
            line.save(update_fields=["text"])


def _without(text: str, word: str, instead: str) -> str:
    return re.sub(re.escape(word), instead, text, flags=re.IGNORECASE)
