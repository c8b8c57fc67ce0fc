"""A gateway over a real socket and a real database. pytest reads this before Django is ready, so models are imported late."""

import asyncio
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
import uvloop

if TYPE_CHECKING:
    from forecourt.gateway.tests.stations import Running


@pytest.fixture
def network(own_database: str) -> dict[str, int]:
    """Stations CP1 (two charge points) and CP2 (one, another operator's), and the charge key KEY1; ids by name."""
    from forecourt.network.tests.factories import make_charge_point, make_key, make_station
    from forecourt.operators.tests.factories import make_operator
    from forecourt.teams.tests.factories import make_team

    team = make_team("Harbour", make_operator("Northwind"))
    strangers = make_team("Yard", make_operator("Eastgate"))
    one, two = make_station("CP1", team), make_station("CP2", strangers)
    points = [
        make_charge_point("One", team, station=one, number=1, is_free=True),
        make_charge_point("Two", team, station=one, number=2, is_free=True),
        make_charge_point("Theirs", strangers, station=two, number=1, is_free=True),
    ]
    make_key("KEY1", team)
    make_key("KEY2", strangers)
    return {"CP1": one.pk, "CP2": two.pk, "One": points[0].pk, "Two": points[1].pk, "Theirs": points[2].pk}


@pytest.fixture
def running(network: dict[str, int]) -> "Iterator[Running]":
    """The gateway, listening on a port of its own, in a thread with a loop of its own."""
    from forecourt.gateway.server import Gateway
    from forecourt.gateway.tests.stations import Running

    loop = uvloop.new_event_loop()
    gateway = Gateway(bind="127.0.0.1", port=0)
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(gateway.start(), loop).result(20)
        yield Running(gateway, loop, network)
        asyncio.run_coroutine_threadsafe(gateway.stop(), loop).result(20)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
