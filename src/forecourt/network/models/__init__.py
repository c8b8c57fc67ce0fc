"""Tables of the network, one noun a file."""

from forecourt.network.models.catalogue import Brand, ConnectorType, Model
from forecourt.network.models.charge_points import ChargePoint, Connector, Integration, State, StatePeriod
from forecourt.network.models.commands import Command
from forecourt.network.models.keys import ChargeKey
from forecourt.network.models.sites import Site
from forecourt.network.models.stations import Station, StationLink

__all__ = [
    "Brand",
    "ChargeKey",
    "ChargePoint",
    "Command",
    "Connector",
    "ConnectorType",
    "Integration",
    "Model",
    "Site",
    "State",
    "StatePeriod",
    "Station",
    "StationLink",
]
