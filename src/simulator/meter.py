"""What a meter says of a charge: a `MeterValue` of OCPP 1.6, its values strings."""

from collections.abc import Collection, Iterator

from simulator.curve import Charging
from simulator.protocol import Payload

ENERGY, POWER = "Energy.Active.Import.Register", "Power.Active.Import"
CURRENT, VOLTAGE, SOC = "Current.Import", "Voltage", "SoC"
MEASURANDS = (ENERGY, POWER, CURRENT, VOLTAGE, SOC)


def meter_value(at: str, register_wh: int, charging: Charging, *, context: str, measurands: Collection[str]) -> Payload:
    """One reading of everything in `measurands`; state of charge only where the station can know it (DC)."""
    samples = [sample for sample in _samples(register_wh, charging) if sample["measurand"] in measurands]
    return {"timestamp": at, "sampledValue": [{**sample, "context": context} for sample in samples]}


def _samples(register_wh: int, charging: Charging) -> Iterator[Payload]:
    yield {"value": str(register_wh), "measurand": ENERGY, "location": "Outlet", "unit": "Wh"}
    yield {"value": f"{charging.power_w:.0f}", "measurand": POWER, "location": "Outlet", "unit": "W"}
    for phase in _phases(charging):
        yield {"value": f"{charging.amperes:.1f}", "measurand": CURRENT, "location": "Outlet", "unit": "A", **phase}
        yield {"value": f"{charging.volts:.1f}", "measurand": VOLTAGE, "location": "Outlet", "unit": "V", **phase}
    if charging.outlet.kind == "dc":
        yield {"value": f"{charging.soc * 100:.0f}", "measurand": SOC, "location": "EV", "unit": "Percent"}


def _phases(charging: Charging) -> list[dict[str, str]]:
    if charging.outlet.kind == "dc":
        return [{}]
    return [{"phase": f"L{number}"} for number in range(1, charging.outlet.phases + 1)]
