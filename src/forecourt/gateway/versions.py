"""What a protocol version offers to the gateway. A version is one folder; `VERSIONS` is the list of those that we speak."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from forecourt.gateway.calls import Call
from forecourt.gateway.ocpp16 import inbound, outbound


@dataclass(frozen=True, slots=True)
class Version:
    """
    - `decode(action, raw payload, latest moment)` gives the payload, or raises `Fault`;
    - `at_once` answers an action that changes nothing, without a commit;
    - `in_turn`: actions that lock what stations share, a wallet above all; batches of them follow each other;
    - `is_lasting`: whether the same bytes over a later connection are the same event, because they say when it was;
    - `apply` carries out calls of many stations inside a transaction and gives each its answer;
    - `request` translates a command; `verdict` the station's answer to one.
    """

    subprotocol: str
    decode: Callable[[str, Any, datetime], Any]
    at_once: Mapping[str, Callable[[str], bytes]]
    in_turn: frozenset[str]
    number: Callable[[Any], int | None]
    is_lasting: Callable[[str, Any], bool]
    apply: Callable[[Sequence[Call], datetime], None]
    request: Callable[[str, Mapping[str, Any]], tuple[str, dict[str, Any]]]
    verdict: Callable[[str, Mapping[str, Any]], str]


VERSIONS = {
    "ocpp1.6": Version(
        "ocpp1.6", inbound.decode, inbound.AT_ONCE, inbound.IN_TURN, inbound.number_of, inbound.is_lasting, inbound.apply,
        outbound.request, outbound.verdict,
    ),
}  # fmt: skip
