"""Members' monthly fees: owed once a month, taken once, never below zero."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forecourt.access import Actor
from forecourt.audit.tests.factories import recorded
from forecourt.billing import operations
from forecourt.billing.jobs import member_fees
from forecourt.billing.models import MemberFeePurchase
from forecourt.kit.errors import Invalid
from forecourt.kit.money import Money
from forecourt.ledger import queries as books
from forecourt.ledger.models import WalletTransaction
from forecourt.ledger.tests.factories import give_funds, make_wallet
from forecourt.notifications.models import OutgoingEmail
from forecourt.teams import operations as teams
from forecourt.teams.models import MemberFee, Team, TeamMember
from forecourt.teams.personal import PARTS
from forecourt.teams.rules import next_month, owed_months

SYSTEM = Actor.system("test")
AT = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def dora(cast):
    return TeamMember.objects.get(team=cast.harbour, person=cast.dora)


def fee_of(member, minor=5_000, at=AT):
    return teams.set_fee(actor=SYSTEM, member=member, amount=Money(minor, "DKK"), at=at)


def collect(at=AT):
    operations.owe_member_fees(actor=SYSTEM, at=at)
    while operations.collect_member_fee(actor=SYSTEM, at=at):
        pass


def wallets(cast):
    return make_wallet(Team.objects.get(owner=cast.dora, type="personal")), make_wallet(cast.harbour)


def funds(*given_wallets):
    found = books.balances([wallet.pk for wallet in given_wallets])
    return tuple(found[wallet.pk].funds_minor for wallet in given_wallets)


def test_a_month_is_taken_once_however_often_the_work_runs(cast, dora):
    personal, harbour = wallets(cast)
    give_funds(personal, 20_000)
    fee_of(dora)
    for _ in range(3):
        collect()
    assert funds(personal, harbour) == (15_000, 5_000)
    (paid,) = WalletTransaction.objects.filter(kind="team-member-fee")
    assert (paid.reference_type, paid.reference_id) == ("TEAM_MEMBER_FEE_PURCHASE", str(MemberFeePurchase.objects.get().pk))
    assert OutgoingEmail.objects.filter(kind="member_fee", to=cast.dora.email).count() == 2  # set, and taken


def test_without_funds_the_month_stays_unpaid_and_is_tried_a_day_later(cast, dora):
    personal, harbour = wallets(cast)
    fee_of(dora)
    collect()
    collect(AT + timedelta(hours=1))
    assert (funds(personal, harbour), MemberFeePurchase.objects.get().problem) == ((0, 0), "insufficient_funds")
    give_funds(personal, 6_000)
    collect(AT + timedelta(hours=2))
    assert MemberFeePurchase.objects.get().paid_at is None
    collect(AT + timedelta(days=1))
    assert funds(personal, harbour) == (1_000, 5_000)


def test_a_worker_killed_before_its_commit_has_taken_nothing(cast, dora):
    personal, harbour = wallets(cast)
    give_funds(personal, 20_000)
    fee_of(dora)
    operations.owe_member_fees(actor=SYSTEM, at=AT)
    with transaction.atomic():
        operations.collect_member_fee(actor=SYSTEM, at=AT)
        transaction.set_rollback(True)
    assert (funds(personal, harbour), MemberFeePurchase.objects.get().paid_at) == ((20_000, 0), None)
    collect()
    assert funds(personal, harbour) == (15_000, 5_000)


def test_a_change_holds_from_the_next_month_and_nothing_is_owed_twice(dora):
    fee_of(dora, 5_000)
    fee_of(dora, 7_000)
    fee_of(dora, 8_000)
    operations.owe_member_fees(actor=SYSTEM, at=datetime(2027, 1, 2, tzinfo=UTC))
    owed = MemberFeePurchase.objects.order_by("month").values_list("month", "amount_minor")
    assert list(owed) == [(date(2026, 11, 1), 5_000), (date(2026, 12, 1), 8_000), (date(2027, 1, 1), 8_000)]


def test_a_fee_that_ends_owes_its_month_and_none_after(dora):
    teams.end_fee(actor=SYSTEM, fee=fee_of(dora), at=AT)
    operations.owe_member_fees(actor=SYSTEM, at=datetime(2027, 3, 1, tzinfo=UTC))
    assert list(MemberFeePurchase.objects.values_list("month", flat=True)) == [date(2026, 11, 1)]


def test_a_fee_set_again_in_the_month_it_ended_begins_with_the_next(dora):
    teams.end_fee(actor=SYSTEM, fee=fee_of(dora), at=AT)
    assert fee_of(dora, 9_000).starts_on == date(2026, 12, 1)


def test_who_is_removed_owes_no_month_after(dora):
    fee_of(dora)
    teams.remove_member(actor=SYSTEM, member=dora, at=AT)
    assert MemberFee.objects.get().ends_on == date(2026, 12, 1)


@pytest.mark.parametrize("amount", [Money(0, "DKK"), Money(-1, "DKK"), Money(100, "EUR"), Money(10**9, "DKK")])
def test_an_amount_that_cannot_be_is_refused(dora, amount):
    with pytest.raises(Invalid):
        teams.set_fee(actor=SYSTEM, member=dora, amount=amount, at=AT)
    assert not MemberFee.objects.exists()


def test_the_job_and_the_members_page(cast, dora):
    personal, _harbour = wallets(cast)
    give_funds(personal, 20_000)
    ada, url = cast.client("ada"), f"/teams/{cast.harbour.pk}/members/{dora.pk}"
    assert ada.post(f"{url}/fee", {"amount": "0"}).status_code == 422
    assert ada.post(f"{url}/fee", {"amount": "50.00", "note": "Parking space"}).status_code == 303
    assert member_fees(0) == 1
    page = ada.get(url).content.decode()
    assert "Parking space" in page
    assert "Paid" in page


ZONES = st.sampled_from(["Europe/Copenhagen", "Pacific/Kiritimati", "Pacific/Pago_Pago", "America/New_York", "UTC"])
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(zone=ZONES, set_at=MOMENTS, days=st.integers(0, 400), length=st.none() | st.integers(0, 120))
def test_the_database_owes_the_months_of_the_teams_zone_that_the_rule_names(dora, zone, set_at, days, length):
    Team.objects.filter(pk=dora.team_id).update(time_zone=zone)
    team, at = Team.objects.get(pk=dora.team_id), set_at + timedelta(days=days)
    starts_on, until = teams.local_day(team, set_at), teams.local_day(team, at)
    ends_on = None if length is None else starts_on + timedelta(days=length)
    MemberFeePurchase.objects.all().delete()
    MemberFee.objects.all().delete()
    scope = {"organisation_id": team.organisation_id, "operator_id": team.operator_id}
    MemberFee.objects.create(team=team, member=dora, amount_minor=1, currency="DKK", starts_on=starts_on, ends_on=ends_on, **scope)
    operations.owe_member_fees(actor=SYSTEM, at=at)
    owed = list(MemberFeePurchase.objects.order_by("month").values_list("month", flat=True))
    assert owed == owed_months(starts_on, ends_on, until=until)
    assert operations.owe_member_fees(actor=SYSTEM, at=at) == 0


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_the_next_month_begins_after_the_day_and_within_31_days(day):
    assert (next_month(day).day, 1 <= (next_month(day) - day).days <= 31) == (1, True)


def test_erasing_a_person_takes_the_words_and_keeps_the_amounts(dora):
    teams.set_fee(actor=SYSTEM, member=dora, amount=Money(5_000, "DKK"), note="Dora's parking space", at=AT)
    part = next(part for part in PARTS if part.name == "member-fees")
    assert part.export
    assert part.erase
    assert [row["agreed_note"] for row in part.export(dora.person_id)] == ["Dora's parking space"]
    for _ in range(2):
        part.erase(dora.person_id, at=AT)
    fee = MemberFee.objects.get()
    assert (fee.agreed_note, fee.amount_minor, fee.ends_on) == ("", 5_000, date(2026, 12, 1))


def test_the_audit_trail_keeps_the_amount_and_not_the_words(dora):
    teams.set_fee(actor=SYSTEM, member=dora, amount=Money(5_000, "DKK"), note="Dora's parking space", at=AT)
    (event,) = recorded(entity_type="TeamMemberFee")
    assert "parking" not in str(event.changes)
    assert event.changes["amount_minor"] == [None, 5_000]
