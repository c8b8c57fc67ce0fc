import asyncio
from pathlib import Path
from random import Random

import msgspec
import pytest

from simulator.cli import main
from simulator.driver import Drivers
from simulator.fleet import read_stations, run_fleet
from simulator.station import LONGEST_BACKOFF_S, backoff_s
from simulator.tests.central import IDENTITY, PASSWORD, central_system, in_loop

STATION = {
    "identity": IDENTITY,
    "password": PASSWORD,
    "protocol": "ocpp1.6",
    "teamId": 1,
    "chargePoints": [{"connectorId": 1, "chargePointId": 11}, {"connectorId": 2, "chargePointId": 12}],
    "chargePointId": 11,
}


@in_loop
async def test_drivers_come_by_themselves_and_the_end_is_clean() -> None:
    async with central_system() as central:
        stop = asyncio.Event()
        fleet = asyncio.create_task(run_fleet([STATION], central.url, ["key-a"], speed=3000, seed=1, stop=stop))
        start = await central.hear("StartTransaction")
        await central.hear("StopTransaction")
        stop.set()
        await fleet
        assert start["id_tag"] == "key-a"
        assert len(central.all("StartTransaction")) == len(central.all("StopTransaction"))


def test_the_seed_says_who_comes() -> None:
    first, again, other = (Drivers(Random(seed), ["a", "b"], speed=2) for seed in (1, 1, 2))
    visits = [[drivers.visit() for _ in range(5)] for drivers in (first, again, other)]
    assert visits[0] == visits[1] != visits[2]


def test_at_double_speed_people_are_quicker_and_batteries_smaller() -> None:
    usual, quick = (Drivers(Random(1), ["a"], speed=speed).visit() for speed in (1, 2))
    assert quick.stay_s == usual.stay_s / 2
    assert quick.vehicle.battery_wh == usual.vehicle.battery_wh / 2
    assert quick.vehicle.max_ac_w == usual.vehicle.max_ac_w


def test_with_twenty_stations_somebody_comes_within_seconds() -> None:
    gaps = [Drivers(Random(f"1/S{number}/1"), [], speed=1).first_gap_s() for number in range(20)]
    assert min(gaps) < 15
    assert max(gaps) <= 120


def test_a_fleet_does_not_come_back_all_at_once() -> None:
    rng = Random(1)
    assert len({backoff_s(3, rng) for _ in range(100)}) == 100
    assert all(4 <= backoff_s(3, rng) <= 8 for _ in range(100))
    assert max(backoff_s(1000, rng) for _ in range(100)) <= LONGEST_BACKOFF_S


@pytest.mark.parametrize("content", [[STATION], {"stations": [STATION], "portal": "http://localhost"}])
def test_a_file_is_a_list_or_has_one(content: object, tmp_path: Path) -> None:
    file = tmp_path / "stations.json"
    file.write_bytes(msgspec.json.encode(content))
    [spec] = read_stations(file)
    assert (spec.identity, [point.connector_id for point in spec.charge_points]) == (IDENTITY, [1, 2])


def test_stations_of_another_protocol_are_left_out(tmp_path: Path) -> None:
    file = tmp_path / "stations.json"
    file.write_bytes(msgspec.json.encode([STATION, {**STATION, "protocol": "ocpp2.0.1"}]))
    assert len(read_stations(file)) == 1


@pytest.mark.parametrize("content", ["no JSON", '[{"identity": "A"}]'])
def test_a_file_of_another_shape_is_said_plainly(content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "stations.json"
    file.write_text(content)
    assert main(["run", "--stations", str(file), "--ocpp", "ws://localhost/{identity}"]) == 2
    assert str(file) in capsys.readouterr().err


def test_a_load_that_needs_keys_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["load", "mix", "--stations", "any.json", "--ocpp", "ws://localhost/{identity}"])
    assert ended.value.code == 2
    assert "--keys" in capsys.readouterr().err
