"""Beside itself: several gateways at the same rows, with real commits."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from forecourt.network import operations
from forecourt.network.intents import LinkIntent, NewCommand, StatusIntent
from forecourt.network.models import ChargePoint, Command, StatePeriod, StationLink
from forecourt.network.tests.factories import AT, make_charge_point, make_station

ROUNDS, STATIONS = 10, 8


@pytest.fixture
def stations(own_database):
    from tests.cast import assemble

    team = assemble().harbour
    made = [make_station(f"B-{number}", team) for number in range(STATIONS)]
    for station in made:
        make_charge_point(station.identity, team, station=station)
    return made


def together(*functions: Callable[[], object]):
    """Run them at once, each on a connection of its own; what they returned."""
    start = Barrier(len(functions))

    def run(function):
        start.wait()
        try:
            return function()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(functions)) as pool:
        return list(pool.map(run, functions))


def test_no_command_is_taken_twice(stations):
    ids = [station.pk for station in stations]
    operations.request_commands([NewCommand(id, None, "clear_cache", {}) for id in ids * ROUNDS], at=AT)
    taken = together(*[lambda: [due.id for due in operations.take_commands(station_ids=ids, gateway_id=7, at=AT)] for _ in range(4)])
    every = [id for part in taken for id in part]
    assert len(every) == len(set(every)) == Command.objects.count() == STATIONS * ROUNDS


def test_the_same_key_asked_at_once_is_one_command(stations):
    new = NewCommand(stations[0].pk, None, "reset", {"type": "soft"}, key="reset:1")
    got = together(*[lambda: operations.request_commands([new], at=AT)[0].pk for _ in range(4)])
    assert len(set(got)) == 1
    assert Command.objects.count() == 1


def test_statuses_and_lost_sockets_at_once_end_in_what_the_link_says(stations):
    """Opposite orders and mixed batches: no deadlock, no charge point left as connected, one open period each."""

    def statuses(order):
        for round in range(ROUNDS):
            word = "Charging" if round % 2 else "Available"
            batch = [
                StatusIntent(station.pk, number, word, "NoError", AT + timedelta(seconds=round)) for station in order for number in (1, 0)
            ]
            operations.record_statuses(batch, recorded_at=AT + timedelta(hours=1))

    def links(order):
        for session in range(1, ROUNDS + 1):
            intents = [LinkIntent(station.pk, 7, session, AT + timedelta(seconds=session)) for station in order]
            operations.link_stations(intents)
            operations.unlink_stations(intents)

    together(lambda: statuses(stations), lambda: statuses(stations[::-1]), lambda: links(stations), lambda: links(stations[::-1]))
    assert not StationLink.objects.exclude(gateway_id=None).exists()
    assert set(ChargePoint.objects.values_list("state", flat=True)) == {"disconnected"}
    assert StatePeriod.objects.filter(until_at=None).count() == STATIONS
