"""Join codes."""

import secrets

JOIN_CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


def new_join_code() -> str:
    """Eight letters without look-alikes: 31⁸ codes, so a clash is a matter of centuries and the unique key catches it."""
    return "".join(secrets.choice(JOIN_CODE_LETTERS) for _ in range(8))
