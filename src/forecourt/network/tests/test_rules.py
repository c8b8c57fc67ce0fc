"""Rules: no database."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecourt.network import rules
from forecourt.network.models import State
from forecourt.network.rules import Situation, Turning, Verdict, without_secrets

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
STATUSES = [
    "Available", "Preparing", "Occupied", "Charging", "SuspendedEV", "SuspendedEVSE", "Finishing", "Reserved", "Unavailable", "Faulted",
    None, "Nonsense",
]  # fmt: skip


@pytest.mark.parametrize(
    ("situation", "state", "cause"),
    [
        (Situation(status="Available"), "available", "Available"),
        (Situation(status="Preparing"), "busy", "Preparing"),
        (Situation(status="Charging", error_code="WeakSignal"), "busy-charging", "WeakSignal"),
        (Situation(status="SuspendedEV"), "busy-non-charging", "SuspendedEV"),
        (Situation(status="SuspendedEVSE"), "busy-non-charging", "SuspendedEVSE"),
        (Situation(status="SuspendedEVSE", error_code="EVCommunicationError"), "busy-blocked", "EVCommunicationError"),
        (Situation(status="Preparing", error_code="ConnectorLockFailure"), "busy-blocked", "ConnectorLockFailure"),
        (Situation(status="Finishing"), "busy-non-released", "Finishing"),
        (Situation(status="Reserved"), "busy-reserved", "Reserved"),
        (Situation(status="Unavailable"), "maintenance", "Unavailable"),
        (Situation(status="Faulted", error_code="GroundFailure"), "error", "GroundFailure"),
        (Situation(status="Faulted"), "error", "Faulted"),
        (Situation(status="Nonsense"), "other", "Nonsense"),
        (Situation(status=None), "other", "no status yet"),
        (Situation(status="Available", station_status="Faulted", station_error_code="PowerMeterFailure"), "error", "PowerMeterFailure"),
        (Situation(status="Available", station_status="Unavailable"), "maintenance", "Unavailable"),
        (Situation(status="Charging", station_status="Faulted"), "busy-charging", "Charging"),
        (Situation(status="Available", held_for="reserved"), "busy-reserved", "reserved"),
        (Situation(status="Charging", held_for="reserved"), "busy-charging", "Charging"),
        (Situation(status="Preparing", held_for="scheduled"), "busy-scheduled", "scheduled"),
        (Situation(status="Available", is_connected=False), "disconnected", "connection lost"),
        (Situation(is_integrated=False, is_connected=False), "passive", "not connected to a station"),
        (Situation(status="Available", is_connected=False, is_in_maintenance=True), "maintenance", "maintenance"),
        (Situation(status="Faulted", is_in_maintenance=True, is_exempt=True), "exempt", "exempt"),
    ],
)
def test_the_table_of_public_states(situation, state, cause):
    assert rules.public_state(situation) == Verdict(state, cause)


@given(
    st.builds(
        Situation,
        is_integrated=st.booleans(),
        is_connected=st.booleans(),
        status=st.sampled_from(STATUSES),
        error_code=st.sampled_from([None, "NoError", "GroundFailure"]),
        station_status=st.sampled_from([None, "Available", "Unavailable", "Faulted"]),
        held_for=st.sampled_from([None, "reserved", "scheduled"]),
        is_in_maintenance=st.booleans(),
        is_exempt=st.booleans(),
    )
)
def test_every_situation_has_one_of_the_fourteen_states_and_a_cause_that_fits_its_column(situation):
    verdict = rules.public_state(situation)
    assert verdict.state in State.values
    assert 0 < len(verdict.cause) <= 40


def test_a_fault_says_nothing_about_the_cable():
    assert rules.has_cable("Faulted", before=True)
    assert not rules.has_cable("Faulted", before=False)
    assert not rules.has_cable("Available", before=True)


def test_history_runs_forward_and_has_no_empty_period():
    turning = Turning()
    assert turning.turn(Verdict("available", "Available"), AT)
    assert not turning.turn(Verdict("available", "Available"), AT + timedelta(minutes=1))
    assert turning.turn(Verdict("error", "GroundFailure"), AT - timedelta(hours=1))
    assert [(period.state, period.from_at) for period in turning.periods] == [("error", AT)]


@pytest.mark.parametrize(
    ("hours", "share"),
    [
        ([("available", 3), ("error", 1)], "75.00"),
        ([("available", 2), ("exempt", 30), ("passive", 5)], "100.00"),
        ([("disconnected", 1), ("maintenance", 1), ("busy-charging", 1)], "33.33"),
    ],
)
def test_uptime_counts_what_a_driver_could_use(hours, share):
    periods, at = [], AT
    for state, length in hours:
        periods.append((state, at, at + timedelta(hours=length)))
        at = periods[-1][2]
    assert rules.uptime(periods) == Decimal(share)


def test_uptime_of_nothing_is_nothing():
    assert rules.uptime([("passive", AT, AT + timedelta(days=1))]) is None


@pytest.mark.parametrize(
    ("action", "seconds"),
    [("start", 60), ("unlock", 60), ("stop", 600), ("reset", 600), ("change_configuration", 86_400), ("clear_cache", 300)],
)
def test_how_long_a_command_lives(action, seconds):
    assert rules.lifetime(action) == timedelta(seconds=seconds)


@pytest.mark.parametrize("identity", ["A", "CP-1_a=b:c+d|e@f.g*", "x" * 48])
def test_good_identities(identity):
    assert rules.is_identity(identity)


@pytest.mark.parametrize("identity", ["", "x" * 49, "a/b", "a b", "å", "a\n"])
def test_bad_identities(identity):
    assert not rules.is_identity(identity)


@pytest.mark.parametrize(
    ("identifier", "type", "reason"),
    [
        ("VID:0123", "vehicleId", "reserved"),
        ("vid:0123", "rfid", "reserved"),
        ("123456789", "rfid", "length"),
        (" ", "rfid", "empty"),
        ("x" * 37, "vehicleId", "length"),
        ("ABCDEFG\n8", "rfid", "characters"),
    ],
)
def test_bad_key_identifiers(identifier, type, reason):
    with pytest.raises(ValueError, match=f"^{reason}$"):
        rules.clean_key_identifier(identifier, type)


@pytest.mark.parametrize("length", [8, 14, 16, 20])
def test_the_four_lengths_of_rfid_identifiers(length):
    assert rules.clean_key_identifier(f" {'a' * length} ", "rfid") == "A" * length


def test_reading_all_keys_replaces_the_configuration_and_reading_some_adds_to_it():
    known = {"HeartbeatInterval": {"value": "900", "readonly": False}}
    answer = {"configurationKey": [{"key": "ConnectorPhaseRotation", "readonly": True, "value": "RST"}]}
    told = {"ConnectorPhaseRotation": {"value": "RST", "readonly": True}}
    assert rules.merged_configuration(known, action="get_configuration", payload={"keys": []}, answer=answer) == told
    some = {"keys": ["ConnectorPhaseRotation"]}
    assert rules.merged_configuration(known, action="get_configuration", payload=some, answer=answer) == known | told


def test_a_changed_key_is_known_at_once():
    payload = {"key": "HeartbeatInterval", "value": "60"}
    merged = rules.merged_configuration(None, action="change_configuration", payload=payload, answer={"status": "Accepted"})
    assert merged == {"HeartbeatInterval": {"value": "60", "readonly": False}}


@pytest.mark.parametrize(
    "content",
    [
        [2, "c1", "ChangeConfiguration", {"key": "AuthorizationKey", "value": "s3cret"}],
        [3, "c1", {"configurationKey": [{"key": "A", "value": "1"}, {"key": "AUTHORIZATIONKEY", "readonly": True, "value": "s3cret"}]}],
        {
            "setVariableData": [
                {"component": {"name": "SecurityCtrlr"}, "variable": {"name": "BasicAuthPassword"}, "attributeValue": "s3cret"}
            ]
        },
        {"reportData": [{"variable": {"name": "BasicAuthPassword"}, "variableAttribute": [{"value": "s3cret"}]}]},
    ],
)
def test_a_password_is_masked_wherever_it_stands(content):
    assert "s3cret" not in str(without_secrets(content))


def test_what_is_no_secret_stays_as_it_is():
    told = {"configurationKey": [{"key": "HeartbeatInterval", "readonly": False, "value": "900"}], "unknownKey": ["x"]}
    assert without_secrets(told) == told
