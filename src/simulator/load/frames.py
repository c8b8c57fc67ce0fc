"""A station's messages as ready bytes. Each has an id, a time and a register of its own: no two messages are alike."""

import time

POWER_W = 11_000
WH_PER_MESSAGE = 2


class Stamps:
    """Formats milliseconds since 1970 as OCPP timestamps; most are in the same second as the one before."""

    def __init__(self) -> None:
        self._second, self._text = -1, b""

    def text(self, ms: int) -> bytes:
        second, rest = divmod(ms, 1000)
        if second != self._second:
            self._second = second
            self._text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second)).encode()
        return b"%b.%03dZ" % (self._text, rest)


class Frames:
    """`id` is that of the latest message, with its quotes, as it comes back in the answer."""

    __slots__ = ("_connector_id", "_count", "_key", "_ms", "_prefix", "_stamps", "id", "register_wh", "transaction_id")

    def __init__(self, stamps: Stamps, *, run: str, connector_id: int, key: str, register_wh: int) -> None:
        self._stamps, self._prefix = stamps, f'"{run}'.encode()
        self._connector_id, self._key = connector_id, key.encode()
        self._count = self._ms = 0
        self.id = b""
        self.register_wh = register_wh
        self.transaction_id = 0

    def boot(self) -> bytes:
        return self._frame(b'"BootNotification",{"chargePointVendor":"Fjordlys","chargePointModel":"Kaj 22","firmwareVersion":"4.2.1"}')

    def heartbeat(self) -> bytes:
        return self._frame(b'"Heartbeat",{}')

    def status(self, status: bytes) -> bytes:
        body = b'"StatusNotification",{"connectorId":%d,"errorCode":"NoError","status":"%b","timestamp":"%b"}'
        return self._frame(body % (self._connector_id, status, self._stamp()))

    def authorize(self) -> bytes:
        return self._frame(b'"Authorize",{"idTag":"%b"}' % self._key)

    def start(self) -> bytes:
        body = b'"StartTransaction",{"connectorId":%d,"idTag":"%b","meterStart":%d,"timestamp":"%b"}'
        return self._frame(body % (self._connector_id, self._key, self.register_wh, self._stamp()))

    def meter_values(self) -> bytes:
        self.register_wh += WH_PER_MESSAGE
        body = (
            b'"MeterValues",{"connectorId":%d,"transactionId":%d,"meterValue":[{"timestamp":"%b","sampledValue":['
            b'{"value":"%d","measurand":"Energy.Active.Import.Register","unit":"Wh"},'
            b'{"value":"%d","measurand":"Power.Active.Import","unit":"W"}]}]}'
        )
        power_w = POWER_W - self._count % 100
        return self._frame(body % (self._connector_id, self.transaction_id, self._stamp(), self.register_wh, power_w))

    def stop(self) -> bytes:
        body = b'"StopTransaction",{"transactionId":%d,"idTag":"%b","meterStop":%d,"timestamp":"%b","reason":"Local"}'
        return self._frame(body % (self.transaction_id, self._key, self.register_wh, self._stamp()))

    def _frame(self, rest: bytes) -> bytes:
        self._count += 1
        self.id = b'%b-%d"' % (self._prefix, self._count)
        return b"[2,%b,%b]" % (self.id, rest)

    def _stamp(self) -> bytes:
        """The true time, one millisecond on at least: a meter does not read twice at one moment."""
        self._ms = max(time.time_ns() // 1_000_000, self._ms + 1)
        return self._stamps.text(self._ms)
