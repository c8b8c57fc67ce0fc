"""Secrets that we make ourselves: high entropy, shown once, stored as a keyed hash."""

import hashlib
import hmac
import secrets

from django.conf import settings

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"  # no 0/O, 1/l/I: people read these aloud


def new_secret(length: int = 32) -> str:
    """A random secret of `length` characters, 5.8 bits each."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def keyed_hash(secret: str, *, purpose: str) -> bytes:
    """HMAC-SHA256 of the secret under the installation's key. Not a slow hash: only for secrets that nobody chose."""
    key = f"{settings.SECRET_KEY}:{purpose}".encode()
    return hmac.digest(key, secret.encode(), hashlib.sha256)


def is_same(left: bytes, right: bytes) -> bool:
    return hmac.compare_digest(left, right)
