"""Figures for Prometheus, gathered when asked: counting costs the hot path nothing."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

if TYPE_CHECKING:
    from forecourt.gateway.hub import Hub

CONTENT_TYPE = CONTENT_TYPE_LATEST


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


def page(hub: "Hub") -> bytes:
    """The page in Prometheus' text format."""
    registry = CollectorRegistry()
    registry.register(_Figures(hub))
    return generate_latest(registry)
