"""Sending e-mail: after the commit, outside any transaction, once per row."""

from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from procrastinate.contrib.django import app

from forecourt.kit import clock
from forecourt.notifications.models import OutgoingEmail

TRIES = 8
AT_ONCE = 100


@app.periodic(cron="* * * * * */5")
@app.task(queueing_lock="notifications.send_emails", lock="notifications.send_emails")
def send_emails(timestamp: int) -> None:
    """
    Send what waits, oldest first. Without SMTP settings it is kept and can be read in the portal.

    A row whose sending fails waits for the next run, up to eight times, then shows its error. Runs one at a time (job
    lock), so a letter goes out twice only if the process dies between the server's answer and the commit.
    """
    if not settings.EMAIL_HOST:
        OutgoingEmail.objects.filter(state="waiting").update(state="kept")
        return
    for email in OutgoingEmail.objects.filter(state="waiting", created_at__gt=clock.now() - timedelta(days=3)).order_by("id")[:AT_ONCE]:
        deliver(email)


def deliver(email: OutgoingEmail) -> None:
    """Hand one letter to the mail server and note what came of it."""
    message = EmailMultiAlternatives(email.subject, email.text, settings.DEFAULT_FROM_EMAIL, [email.to])
    if email.html:
        message.attach_alternative(email.html, "text/html")
    try:
        message.send()
    except OSError as error:
        email.attempts += 1
        email.error = str(error)[:500]
        email.state = OutgoingEmail.State.FAILED if email.attempts >= TRIES else OutgoingEmail.State.WAITING
    else:
        email.state, email.sent_at, email.error = OutgoingEmail.State.SENT, clock.now(), ""
    with transaction.atomic():
        email.save(update_fields=["state", "attempts", "error", "sent_at"])
