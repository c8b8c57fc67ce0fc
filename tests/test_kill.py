"""Kill -9 of one process after the other in the middle of load: what was acknowledged is there, and every charge is billed once."""

import contextlib
import os
import signal

import psutil
import pytest

from tests.running import Product, eventually
from tests.traffic import Acknowledged, Traffic

pytestmark = [pytest.mark.slow, pytest.mark.timeout(540), pytest.mark.xdist_group("kill")]
VICTIMS = ("gateway", "one gateway of two", "worker", "web", "postgresql")
STATIONS = 50
BETWEEN = 400  # acknowledgements before the next one dies


@pytest.fixture(scope="module")
def product(mortal: Product) -> Product:
    return mortal


@pytest.fixture(scope="module")
def acked(product: Product) -> Acknowledged:
    """What was acknowledged while one process after the other was killed, each in the middle of load."""
    demo = product.demo
    specs = [spec for spec in demo["stations"] if spec["protocol"] == "ocpp1.6"][:STATIONS]
    keys = [key["identifier"] for key in demo["charge_keys"]]
    with Traffic(demo["ocpp"], specs, keys) as traffic:
        for victim in VICTIMS:
            wait_for_more(traffic.acked)
            kill(product, victim)
        wait_for_more(traffic.acked)
    return traffic.acked


def wait_for_more(acked: Acknowledged) -> None:
    enough = acked.count + BETWEEN
    eventually(lambda: acked.count >= enough, within=90, says=f"only {acked.count} acknowledged, {acked.broken} lines broke")


def kill(product: Product, name: str) -> None:
    """Kill it and wait until the supervisor has a new one."""
    if name == "one gateway of two":
        kill_one_gateway(product)
        return
    old = product.run["processes"][name]
    os.kill(old, signal.SIGKILL)
    eventually(lambda: product.run["processes"].get(name, old) != old, within=60, says=f"{name} was not started again")


def kill_one_gateway(product: Product) -> None:
    """The other goes on, and holds the port alone until there are two again."""
    both = gateways(product)
    assert len(both) == 2
    os.kill(min(both), signal.SIGKILL)
    eventually(lambda: len(gateways(product) - {min(both)}) == 2, within=60, says="the gateway was not started again")
    assert max(both) in gateways(product)


def gateways(product: Product) -> set[int]:
    return {child.pid for child in psutil.Process(product.run["processes"]["gateway"]).children() if child.is_running()}


def test_the_load_really_broke(acked: Acknowledged):
    assert acked.broken, "killing the gateway broke no line"
    assert len(acked.stopped) > STATIONS


def test_every_acknowledged_start_and_stop_is_there(product: Product, acked: Acknowledged):
    found = {
        int(id): stop for id, stop in product.rows("SELECT transaction_id, meter_stop_wh FROM charging_charge WHERE transaction_id <> ''")
    }
    assert acked.started <= set(found)
    assert {id: found[id] for id in acked.stopped} == acked.stopped


def test_every_acknowledged_meter_value_is_there(product: Product, acked: Acknowledged):
    """The frame in the log, and the energy on the charge."""
    last = dict(sorted(acked.metered))
    query = (
        "SELECT transaction_id, COALESCE(meter_stop_wh, wh) FROM charging_charge LEFT JOIN charging_runningmeter ON charge_id = id"
        " WHERE transaction_id = ANY(%s)"
    )
    known = {int(id): wh for id, wh in product.rows(query, [str(id) for id in last])}
    assert [id for id, wh in last.items() if (known[id] or 0) < wh] == []
    frames = product.rows("SELECT count(*) FROM ocpp_message WHERE action = 'MeterValues' AND direction = 'in'")
    assert frames[0][0] >= len(acked.metered)


def test_every_acknowledged_stop_is_billed_once(product: Product, acked: Acknowledged):
    ids = [str(id) for id in acked.stopped]
    query = "SELECT id, state FROM charging_charge WHERE transaction_id = ANY(%s) AND state <> 'completed'"
    with contextlib.suppress(AssertionError):
        eventually(lambda: not product.rows(query, ids), within=60)
    assert product.rows(query, ids) == [], "never settled"
    often = (
        "SELECT c.id FROM charging_charge c LEFT JOIN ledger_wallettransaction t ON t.reference_type = 'CHARGE' AND t.reference_id = c.id::text"
        " AND t.kind LIKE 'charge-%%' AND t.kind NOT LIKE '%%fee%%'"
        " WHERE c.transaction_id = ANY(%s) AND c.price_minor > 0 AND c.payment_method <> 'free' GROUP BY c.id HAVING count(t.id) <> 1"
    )
    assert product.rows(often, ids) == []


def test_the_doctor_finds_the_books_in_balance(product: Product, acked: Acknowledged):
    eventually(lambda: product.rows("SELECT count(*) FROM kit_outbox WHERE set_aside_at IS NULL") == [(0,)], within=60)
    done = product.command("doctor", check=False)
    assert done.returncode == 0, done.stdout
