"""Stations under load that remember what was acknowledged, reconnect whenever the line breaks, and never repeat what was not answered."""

import asyncio
import base64
import contextlib
import threading
from dataclasses import dataclass, field
from typing import Any

from ocpp.v16 import ChargePoint, call
from websockets.asyncio.client import connect

from tests.station import now

PAUSE = 0.02
GIVES_UP = 5.0  # seconds without an answer


@dataclass
class Acknowledged:
    """What the central system has answered: from here on it may not be lost."""

    started: set[int] = field(default_factory=set)
    metered: list[tuple[int, int]] = field(default_factory=list)  # transaction, Wh
    stopped: dict[int, int] = field(default_factory=dict)  # transaction: meter stop
    broken: int = 0  # lines that broke

    @property
    def count(self) -> int:
        return len(self.started) + len(self.metered) + len(self.stopped)


class Traffic:
    """All stations in one thread. A context manager: inside, they charge without pause."""

    def __init__(self, url: str, specs: list[dict[str, Any]], keys: list[str]) -> None:
        self.url, self.specs, self.keys, self.acked = url, specs, keys, Acknowledged()
        self.is_ending = False
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)

    def __enter__(self) -> "Traffic":
        self.thread.start()
        asyncio.run_coroutine_threadsafe(self._begin(), self.loop).result(5)
        return self

    def __exit__(self, *error: object) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self.loop).result(60)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(5)
        self.loop.close()

    async def _begin(self) -> None:
        paired = enumerate(self.specs)
        self.tasks = [asyncio.create_task(self._station(spec, self.keys[number % len(self.keys)])) for number, spec in paired]

    async def _end(self) -> None:
        """Each station ends the charge it is in, on a new line if its own broke."""
        self.is_ending = True
        await asyncio.gather(*self.tasks)

    async def _station(self, spec: dict[str, Any], key: str) -> None:
        secret = base64.b64encode(f"{spec['identity']}:{spec['password']}".encode()).decode()
        headers = {"Authorization": f"Basic {secret}"}
        while True:
            try:
                url = self.url.replace("{identity}", spec["identity"])
                async with connect(url, subprotocols=["ocpp1.6"], additional_headers=headers, open_timeout=GIVES_UP) as socket:  # type: ignore[list-item]
                    dialect = ChargePoint(spec["identity"], socket, response_timeout=GIVES_UP)
                    await self._talk(dialect, key)
                    return
            except Exception:  # whatever breaks a line: try again, as a station does
                self.acked.broken += 1
                await asyncio.sleep(0.5)

    async def _talk(self, dialect: Any, key: str) -> None:
        reading = asyncio.create_task(dialect.start())
        try:
            await dialect.call(call.BootNotification(charge_point_vendor="Acme", charge_point_model="One"), suppress=False)
            await self._status(dialect, "Available")  # as a station says after every start
            while not self.is_ending:
                await self._charge(dialect, key)
        finally:
            reading.cancel()
            with contextlib.suppress(Exception, asyncio.CancelledError):
                await reading

    async def _charge(self, dialect: Any, key: str) -> None:
        await self._status(dialect, "Preparing")
        start = call.StartTransaction(connector_id=1, id_tag=key, meter_start=0, timestamp=now())
        started = await dialect.call(start, suppress=False)
        if started.id_tag_info["status"] != "Accepted":
            raise ConnectionError(started.id_tag_info["status"])
        transaction: int = started.transaction_id
        self.acked.started.add(transaction)
        for wh in range(1000, 6000, 1000):
            await asyncio.sleep(PAUSE)
            value = {"timestamp": now(), "sampled_value": [{"value": str(wh)}]}
            await dialect.call(call.MeterValues(connector_id=1, transaction_id=transaction, meter_value=[value]), suppress=False)
            self.acked.metered.append((transaction, wh))
        stop = call.StopTransaction(meter_stop=6000, timestamp=now(), transaction_id=transaction, reason="Local")
        await dialect.call(stop, suppress=False)
        self.acked.stopped[transaction] = 6000
        await self._status(dialect, "Available")  # the cable is out: no idle fee runs on

    async def _status(self, dialect: Any, status: str) -> None:
        said = call.StatusNotification(connector_id=1, error_code="NoError", status=status, timestamp=now())
        await dialect.call(said, suppress=False)
