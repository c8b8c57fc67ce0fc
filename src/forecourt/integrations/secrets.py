"""What receivers of webhooks told us in confidence, encrypted where it is kept."""

from typing import Final

import msgspec

from forecourt.integrations.models import WebhookConfig
from forecourt.kit.registries import EncryptedColumn
from forecourt.kit.secrets import decrypt, encrypt

SECRET: Final = "webhook-secret"  # noqa: S105 (the name of a purpose)
HEADERS: Final = "webhook-headers"
TABLE: Final = WebhookConfig._meta.db_table  # noqa: SLF001
ENCRYPTED: Final = (EncryptedColumn(TABLE, "secret_encrypted", SECRET), EncryptedColumn(TABLE, "headers_encrypted", HEADERS))


def sealed_secret(secret: str) -> bytes:
    return encrypt(secret, purpose=SECRET)


def sealed_headers(headers: dict[str, str]) -> bytes:
    return encrypt(msgspec.json.encode(headers).decode(), purpose=HEADERS)


def secret_of(sealed: bytes | memoryview) -> str:
    return decrypt(bytes(sealed), purpose=SECRET)


def headers_of(sealed: bytes | memoryview) -> dict[str, str]:
    return msgspec.json.decode(decrypt(bytes(sealed), purpose=HEADERS), type=dict[str, str])
