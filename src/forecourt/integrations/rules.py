"""Webhooks: what can be subscribed to, how a delivery is signed, when it is tried again (partner API §10)."""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

EVENT_TYPES: Final = (
    "charges", "charge-points", "sites", "users", "team-members", "teams", "installer-jobs", "wallet-transactions", "price-groups",
    "subscriptions", "plans", "charge-auth-tokens", "reports", "ocpp-messages", "charge-points-protocol-updates",
)  # fmt: skip
EVERY_TYPE: Final = "*"
MOST_TYPES: Final = 512
URL_LENGTH: Final = 191
SECRET_LENGTHS: Final = range(16, 192)
MOST_HEADERS: Final = 5
MOST_TEAMS: Final = 100
HEADER_NAME: Final = re.compile(r"x-[a-z0-9-]{1,98}", re.IGNORECASE | re.ASCII)
HEADER_VALUE: Final = re.compile(r"[\x20-\x7e]{0,1000}")
SIGNATURE_HEADER: Final = "X-Monta-Signature"
SHA1_PREFIX: Final = "sha1="
STANDARD_PREFIX: Final = "whsec_"

BATCH: Final = 100  # entries of one delivery
MOST_ATTEMPTS: Final = 30  # of one entry, whatever came of them
MOST_REFUSALS: Final = 10  # of one entry alone, while others are accepted
OF_THE_RECEIVER: Final = frozenset({401, 403, 404, 405, 407, 408, 410, 429})  # it refuses whatever comes, not what is in it
RETRY: Final = timedelta(seconds=60)
STEADY: Final = 10  # failures that are followed by a try after a minute
LONGEST: Final = timedelta(hours=24)
BOTH_SECRETS_SIGN: Final = timedelta(hours=24)
GIVEN_UP_AFTER: Final = timedelta(days=5)
COMPLETED_KEPT: Final = timedelta(hours=24)
FAILED_KEPT: Final = timedelta(days=7)


def sha1_signature(secret: str, body: bytes) -> str:
    """The value of `X-Monta-Signature`: HMAC-SHA1 over the raw body, the key being the secret's UTF-8 bytes (§10.3)."""
    return SHA1_PREFIX + hmac.digest(secret.encode(), body, hashlib.sha1).hex()


def standard_headers(secret: str, *, message_id: str, at: datetime, body: bytes, previous_secret: str = "") -> dict[str, str]:
    """The three headers of Standard Webhooks: HMAC-SHA256 over id, time and body; by the previous secret too while it is good."""
    seconds = str(int(at.timestamp()))
    signed = f"{message_id}.{seconds}.".encode() + body
    signatures = " ".join(_standard_signature(one, signed) for one in (secret, previous_secret) if one)
    return {"webhook-id": message_id, "webhook-timestamp": seconds, "webhook-signature": signatures}


def _standard_signature(secret: str, signed: bytes) -> str:
    return "v1," + base64.b64encode(hmac.digest(_standard_key(secret), signed, hashlib.sha256)).decode()


def message_id(entry_ids: Sequence[int]) -> str:
    """The same entries have the same id, however often they are sent."""
    return "msg_" + hashlib.sha256(",".join(map(str, entry_ids)).encode()).hexdigest()[:32]


def _standard_key(secret: str) -> bytes:
    """Libraries take `whsec_…` as base64; any other secret is used as it is."""
    if secret.startswith(STANDARD_PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(STANDARD_PREFIX), validate=True)
        except binascii.Error:
            pass
    return secret.encode()


def is_subscribed(event_types: Sequence[str], event_type: str) -> bool:
    return EVERY_TYPE in event_types or event_type in event_types


def are_headers(headers: Mapping[str, str]) -> bool:
    """At most five, their names beginning with `X-` and not the one that we sign in; values of printable ASCII."""
    names = {name.lower() for name in headers}
    return len(headers) == len(names) <= MOST_HEADERS and all(
        HEADER_NAME.fullmatch(name) and name.lower() != SIGNATURE_HEADER.lower() and HEADER_VALUE.fullmatch(value)
        for name, value in headers.items()
    )


def batch_size(failures: int) -> int:
    """Entries of the next delivery. After failures fewer, so that one which is refused lets the others pass."""
    return max(1, BATCH >> min(failures, 10))


def is_refusal(status: int | None) -> bool:
    """Whether the answer finds fault with what was sent, so that something else may be accepted."""
    return status is not None and 400 <= status < 500 and status not in OF_THE_RECEIVER


def is_set_aside(*, attempts: int, first_tried_at: datetime, accepted_at: datetime | None) -> bool:
    """Whether an entry that was just refused alone is given up: tried ten times, and something else accepted in between."""
    return attempts >= MOST_REFUSALS and accepted_at is not None and accepted_at > first_tried_at


def retry_after(failures: int) -> timedelta:
    """How long after the last of so many failures in a row: a minute for the first ten, then twice as long each time, at most a day."""
    return min(RETRY * (1 << max(0, min(failures, 40) - STEADY)), LONGEST)


def is_given_up(failing_since: datetime, at: datetime) -> bool:
    """Five days of nothing but failure."""
    return at - failing_since >= GIVEN_UP_AFTER
