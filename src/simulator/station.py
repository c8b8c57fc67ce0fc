"""One station: it connects, boots, beats, charges, goes offline and comes back."""

import asyncio
import logging
from collections.abc import Coroutine
from datetime import timedelta
from random import Random
from typing import Literal

import msgspec

from simulator import protocol
from simulator.clock import Clock
from simulator.commands import Commands
from simulator.configuration import Configuration
from simulator.connection import Connection, NotConnected
from simulator.connector import Cabinet, Connector
from simulator.curve import Outlet
from simulator.driver import Drivers
from simulator.outbox import IdTagResult, Outbox
from simulator.protocol import CallError, Payload
from simulator.session import Session

log = logging.getLogger(__name__)

MODELS = {"ac": ("Fjordlys", "Kaj 22"), "dc": ("Voltwerk", "Sprint 150")}
FIRMWARE = "4.2.1"
USUAL_OUTLETS = (Outlet("ac", 11_000), Outlet("ac", 22_000), Outlet("ac", 22_000), Outlet("dc", 50_000), Outlet("dc", 150_000))
LONGEST_BACKOFF_S, SHORTEST_BACKOFF_S = 60.0, 1.0
GOODBYE_WITHIN_S = 3.0
REBOOT_S = 20.0


class ChargePointSpec(msgspec.Struct, rename="camel"):
    connector_id: int


class StationSpec(msgspec.Struct, rename="camel"):
    """A station as the file names it. `max_kw` and `type` may be missing: the seed then chooses."""

    identity: str
    password: str
    charge_points: list[ChargePointSpec]
    protocol: str = protocol.SUBPROTOCOL
    max_kw: float | None = None
    type: Literal["ac", "dc"] | None = None


class BootAnswer(msgspec.Struct, rename="camel"):
    status: Literal["Accepted", "Pending", "Rejected"]
    interval: int


class AuthorizeAnswer(msgspec.Struct, rename="camel"):
    id_tag_info: IdTagResult


