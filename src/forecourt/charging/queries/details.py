"""One charge: everything its page shows."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from forecourt.charging.intents import Sample
from forecourt.charging.models import Charge, MeterValue, SignedReading
from forecourt.charging.queries.charges import shown_state
from forecourt.network.models import Command

_SAMPLE = asdict(Sample(""))


@dataclass(frozen=True, slots=True)
class ChargeDetail:
    charge: Charge
    signed: Sequence[SignedReading]
    commands: Sequence[Command]

    @property
    def state(self) -> str:
        return shown_state(self.charge.state, self.charge.failed_at)

    @property
    def power_w(self) -> int | None:
        """As it was last reported; None unless it runs."""
        return meter.power_w if (meter := self.charge.running_meter) else None

    @property
    def soc_percent(self) -> Decimal | None:
        meter = self.charge.running_meter
        return self.charge.soc_percent if meter is None or meter.soc_percent is None else meter.soc_percent

    @property
    def is_live(self) -> bool:
        return self.charge.state != Charge.State.COMPLETED


_WITH = ("meter", "charge_point__model", "station", "payer_team", "person", "charge_key", "price_group", "price_version", "country")


def charge_detail(charge: Charge) -> ChargeDetail:
    """Three queries. `charge` came through `fetch`."""
    full = Charge.objects.select_related(*_WITH).get(pk=charge.pk)
    return ChargeDetail(
        charge=full,
        signed=list(SignedReading.objects.filter(charge=full).order_by("at", "id")),
        commands=list(Command.objects.filter(charge_id=full.pk).order_by("-id")[:20]),
    )


def meter_values(charge: Charge, *, limit: int = 200) -> list[MeterValue]:
    """The newest raw samples of a charge, defaults filled in. Its times bound the partitions that are read."""
    if charge.started_at is None:
        return []
    values = list(MeterValue.objects.filter(charge_id=charge.pk, at__gte=charge.started_at).order_by("-at", "-id")[:limit])
    for value in values:
        value.samples = [_SAMPLE | sample for sample in value.samples]
    return values


@dataclass(frozen=True, slots=True)
class Moment:
    """A line of the timeline."""

    at: datetime
    text: str
    tone: str
    icon: str
    detail: str = ""


def timeline(charge: Charge) -> list[Moment]:
    """What happened, newest first. The station's own times."""
    reasons: dict[str, Any] = {"stopped_at": charge.stop_reason, "failed_at": charge.failure_reason}
    moments = [
        Moment(at, text, tone, icon, str(reasons.get(column) or ""))
        for column, text, tone, icon in _happenings()
        if (at := getattr(charge, column)) is not None
    ]
    return sorted(moments, key=lambda moment: moment.at, reverse=True)


def _happenings() -> list[tuple[str, str, str, str]]:
    return [
        ("created_at", _("Recorded"), "off", "point"),
        ("cable_plugged_in_at", _("Cable plugged in"), "off", "plug"),
        ("started_at", _("Charging started"), "live", "bolt"),
        ("fully_charged_at", _("Fully charged"), "ok", "battery-4"),
        ("stopped_at", _("Charging stopped"), "wait", "player-stop"),
        ("released_at", _("Cable released"), "wait", "plug-off"),
        ("failed_at", _("Failed"), "bad", "circle-x"),
        ("completed_at", _("Settled"), "ok", "check"),
    ]
