"""What charging asks of stations, through `network`'s commands."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from forecourt.charging.queries.sql import execute
from forecourt.network import operations as network
from forecourt.network.intents import NewCommand
from forecourt.network.models import Command


class StopWish(NamedTuple):
    """A charge that shall stop."""

    charge_id: int
    station_id: int
    charge_point_id: int
    transaction_id: str


def ask_to_stop(wishes: Sequence[StopWish], *, at: datetime) -> None:
    """Ask stations to stop charges, in one batch. While a request is open, asking again is that request."""
    if not wishes:
        return
    network.request_commands(
        [
            NewCommand(
                station_id=wish.station_id,
                charge_point_id=wish.charge_point_id,
                charge_id=wish.charge_id,
                action=Command.Action.STOP,
                payload=stop_payload(wish.transaction_id),
                key=stop_key(wish.charge_id),
            )
            for wish in wishes
        ],
        at=at,
    )
    execute(
        "UPDATE charging_charge SET state = 'stopping' WHERE id = ANY(%s) AND state IN ('charging', 'paused')",
        [[wish.charge_id for wish in wishes]],
    )


def stop_key(charge_id: int) -> str:
    return f"stop:{charge_id}"


def stop_payload(transaction_id: str) -> dict[str, object]:
    return {"transaction_id": transaction_id}


def start_payload(*, number: int, id_tag: str) -> dict[str, object]:
    return {"number": number, "id_tag": id_tag}
