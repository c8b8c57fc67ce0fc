"""Reads of the network, returning frozen rows."""

from forecourt.network.queries.connections import (
    ConnectingStation,
    ServedChargePoint,
    charge_points_by_id,
    charge_points_of,
    deleted_stations,
    station_for_connection,
    stations_for_connection,
)

__all__ = [
    "ConnectingStation",
    "ServedChargePoint",
    "charge_points_by_id",
    "charge_points_of",
    "deleted_stations",
    "station_for_connection",
    "stations_for_connection",
]
