"""A charge station as a vendor might write it: the `ocpp` library over `websockets`. It knows nothing of Forecourt."""

import asyncio
import base64
import contextlib
import threading
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

from ocpp.routing import on as _on
from ocpp.v16 import ChargePoint, call, call_result
from websockets.asyncio.client import ClientConnection, connect

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])


def on(action: str) -> Callable[[F], F]:
    """The library's decorator, typed."""
    return cast("Callable[[F], F]", _on(action))


def now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


class _Dialect(ChargePoint):
    """Accepts what the central system asks and keeps it."""

    def __init__(self, identity: str, socket: ClientConnection) -> None:
        super().__init__(identity, socket)
        self.asked: list[tuple[str, dict[str, Any]]] = []

    @on("RemoteStopTransaction")
    async def remote_stop(self, **payload: Any) -> call_result.RemoteStopTransaction:
        self.asked.append(("RemoteStopTransaction", payload))
        return call_result.RemoteStopTransaction(status="Accepted")

    @on("RemoteStartTransaction")
    async def remote_start(self, **payload: Any) -> call_result.RemoteStartTransaction:
        self.asked.append(("RemoteStartTransaction", payload))
        return call_result.RemoteStartTransaction(status="Accepted")

    @on("Reset")
    async def reset(self, **payload: Any) -> call_result.Reset:
        self.asked.append(("Reset", payload))
        return call_result.Reset(status="Accepted")

    @on("GetConfiguration")
    async def get_configuration(self, **payload: Any) -> call_result.GetConfiguration:
        self.asked.append(("GetConfiguration", payload))
        return call_result.GetConfiguration(configuration_key=[{"key": "HeartbeatInterval", "readonly": False, "value": "300"}])

    @on("TriggerMessage")
    async def trigger(self, **payload: Any) -> call_result.TriggerMessage:
        self.asked.append(("TriggerMessage", payload))
        return call_result.TriggerMessage(status="NotImplemented")


class Station:
    """Used from plain tests: the socket lives in a thread with a loop of its own. A context manager: inside it is connected."""

    def __init__(self, url: str, spec: dict[str, Any]) -> None:
        self.spec, self.url = spec, url.replace("{identity}", spec["identity"])
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)

    def __enter__(self) -> "Station":
        self.thread.start()
        self._do(self._connect())
        return self

    def __exit__(self, *error: object) -> None:
        self._do(self._close())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(5)
        self.loop.close()

    @property
    def asked(self) -> list[tuple[str, dict[str, Any]]]:
        return list(self.dialect.asked)

    def call(self, payload: Any) -> Any:
        """Send one call and give the answer's payload."""
        return self._do(self.dialect.call(payload, suppress=False))

    def boot(self) -> Any:
        answer = self.call(call.BootNotification(charge_point_vendor="Acme", charge_point_model="One"))
        self.status("Available")
        return answer

    def status(self, status: str, connector: int = 1) -> None:
        self.call(call.StatusNotification(connector_id=connector, error_code="NoError", status=status, timestamp=now()))

    def start(self, key: str, *, meter_wh: int) -> Any:
        return self.call(call.StartTransaction(connector_id=1, id_tag=key, meter_start=meter_wh, timestamp=now()))

    def meter(self, transaction_id: int, wh: int) -> None:
        sample = {"value": str(wh), "measurand": "Energy.Active.Import.Register", "unit": "Wh"}
        value = [{"timestamp": now(), "sampled_value": [sample]}]
        self.call(call.MeterValues(connector_id=1, transaction_id=transaction_id, meter_value=value))

    def stop(self, transaction_id: int, *, meter_wh: int, reason: str = "Local") -> Any:
        return self.call(call.StopTransaction(meter_stop=meter_wh, timestamp=now(), transaction_id=transaction_id, reason=reason))

    def _do(self, work: Coroutine[Any, Any, T], within: float = 15) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(within)

    async def _connect(self) -> None:
        secret = base64.b64encode(f"{self.spec['identity']}:{self.spec['password']}".encode()).decode()
        self.socket = await connect(self.url, subprotocols=["ocpp1.6"], additional_headers={"Authorization": f"Basic {secret}"})  # type: ignore[list-item]
        self.dialect = _Dialect(self.spec["identity"], self.socket)
        self.reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        with contextlib.suppress(Exception):  # ends with the socket
            await self.dialect.start()

    async def _close(self) -> None:
        await self.socket.close()
        await self.reading
