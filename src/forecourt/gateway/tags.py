"""Charge keys in logged frames: one that the reader may not see is shown by its end only (docs/domains/charging.md, "Two sides")."""

import re
from collections.abc import Sequence

from django.db.models.functions import Upper

from forecourt.access import Scope
from forecourt.charging.queries.holders import VEHICLE_PREFIX
from forecourt.charging.rules.names import REMOTE_PREFIX
from forecourt.charging.rules.sides import masked
from forecourt.network.models import ChargeKey

_NAMES = "(?:idTag|parentIdTag|idToken)"  # OCPP 1.6 IdToken; 2.0.1 IdTokenType
_TAG = re.compile(rf'("{_NAMES}"\s*:\s*")((?:[^"\\]|\\.)*)')
_TAG_IN_TEXT = re.compile(rf'(\\+"{_NAMES}\\+"\s*:\s*\\+")([^"\\]*)')  # JSON within a text, as in a DataTransfer's data
_OURS = re.compile(rf"{REMOTE_PREFIX}\w{{18}}")  # a remote start's, good for one charge


def without_strangers_tags(frames: Sequence[str], keys_in: Scope) -> list[str]:
    """The frames, with every key masked that is not of `keys_in` (where the reader may *Charge key: read*). At most one query."""
    named = {tag for frame in frames for pattern in (_TAG, _TAG_IN_TEXT) for _, tag in pattern.findall(frame)}
    known = _known({tag for tag in named if not _OURS.fullmatch(tag)}, keys_in)

    def shown(match: re.Match[str]) -> str:
        tag = match[2]
        return match[0] if _OURS.fullmatch(tag) or _identifier(tag) in known else f"{match[1]}{masked(tag)}"

    return [_TAG_IN_TEXT.sub(shown, _TAG.sub(shown, frame)) for frame in frames]


def _known(tags: set[str], keys_in: Scope) -> set[str]:
    if not tags:
        return set()
    keys = ChargeKey.objects.within(keys_in).annotate(upper=Upper("identifier")).filter(upper__in={_identifier(tag) for tag in tags})
    return set(keys.values_list("upper", flat=True))


def _identifier(tag: str) -> str:
    return tag.upper().removeprefix(VEHICLE_PREFIX)
