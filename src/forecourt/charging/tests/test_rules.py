"""Names, authorisation, meters and stops: pure rules, exhaustively."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecourt.charging.intents import AuthStatus, Reading, Sample, StartIntent
from forecourt.charging.rules import meters, names
from forecourt.charging.rules.authorization import Holder, MemberFacts, PointFacts, Refusal, TeamFacts, judge, status_of
from forecourt.charging.rules.stopping import Next, after_request
from forecourt.charging.rules.stops import judge_stop

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
HOTEL = TeamFacts(id=1, organisation_id=10, operator_id=100, currency="DKK", needs_funds=True)
PERSONAL = TeamFacts(id=9, organisation_id=90, operator_id=900, currency="DKK", needs_funds=True)
KEY = Holder(team=HOTEL, key_id=5, key_type="rfid", key_identifier="04AA")
MEMBERS_KEY = replace(KEY, person_id=7, member=MemberFacts(can_pay=True), personal_team=PERSONAL)
OWN = PointFacts(id=50, organisation_id=10, operator_id=100, team_id=1, country_id=45, is_private=False)
SAME_OPERATOR = replace(OWN, team_id=2)
SAME_ORGANISATION = replace(OWN, team_id=3, operator_id=101)
STRANGER = PointFacts(id=51, organisation_id=20, operator_id=200, team_id=4, country_id=46, is_private=False)

frozen = replace(HOTEL, is_frozen=True)


@pytest.mark.parametrize(
    ("holder", "point", "refusal"),
    [
        (None, OWN, Refusal.UNKNOWN_KEY),
        (KEY, STRANGER, None),
        (replace(KEY, is_key_blocked=True), OWN, Refusal.KEY_BLOCKED),
        (replace(KEY, active_until=AT), OWN, Refusal.KEY_EXPIRED),
        (replace(KEY, active_until=AT + timedelta(seconds=1)), OWN, None),
        (replace(KEY, is_key_blocked=True, active_until=AT), OWN, Refusal.KEY_BLOCKED),
        (replace(KEY, is_for_operator=False, is_for_network=False), OWN, None),
        (replace(KEY, is_for_operator=False), SAME_OPERATOR, Refusal.KEY_NOT_FOR_THIS_NETWORK),
        (replace(KEY, is_for_network=False), SAME_OPERATOR, None),
        (replace(KEY, is_for_network=False), STRANGER, Refusal.KEY_NOT_FOR_THIS_NETWORK),
        (KEY, replace(OWN, is_private=True), None),
        (KEY, replace(SAME_OPERATOR, is_private=True), Refusal.PRIVATE_CHARGE_POINT),
        (MEMBERS_KEY, replace(SAME_OPERATOR, is_private=True), Refusal.PRIVATE_CHARGE_POINT),
        (replace(MEMBERS_KEY, may_use_point_ids=frozenset({50})), replace(SAME_OPERATOR, is_private=True), None),
        (MEMBERS_KEY, replace(OWN, is_private=True), Refusal.PRIVATE_CHARGE_POINT),
        (KEY, replace(OWN, reserved_for_team_id=1), None),
        (KEY, replace(OWN, reserved_for_team_id=2), Refusal.CHARGE_POINT_RESERVED),
        (replace(KEY, team=replace(HOTEL, is_blocked=True)), OWN, Refusal.TEAM_BLOCKED),
        (replace(KEY, team=frozen), OWN, Refusal.TEAM_FROZEN),
        (replace(MEMBERS_KEY, team=frozen, personal_team=None), OWN, Refusal.TEAM_FROZEN),
        (replace(MEMBERS_KEY, team=frozen, personal_team=replace(PERSONAL, is_blocked=True)), OWN, Refusal.TEAM_FROZEN),
        (replace(MEMBERS_KEY, key_id=None, team=frozen), OWN, Refusal.TEAM_FROZEN),
        (replace(KEY, team=replace(HOTEL, external_charging="own")), OWN, None),
        (replace(KEY, team=replace(HOTEL, external_charging="own")), SAME_OPERATOR, Refusal.OUTSIDE_ALLOWED_NETWORKS),
        (replace(KEY, team=replace(HOTEL, external_charging="approved")), SAME_ORGANISATION, None),
        (replace(KEY, team=replace(HOTEL, external_charging="approved")), STRANGER, Refusal.OUTSIDE_ALLOWED_NETWORKS),
        (replace(MEMBERS_KEY, member=None), OWN, Refusal.MEMBER_MAY_NOT_PAY),
        (replace(MEMBERS_KEY, member=MemberFacts(can_pay=False)), OWN, Refusal.MEMBER_MAY_NOT_PAY),
        (replace(MEMBERS_KEY, member=MemberFacts(True, charge_payment_type="none")), OWN, Refusal.MEMBER_MAY_NOT_PAY),
        (replace(MEMBERS_KEY, pays_in_country_ids=frozenset({45})), OWN, None),
        (replace(MEMBERS_KEY, pays_in_country_ids=frozenset({46})), OWN, Refusal.COUNTRY_NOT_ALLOWED),
        (replace(MEMBERS_KEY, pays_in_country_ids=frozenset()), OWN, Refusal.COUNTRY_NOT_ALLOWED),
        (replace(KEY, pays_in_country_ids=frozenset({46})), OWN, Refusal.COUNTRY_NOT_ALLOWED),
        (replace(KEY, pays_at_operator_ids=frozenset({100})), OWN, None),
        (replace(KEY, pays_at_operator_ids=frozenset({200})), OWN, Refusal.OPERATOR_NOT_ALLOWED),
        (replace(KEY, pays_at_operator_ids=frozenset()), OWN, Refusal.OPERATOR_NOT_ALLOWED),
        (replace(MEMBERS_KEY, team=frozen, pays_in_country_ids=frozenset()), OWN, None),  # the personal wallet pays
        (replace(MEMBERS_KEY, member=MemberFacts(True, charge_payment_type="operator")), SAME_OPERATOR, None),
        (replace(MEMBERS_KEY, member=MemberFacts(True, charge_payment_type="operator")), SAME_ORGANISATION, Refusal.OUTSIDE_ALLOWED_NETWORKS),
        (replace(MEMBERS_KEY, member=MemberFacts(True, charge_payment_type="partner")), SAME_ORGANISATION, None),
        (replace(MEMBERS_KEY, member=MemberFacts(True, charge_payment_type="partner")), STRANGER, Refusal.OUTSIDE_ALLOWED_NETWORKS),
    ],
)  # fmt: skip
def test_who_may_charge_where(holder, point, refusal):
    verdict = judge(holder, point, at=AT)
    assert verdict.refusal is refusal
    assert (verdict.payer is None) is (refusal is not None)


def test_a_frozen_teams_member_pays_with_the_personal_wallet():
    assert judge(replace(MEMBERS_KEY, team=frozen), OWN, at=AT).payer == PERSONAL


def test_every_refusal_has_a_status_and_only_none_is_accepted():
    assert status_of(None) is AuthStatus.ACCEPTED
    statuses = {refusal: status_of(refusal) for refusal in Refusal}
    assert AuthStatus.ACCEPTED not in statuses.values()
    assert [refusal for refusal, status in statuses.items() if status is AuthStatus.INVALID] == [Refusal.UNKNOWN_KEY]


@given(st.sets(st.integers(1, 2**39), min_size=2, max_size=50))
def test_two_charges_never_share_a_readable_id(ids):
    assert len({names.human_readable_id(id) for id in ids}) == len(ids)


def test_the_first_hundred_thousand_readable_ids_differ():
    assert len({names.human_readable_id(id) for id in range(100_000)}) == 100_000


@given(st.integers(1, 2**40 - 1))
def test_a_readable_id_is_understood_however_it_is_typed(id):
    written = names.human_readable_id(id)
    assert len(written) == 9
    assert names.as_human_readable_id(f" {written.lower().replace('-', ' ')} ") == written
    assert names.as_human_readable_id(written.replace("0", "o").replace("1", "l")) == written


@pytest.mark.parametrize("text", ["", "1234", "12345678U", "ABCD-EFG!", "🔌" * 8])
def test_what_cannot_be_a_readable_id_is_none(text):
    assert names.as_human_readable_id(text) is None


def test_transaction_ids_are_digits_of_31_bits():
    assert all(0 < int(names.new_transaction_id()) < 2**31 for _ in range(1000))


def test_a_start_has_another_fingerprint_as_soon_as_anything_differs():
    start = StartIntent(1, 1, "04AA", AT, 100)
    others = [
        replace(start, station_id=2), replace(start, number=2), replace(start, id_tag="04AB"), replace(start, meter_wh=101),
        replace(start, at=AT + timedelta(milliseconds=1)), replace(start, transaction_id="x"),
    ]  # fmt: skip
    assert len({names.start_fingerprint(one) for one in [start, *others]}) == 7
    assert names.start_fingerprint(replace(start, id_tag="04aa", reservation_id=9)) == names.start_fingerprint(start)


def reading(*samples: Sample, after: int = 0) -> Reading:
    return Reading(AT + timedelta(seconds=after), samples)


@pytest.mark.parametrize(
    ("sample", "wh"),
    [
        (Sample("1500"), 1500),
        (Sample("1.5", unit="kWh"), 1500),
        (Sample("0"), 0),
        (Sample("-1"), None),
        (Sample("NaN"), None),
        (Sample("inf"), None),
        (Sample("1e400"), None),
        (Sample("1e15"), None),
        (Sample("abc"), None),
        (Sample(""), None),
        (Sample("5", phase="L1"), None),
        (Sample("5", unit="varh"), None),
        (Sample("5", format="SignedData"), None),
        (Sample("5", measurand="Energy.Active.Export.Register"), None),
    ],
)
def test_what_a_register_sample_says(sample, wh):
    found = meters.latest((reading(sample),))
    assert found
    assert found.register_wh == wh


def test_power_of_phases_is_summed_unless_the_total_is_there():
    phases = [Sample(str(w), measurand=meters.POWER, unit="W", phase=phase) for w, phase in ((1000, "L1"), (1100, "L2"), (1200, "L3"))]
    total = Sample("3.4", measurand=meters.POWER, unit="kW")
    summed, told = meters.latest((reading(*phases),)), meters.latest((reading(*phases, total),))
    assert summed
    assert told
    assert (summed.power_w, told.power_w) == (3300, 3400)


@given(st.permutations([0, 10, 20, 30]))
def test_readings_may_come_in_any_order(order):
    found = meters.latest(tuple(reading(Sample(str(1000 + after)), after=after) for after in order))
    assert found
    assert (found.at, found.register_wh) == (AT + timedelta(seconds=30), 1030)


def test_a_message_without_readings_says_nothing():
    assert meters.latest(()) is None


@pytest.mark.parametrize(
    ("text", "format"),
    [
        ("OCMF|{}|{}", "OCMF"),
        ("AP;0;3;ALCV", "ALFEN"),
        ('<?xml version="1.0"?><x>EDL_40_MENNEKES</x>', "EDL_40_MENNEKES"),
        ("<signedMeterValue>EDL</signedMeterValue>", "EDL_40_SIG"),
        ("deadbeef", "UNKNOWN"),
    ],
)
def test_the_format_of_a_signed_reading(text, format):
    assert meters.signed_format(text) == format


def stop(meter_wh: int, *, after: int = 3600, last: int | None = None):
    return judge_stop(
        at=AT + timedelta(seconds=after), meter_wh=meter_wh, started_at=AT, meter_start_wh=1000, meter_last_wh=last, max_w=22_000
    )


@pytest.mark.parametrize(
    ("given", "billed", "is_suspicious"),
    [
        ({"meter_wh": 9000}, 9000, False),
        ({"meter_wh": 1000}, 1000, False),
        ({"meter_wh": 999}, 1000, True),
        ({"meter_wh": -5}, 1000, True),
        ({"meter_wh": 9000, "last": 9001}, 9000, True),
        ({"meter_wh": 46_000}, 46_000, False),
        ({"meter_wh": 46_001}, 46_001, True),
        ({"meter_wh": 1_001_000}, 1_001_000, True),
        ({"meter_wh": 1_001_001}, 1000, True),
        ({"meter_wh": 2_147_483_647, "last": 9001}, 9001, True),
        ({"meter_wh": 1000, "after": -1}, 1000, True),
    ],
)
def test_what_is_believed_of_a_stop(given, billed, is_suspicious):
    found = stop(**given)
    assert (found.meter_stop_wh, found.reported_wh, found.is_suspicious) == (billed, given["meter_wh"], is_suspicious)
    assert found.stopped_at >= AT


@pytest.mark.parametrize(
    ("outcome", "minutes_ago", "requests", "is_refused", "step"),
    [
        ("requested", 60, 1, False, Next.WAIT),
        ("sent", 60, 1, False, Next.WAIT),
        ("accepted", 0, 1, False, Next.WAIT),
        ("accepted", 2, 1, False, Next.ASK),
        ("accepted", 2, 5, False, Next.GO_ON),
        ("unknown", 2, 4, False, Next.ASK),
        ("expired", 2, 1, False, Next.GO_ON),
        ("rejected", 2, 1, False, Next.GO_ON),
        ("rejected", 2, 1, True, Next.ASK),
        ("rejected", 0, 1, True, Next.WAIT),
        ("expired", 2, 5, True, Next.GO_ON),
        (None, None, 0, True, Next.ASK),
        (None, None, 0, False, Next.GO_ON),
    ],
)
def test_what_to_do_about_a_charge_that_was_asked_to_stop(outcome, minutes_ago, requests, is_refused, step):
    asked_at = None if minutes_ago is None else AT - timedelta(minutes=minutes_ago)
    assert after_request(outcome=outcome, asked_at=asked_at, requests=requests, is_refused=is_refused, at=AT) is step


@given(st.integers(-(2**40), 2**40), st.integers(-100_000, 100_000), st.none() | st.integers(0, 2**40))
def test_no_stop_ever_bills_negative_energy_or_time(meter_wh, after, last):
    found = stop(meter_wh, after=after, last=last)
    assert found.meter_stop_wh >= 1000
    assert found.stopped_at >= AT
