"""Names that a charge goes by: on the phone, at the station, and the fingerprint of its start."""

import hashlib
import secrets

from forecourt.charging.intents import StartIntent

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U
_BITS = 40
_MASK = (1 << _BITS) - 1
_SPREAD, _SPREAD_AGAIN = 0x9E3779B97F | 1, 0xC2B2AE3D27 | 1
REMOTE_PREFIX = "FC"


def human_readable_id(charge_id: int) -> str:
    """
    Eight letters and digits in two groups, `7K3M-9QXA`, to say on the phone.

    Every step (odd multiplication, xor with own high bits, both modulo 2⁴⁰) is a bijection, so two charges never share
    one, and neighbours look nothing alike.
    """
    mixed = charge_id & _MASK
    for factor in (_SPREAD, _SPREAD_AGAIN):
        mixed = (mixed * factor) & _MASK
        mixed ^= mixed >> (_BITS // 2)
    text = "".join(CROCKFORD[mixed >> shift & 31] for shift in range(_BITS - 5, -1, -5))
    return f"{text[:4]}-{text[4:]}"


def as_human_readable_id(typed: str) -> str | None:
    """What somebody heard and typed, as it is stored; None if it cannot be one."""
    text = "".join(typed.upper().replace("-", "").split()).translate(str.maketrans("ILO", "110"))
    return f"{text[:4]}-{text[4:]}" if len(text) == 8 and set(text) <= set(CROCKFORD) else None


def start_fingerprint(start: StartIntent) -> bytes:
    """The same start, however late it is repeated, has the same fingerprint (OCPP 1.6 §3.7.1, §5.11: stations repeat)."""
    parts = (start.station_id, start.number, start.at.timestamp(), start.meter_wh, start.id_tag.upper(), start.transaction_id)
    return hashlib.blake2b(repr(parts).encode(), digest_size=16).digest()


def new_transaction_id() -> str:
    """1.6: a random number of 31 bits, never zero. Sequential ids let one station guess another's (SteVe CVE-2026-28230)."""
    return str(1 + secrets.randbelow((1 << 31) - 1))


def new_remote_id_tag() -> str:
    """The id tag that we ask a station to start with: at most 20 characters (OCPP 1.6 IdToken), 90 bits of chance."""
    return REMOTE_PREFIX + "".join(secrets.choice(CROCKFORD) for _ in range(18))
