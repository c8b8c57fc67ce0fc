import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.curve import Charging, Outlet, Vehicle
from simulator.meter import MEASURANDS, meter_value

CAR = Vehicle(battery_wh=60_000, max_ac_w=11_000, max_dc_w=120_000)
AC, DC = Outlet("ac", 22_000), Outlet("dc", 150_000)
outlets = st.builds(Outlet, st.sampled_from(["ac", "dc"]), st.floats(2_000, 400_000))
vehicles = st.builds(Vehicle, st.floats(500, 120_000), st.floats(2_000, 22_000), st.floats(20_000, 350_000))
charges = st.builds(Charging, outlets, vehicles, st.floats(0, 1), st.floats(0.5, 1))


@given(charges, st.lists(st.floats(0, 120), max_size=8))
def test_energy_only_grows_and_never_by_more_than_full_power(charging: Charging, pauses: list[float]) -> None:
    full_w = min(charging.outlet.max_w, charging.vehicle.max_w(charging.outlet.kind))
    for pause in pauses:
        later = charging.after(pause)
        assert 0 <= later.power_w <= full_w
        assert 0 <= later.energy_wh - charging.energy_wh <= full_w * pause / 3600 + 1e-6
        charging = later


@given(charges)
def test_a_vehicle_takes_what_its_battery_lacks_and_no_more(charging: Charging) -> None:
    lacking_wh = max(0.0, charging.target_soc - charging.soc) * charging.vehicle.battery_wh
    assert charging.after(3600).energy_wh <= lacking_wh * (1 + 1e-9) + 1e-6


def test_ac_is_flat_and_then_tapers() -> None:
    powers = [Charging(AC, CAR, soc, 1.0, elapsed_s=60).power_w for soc in (0.1, 0.5, 0.95, 0.975)]
    assert powers == pytest.approx([11_000, 11_000, 11_000, 6_050])


def test_dc_ramps_up_holds_and_tapers() -> None:
    ramp = [Charging(DC, CAR, 0.2, 0.9, elapsed_s=elapsed).power_w for elapsed in (0, 14, 29, 300)]
    assert ramp == pytest.approx([4_000, 60_000, 120_000, 120_000])
    taper = [Charging(DC, CAR, soc, 0.9, elapsed_s=300).power_w for soc in (0.5, 0.65, 0.8, 0.9)]
    assert taper == pytest.approx([120_000, 87_000, 54_000, 0])


def test_a_full_vehicle_draws_nothing() -> None:
    full = Charging(AC, CAR, 0.7, 0.8).after(4 * 3600)
    assert full.is_full
    assert full.power_w == 0
    assert full.energy_wh == pytest.approx(6_000)
    assert full.after(600).energy_wh == full.energy_wh


def test_readings_of_three_phases_add_up_to_the_power() -> None:
    charging = Charging(AC, CAR, 0.5, 0.8, elapsed_s=60)
    samples = meter_value("2026-11-22T10:00:00.000Z", 4711, charging, context="Sample.Periodic", measurands=MEASURANDS)["sampledValue"]
    assert samples[0]["value"] == "4711"
    assert [sample["phase"] for sample in samples if sample["measurand"] == "Voltage"] == ["L1", "L2", "L3"]
    amperes = sum(float(sample["value"]) for sample in samples if sample["measurand"] == "Current.Import")
    assert amperes * 230 == pytest.approx(11_000, rel=0.01)


def test_only_dc_knows_the_state_of_charge_and_only_what_is_wanted_is_read() -> None:
    reading = meter_value("", 0, Charging(DC, CAR, 0.25, 0.8), context="Trigger", measurands=["SoC"])
    assert [(sample["value"], sample["unit"]) for sample in reading["sampledValue"]] == [("25", "Percent")]
    assert meter_value("", 0, Charging(AC, CAR, 0.25, 0.8), context="Trigger", measurands=["SoC"])["sampledValue"] == []
