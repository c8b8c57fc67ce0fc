"""What the central system may ask."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from ocpp.exceptions import NotImplementedError as NotImplementedByStation
from ocpp.v16 import call

from simulator.commands import Commands
from simulator.protocol import CallError
from simulator.station import Station
from simulator.tests.central import Central, booted_station, central_system, in_loop, visit


@asynccontextmanager
async def charging_station(central: Central) -> AsyncIterator[Station]:
    async with booted_station(central) as station:
        station.spawn(station.connectors[1].receive(visit(stay_s=5_000)))
        await central.hear_status("Charging")
        yield station


@in_loop
async def test_a_remote_start_brings_a_driver_with_that_tag() -> None:
    async with central_system() as central, booted_station(central):
        answer = await central.ask(call.RemoteStartTransaction(id_tag="app-7", connector_id=1))
        start = await central.hear("StartTransaction")
        assert (answer.status, start["id_tag"]) == ("Accepted", "app-7")
        assert central.all("Authorize") == []  # AuthorizeRemoteTxRequests is false


@in_loop
async def test_a_remote_start_serves_the_driver_who_waits() -> None:
    async with central_system() as central, booted_station(central) as station:
        station.spawn(station.connectors[1].receive(visit(id_tag=None, tap_after_s=600)))
        await central.hear_status("Preparing")
        await central.ask(call.RemoteStartTransaction(id_tag="app-7"))
        assert (await central.hear("StartTransaction"))["id_tag"] == "app-7"


@in_loop
async def test_a_remote_start_is_authorised_where_the_configuration_wants_it() -> None:
    async with central_system() as central, booted_station(central):
        central.refused_tags.add("app-7")
        await central.ask(call.ChangeConfiguration(key="AuthorizeRemoteTxRequests", value="true"))
        await central.ask(call.RemoteStartTransaction(id_tag="app-7"))
        await central.hear("Authorize")
        await central.hear("StatusNotification", 4)
        assert central.statuses() == ["Available", "Preparing", "Available"]
        assert central.all("StartTransaction") == []


@in_loop
async def test_a_remote_stop_stops_its_own_transaction_only() -> None:
    async with central_system() as central, charging_station(central):
        assert (await central.ask(call.RemoteStopTransaction(transaction_id=1))).status == "Rejected"
        assert (await central.ask(call.RemoteStopTransaction(transaction_id=7001))).status == "Accepted"
        assert (await central.hear("StopTransaction"))["reason"] == "Remote"


@in_loop
async def test_a_busy_connector_refuses_a_remote_start() -> None:
    async with central_system() as central, charging_station(central):
        assert (await central.ask(call.RemoteStartTransaction(id_tag="app-7", connector_id=1))).status == "Rejected"


@pytest.mark.parametrize("kind", ["Soft", "Hard"])
def test_a_reset_stops_the_charge_and_boots_again(kind: str) -> None:
    @in_loop
    async def reset() -> None:
        async with central_system() as central, charging_station(central):
            assert (await central.ask(call.Reset(type=kind))).status == "Accepted"
            assert (await central.hear("StopTransaction"))["reason"] == f"{kind}Reset"
            await central.hear("BootNotification", 2)

    reset()


@in_loop
async def test_unlocking_stops_the_charge() -> None:
    async with central_system() as central, charging_station(central):
        assert (await central.ask(call.UnlockConnector(connector_id=9))).status == "NotSupported"
        assert (await central.ask(call.UnlockConnector(connector_id=1))).status == "Unlocked"
        assert (await central.hear("StopTransaction"))["reason"] == "UnlockCommand"


@in_loop
async def test_availability_changes_at_once_or_after_the_charge() -> None:
    async with central_system() as central, charging_station(central):
        assert (await central.ask(call.ChangeAvailability(connector_id=0, type="Inoperative"))).status == "Scheduled"
        await central.ask(call.RemoteStopTransaction(transaction_id=7001))
        await central.hear_status("Unavailable")
        assert (await central.ask(call.ChangeAvailability(connector_id=1, type="Operative"))).status == "Accepted"
        await central.hear("StatusNotification", 8)
        assert central.statuses()[-3:] == ["Finishing", "Unavailable", "Available"]


@in_loop
async def test_configuration_is_read_and_checked() -> None:
    async with central_system() as central, booted_station(central):
        found = await central.ask(call.GetConfiguration(key=["HeartbeatInterval", "AuthorizationKey", "Nonsense"]))
        assert found.configuration_key == [{"key": "HeartbeatInterval", "readonly": False, "value": "60"}]
        assert found.unknown_key == ["AuthorizationKey", "Nonsense"]
        tries = [
            ("HeartbeatInterval", "30"),
            ("HeartbeatInterval", "-1"),
            ("NumberOfConnectors", "9"),
            ("Nonsense", "1"),
            ("MeterValuesSampledData", "SoC,X"),
        ]
        answers = [(await central.ask(call.ChangeConfiguration(key=key, value=value))).status for key, value in tries]
        assert answers == ["Accepted", "Rejected", "Rejected", "NotSupported", "Rejected"]


@pytest.mark.parametrize("message", ["BootNotification", "Heartbeat", "StatusNotification", "MeterValues"])
def test_a_triggered_message_follows(message: str) -> None:
    @in_loop
    async def trigger() -> None:
        async with central_system() as central, charging_station(central) as station:
            station.configuration.set("MeterValueSampleInterval", 0)
            before = len(central.all(message))
            assert (await central.ask(call.TriggerMessage(requested_message=message, connector_id=1))).status == "Accepted"
            await central.hear(message, before + 1)

    trigger()


@in_loop
async def test_only_the_measurands_that_are_wanted_are_sent() -> None:
    async with central_system() as central, charging_station(central):
        await central.ask(call.ChangeConfiguration(key="MeterValuesSampledData", value="Power.Active.Import"))
        before = len(central.all("MeterValues"))
        await central.ask(call.TriggerMessage(requested_message="MeterValues"))
        [value] = (await central.hear("MeterValues", before + 2))["meter_value"]  # one may have been on its way
        assert [sample["measurand"] for sample in value["sampled_value"]] == ["Power.Active.Import"]


@in_loop
async def test_the_rest_of_the_core_profile_is_answered() -> None:
    async with central_system() as central, booted_station(central) as station:
        station.known_tags["old"] = True
        assert (await central.ask(call.ClearCache())).status == "Accepted"
        assert station.known_tags == {}
        assert (await central.ask(call.DataTransfer(vendor_id="someone"))).status == "UnknownVendorId"
        with pytest.raises(NotImplementedByStation):
            await central.ask(call.GetLocalListVersion())


@in_loop
async def test_a_payload_that_is_not_its_own_is_a_formation_violation() -> None:
    async with central_system() as central, booted_station(central) as station:
        with pytest.raises(CallError, match="FormationViolation"):
            Commands(station).answer("RemoteStopTransaction", {"transactionId": "7"})


@in_loop
async def test_a_new_password_is_used_from_the_next_connection_on() -> None:
    async with central_system() as central, booted_station(central) as station:
        await central.ask(call.ChangeConfiguration(key="AuthorizationKey", value="another-password-of-some-length"))
        station.go_offline(1)
        await asyncio.sleep(0.05)
        assert not station.is_online  # this central system still knows the old one
