"""The heads of the chains, and their signature: printed outside, they show later whether the end of a chain was cut off."""

import base64
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from forecourt.audit import signing
from forecourt.audit.models import Chain


@dataclass(frozen=True, slots=True)
class Head:
    """The last event of a chain. `organisation_id` 0: what belongs to no organisation."""

    organisation_id: int
    sequence: int
    hash: str  # hexadecimal
    sealed_at: datetime


def heads(*, organisation_ids: set[int] | None = None) -> list[Head]:
    """The heads of these chains, or of all."""
    rows = Chain.objects.order_by("organisation_id")
    if organisation_ids is not None:
        rows = rows.filter(pk__in=organisation_ids)
    return [Head(row.pk, row.sequence, bytes(row.hash).hex(), row.sealed_at) for row in rows]


def signed_heads(*, at: datetime, organisation_ids: set[int] | None = None) -> dict[str, Any]:
    """
    The heads with an Ed25519 signature over the rest of the document, as canonical JSON (keys sorted, no spaces, UTF-8).
    """
    document = {
        "heads": [asdict(head) | {"sealed_at": head.sealed_at.isoformat()} for head in heads(organisation_ids=organisation_ids)],
        "printed_at": at.isoformat(),
        "public_key": base64.b64encode(signing.public_key()).decode(),
    }
    return document | {"signature": base64.b64encode(signing.sign(_bytes(document))).decode()}


def check_heads(document: dict[str, Any]) -> list[Head]:
    """
    The heads in a document that we signed.

    :raises signing.BadSignature: if we did not, or it was changed.
    """
    try:
        signature = base64.b64decode(document["signature"])
        found = [Head(**head | {"sealed_at": datetime.fromisoformat(head["sealed_at"])}) for head in document["heads"]]
    except (KeyError, TypeError, ValueError) as error:
        raise signing.BadSignature("This is not a file of heads.") from error
    signing.check(_bytes({key: value for key, value in document.items() if key != "signature"}), signature)
    return found


def _bytes(document: dict[str, Any]) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
