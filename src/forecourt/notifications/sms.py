"""
Text messages. `SmsProvider` is what a provider must do; `HttpGateway` speaks to any gateway that takes a JSON POST.

Without `FORECOURT_SMS_URL` nothing is sent: messages are kept and can be read in the portal, like e-mail without SMTP.
"""

import json
from dataclasses import dataclass
from typing import Protocol
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from django.conf import settings

TIMEOUT_SECONDS = 10


class SmsRefused(OSError):
    """The gateway answered, and did not take the message."""


class SmsProvider(Protocol):
    """Hands one text message to the network."""

    def send(self, *, to: str, text: str) -> None:
        """
        :param to: E.164, "+4512345678".
        :raises OSError: if the message was not taken; it is tried again.
        """


@dataclass(frozen=True, slots=True)
class HttpGateway:
    """POSTs `{"to": …, "from": …, "text": …}` with a bearer token. Any answer in the 200s means taken."""

    url: str
    token: str
    sender: str

    def send(self, *, to: str, text: str) -> None:
        body = json.dumps({"to": to, "from": self.sender, "text": text}).encode()
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        request = Request(self.url, body, headers, method="POST")  # noqa: S310 — the address is the installation's own setting
        try:
            with urlopen(request, timeout=TIMEOUT_SECONDS):  # noqa: S310
                return
        except HTTPError as error:
            raise SmsRefused(f"The SMS gateway answered {error.code}.") from error


def provider() -> SmsProvider | None:
    """The provider of this installation; None keeps messages in the portal."""
    return HttpGateway(settings.SMS_URL, settings.SMS_TOKEN, settings.SMS_SENDER) if settings.SMS_URL else None
