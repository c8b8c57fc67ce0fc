"""The roll-up counts each charge once, on its own day, for its own owner."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from tests.cast import assemble

from forecourt.billing.events import ChargeSettled
from forecourt.charging.events import ChargeFailed
from forecourt.charging.models import Charge
from forecourt.charging.tests.factories import make_charge
from forecourt.dashboards import operations
from forecourt.dashboards.models import ChargePointDay
from forecourt.dashboards.tests.factories import AT, make_failed, make_settled
from forecourt.network.tests.factories import make_charge_point


def lines():
    columns = ("day", "currency", "charges", "failed", "energy_wh", "revenue_minor", "charging_seconds")
    return list(ChargePointDay.objects.order_by("day", "currency", "team_id").values_list(*columns))


def settle(*charges):
    operations.roll_up([ChargeSettled(charge.pk) for charge in charges])


@pytest.fixture
def point(cast):
    return make_charge_point("Quay 1", cast.harbour)


def test_settled_and_failed_charges_are_summed_per_charge_point_and_day(cast, point):
    failed = make_failed(point)
    operations.roll_up([ChargeFailed(failed.pk), *(ChargeSettled(make_settled(point).pk) for _ in range(2))])
    assert lines() == [(date(2026, 11, 20), "DKK", 2, 1, 20_000, 4_000, 2_400)]
    row = ChargePointDay.objects.get()
    assert (row.organisation_id, row.operator_id, row.team_id) == (cast.northwind.organisation_id, cast.northwind.pk, cast.harbour.pk)


def test_a_charge_that_failed_and_started_after_all_counts_as_what_it_became(point):
    failed, stays = make_failed(point), make_failed(point)
    operations.roll_up([ChargeFailed(failed.pk), ChargeFailed(stays.pk)])
    assert [(row[2], row[3]) for row in lines()] == [(0, 2)]
    became = make_settled(point)
    became.refresh_from_db()
    columns = ("failed_at", "failure_reason", "started_at", "stopped_at", "completed_at", "meter_start_wh", "meter_stop_wh", "price_minor")
    Charge.objects.filter(pk=failed.pk).update(**{name: getattr(became, name) for name in columns})
    became.delete()
    for _again in range(2):
        operations.roll_up([ChargeSettled(failed.pk)])
        assert [(charges, failures, energy) for _day, _c, charges, failures, energy, *_ in lines()] == [(1, 1, 10_000)]


def test_revenue_is_what_was_paid_without_vat(point):
    settle(make_settled(point, price_minor=2_500), make_settled(point, price_minor=5_000, is_paid=False))
    assert [(charges, revenue) for _day, _currency, charges, _failed, _wh, revenue, _seconds in lines()] == [(2, 2_000)]
    before = lines()
    operations.rebuild(date(2026, 11, 20), date(2026, 11, 21))
    assert lines() == before


def test_the_same_events_again_change_nothing(point):
    charges = [make_settled(point), make_settled(point)]
    settle(*charges)
    before = lines()
    settle(*charges, charges[0])
    settle(charges[1])
    assert lines() == before


def test_a_batch_that_names_a_charge_twice_counts_it_once(point):
    charge = make_settled(point)
    settle(charge, charge)
    assert lines()[0][2] == 1


def test_a_charge_that_is_reported_late_lands_on_its_own_day(point):
    settle(make_settled(point))
    settle(make_settled(point, stopped_at=AT - timedelta(days=9), energy_wh=7_000))
    assert [(day, energy) for day, _c, _n, _f, energy, *_ in lines()] == [(date(2026, 11, 11), 7_000), (date(2026, 11, 20), 10_000)]


@pytest.mark.parametrize(
    ("zone", "stopped_at", "day"),
    [
        ("Europe/Copenhagen", datetime(2026, 11, 20, 22, 59, 59, tzinfo=UTC), date(2026, 11, 20)),
        ("Europe/Copenhagen", datetime(2026, 11, 20, 23, 0, tzinfo=UTC), date(2026, 11, 21)),  # midnight in winter
        ("Europe/Copenhagen", datetime(2026, 7, 20, 21, 59, 59, tzinfo=UTC), date(2026, 7, 20)),
        ("Europe/Copenhagen", datetime(2026, 7, 20, 22, 0, tzinfo=UTC), date(2026, 7, 21)),  # in summer
        ("Europe/Copenhagen", datetime(2026, 10, 25, 22, 30, tzinfo=UTC), date(2026, 10, 25)),  # the day of 25 hours
        ("America/New_York", datetime(2026, 11, 21, 4, 59, tzinfo=UTC), date(2026, 11, 20)),
        ("Asia/Tokyo", datetime(2026, 11, 20, 15, 0, tzinfo=UTC), date(2026, 11, 21)),
    ],
)
def test_a_day_is_counted_in_the_zone_of_the_charge(cast, zone, stopped_at, day):
    settle(make_settled(make_charge_point("Quay 1", cast.harbour, time_zone=zone), stopped_at=stopped_at))
    assert [line[0] for line in lines()] == [day]


def test_a_failed_charge_counts_on_the_day_it_failed(point):
    operations.roll_up([ChargeFailed(make_failed(point, failed_at=datetime(2026, 11, 20, 23, 30, tzinfo=UTC)).pk)])
    assert [line[:4] for line in lines()] == [(date(2026, 11, 21), "DKK", 0, 1)]


def test_an_unfinished_charge_is_not_counted_and_is_when_it_finishes(point):
    charge = make_charge(point)
    settle(charge)
    assert lines() == []
    Charge.objects.filter(pk=charge.pk).update(state="completed", stopped_at=AT, completed_at=AT, meter_stop_wh=1_000, price_minor=1)
    settle(charge)
    assert lines()[0][2] == 1


def test_currencies_and_owners_have_lines_of_their_own(cast, point):
    moved = make_settled(point, team_id=cast.garden.pk, operator_id=cast.southwind.pk)
    settle(make_settled(point), make_settled(point, currency="SEK"), moved)
    assert sorted(ChargePointDay.objects.values_list("team_id", "currency", "charges")) == sorted(
        [(cast.harbour.pk, "DKK", 1), (cast.harbour.pk, "SEK", 1), (cast.garden.pk, "DKK", 1)]
    )


def test_a_rebuild_gives_the_same_figures_and_touches_only_its_days(point):
    settle(*(make_settled(point, stopped_at=AT - timedelta(days=ago)) for ago in (0, 1, 2)))
    right = lines()
    ChargePointDay.objects.update(charges=99)
    operations.rebuild(date(2026, 11, 19), date(2026, 11, 20))
    assert [line[2] for line in lines()] == [99, 1, 99]
    operations.rebuild(date(2026, 11, 1), date(2026, 12, 1))
    assert lines() == right


def test_a_charge_that_a_rebuild_counted_is_not_counted_again_by_its_event(point):
    charge = make_settled(point)
    operations.rebuild(date(2026, 11, 20), date(2026, 11, 21))
    settle(charge)
    assert lines()[0][2] == 1


def test_drains_beside_each_other_count_each_charge_once(own_database):
    harbour = assemble().harbour
    points = [make_charge_point(f"Quay {n}", harbour) for n in range(3)]
    ids = [make_settled(points[n % 3]).pk for n in range(60)]
    threads = [threading.Thread(target=_count, args=[order]) for order in (ids, ids[::-1], ids[30:] + ids[:30])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [line[2] for line in lines()] == [20, 20, 20]


def _count(ids):
    for start in range(0, len(ids), 7):
        operations.count_charges(ids[start : start + 7])
    connection.close()
