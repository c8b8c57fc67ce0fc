"""What samples say: energy register, power, state of charge; which of it is believed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from forecourt.charging.intents import Reading

REGISTER = "Energy.Active.Import.Register"
POWER = "Power.Active.Import"
STATE_OF_CHARGE = "SoC"
SIGNED = "SignedData"
_LARGEST = 1e15  # Wh; far beyond any meter, and exact in a float
_FACTOR = {"Wh": 1, "kWh": 1000, "W": 1, "kW": 1000, "Percent": 1}
MARGIN_WH = 1000
_SIGNED_FORMATS = (
    ("OCMF|", "OCMF"),
    ("ISA-EDL", "ISA_EDL_40_P"),
    ("EDL-40-P", "EDL_40_P"),
    ("EDL_40_P", "EDL_40_P"),
    ("AP;", "ALFEN"),
    ("PCDF", "PCDF"),
)


def charged_wh(start_wh: int | None, last_wh: int | None, stop_wh: int | None) -> int | None:
    """What has flowed into a charge: up to its stop, else to its last sample. None before the start."""
    if start_wh is None:
        return None
    upto = stop_wh if stop_wh is not None else last_wh
    return 0 if upto is None else max(0, upto - start_wh)


@dataclass(slots=True)
class Latest:
    """The newest of each thing that a message said, in watt-hours, watts and percent. `register_wh` is the highest."""

    at: datetime
    register_wh: int | None = None
    register_at: datetime | None = None
    power_w: int | None = None
    soc_percent: float | None = None


def latest(readings: Iterable[Reading]) -> Latest | None:
    """Read the samples of one message; None if it has no reading. Samples that are not numbers are passed over."""
    found: Latest | None = None
    for reading in sorted(readings, key=_at) if not isinstance(readings, tuple) or len(readings) > 1 else readings:
        if found is None:
            found = Latest(reading.at)
        found.at = reading.at
        _read(found, reading)
    return found


def _at(reading: Reading) -> datetime:
    return reading.at


def _read(found: Latest, reading: Reading) -> None:
    """Signed data is kept, not read; a register of a single phase says nothing of the whole."""
    phases_w = 0.0
    total_w: float | None = None
    for sample in reading.samples:
        measurand = sample.measurand
        value = None if sample.format == SIGNED else _number(sample.value, sample.unit)
        if value is None:
            continue
        if measurand == REGISTER:
            wh = round(value)
            if sample.phase is None and (found.register_wh is None or wh >= found.register_wh):
                found.register_wh, found.register_at = wh, reading.at
        elif measurand == POWER:
            if sample.phase is None:
                total_w = value
            else:
                phases_w += value
        elif measurand == STATE_OF_CHARGE and value <= 100:
            found.soc_percent = value
    if total_w is not None or phases_w:
        found.power_w = min(round(total_w if total_w is not None else phases_w), 2_000_000_000)


def as_wh(value: str, unit: str) -> int | None:
    wh = _number(value, unit)
    return None if wh is None else round(wh)


def _number(text: str, unit: str) -> float | None:
    """The value in Wh, W or percent; None where it has another unit, or is no number from 0 to 10¹⁵."""
    factor = _FACTOR.get(unit)
    if factor is None:
        return None
    try:
        value = float(text) * factor
    except ValueError:
        return None
    return value if 0 <= value < _LARGEST else None


def is_absurd(*, wh: int, seconds: float, max_w: int) -> bool:
    """More energy than twice the charge point's power could have given in the time, and a margin for late clocks."""
    return wh > max_w * max(seconds, 0.0) * 2 / 3600 + MARGIN_WH


def signed_format(value: str) -> str:
    """The format of a signed reading by how it begins (partner API §11.10 `SignedData`); UNKNOWN is kept all the same."""
    start = value.lstrip()[:32]
    if start.startswith(("<?xml", "<signedMeterValue")):
        return _signed_xml(value)
    return next((name for prefix, name in _SIGNED_FORMATS if start.startswith(prefix)), "UNKNOWN")


def _signed_xml(value: str) -> str:
    if "EDL_40_MENNEKES" in value:
        return "EDL_40_MENNEKES"
    return "EDL_40_SIG" if "EDL" in value else "UNKNOWN"
