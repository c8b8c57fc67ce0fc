"""
Secrets. Ours: high entropy, shown once, stored as a keyed hash. Other people's, which we must use again: encrypted.

Encryption is AES-256-GCM under a key made of one of the installation's keys and the purpose (HKDF). The first key
writes, every key reads; `forecourt rotate-keys` writes anew what an older key wrote. Form, in bytes: 1 version, 4 which
key, 12 nonce, the rest ciphertext and tag. The purpose is authenticated, so a value cannot be moved to another place.
"""

import functools
import hashlib
import hmac
import os
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"  # no 0/O, 1/l/I: people read these aloud
_VERSION = b"\x01"


class CannotDecrypt(Exception):
    """The value was encrypted by a key that this installation no longer has, or for another purpose, or was changed."""


def new_secret(length: int = 32) -> str:
    """A random secret of `length` characters, 5.8 bits each."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def keyed_hash(secret: str, *, purpose: str) -> bytes:
    """HMAC-SHA256 of the secret under the installation's key. Not a slow hash: only for secrets that nobody chose."""
    key = f"{settings.SECRET_KEY}:{purpose}".encode()
    return hmac.digest(key, secret.encode(), hashlib.sha256)


def is_same(left: bytes, right: bytes) -> bool:
    return hmac.compare_digest(left, right)


def encrypt(text: str, *, purpose: str) -> bytes:
    """The text under the newest key. The same text gives another value each time."""
    newest, nonce = settings.ENCRYPTION_KEYS[0], os.urandom(12)
    return _VERSION + _mark(newest) + nonce + _cipher(newest, purpose).encrypt(nonce, text.encode(), purpose.encode())


def decrypt(value: bytes, *, purpose: str) -> str:
    """
    The text again.

    :raises CannotDecrypt: if no key fits, or the value was changed.
    """
    version, mark, nonce, rest = value[:1], value[1:5], value[5:17], value[17:]
    for key in settings.ENCRYPTION_KEYS:
        if version == _VERSION and mark == _mark(key):
            try:
                return _cipher(key, purpose).decrypt(nonce, rest, purpose.encode()).decode()
            except InvalidTag as error:
                raise CannotDecrypt(purpose) from error
    raise CannotDecrypt(purpose)


def is_of_newest_key(value: bytes) -> bool:
    return value[:5] == _VERSION + _mark(settings.ENCRYPTION_KEYS[0])


def _mark(key: str) -> bytes:
    return hashlib.sha256(f"mark:{key}".encode()).digest()[:4]


@functools.lru_cache(maxsize=64)
def _cipher(key: str, purpose: str) -> AESGCM:
    return AESGCM(HKDF(SHA256(), length=32, salt=None, info=f"forecourt:{purpose}".encode()).derive(key.encode()))
