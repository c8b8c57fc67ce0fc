"""Sending e-mail and text messages: after the commit, outside any transaction, once per row."""

from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from procrastinate.contrib.django import app

from forecourt.kit import clock
from forecourt.notifications import sms
from forecourt.notifications.models import OutgoingEmail

Channel = OutgoingEmail.Channel

TRIES = 8
AT_ONCE = 100


@app.periodic(cron="* * * * * */5")
@app.task(queueing_lock="notifications.send_emails", lock="notifications.send_emails")
def send_emails(timestamp: int) -> None:
    """
    Send what waits, oldest first. Without a mail server (or SMS gateway) it is kept and can be read in the portal.

    A row whose sending fails waits for the next run, up to eight times, then shows its error. Runs one at a time (job
    lock), so a letter goes out twice only if the process dies between the server's answer and the commit.
    """
    for channel, is_set in ((Channel.EMAIL, bool(settings.EMAIL_HOST)), (Channel.SMS, sms.provider() is not None)):
        waiting = OutgoingEmail.objects.filter(state="waiting", channel=channel)
        if not is_set:
            waiting.update(state="kept")
            continue
        for message in waiting.filter(created_at__gt=clock.now() - timedelta(days=3)).order_by("id")[:AT_ONCE]:
            deliver(message)


def deliver(email: OutgoingEmail) -> None:
    """Hand one message to the mail server or the SMS gateway and note what came of it."""
    try:
        _hand_over(email)
    except OSError as error:
        email.attempts += 1
        email.error = str(error)[:500]
        email.state = OutgoingEmail.State.FAILED if email.attempts >= TRIES else OutgoingEmail.State.WAITING
    else:
        email.state, email.sent_at, email.error = OutgoingEmail.State.SENT, clock.now(), ""
    with transaction.atomic():
        email.save(update_fields=["state", "attempts", "error", "sent_at"])


def _hand_over(email: OutgoingEmail) -> None:
    if email.channel == Channel.SMS:
        gateway = sms.provider()
        if gateway is None:
            raise OSError("No SMS gateway is set.")
        gateway.send(to=email.to, text=email.text)
        return
    message = EmailMultiAlternatives(email.subject, email.text, settings.DEFAULT_FROM_EMAIL, [email.to])
    if email.html:
        message.attach_alternative(email.html, "text/html")
    message.send()
