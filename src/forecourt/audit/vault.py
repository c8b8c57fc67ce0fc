"""
Personal values under a key per person, so that erasing a person is destroying a key.

A hidden value is text: U+001F, the number of the key, a colon, and base64 of nonce and AES-256-GCM ciphertext of the value
as JSON. With nothing after the colon it was erased before it was sealed. The hash chain covers this text, so it stays whole.
"""

import base64
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from forecourt.audit.models import PersonKey
from forecourt.kit import secrets

PURPOSE = "audit-person-key"
ADDRESS_PURPOSE = "audit-address"
ERASED = "erased"
_HIDDEN = re.compile("\x1f([0-9]{1,18}):([A-Za-z0-9+/=]*)")


def person_holder(person_id: int) -> str:
    return f"person:{person_id}"


def address_holder(address: str) -> str:
    """The holder of an e-mail address that may belong to nobody yet. The address itself is not stored."""
    return f"address:{secrets.keyed_hash(address.strip().lower(), purpose=ADDRESS_PURPOSE).hex()}"


def row_holder(entity_type: str, entity_id: int | None) -> str:
    return f"row:{entity_type}:{entity_id or 0}"


class Keys:
    """
    The keys of these holders, made where they are missing. Run inside the transaction that uses them, under the sealer's lock.

    `owned` names keys of rows and addresses that turned out to be a person's: they get that owner, unless they have one, and an
    address its own key at once, so that a later invitation to it is the person's too. A person who was erased, or a row of theirs,
    gets no new key: what comes later is hidden without a key to open it. An address may be given to somebody else.
    """

    def __init__(self, holders: Iterable[str], *, owned: Mapping[str, int]) -> None:
        wanted = set(holders)
        self._found = {key.holder: key for key in PersonKey.objects.filter(holder__in=wanted | owned.keys()).order_by("id")}
        gone = {key.person_id for holder, key in self._found.items() if key.destroyed_at and holder.startswith("person:")}
        wanted |= {holder for holder, owner in owned.items() if holder.startswith("address:") and owner not in gone}
        self._make([holder for holder in sorted(wanted) if self._is_missing(holder)], owned)
        self._adopt({holder: owner for holder, owner in owned.items() if owner not in gone})
        self._ciphers = {key.pk: _cipher(key.key_encrypted) for key in self._found.values() if key.key_encrypted is not None}

    def _is_missing(self, holder: str) -> bool:
        key = self._found.get(holder)
        return key is None or (key.destroyed_at is not None and holder.startswith("address:"))

    def _make(self, holders: list[str], owned: Mapping[str, int]) -> None:
        rows = [PersonKey(holder=holder, person_id=owned.get(holder) or _person(holder), key_encrypted=_new_key()) for holder in holders]
        self._found |= {key.holder: key for key in PersonKey.objects.bulk_create(rows)}

    def _adopt(self, owners: Mapping[str, int]) -> None:
        found = ((self._found.get(holder), owner) for holder, owner in owners.items())
        claimed = [(key, owner) for key, owner in found if key and key.person_id is None and key.destroyed_at is None]
        for key, owner in claimed:
            key.person_id = owner
        if claimed:
            PersonKey.objects.bulk_update([key for key, _ in claimed], ["person_id"])

    def hide(self, value: Any, holder: str) -> Any:
        """The value as it is stored; nothing stays nothing."""
        if value is None or value == "":
            return value
        key = self._found[holder]
        cipher = self._ciphers.get(key.pk)
        if cipher is None:
            return f"\x1f{key.pk}:"
        nonce = os.urandom(12)
        hidden = cipher.encrypt(nonce, json.dumps(value, ensure_ascii=False).encode(), None)
        return f"\x1f{key.pk}:{base64.b64encode(nonce + hidden).decode()}"

    def id_of(self, holder: str) -> int:
        return self._found[holder].pk

    def is_alive(self, holder: str) -> bool:
        return self._found[holder].destroyed_at is None


class Reader:
    """Opens hidden values of many events with one query. A value whose key is gone reads as `ERASED`."""

    def __init__(self, values: Iterable[Any]) -> None:
        numbers = {int(number) for value in values for number in _numbers(value)}
        rows = PersonKey.objects.filter(pk__in=numbers, destroyed_at=None).values_list("pk", "key_encrypted")
        self._ciphers = {pk: _cipher(key) for pk, key in rows}

    def read(self, value: Any) -> Any:
        """The value with everything hidden in it opened."""
        if isinstance(value, str):
            found = _HIDDEN.fullmatch(value)
            return self._open(int(found[1]), found[2]) if found else value
        if isinstance(value, list):
            return [self.read(part) for part in value]
        if isinstance(value, dict):
            return {key: self.read(part) for key, part in value.items()}
        return value

    def _open(self, number: int, content: str) -> Any:
        cipher = self._ciphers.get(number)
        if cipher is None or not content:
            return ERASED
        try:
            raw = base64.b64decode(content)
            return json.loads(cipher.decrypt(raw[:12], raw[12:], None))
        except (InvalidTag, ValueError):
            return ERASED


def is_hidden(value: Any) -> bool:
    return isinstance(value, str) and _HIDDEN.fullmatch(value) is not None


def _numbers(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        found = _HIDDEN.fullmatch(value)
        if found:
            yield found[1]
    elif isinstance(value, (list, dict)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _numbers(part)


def _person(holder: str) -> int | None:
    kind, _, number = holder.partition(":")
    return int(number) if kind == "person" else None


def _new_key() -> bytes:
    return secrets.encrypt(base64.b64encode(os.urandom(32)).decode(), purpose=PURPOSE)


def _cipher(encrypted: bytes | memoryview | None) -> AESGCM:
    return AESGCM(base64.b64decode(secrets.decrypt(bytes(encrypted or b""), purpose=PURPOSE)))
