"""Outgoing messages and the bell."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class OutgoingEmail(models.Model):
    """
    One message: an e-mail, or by `channel` a text message (then `to` is a phone number). `waiting` until sent; `kept` where
    no mail server or SMS gateway is set; `failed` with its error after the last try.
    """

    class Channel(models.TextChoices):
        EMAIL = "email"
        SMS = "sms"

    class State(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        KEPT = "kept"
        FAILED = "failed"

    id = models.BigAutoField(primary_key=True)
    organisation_id = models.BigIntegerField(null=True)
    operator_id = models.BigIntegerField(null=True)
    person_id = models.BigIntegerField(null=True)
    channel = models.CharField(max_length=5, choices=Channel.choices, db_default="email", default="email")
    to = models.EmailField()
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField(db_default="", default="")
    kind = models.CharField(max_length=40)
    state = models.CharField(max_length=8, choices=State.choices, db_default="waiting", default="waiting")
    attempts = models.SmallIntegerField(db_default=0, default=0)
    error = models.TextField(db_default="", default="")
    created_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["id"], condition=Q(state="waiting"), name="email_waiting"),
            models.Index(fields=["operator_id", "-id"], name="email_operator"),
        ]


class Notification(models.Model):
    """One line in a person's bell."""

    id = models.BigAutoField(primary_key=True)
    person_id = models.BigIntegerField()
    text = models.TextField()
    url = models.CharField(max_length=300, db_default="", default="")
    created_at = models.DateTimeField(db_default=Now())
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["person_id", "-id"], name="notification_newest"),
            models.Index(fields=["person_id"], condition=Q(read_at=None), name="notification_unread"),
        ]
