"""
The demo network: believable, and the same on every machine (fixed seed, dates relative to today).

People, teams, prices, deposits and settlements go through the operations that everybody uses; only the raw history of
visits is copied in. `load` takes an empty installation.
"""

import os
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection, transaction

from forecourt.dashboards import operations as dashboards
from forecourt.integrations import operations as integrations
from forecourt.kit import clock, partitions
from forecourt.kit.models import OutboxRow
from forecourt.network.models import ChargePoint
from forecourt.operators.models import Operator
from forecourt.places.models import Country
from forecourt.places.queries import vat_rate_on
from forecourt.pricing.models import PriceGroup
from forecourt.project.demo import books, charges, files, history, members, people, places, prices, stations, structure
from forecourt.project.refusal import Refusal
from forecourt.project.up import MOST_SIMULATED
from forecourt.teams.models import Team, TeamMember

SEED = 20_240_607
MONTHS = timedelta(days=396)
HOME = {
    "Nordlys Charging": places.DENMARK[:14],
    "Nordlys Sverige": places.SWEDEN,
    "Nordlys Deutschland": places.GERMANY,
    "Havn Energi": places.DENMARK[14:],
}
COUNTRIES = {"Nordlys Charging": "DK", "Nordlys Sverige": "SE", "Nordlys Deutschland": "DE", "Havn Energi": "DK"}
CHARGE_POINTS, SITES = 240, 40

Groups = dict[int, dict[str, PriceGroup]]
Stopped = list[tuple[datetime, int]]  # released at, charge


def load(*, data_dir: Path, portal_url: str, ocpp_url: str) -> None:
    """
    Load the demo network and write `demo.json` and `simulated.json` into the data folder.

    :raises Refusal: if the installation is not empty.
    """
    if Operator.objects.exists():
        raise Refusal("The demo network needs an empty installation: choose another folder with --data.")
    until_at = clock.now().replace(minute=0, second=0, microsecond=0)
    from_at = (until_at - MONTHS).replace(hour=0)
    seed = random.Random(SEED)  # noqa: S311 (a believable network, not a secret)
    with transaction.atomic():
        partitions.make_months("audit_event", at=until_at)
        loaded, stopped = _load(seed, from_at=from_at, until_at=until_at)
    _maintain("ANALYZE")
    books.settle(stopped)
    dashboards.rebuild(from_at.date(), until_at.date() + timedelta(days=2))
    OutboxRow.objects.all().delete()  # everything announced so far has been rolled up above
    _maintain("VACUUM (ANALYZE)")  # else autovacuum would, table after table, in the first minutes
    files.write(data_dir, loaded, portal_url=portal_url, ocpp_url=ocpp_url)


def _load(seed: random.Random, *, from_at: datetime, until_at: datetime) -> tuple[files.Loaded, Stopped]:
    everybody = people.make_people(seed, at=from_at)
    wallets = books.make_wallets(everybody, at=from_at)
    books.make_rates(from_at=from_at, until_at=until_at)
    books.make_fees(everybody, at=from_at)
    books.deposit_monthly(everybody, wallets, from_at=from_at, until_at=until_at)
    groups = {
        team.pk: prices.make_prices(operator, team, at=from_at)
        for name, operator in everybody.operators.items()
        for team in everybody.teams[name]
        if team.type != Team.Type.FLEET
    }
    network = _make_network(seed, everybody, groups, at=from_at, until_at=until_at)
    stopped = _make_history(seed, everybody, network, groups, from_at=from_at, until_at=until_at)
    members.make_members(everybody, at=until_at)
    structure.make_structure(everybody, at=until_at)
    credentials = [_credential(operator, at=until_at) for operator in everybody.operators.values()]
    return files.Loaded(everybody, network, credentials, MOST_SIMULATED), stopped


