"""
Figures for Prometheus, gathered when asked: counting costs the hot path nothing.

They have a private port of their own: the OCPP port is for everybody.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

if TYPE_CHECKING:
    from forecourt.gateway.hub import Hub


class _Figures:
    def __init__(self, hub: "Hub") -> None:
        self._hub = hub

    def collect(self) -> Iterable[Metric]:
        hub, batches = self._hub, self._hub.batches
        yield GaugeMetricFamily("forecourt_gateway_connections", "Stations connected to this process", len(hub.sessions))
        yield CounterMetricFamily("forecourt_gateway_messages", "Messages received", hub.messages)
        yield CounterMetricFamily("forecourt_gateway_faults", "Messages answered with a CALLERROR for what they are", hub.faults)
        yield CounterMetricFamily("forecourt_gateway_committed", "Calls committed", batches.committed)
        yield CounterMetricFamily("forecourt_gateway_batches", "Transactions of the hot path", batches.batches)
        yield CounterMetricFamily("forecourt_gateway_log_lines_lost", "Log rows dropped while the database was away", batches.lines_lost)
        yield CounterMetricFamily("forecourt_gateway_refused", "Connections refused", hub.refusals.total)


class Server:
    """`GET /metrics` on this address, in a thread of its own. `port` is the one it listens on."""

    def __init__(self, hub: "Hub", *, bind: str, port: int) -> None:
        """:raises OSError: if the port is taken."""
        registry = CollectorRegistry()
        registry.register(_Figures(hub))
        try:
            self._server, self._thread = start_http_server(port, bind, registry)
        except OSError as error:
            raise OSError(f"no metrics on {bind}:{port}: {error}") from error
        self.port = self._server.server_port

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
