"""Stations and their credentials; which charge point is which number of which station."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from forecourt.access import Actor
from forecourt.kit.errors import DomainError
from forecourt.kit.fields import Checks
from forecourt.kit.operations import locked, operation
from forecourt.kit.secrets import keyed_hash, new_secret
from forecourt.network.models import ChargePoint, Integration, Model, Station
from forecourt.network.operations.deleting import refuse_if_deleted, refuse_if_objected
from forecourt.network.operations.states import settle_states
from forecourt.network.rules import is_identity
from forecourt.teams.models import Team

PASSWORD_PURPOSE = "station-password"  # noqa: S105 (the name of a purpose)
PASSWORD_LENGTH = 20  # OCPP 1.6 security whitepaper §2.2: AuthorizationKey has 16 to 20 characters
CHANGED_CHANNEL = "forecourt_station"
_MOST_NUMBER = 999


class IdentityTaken(DomainError):
    """Another living station, perhaps of another operator, has this identity."""

    code = "station_identity_taken"


class NumberTaken(DomainError):
    """Another charge point is connected to this number of the station."""

    code = "station_number_taken"


class OtherTeam(DomainError):
    """A station and its charge points belong to one team."""

    code = "station_of_another_team"


@dataclass(frozen=True, slots=True)
class NewStation:
    """A station and its password, which is never shown again."""

    station: Station
    password: str


@operation
def create_station(
    *,
    actor: Actor,
    team: Team,
    identity: str,
    protocol: str = Station.Protocol.OCPP16,
    model: Model | None = None,
    serial_number: str | None = None,
    password: str | None = None,
    at: datetime,
) -> NewStation:
    """
    A station that may connect, with a password of our making unless one is given. The unique index keeps an identity once.

    :raises Invalid: for an identity that cannot stand in a URL (OCPP-J §3.1.1).
    :raises IdentityTaken: if a living station has it.
    """
    refuse_if_deleted(team)
    identity = _checked_identity(identity)
    checks = Checks()
    if protocol not in Station.Protocol.values:
        checks.fail("protocol", _("Choose one of the list."))
    serial = checks.text("serial_number", serial_number, limit=60, is_required=False) or None
    checks.finish()
    secret = password or new_secret(PASSWORD_LENGTH)
    station = Station(
        organisation_id=team.organisation_id, operator_id=team.operator_id, team=team, identity=identity, protocol=protocol, model=model,
        serial_number=serial, password_hash=keyed_hash(secret, purpose=PASSWORD_PURPOSE), time_zone=team.time_zone,
    )  # fmt: skip
    try:
        with transaction.atomic():
            station.save(force_insert=True)
    except IntegrityError as error:
        raise IdentityTaken(_("A station with this identity exists already."), identity=identity) from error
    tell_gateways([identity])
    return NewStation(station, secret)


@operation
def rotate_password(*, actor: Actor, station: Station, at: datetime) -> str:
    """
    Give a station a new password; the old one ends now, the open socket stays. The row is locked; again makes another one.

    :raises Deleted: if the station is.
    """
    station = locked(station)
    refuse_if_deleted(station)
    secret = new_secret(PASSWORD_LENGTH)
    Station.objects.filter(pk=station.pk).update(password_hash=keyed_hash(secret, purpose=PASSWORD_PURPOSE))
    tell_gateways([station.identity])
    return secret


@operation
def rename_station(*, actor: Actor, station: Station, identity: str, at: datetime) -> None:
    """
    Give a station another identity; its password and an open socket stay. The row is locked; the unique index keeps an identity once.

    :raises Invalid: for an identity that cannot stand in a URL (OCPP-J §3.1.1).
    :raises IdentityTaken: if another living station has it.
    :raises Deleted: if the station is.
    """
    station = locked(station)
    refuse_if_deleted(station)
    identity = _checked_identity(identity)
    try:
        with transaction.atomic():
            Station.objects.filter(pk=station.pk).update(identity=identity)
    except IntegrityError as error:
        raise IdentityTaken(_("A station with this identity exists already."), identity=identity) from error
    tell_gateways([station.identity, identity])


@operation
def connect_charge_point(*, actor: Actor, charge_point: ChargePoint, station: Station, number: int = 1, at: datetime) -> Integration:
    """
    Say that a charge point is this number of a station; what it was connected by before ends. The same again changes nothing.

    The station, then the charge point, are locked; the unique index keeps a number once.

    :raises Invalid: for a number below 1.
    :raises OtherTeam: if station and charge point belong to different teams.
    :raises NumberTaken: if another charge point has it.
    """
    station, charge_point = locked(station), locked(charge_point)
    refuse_if_deleted(station)
    refuse_if_deleted(charge_point)
    if not 1 <= number <= _MOST_NUMBER:
        checks = Checks()
        checks.fail("number", _("Connectors of a station are numbered from 1."))
        checks.finish()
    if station.team_id != charge_point.team_id:
        raise OtherTeam(_("Station and charge point belong to different teams."))
    if (charge_point.station_id, charge_point.number) == (station.pk, number):
        return Integration.objects.get(charge_point=charge_point, deleted_at=None)
    _end(charge_point, at=at)
    return _connect(charge_point, station, number, at=at)


@operation
def disconnect_charge_point(*, actor: Actor, charge_point: ChargePoint, at: datetime) -> None:
    """
    End the connection of a charge point; it is `passive` from now on. Again: nothing happens. The row is locked.

    :raises Objected: while a charge runs.
    """
    charge_point = locked(charge_point)
    refuse_if_deleted(charge_point)
    if charge_point.station_id is not None:
        _end(charge_point, at=at)
        settle_states([charge_point.pk], at=at)


@operation
def delete_station(*, actor: Actor, station: Station, at: datetime) -> None:
    """
    Delete a station softly: it may not connect any more, and its charge points become `passive`. Again: nothing happens.

    :raises Objected: while a charge runs on one of its charge points.
    """
    station = locked(station)
    if station.deleted_at is not None:
        return
    charge_points = list(ChargePoint.objects.filter(station=station, deleted_at=None).order_by("pk").select_for_update(no_key=True))
    for charge_point in charge_points:
        _end(charge_point, at=at)
    forget_station(station, at=at)
    settle_states([charge_point.pk for charge_point in charge_points], at=at)


def forget_station(station: Station, *, at: datetime) -> None:
    """Mark a locked station as deleted; gateways close its socket when they hear of it."""
    Station.objects.filter(pk=station.pk).update(deleted_at=at)
    tell_gateways([station.identity])


def end_integrations(charge_point_ids: Sequence[int], *, at: datetime) -> None:
    Integration.objects.filter(charge_point__in=charge_point_ids, deleted_at=None).update(deleted_at=at)


def tell_gateways(identities: Sequence[str]) -> None:
    """NOTIFY `forecourt_station` with each identity: gateways drop what they remember of it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, identity) FROM unnest(%s::text[]) AS identity", [CHANGED_CHANNEL, list(identities)])


