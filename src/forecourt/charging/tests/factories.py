"""Plain factories for charges, and a small charging place with a payer who has money."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from forecourt.charging import operations
from forecourt.charging.intents import MeterIntent, Reading, Sample, StartIntent, StopIntent
from forecourt.charging.models import Charge, RunningMeter
from forecourt.charging.rules.names import human_readable_id
from forecourt.ledger.models import Wallet
from forecourt.ledger.tests.factories import give_funds, make_wallet
from forecourt.network.models import ChargeKey, ChargePoint, Station
from forecourt.network.tests.factories import make_charge_point, make_key, make_station
from forecourt.pricing.models import PriceGroup
from forecourt.pricing.tests.factories import PER_KWH, make_price_group
from forecourt.teams.models import Team

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


def minutes(count: float) -> datetime:
    """So long after AT."""
    return AT + timedelta(minutes=count)


def make_charge(
    charge_point: ChargePoint, *, payer: Team | None = None, state: str = "charging", started_at: datetime | None = AT, **fields
) -> Charge:
    """
    A charge as it would stand after its start; `state`, times and meters as given. Running unless `stopped_at` says otherwise.
    With `power_w`, its meter has said so.
    """
    team, power_w = charge_point.team, fields.pop("power_w", None)
    assert team.country, "a charge's VAT is its country's"
    charge = Charge(
        human_readable_id=f"new-{Charge.objects.count()}",
        organisation_id=charge_point.organisation_id, operator_id=charge_point.operator_id, team_id=team.pk,
        payer_organisation_id=payer.organisation_id if payer else None, payer_operator_id=payer.operator_id if payer else None, payer_team=payer,
        station_id=charge_point.station_id, charge_point=charge_point, site_id=charge_point.site_id,
        type="operator" if payer and payer.operator_id == charge_point.operator_id else "external",
        state=state, started_at=started_at, currency=team.currency.identifier, country=team.country,
        vat_rate=fields.pop("vat_rate", "0.25"), time_zone=charge_point.time_zone,
        **{"meter_start_wh": 0, **fields},
    )  # fmt: skip
    charge.save()
    charge.human_readable_id = human_readable_id(charge.pk)
    charge.save(update_fields=["human_readable_id"])
    if power_w is not None:
        RunningMeter.objects.create(charge=charge, wh=charge.meter_start_wh, at=charge.started_at, power_w=power_w)
    return charge


@dataclass(frozen=True, slots=True)
class Place:
    """A station of Harbour with one charge point at 2.50 per kWh, and a key of Hotel whose wallet holds 100.00."""

    station: Station
    point: ChargePoint
    key: ChargeKey
    prices: PriceGroup
    payer: Team
    wallet: Wallet

    def start(self, *, tag: str = "", at: datetime = AT, meter_wh: int = 1000, number: int = 1) -> StartIntent:
        return StartIntent(self.station.pk, number, tag or self.key.identifier, at, meter_wh)


def make_place(cast, identity: str = "ST-1", *, tag: str = "04AABBCC", components=PER_KWH, funds_minor: int = 10_000, **point) -> Place:
    station = make_station(identity, cast.harbour)
    prices = make_price_group(f"Price of {identity}", cast.harbour, components=components)
    point = {"is_reservable": True, **point}
    charge_point = make_charge_point(f"{identity} 1", cast.harbour, station=station, price_group=prices, **point)
    wallet = make_wallet(cast.hotel)
    if funds_minor:
        give_funds(wallet, funds_minor)
    return Place(station, charge_point, make_key(tag, cast.hotel), prices, cast.hotel, wallet)


def meter(
    station: Station, transaction_id: str | None, wh: int | None = None, *, at: datetime, number: int = 1, **more: str
) -> MeterIntent:
    """One reading: the register, and more samples by measurand (`Power="7000"`, `SoC="80"`)."""
    named = {"Power": ("Power.Active.Import", "W"), "SoC": ("SoC", "Percent")}
    samples = [Sample(str(wh))] if wh is not None else []
    samples += [Sample(value, measurand=named[name][0], unit=named[name][1]) for name, value in more.items()]
    return MeterIntent(station.pk, number, transaction_id, (Reading(at, tuple(samples)),))


def stop(station: Station, transaction_id: str, meter_wh: int, *, at: datetime, reason: str = "Local", readings=()) -> StopIntent:
    return StopIntent(station.pk, transaction_id, at, meter_wh, reason, readings=readings)


def start(place: Place, **given: Any) -> Any:
    """The outcome of one start; `given` as `Place.start`."""
    return operations.start_charges([place.start(**given)], recorded_at=given.get("at", AT))[0]


def started(place: Place, **given: Any) -> Charge:
    return Charge.objects.get(pk=start(place, **given).charge_id)
