"""Plain factories: every argument visible, nothing random."""

from datetime import UTC, datetime

from forecourt.kit.secrets import keyed_hash
from forecourt.network.models import ChargeKey, ChargePoint, Connector, ConnectorType, Integration, Model, Site, Station
from forecourt.teams.models import Team

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
STATION_PASSWORD = "a-station-s-own-secret"


def _scope(team: Team):
    return {"organisation_id": team.organisation_id, "operator_id": team.operator_id, "team": team}


def make_site(name: str, team: Team, **fields) -> Site:
    fields = {"visibility": "public", "time_zone": team.time_zone, "country": team.country, **fields}
    return Site.objects.create(**_scope(team), name=name, **fields)


def make_station(identity: str, team: Team, *, password: str = STATION_PASSWORD, protocol: str = "ocpp1.6", **fields) -> Station:
    """A station that may connect with `password`; it is not connected."""
    hash = keyed_hash(password, purpose="station-password")
    return Station.objects.create(
        **_scope(team), identity=identity, password_hash=hash, protocol=protocol, time_zone=team.time_zone, **fields
    )


def make_charge_point(
    name: str, team: Team, *, site: Site | None = None, station: Station | None = None, number: int | None = None, **fields
) -> ChargePoint:
    """One EVSE, 22 kW AC, one Type 2 socket; with a `station` it is connected to its `number` (default 1)."""
    fields = {"type": "ac", "max_w": 22_000, "visibility": "public", "time_zone": team.time_zone, "active_at": AT, **fields}
    fields.setdefault("state", "disconnected" if station else "passive")
    number = (number or 1) if station else None
    evse_id = fields.pop("evse_id", f"DK*FCT*T{ChargePoint.objects.count() + 1}")
    charge_point = ChargePoint.objects.create(
        **_scope(team), name=name, site=site, station=station, number=number, evse_id=evse_id, **fields
    )
    type2 = ConnectorType.objects.get(identifier="type2")
    Connector.objects.create(charge_point=charge_point, connector_type=type2, ordinal=1, max_w=charge_point.max_w)
    if station:
        Integration.objects.create(charge_point=charge_point, station=station, number=number or 1)
    return charge_point


def make_key(identifier: str, team: Team, *, type: str = "rfid", **fields) -> ChargeKey:
    return ChargeKey.objects.create(**_scope(team), identifier=identifier, type=type, **fields)


def make_model(identifier: str = "zaptec-pro") -> Model:
    """One of the catalogue's."""
    return Model.objects.get(identifier=identifier)
