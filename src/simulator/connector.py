"""One connector: who is at it, what its meter says, and what it reports."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from simulator.clock import Clock
from simulator.configuration import Configuration
from simulator.curve import Charging, Outlet, Vehicle
from simulator.meter import meter_value
from simulator.outbox import Outbox
from simulator.protocol import Payload, timestamp
from simulator.session import Session


@dataclass(frozen=True, slots=True)
class Visit:
    """What one driver is going to do, in seconds and shares of the battery. Without `id_tag` they start from their phone."""

    vehicle: Vehicle
    id_tag: str | None
    soc: float
    target_soc: float
    tap_after_s: float
    stay_s: float
    linger_full_s: float
    unplug_after_s: float


@dataclass(frozen=True, slots=True)
class Cabinet:
    """What the connectors of a station share. `authorize` asks whether a tag may charge."""

    clock: Clock
    configuration: Configuration
    outbox: Outbox
    authorize: Callable[[str], Awaitable[bool]]


class Connector:
    """At most one visit at a time. The register counts watt-hours and only grows."""

    def __init__(self, number: int, outlet: Outlet, cabinet: Cabinet, *, register_wh: float) -> None:
        self.number, self.outlet = number, outlet
        self.session: Session | None = None
        self.is_operative = True
        self._status, self._error_code = "Available", "NoError"
        self._since = cabinet.clock.now()
        self._cabinet, self._clock = cabinet, cabinet.clock
        self._visit: Visit | None = None
        self._remote_tag: str | None = None
        self._remote_start = asyncio.Event()
        self._charging: Charging | None = None
        self._register_wh = register_wh
        self._metered_at = self._since

    @property
    def is_free(self) -> bool:
        return self._visit is None and self._status == "Available"

    @property
    def awaits_start(self) -> bool:
        """Plugged in, and nobody has said who pays."""
        return self._visit is not None and self.session is None and self._status == "Preparing" and not self._remote_start.is_set()

    def status_payload(self) -> Payload:
        return {"connectorId": self.number, "errorCode": self._error_code, "status": self._status, "timestamp": timestamp(self._since)}

    def set_operative(self, is_operative: bool) -> str:
        """Answer ChangeAvailability (OCPP 1.6, 5.2): a connector in use changes when it is free again."""
        self.is_operative = is_operative
        if self._visit is not None:
            return "Scheduled"
        if self._status != "Faulted":
            self._rest()
        return "Accepted"

    def start_remotely(self, id_tag: str) -> None:
        """Give the driver who waits, or the one who comes next, the tag to charge with."""
        self._remote_tag = id_tag
        self._remote_start.set()

    async def fail(self, error_code: str, seconds: float) -> None:
        """Be out of order for a while. Only a free connector fails."""
        self._report("Faulted", error_code)
        await self._clock.sleep(seconds)
        self._rest()

    async def receive(self, visit: Visit) -> None:
        """One visit, from plug-in to plug-out. Who finds the connector taken or out of order drives on."""
        if not self.is_free:
            return
        self._visit = visit
        self._report("Preparing")
        try:
            id_tag = await self._tag_of(visit)
            if id_tag is not None:
                await self._charge(visit, id_tag)
        finally:
            self._visit = self._remote_tag = None
            self._remote_start.clear()
            self._rest()

    async def _tag_of(self, visit: Visit) -> str | None:
        """The tag this visit charges with, once it is authorised; None if the driver leaves without charging."""
        await self._clock.wait(self._remote_start, visit.tap_after_s)
        if self._remote_tag is not None and not self._cabinet.configuration.flag("AuthorizeRemoteTxRequests"):
            return self._remote_tag
        id_tag = self._remote_tag or visit.id_tag
        return id_tag if id_tag is not None and await self._cabinet.authorize(id_tag) else None

    async def _charge(self, visit: Visit, id_tag: str) -> None:
        self._charging = Charging(self.outlet, visit.vehicle, visit.soc, visit.target_soc)
        self.session = session = Session(self.number, id_tag)
        self._metered_at = started_at = self._clock.now()
        begin = self._reading("Transaction.Begin")
        self._send("StartTransaction", connectorId=self.number, idTag=id_tag, meterStart=self._register, timestamp=timestamp(started_at))
        self._report("Charging")
        await self._meter(visit, session, leaves_at=started_at + timedelta(seconds=visit.stay_s))
        self._advance()
        self._send_stop(session, [begin, self._reading("Transaction.End")])
        self.session = None
        session.ended.set()
        self._report("Finishing")
        await self._clock.sleep(visit.unplug_after_s)

    async def _meter(self, visit: Visit, session: Session, leaves_at: datetime) -> None:
        """Send meter values until somebody wants it to stop; a full vehicle is soon fetched."""
        assert self._charging is not None
        while not await self._clock.wait(session.stopping, self._pause(leaves_at)):
            self._advance()
            if self._clock.now() >= leaves_at:
                session.stop("Local")
                return
            self._send_reading("Sample.Periodic")
            if self._charging.is_full and self._status == "Charging":
                self._report("SuspendedEV")
                leaves_at = min(leaves_at, self._clock.now() + timedelta(seconds=visit.linger_full_s))

    def _pause(self, leaves_at: datetime) -> float:
        """Seconds to the next meter value or the driver's return, whichever is first. An interval of 0 means none are wanted."""
        stay = max(0.0, (leaves_at - self._clock.now()).total_seconds())
        return min(stay, self._cabinet.configuration.number("MeterValueSampleInterval") or stay)

    def report_meter(self) -> None:
        """Send one meter value now, because the central system asked."""
        if self._charging is not None and self.session is not None:
            self._advance()
            self._send_reading("Trigger")

    def _send_reading(self, context: str) -> None:
        """Nothing is sent if the connector measures none of what is wanted."""
        reading = self._reading(context, wanted="MeterValuesSampledData")
        if reading["sampledValue"]:
            self._send("MeterValues", connectorId=self.number, meterValue=[reading])

    def _advance(self) -> None:
        """Let the vehicle draw what it drew since the meter was last looked at."""
        assert self._charging is not None
        now = self._clock.now()
        after = self._charging.after((now - self._metered_at).total_seconds())
        self._register_wh += after.energy_wh - self._charging.energy_wh
        self._charging, self._metered_at = after, now

    @property
    def _register(self) -> int:
        return round(self._register_wh)

    def _reading(self, context: str, *, wanted: str = "StopTxnSampledData") -> Payload:
        """`wanted` is the configuration key that names the measurands."""
        assert self._charging is not None
        measurands = self._cabinet.configuration[wanted].split(",")
        return meter_value(timestamp(self._metered_at), self._register, self._charging, context=context, measurands=measurands)

    def _send(self, action: str, **payload: object) -> None:
        assert self.session is not None
        self._cabinet.outbox.of_transaction(self.session, action, payload)

    def _send_stop(self, session: Session, readings: list[Payload]) -> None:
        reason = session.stop_reason or "Local"
        who = {"idTag": session.id_tag} if reason == "Local" else {}
        self._send(
            "StopTransaction",
            meterStop=self._register,
            timestamp=timestamp(self._metered_at),
            reason=reason,
            transactionData=readings,
            **who,
        )

    def _rest(self) -> None:
        self._report("Available" if self.is_operative else "Unavailable")

    def _report(self, status: str, error_code: str = "NoError") -> None:
        if (status, error_code) == (self._status, self._error_code):
            return
        self._status, self._error_code, self._since = (status, error_code, self._clock.now())
        self._cabinet.outbox.notice("StatusNotification", self.status_payload())