def _checked_identity(text: str) -> str:
    identity, checks = text.strip(), Checks()
    if not is_identity(identity):
        checks.fail("identity", _("Use 1 to 48 letters, digits and * - _ = : + | @ . without spaces."))
    checks.finish()
    return identity


def _connect(charge_point: ChargePoint, station: Station, number: int, *, at: datetime) -> Integration:
    columns = {"station": station, "number": number, "ocpp_status": None, "ocpp_error_code": None, "ocpp_status_at": None}
    try:
        with transaction.atomic():
            ChargePoint.objects.filter(pk=charge_point.pk).update(**columns)
    except IntegrityError as error:
        raise NumberTaken(_("Another charge point is connected to connector %(number)s.") % {"number": number}, number=number) from error
    link = getattr(station, "link", None)
    is_heard = link is not None and link.gateway_id is not None
    integration = Integration.objects.create(charge_point=charge_point, station=station, number=number, active_at=at if is_heard else None)
    settle_states([charge_point.pk], at=at)
    return integration


def _end(charge_point: ChargePoint, *, at: datetime) -> None:
    if charge_point.station_id is None:
        return
    refuse_if_objected("integration", charge_point)
    end_integrations([charge_point.pk], at=at)
    ChargePoint.objects.filter(pk=charge_point.pk).update(
        station=None, number=None, ocpp_status=None, ocpp_error_code=None, ocpp_status_at=None, is_cable_plugged_in=False
    )
