"""What stations do at the edges: transactions that nobody has, a reset in the middle of a charge."""

import pytest

from forecourt.charging.models import Charge, MeterValue
from forecourt.gateway.tests.stations import Running
from forecourt.gateway.tests.test_commands import request, settled
from forecourt.gateway.tests.test_messages import meter, start, stop


@pytest.mark.parametrize("transaction_id", [2**31, -(2**31) - 1])
def test_a_transaction_id_that_is_no_32_bit_number_is_refused_and_changes_nothing(running: Running, transaction_id: int) -> None:
    station = running.connect()
    station.call("StartTransaction", start())
    assert station.call("MeterValues", meter(900, transaction_id))[2] == "PropertyConstraintViolation"
    assert station.call("StopTransaction", stop(transaction_id))[2] == "PropertyConstraintViolation"
    assert not MeterValue.objects.exists()
    assert Charge.objects.get().stopped_at is None


@pytest.mark.parametrize("transaction_id", [0, -1, -(2**31)])
def test_a_transaction_id_that_we_never_give_names_no_charge(running: Running, transaction_id: int) -> None:
    station = running.connect()
    station.call("StartTransaction", start())
    assert station.call("MeterValues", meter(900, transaction_id))[2] == {}
    assert station.call("StopTransaction", stop(transaction_id))[2] == {"idTagInfo": {"status": "Invalid"}}
    assert not MeterValue.objects.exists()
    charge = Charge.objects.get()
    assert (charge.stopped_at, charge.running_meter) == (None, None)


@pytest.mark.parametrize(("kind", "reason"), [("hard", "HardReset"), ("soft", "SoftReset")])
def test_a_reset_during_a_charge_loses_nothing_of_it(running: Running, kind: str, reason: str) -> None:
    station = running.connect()
    transaction_id = station.call("StartTransaction", start())[2]["transactionId"]
    station.call("MeterValues", meter(2_100, transaction_id, at="2026-11-22T10:05:00Z"))
    command = request(running, "reset", {"type": kind})
    assert station.answer_next({"status": "Accepted"})[2:] == ["Reset", {"type": kind.capitalize()}]
    assert settled(command).state == "accepted"
    assert Charge.objects.get().stopped_at is None  # it stops when the station says so
    station.socket.close()
    station = running.connect()
    station.call("BootNotification", {"chargePointVendor": "Fjordlys", "chargePointModel": "Kaj 22"})
    station.call("MeterValues", meter(4_100, transaction_id))
    assert station.call("StopTransaction", stop(transaction_id) | {"reason": reason})[2] == {"idTagInfo": {"status": "Accepted"}}
    charge = Charge.objects.get()
    assert (charge.stop_reason, charge.meter_start_wh, charge.meter_stop_wh) == (reason, 100, 5_100)
    assert list(MeterValue.objects.filter(charge_id=charge.pk).order_by("at").values_list("at__minute", flat=True)) == [5, 10]
