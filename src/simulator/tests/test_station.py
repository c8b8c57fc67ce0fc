"""A station against a central system of other people's making."""

import asyncio
from datetime import datetime
from typing import Any

import pytest

from simulator.tests.central import Central, booted_station, central_system, in_loop, visit


def registers(payload: dict[str, Any]) -> list[int]:
    energy = "Energy.Active.Import.Register"
    return [int(s["value"]) for value in payload["meter_value"] for s in value["sampled_value"] if s["measurand"] == energy]


def transaction_messages(central: Central) -> list[str]:
    return [action for action, _ in central.said if action in ("StartTransaction", "MeterValues", "StopTransaction")]


@in_loop
async def test_it_boots_says_how_it_is_and_beats() -> None:
    async with central_system() as central, booted_station(central, connectors=2):
        await central.hear("Heartbeat", 2)
        assert [action for action, _ in central.said[:4]] == ["BootNotification"] + 3 * ["StatusNotification"]
        assert central.all("BootNotification")[0]["charge_point_serial_number"] == "SIM-SIM-1"
        assert [payload["connector_id"] for payload in central.all("StatusNotification")] == [0, 1, 2]


@in_loop
async def test_a_visit_from_plug_in_to_plug_out() -> None:
    async with central_system() as central, booted_station(central) as station:
        await station.connectors[1].receive(visit(stay_s=100))
        stop = await central.hear("StopTransaction")
        await central.hear("StatusNotification", 6)
        assert central.statuses() == ["Available", "Preparing", "Charging", "Finishing", "Available"]
        assert transaction_messages(central) == ["StartTransaction", *["MeterValues"] * len(central.all("MeterValues")), "StopTransaction"]
        assert (stop["transaction_id"], stop["reason"], stop["id_tag"]) == (7001, "Local", "tag-1")
        contexts = [value["sampled_value"][0]["context"] for value in stop["transaction_data"]]
        assert contexts == ["Transaction.Begin", "Transaction.End"]


@in_loop
async def test_the_energy_of_a_charge_is_its_power_over_its_time() -> None:
    async with central_system() as central, booted_station(central) as station:
        await station.connectors[1].receive(visit(stay_s=100))
        stop, start = (await central.hear("StopTransaction"), central.all("StartTransaction")[0])
        readings = [start["meter_start"], *(registers(p)[0] for p in central.all("MeterValues")), stop["meter_stop"]]
        seconds = (datetime.fromisoformat(stop["timestamp"]) - datetime.fromisoformat(start["timestamp"])).total_seconds()
        assert readings == sorted(readings)
        assert readings[-1] - readings[0] == pytest.approx(11_000 * (seconds - 2) / 3600, abs=2)  # it takes 5 s to ramp up


@in_loop
async def test_a_full_vehicle_suspends_and_is_fetched() -> None:
    async with central_system() as central, booted_station(central) as station:
        station.configuration.change("MeterValueSampleInterval", "5")
        await station.connectors[1].receive(visit(battery_wh=400, stay_s=10_000))
        stop, start = (await central.hear("StopTransaction"), central.all("StartTransaction")[0])
        assert central.statuses()[1:4] == ["Preparing", "Charging", "SuspendedEV"]
        assert stop["meter_stop"] - start["meter_start"] == 160  # from half full to nine tenths


@in_loop
async def test_a_refused_tag_starts_nothing() -> None:
    async with central_system() as central, booted_station(central) as station:
        central.refused_tags.add("stolen")
        await station.connectors[1].receive(visit(id_tag="stolen"))
        await central.hear("StatusNotification", 4)
        assert central.statuses() == ["Available", "Preparing", "Available"]
        assert transaction_messages(central) == []


@in_loop
async def test_a_charge_made_offline_is_replayed_in_order_with_its_own_times() -> None:
    async with central_system() as central, booted_station(central) as station:
        went_at = station.clock.now()
        station.go_offline(300)
        await station.connectors[1].receive(visit(stay_s=100))
        came_at = station.clock.now()
        assert transaction_messages(central) == []
        stop = await central.hear("StopTransaction")
        said = transaction_messages(central)
        assert said == ["StartTransaction"] + ["MeterValues"] * (len(said) - 2) + ["StopTransaction"]
        assert len(said) > 3
        times = [central.all("StartTransaction")[0]["timestamp"], *(p["meter_value"][0]["timestamp"] for p in central.all("MeterValues"))]
        assert [*times, stop["timestamp"]] == sorted([*times, stop["timestamp"]])
        assert went_at.isoformat() < times[0] < stop["timestamp"] < came_at.isoformat()
        assert {p["transaction_id"] for p in [*central.all("MeterValues"), stop]} == {7001}
        assert "Preparing" not in central.statuses()  # how it was then is no news now
        assert len(central.all("BootNotification")) == 1  # it lost the network, not its power


@in_loop
async def test_a_start_whose_answer_was_lost_is_repeated_under_the_same_id() -> None:
    async with central_system() as central, booted_station(central) as station:
        central.swallow.add("StartTransaction")
        await station.connectors[1].receive(visit(stay_s=60))
        stop = await central.hear("StopTransaction")
        first, second = (n for n, (action, _) in enumerate(central.said) if action == "StartTransaction")
        assert central.said[first] == central.said[second]
        assert central.message_ids[first] == central.message_ids[second]
        assert stop["transaction_id"] == 7002  # of the answer that arrived


@in_loop
async def test_a_tag_refused_at_the_start_ends_the_charge() -> None:
    async with central_system() as central, booted_station(central) as station:
        central.refused_tags.add("unknown")
        station.go_offline(30)
        await station.connectors[1].receive(visit(id_tag="unknown", stay_s=5_000))
        assert (await central.hear("StopTransaction"))["reason"] == "DeAuthorized"


@in_loop
async def test_it_ends_its_charges_before_it_goes() -> None:
    async with central_system() as central:
        async with booted_station(central) as station:
            charging = asyncio.create_task(station.connectors[1].receive(visit(stay_s=5_000)))
            await central.hear_status("Charging")
        assert central.all("StopTransaction")[0]["reason"] == "PowerLoss"
        charging.cancel()
