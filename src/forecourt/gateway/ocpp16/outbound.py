"""Commands as OCPP 1.6 calls, and what a station's answer says about them."""

from collections.abc import Callable, Mapping
from typing import Any

from forecourt.network.models import Command

Payload = Mapping[str, Any]
Action, State = Command.Action, Command.State

# What a station may answer to mean yes (1.6 sections 6.4 to 6.52). Scheduled: it will, when its transaction is over.
_YES = frozenset({"Accepted", "Scheduled", "Unlocked", "RebootRequired"})


def request(action: str, payload: Payload) -> tuple[str, dict[str, Any]]:
    """
    The action and payload of the CALL for a command.

    :raises KeyError: if the action is unknown, or its payload lacks something.
    :raises ValueError: if a value is not what 1.6 can say.
    """
    name, translate = _REQUESTS[action]
    return name, translate(payload)


def verdict(action: str, answer: Payload) -> str:
    """The state that a CALLRESULT brings a command to. GetConfiguration has no status: an answer is a yes."""
    if action == Action.GET_CONFIGURATION:
        return State.ACCEPTED
    return State.ACCEPTED if answer.get("status") in _YES else State.REJECTED


def _start(payload: Payload) -> dict[str, Any]:
    return {**_connector(payload), "idTag": payload["id_tag"]}


def _availability(payload: Payload) -> dict[str, Any]:
    return {"connectorId": payload.get("number") or 0, "type": str(payload["type"]).capitalize()}


def _trigger(payload: Payload) -> dict[str, Any]:
    return {"requestedMessage": payload["message"], **_connector(payload)}


def _data(payload: Payload) -> dict[str, Any]:
    """Empty texts are left out: some vendors tell "" from nothing."""
    words = {"vendorId": payload["vendor_id"], "messageId": payload.get("message_id"), "data": payload.get("data")}
    return {name: word for name, word in words.items() if word}


def _connector(payload: Payload) -> dict[str, Any]:
    return {} if payload.get("number") is None else {"connectorId": payload["number"]}


_REQUESTS: dict[str, tuple[str, Callable[[Payload], dict[str, Any]]]] = {
    Action.START: ("RemoteStartTransaction", _start),
    Action.STOP: ("RemoteStopTransaction", lambda payload: {"transactionId": int(payload["transaction_id"])}),
    Action.RESET: ("Reset", lambda payload: {"type": str(payload["type"]).capitalize()}),
    Action.UNLOCK: ("UnlockConnector", lambda payload: {"connectorId": payload["number"]}),
    Action.CHANGE_AVAILABILITY: ("ChangeAvailability", _availability),
    Action.GET_CONFIGURATION: ("GetConfiguration", lambda payload: {"key": payload["keys"]} if payload.get("keys") else {}),
    Action.CHANGE_CONFIGURATION: ("ChangeConfiguration", lambda payload: {"key": payload["key"], "value": str(payload["value"])}),
    Action.CLEAR_CACHE: ("ClearCache", lambda payload: {}),
    Action.TRIGGER_MESSAGE: ("TriggerMessage", _trigger),
    Action.DATA_TRANSFER: ("DataTransfer", _data),
}
