"""`demo.json` for people and programs that try the demo, `simulated.json` for the simulator. Only their owner may read them."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forecourt.network.models import ChargePoint, Station
from forecourt.project.demo.people import People
from forecourt.project.demo.stations import Network


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was made, and how many of its stations are simulated."""

    people: People
    network: Network
    credentials: list[dict[str, Any]]
    simulated: int


def write(folder: Path, loaded: Loaded, *, portal_url: str, ocpp_url: str) -> None:
    """`demo.json` comes last: it marks that the demo is loaded."""
    network = loaded.network
    points: dict[int, list[ChargePoint]] = {}
    for point in network.charge_points:
        points.setdefault(point.station_id or 0, []).append(point)
    described = [_station(station, points.get(station.pk, []), network.passwords) for station in network.stations]
    keys = [{"identifier": key.identifier, "teamId": key.team_id, "name": key.name} for some in network.keys.values() for key in some]
    simulated, others = described[: loaded.simulated], described[loaded.simulated :]
    _private(folder / "simulated.json", {"stations": simulated, "charge_keys": [key["identifier"] for key in keys]})
    _private(
        folder / "demo.json",
        {
            "portal": portal_url,
            "api": f"{portal_url}/api/v1",
            "ocpp": ocpp_url,
            "users": loaded.people.users,
            "api_credentials": loaded.credentials,
            "stations": others,
            "charge_keys": keys,
        },
    )


def _station(station: Station, points: list[ChargePoint], passwords: dict[str, str]) -> dict[str, Any]:
    return {
        "identity": station.identity,
        "password": passwords[station.identity],
        "protocol": station.protocol,
        "teamId": station.team_id,
        "chargePoints": [{"connectorId": point.number, "chargePointId": point.pk} for point in points],
        "chargePointId": points[0].pk,
        "maxKw": points[0].max_w / 1000,
        "type": points[0].type,
    }


def _private(path: Path, content: dict[str, Any]) -> None:
    """Written whole or not at all, readable by its owner."""
    fresh = path.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(content, file, indent=1, ensure_ascii=False)
    fresh.replace(path)