def _make_network(seed: random.Random, everybody: people.People, groups: Groups, *, at: datetime, until_at: datetime) -> stations.Network:
    builder = stations.Builder(seed, settings.SECRET_KEY, at=at, until_at=until_at)
    base, extra = divmod(CHARGE_POINTS, SITES)
    number = 0
    for name, operator in everybody.operators.items():
        country = Country.objects.get(alpha2=COUNTRIES[name])
        owners = [team for team in everybody.teams[name] if team.type in (Team.Type.OPERATOR, Team.Type.PROFESSIONAL)]
        for index, place in enumerate(HOME[name]):
            team = owners[0] if place.is_fast else owners[index % len(owners)]
            builder.add_site(operator, team, place, country, base + (number < extra), groups[team.pk])
            number += 1
    builder.add_keys(everybody)
    return builder.write()


def _make_history(
    seed: random.Random, everybody: people.People, network: stations.Network, groups: Groups, *, from_at: datetime, until_at: datetime
) -> Stopped:
    """Every visit of every charge point, oldest first, written by COPY; those that are to be settled."""
    drivers = _drivers(everybody, network)
    happened: list[tuple[history.Visit, charges.Place]] = []
    periods: list[tuple[int, history.Stretch]] = []
    for point in network.charge_points:
        place = _place(seed, point, groups, at=from_at)
        busy = seed.uniform(0.45, 1.0) * (1.35 if point.type == "dc" else 0.9)
        mine = list(history.visits(seed, max_w=point.max_w, is_fast=point.type == "dc", a_day=busy, from_at=from_at, until_at=until_at))
        happened += [(visit, place) for visit in mine]
        periods += [(point.pk, one) for one in history.stretches(seed, mine, from_at=from_at, until_at=until_at)]
    happened.sort(key=lambda pair: pair[0].plugged_at)
    rows = list(_rows(seed, happened, drivers))
    charges.write_charges(rows)
    ids = [row[0] for row in rows]
    settled = [(id, visit) for id, (visit, _place) in zip(ids, happened, strict=True) if not visit.has_failed]
    charges.write_energy((id, visit.from_at, list(visit.wh)) for id, visit in settled)
    charges.write_stretches(iter(periods), until_at=until_at)
    return [(visit.released_at, id) for id, visit in settled]


def _rows(
    seed: random.Random, happened: list[tuple[history.Visit, charges.Place]], drivers: dict[int, list[charges.Driver]]
) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('charging_charge', 'id')) FROM generate_series(1, %s)", [len(happened)])
        ids = [id for (id,) in cursor.fetchall()]
    everyone = [driver for some in drivers.values() for driver in some]
    for id, (visit, place) in zip(ids, happened, strict=True):
        mine = drivers.get(place.point.team_id, [])
        driver = seed.choice(mine) if mine and seed.random() < 0.6 else seed.choice(everyone)
        yield charges.charge_row(id, visit, place, driver, seed)


def _place(seed: random.Random, point: ChargePoint, groups: Groups, *, at: datetime) -> charges.Place:
    mine = groups[point.team_id]
    public = mine["dc" if point.type == "dc" else "ac"]
    return charges.Place(
        point, public, mine["member"], mine["cost"], vat_rate_on(point.country_id or 0, at.date()), seed.randrange(5_000_000)
    )


def _drivers(everybody: people.People, network: stations.Network) -> dict[int, list[charges.Driver]]:
    memberships: dict[int, dict[int, int]] = {}
    for id, person_id, team_id in TeamMember.objects.values_list("id", "person_id", "team_id"):
        memberships.setdefault(person_id or 0, {})[team_id] = id
    return {
        team.pk: [
            charges.Driver(person, team, key, memberships.get(person.pk, {}))
            for person, key in zip(everybody.drivers[team.pk], network.keys[team.pk], strict=True)
        ]
        for teams in everybody.teams.values()
        for team in teams
    }


def _credential(operator: Operator, *, at: datetime) -> dict[str, Any]:
    credential, secret = integrations.create_credential(
        actor=people.DEMO, operator=operator, name="Demo integration", scopes=["all:delete"], at=at
    )
    return {"clientId": credential.client_id, "clientSecret": secret, "operator": operator.name, "scopes": ["all:delete"]}


def _maintain(statement: str) -> None:
    """What was loaded is new to the planner. Only the owner may maintain tables; without one autovacuum does, a little later."""
    owner = os.environ.get("DATABASE_OWNER_URL")
    if owner:
        with psycopg.connect(owner, autocommit=True) as owning:
            owning.execute(statement)
