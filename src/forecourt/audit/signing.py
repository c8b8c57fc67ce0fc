"""Our signature under heads and tombstones: Ed25519, the key derived from the installation's secret key."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from forecourt.kit import secrets

PURPOSE = "audit-signature"


class BadSignature(Exception):
    """The content was not signed by this installation, or was changed afterwards."""


def sign(content: bytes) -> bytes:
    return _key().sign(content)


def check(content: bytes, signature: bytes) -> None:
    """
    :raises BadSignature: if we did not sign this.
    """
    try:
        _key().public_key().verify(signature, content)
    except InvalidSignature as error:
        raise BadSignature("The signature is not this installation's.") from error


def public_key() -> bytes:
    """32 bytes; whoever has them can check a signature without us."""
    return _key().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def _key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(secrets.keyed_hash("ed25519", purpose=PURPOSE))
