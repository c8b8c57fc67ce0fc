"""Many stations at once, each with its charge point: set-based, for tests of load and for large roll-outs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.utils.translation import gettext as _

from forecourt.access import Actor
from forecourt.kit.fields import Checks
from forecourt.kit.operations import operation
from forecourt.kit.secrets import keyed_hash, new_secret
from forecourt.network.models import Model, Station
from forecourt.network.operations.deleting import refuse_if_deleted
from forecourt.network.operations.gathering import default_groups, refuse_fleet
from forecourt.network.operations.stations import PASSWORD_LENGTH, PASSWORD_PURPOSE, IdentityTaken, tell_gateways
from forecourt.network.rules.identities import EVSE_PARTY, is_identity
from forecourt.teams.models import Team

_FEW = 100  # identities worth a notice; of a new one no gateway remembers more than a refusal, and that not for long

_STATIONS = """
INSERT INTO network_station (organisation_id, operator_id, team_id, identity, password_hash, protocol, model_id, time_zone)
SELECT %s, %s, %s, new.identity, new.hash, %s, %s, %s FROM unnest(%s::text[], %s::bytea[]) WITH ORDINALITY AS new(identity, hash, place)
ORDER BY new.place RETURNING id, identity
"""
_CHARGE_POINTS = """
INSERT INTO network_chargepoint (id, organisation_id, operator_id, team_id, station_id, number, model_id, name, evse_id, type, max_w, visibility,
                                 time_zone, state, state_since, active_at, price_group_id, cost_group_id)
SELECT new.id, %s, %s, %s, new.station_id, 1, %s, new.name, %s || new.id, %s, %s, 'private', %s, 'disconnected', %s, %s, %s, %s
FROM (SELECT nextval(pg_get_serial_sequence('network_chargepoint', 'id')) AS id, told.station_id, told.name
      FROM unnest(%s::bigint[], %s::text[]) AS told(station_id, name)) AS new
RETURNING station_id, id
"""
_CONNECTED = """
WITH new AS (SELECT * FROM unnest(%s::bigint[], %s::bigint[]) AS new(charge_point_id, station_id)),
plugs AS (INSERT INTO network_connector (charge_point_id, connector_type_id, ordinal, max_w)
          SELECT new.charge_point_id, plug.id, plug.ordinal, %s
          FROM new, unnest(%s::bigint[]) WITH ORDINALITY AS plug(id, ordinal)),
periods AS (INSERT INTO charge_point_state_period (charge_point_id, state, cause, from_at)
            SELECT new.charge_point_id, 'disconnected', 'connection lost', %s FROM new)
INSERT INTO network_integration (charge_point_id, station_id, number) SELECT new.charge_point_id, new.station_id, 1 FROM new
"""


@dataclass(frozen=True, slots=True)
class AddedStation:
    """A station of a batch, its one charge point, and its password, which is never shown again."""

    station_id: int
    identity: str
    password: str
    charge_point_id: int


@operation
def add_stations(
    *, actor: Actor, team: Team, identities: Sequence[str], model: Model, password: str | None = None, at: datetime
) -> list[AddedStation]:
    """
    Create stations of one model, each with one private charge point at number 1 named like it; all or none, in a handful of
    statements. Without `password` each gets its own. Their price and cost groups are what the form would give them; they have no address, so none is
    gathered in a site before it is given one. Two runs at once: the unique index of identities refuses one of them.

    :raises Invalid: for an identity that cannot stand in a URL.
    :raises IdentityTaken: if a living station has one of them, or one is named twice.
    """
    refuse_if_deleted(team)
    refuse_fleet(team)
    _check(identities)
    groups = [group.pk if group else None for group in (default_groups(team)[column] for column in ("price_group", "cost_group"))]
    secrets = {identity: password or new_secret(PASSWORD_LENGTH) for identity in identities}
    hashes = [keyed_hash(secret, purpose=PASSWORD_PURPOSE) for secret in secrets.values()]
    scope = [team.organisation_id, team.operator_id, team.pk]
    prefix = f"{_country(team)}*{EVSE_PARTY}*E"
    with connection.cursor() as cursor:
        cursor.execute(_STATIONS, [*scope, Station.Protocol.OCPP16.value, model.pk, team.time_zone, list(secrets), hashes])
        stations: dict[int, str] = dict(cursor.fetchall())
        columns = [*scope, model.pk, prefix, model.type, model.max_w, team.time_zone, at, at, *groups]
        cursor.execute(_CHARGE_POINTS, [*columns, list(stations), list(stations.values())])
        charge_points: dict[int, int] = dict(cursor.fetchall())
        cursor.execute(_CONNECTED, [list(charge_points.values()), list(charge_points), model.max_w, model.connector_types, at])
    if len(identities) <= _FEW:
        tell_gateways(identities)
    return [AddedStation(id, identity, secrets[identity], charge_points[id]) for id, identity in stations.items()]


def _check(identities: Sequence[str]) -> None:
    checks = Checks()
    if wrong := next((identity for identity in identities if not is_identity(identity)), None):
        checks.fail("identity", _("“%(identity)s” cannot be the identity of a station.") % {"identity": wrong})
    checks.finish()
    taken = Station.objects.filter(identity__in=identities, deleted_at=None).order_by("identity").values_list("identity", flat=True).first()
    if taken or len(set(identities)) != len(identities):
        raise IdentityTaken(_("A station with this identity exists already."), identity=taken)


def _country(team: Team) -> str:
    country = team.country or team.operator.country
    return country.alpha2 if country else "XX"
