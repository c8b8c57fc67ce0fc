"""What receivers of webhooks told us in confidence, encrypted where it is kept."""

from typing import Final

import msgspec
from django.utils.translation import gettext as _

from forecourt.integrations.models import WebhookConfig
from forecourt.kit.errors import DomainError
from forecourt.kit.registries import EncryptedColumn
from forecourt.kit.secrets import CannotDecrypt, decrypt, encrypt

SECRET: Final = "webhook-secret"  # noqa: S105 (the name of a purpose)
HEADERS: Final = "webhook-headers"
TABLE: Final = WebhookConfig._meta.db_table  # noqa: SLF001
ENCRYPTED: Final = (
    EncryptedColumn(TABLE, "secret_encrypted", SECRET),
    EncryptedColumn(TABLE, "previous_secret_encrypted", SECRET),
    EncryptedColumn(TABLE, "headers_encrypted", HEADERS),
)


class Unreadable(DomainError):
    """The webhook's secret or headers are encrypted by a key that this installation no longer has. It must be set up again."""

    code = "webhook_secret_unreadable"


def sealed_secret(secret: str) -> bytes:
    return encrypt(secret, purpose=SECRET)


def sealed_headers(headers: dict[str, str]) -> bytes:
    return encrypt(msgspec.json.encode(headers).decode(), purpose=HEADERS)


def secret_of(sealed: bytes | memoryview) -> str:
    """
    The secret again.

    :raises Unreadable: if no key fits.
    """
    return _opened(sealed, SECRET)


def previous_secret_of(sealed: bytes | memoryview | None) -> str:
    """The secret before; "" if there is none or no key fits: the new one signs alone."""
    try:
        return secret_of(sealed) if sealed else ""
    except Unreadable:
        return ""


def headers_of(sealed: bytes | memoryview) -> dict[str, str]:
    """
    The headers again.

    :raises Unreadable: if no key fits.
    """
    return msgspec.json.decode(_opened(sealed, HEADERS), type=dict[str, str])


def is_readable(config: WebhookConfig) -> bool:
    try:
        secret_of(config.secret_encrypted)
        headers_of(config.headers_encrypted)
    except Unreadable:
        return False
    return True


def _opened(sealed: bytes | memoryview, purpose: str) -> str:
    try:
        return decrypt(bytes(sealed), purpose=purpose)
    except CannotDecrypt as error:
        says = _("The secret or the headers of this webhook can no longer be read. Set it up again, with a new secret.")
        raise Unreadable(says) from error
