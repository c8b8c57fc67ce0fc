"""Sites, stations, charge points and charge keys: set-based, with passwords that only the demo's own files hold."""

import hashlib
import random
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from forecourt.kit.secrets import keyed_hash
from forecourt.network.models import ChargeKey, ChargePoint, Connector, Integration, Model, Site, Station, StationLink
from forecourt.operators.models import Operator
from forecourt.places.models import Country
from forecourt.pricing.models import PriceGroup
from forecourt.project.demo.people import People
from forecourt.project.demo.places import Place
from forecourt.teams.models import Team

AC_MODELS = (
    "zaptec-pro",
    "easee-charge",
    "abb-terra-ac-w22",
    "alfen-eve-double-pro-line",
    "wallbox-pulsar-pro",
    "garo-entity-pro",
    "charge-amps-aura",
)
DC_MODELS = ("abb-terra-184", "alpitronic-hyc150", "alpitronic-hyc300", "kempower-satellite", "siemens-sicharge-d", "delta-slim-100")


@dataclass(slots=True)
class Network:
    """What the later steps build on. Passwords by station identity."""

    charge_points: list[ChargePoint] = field(default_factory=list)
    stations: list[Station] = field(default_factory=list)
    passwords: dict[str, str] = field(default_factory=dict)
    keys: dict[int, list[ChargeKey]] = field(default_factory=dict)  # by team


def password_of(identity: str, secret: str) -> str:
    """A password that is the same on every start of this installation, and nobody else's."""
    return hashlib.blake2b(f"{secret}:{identity}".encode(), digest_size=12).hexdigest()


class Builder:
    """Adds one site after another, then writes everything at once."""

    def __init__(self, seed: random.Random, secret: str, *, at: datetime, until_at: datetime) -> None:
        self.seed, self.secret, self.at, self.until_at = seed, secret, at, until_at
        self.network = Network()
        self.models = {model.identifier: model for model in Model.objects.select_related("brand")}
        self.sites: list[Site] = []
        self.connectors: list[Connector] = []

    def add_site(self, operator: Operator, team: Team, place: Place, country: Country, count: int, groups: dict[str, PriceGroup]) -> None:
        """One site with `count` charge points: fast ones on highways, pairs of AC ones elsewhere."""
        site = Site(
            organisation_id=operator.organisation_id, operator=operator, team=team, name=place.name, visibility="public",
            classification=place.kind, time_zone=country.time_zone, address1=place.street, zip_code=place.zip_code, city=place.city,
            country=country, latitude=Decimal(place.latitude), longitude=Decimal(place.longitude),
        )  # fmt: skip
        self.sites.append(site)
        model = self.models[self.seed.choice(DC_MODELS if place.is_fast else AC_MODELS)]
        made = 0
        while made < count:
            plugs = min(2 if self.seed.random() < 0.7 else 1, count - made)
            self._add_station(site, model, plugs, groups)
            made += plugs

    def _add_station(self, site: Site, model: Model, plugs: int, groups: dict[str, PriceGroup]) -> None:
        number = len(self.network.stations) + 1
        identity = f"FC-{number:04}"
        scope = {"organisation_id": site.organisation_id, "operator_id": site.operator_id, "team_id": site.team_id}
        password = self.network.passwords[identity] = password_of(identity, self.secret)
        station = Station(
            **scope, identity=identity, password_hash=keyed_hash(password, purpose="station-password"), protocol="ocpp1.6", model=model,
            serial_number=f"{model.identifier[:3].upper()}{700_000 + number * 37}", reported_vendor=model.brand.name,
            reported_model=model.name, firmware_version=f"{1 + number % 3}.{number % 10}.{number % 7}", time_zone=site.time_zone, booted_at=self.at,
        )  # fmt: skip
        self.network.stations.append(station)
        for plug in range(1, plugs + 1):
            point_number = len(self.network.charge_points) + 1
            group = groups["dc" if model.type == "dc" else "ac"]
            self.network.charge_points.append(
                ChargePoint(
                    **scope,
                    site=site,
                    station=station,
                    number=plug,
                    model=model,
                    name=f"{site.name} {plug + self._numbered(site)}",
                    evse_id=f"{_alpha2(site)}*FCT*E{100_000 + point_number}",
                    type=model.type,
                    max_w=model.max_w,
                    visibility="public",
                    is_reservable=model.type == "dc",
                    active_at=self.at,
                    time_zone=site.time_zone,
                    country_id=site.country_id,
                    price_group=group,
                    cost_group=groups["cost"],
                    state="disconnected",
                    state_since=self.until_at,
                    latitude=site.latitude,
                    longitude=site.longitude,
                )
            )

    def _numbered(self, site: Site) -> int:
        station = self.network.stations[-1]
        return sum(point.site is site and point.station is not station for point in self.network.charge_points)

    def add_keys(self, people: People) -> None:
        """A key for every driver of every team; identifiers of 14 hexadecimal digits, as a 7-byte RFID card has."""
        number = 0
        for name, operator in people.operators.items():
            for team in people.teams[name]:
                for driver in people.drivers[team.pk]:
                    number += 1
                    key = ChargeKey(
                        organisation_id=operator.organisation_id,
                        operator=operator,
                        team=team,
                        person=driver,
                        type="rfid",
                        identifier=f"04{0xA1B2C3 + number * 7919:012X}",
                        name=f"{driver.first_name} {driver.last_name}",
                    )
                    self.network.keys.setdefault(team.pk, []).append(key)

    def write(self) -> Network:
        network = self.network
        Site.objects.bulk_create(self.sites)
        Station.objects.bulk_create(network.stations)
        StationLink.objects.bulk_create(StationLink(station=station, disconnected_at=self.until_at) for station in network.stations)
        ChargePoint.objects.bulk_create(network.charge_points)
        points = [(point, point.station, point.model) for point in network.charge_points if point.station and point.model]
        Connector.objects.bulk_create(
            Connector(charge_point=point, connector_type_id=plug, ordinal=ordinal, max_w=point.max_w, has_cable=model.type == "dc")
            for point, _station, model in points
            for ordinal, plug in enumerate(model.connector_types, start=1)
        )
        Integration.objects.bulk_create(
            Integration(charge_point=point, station=station, number=point.number or 1, active_at=self.at)
            for point, station, _model in points
        )
        ChargeKey.objects.bulk_create(key for keys in network.keys.values() for key in keys)
        return network


def _alpha2(site: Site) -> str:
    return site.country.alpha2 if site.country else "DK"
