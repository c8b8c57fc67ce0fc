"""Reading what was sent."""

import re

from forecourt.notifications.models import OutgoingEmail


def last_message(to: str) -> OutgoingEmail:
    return OutgoingEmail.objects.filter(to=to).latest("id")


def code_in(message: OutgoingEmail) -> str:
    found = re.search(r"\b\d{6}\b", message.text)
    assert found, message.text
    return found[0]