class Station:
    """:meth:`run` keeps it alive; :meth:`leave` ends its charges and says goodbye. `guests` come when somebody starts a charge remotely."""

    def __init__(self, spec: StationSpec, url: str, *, clock: Clock, rng: Random, guests: Drivers, speed: float) -> None:
        self.spec, self.clock, self.speed = spec, clock, speed
        self.outlet = outlet_of(spec, rng)
        self.known_tags: dict[str, bool] = {}
        self.configuration = Configuration(connectors=len(spec.charge_points), speed=speed, password=spec.password)
        self.outbox = Outbox(clock=clock, configuration=self.configuration, on_refused_tag=self._tag_refused)
        cabinet = Cabinet(clock, self.configuration, self.outbox, self.authorize)
        self.connectors = {
            point.connector_id: Connector(point.connector_id, self.outlet, cabinet, register_wh=rng.randrange(5_000_000))
            for point in spec.charge_points
        }
        self.is_operative = True
        self._url, self._rng, self._guests = url, rng, guests
        self._commands = Commands(self)
        self._connection: Connection | None = None
        self._accepted = asyncio.Event()
        self._must_boot = True
        self._away_until = clock.now()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def is_online(self) -> bool:
        return self._accepted.is_set() and self._connection is not None and not self._connection.closed.is_set()

    async def online(self) -> Connection:
        """The connection, as soon as there is one on which the station is accepted."""
        while True:
            await self._accepted.wait()
            if self._connection is not None and not self._connection.closed.is_set():
                return self._connection
            await asyncio.sleep(0)  # lost a moment ago; the keeper has not yet seen it

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep_connected())
            group.create_task(self.outbox.run(self.online))
            group.create_task(self._heartbeats())

    async def leave(self) -> None:
        """End the charges as a loss of power, send what can be sent within 3 s, and close."""
        for session in self.stop_sessions("PowerLoss"):
            await self.clock.wait(session.ended, GOODBYE_WITHIN_S)
        if self.is_online:
            await self.clock.wait(self.outbox.empty, GOODBYE_WITHIN_S)
        for task in self._tasks:
            task.cancel()
        if self._connection is not None:
            self._connection.close()

    def spawn(self, work: Coroutine[object, object, None]) -> None:
        """Do something beside; it ends with the station."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def stop_sessions(self, reason: str) -> list[Session]:
        sessions = [connector.session for connector in self.connectors.values() if connector.session is not None]
        for session in sessions:
            session.stop(reason)
        return sessions

    def receive_remotely(self, connector: Connector, id_tag: str) -> None:
        """Somebody plugs in and charges with this tag."""
        connector.start_remotely(id_tag)
        self.spawn(connector.receive(self._guests.visit()))

    def go_offline(self, seconds: float) -> None:
        """Lose the network for a while. Charges go on; what they say waits."""
        self._away_until = max(self._away_until, self.clock.now() + timedelta(seconds=seconds))
        if self._connection is not None:
            self._connection.drop()

    async def reset(self, kind: Literal["Hard", "Soft"]) -> None:
        """Stop what runs, then reboot. A soft reset waits until the stops are answered (OCPP 1.6, 5.14)."""
        for session in self.stop_sessions(f"{kind}Reset"):
            await session.ended.wait()
        if kind == "Soft":
            await self.clock.wait(self.outbox.empty, GOODBYE_WITHIN_S)
        self._must_boot = True
        self.go_offline(REBOOT_S / self.speed)

    async def authorize(self, id_tag: str) -> bool:
        """Ask the central system; offline, the tags known from before count, and others if the configuration allows it."""
        try:
            if self.is_online:
                payload = await (await self.online()).call("Authorize", {"idTag": id_tag})
                self.known_tags[id_tag] = msgspec.convert(payload, AuthorizeAnswer).id_tag_info.status == "Accepted"
                return self.known_tags[id_tag]
        except NotConnected:
            pass
        except (CallError, TimeoutError, msgspec.ValidationError) as error:
            log.warning("%s: Authorize: %s", self.spec.identity, error or "no answer")
            return False
        knows = self.configuration.flag("LocalAuthorizeOffline") and id_tag in self.known_tags
        return self.known_tags[id_tag] if knows else self.configuration.flag("AllowOfflineTxForUnknownId")

    def status_payload(self) -> Payload:
        """The station as a whole, which OCPP 1.6 calls connector 0."""
        status = "Available" if self.is_operative else "Unavailable"
        return {"connectorId": 0, "errorCode": "NoError", "status": status, "timestamp": protocol.timestamp(self.clock.now())}

    def boot_payload(self) -> Payload:
        vendor, model = MODELS[self.outlet.kind]
        return {
            "chargePointVendor": vendor,
            "chargePointModel": model,
            "chargePointSerialNumber": f"SIM-{self.spec.identity}"[:25],
            "firmwareVersion": FIRMWARE,
        }

    async def _keep_connected(self) -> None:
        failures = 0
        while True:
            await self.clock.sleep((self._away_until - self.clock.now()).total_seconds())
            failures += 1  # until it is accepted
            try:
                password = self.configuration["AuthorizationKey"]
                self._connection = await Connection.open(self._url, self.spec.identity, password, self._commands.answer)
                await self._introduce(self._connection)
                failures = 0
                self._accepted.set()
                await self._connection.closed.wait()
            except (NotConnected, CallError, TimeoutError, msgspec.ValidationError) as error:
                log.info("%s: not connected: %s", self.spec.identity, error or "no answer")
            self._hang_up()
            await self.clock.sleep(backoff_s(failures, self._rng))

    def _hang_up(self) -> None:
        self._accepted.clear()
        self.outbox.forget_notices()
        if self._connection is not None:
            self._connection.close()

    async def _introduce(self, connection: Connection) -> None:
        """Boot, if it is a boot, until accepted; then say how every connector is."""
        while self._must_boot:
            answer = msgspec.convert(await connection.call("BootNotification", self.boot_payload()), BootAnswer)
            self._must_boot = answer.status != "Accepted"
            if answer.interval > 0:
                self.configuration.set("HeartbeatInterval", answer.interval)
            if self._must_boot:
                await self.clock.wait(connection.closed, answer.interval or SHORTEST_BACKOFF_S)
        self.outbox.forget_notices()  # what changed meanwhile is in what follows
        for payload in (self.status_payload(), *(connector.status_payload() for connector in self.connectors.values())):
            try:
                await connection.call("StatusNotification", payload)
            except CallError as error:
                log.warning("%s: StatusNotification: %s", self.spec.identity, error)

    async def _heartbeats(self) -> None:
        while True:
            await self.online()
            await self.clock.sleep(self.configuration.number("HeartbeatInterval") or LONGEST_BACKOFF_S)
            if self.is_online:
                self.outbox.notice("Heartbeat", {})

    def _tag_refused(self, session: Session) -> None:
        self.known_tags[session.id_tag] = False
        if self.configuration.flag("StopTransactionOnInvalidId"):
            session.stop("DeAuthorized")


def backoff_s(failures: int, rng: Random) -> float:
    """Seconds to wait before connecting again: doubling to a minute, half of it by chance so that a fleet spreads out."""
    longest = min(LONGEST_BACKOFF_S, SHORTEST_BACKOFF_S * 2.0 ** min(failures, 10))
    return longest * rng.uniform(0.5, 1.0)


def outlet_of(spec: StationSpec, rng: Random) -> Outlet:
    usual = rng.choice([outlet for outlet in USUAL_OUTLETS if spec.type in (None, outlet.kind)])
    return Outlet(usual.kind, spec.max_kw * 1000) if spec.max_kw else usual
