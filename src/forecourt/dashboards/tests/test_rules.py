from datetime import date, timedelta

import pytest

from forecourt.dashboards import queries
from forecourt.dashboards.rules import DayTotal, Trend, currencies, trend
from forecourt.network.models.charge_points import State

TODAY = date(2026, 11, 22)


def total(ago: int, charges: int = 1, currency: str = "DKK", revenue_minor: int = 100) -> DayTotal:
    return DayTotal(TODAY - timedelta(days=ago), currency, charges, 0, 1_000, revenue_minor)


def test_a_trend_takes_as_many_days_before_as_now_and_days_without_charges_are_nought():
    rows = [total(0, 5), total(2, 7), total(2, 1, "SEK"), total(3, 9), total(5, 2), total(6, 100)]
    assert trend(rows, lambda row: row.charges, today=TODAY, days=3) == Trend(13, 11, (8, 0, 5))


@pytest.mark.parametrize(
    ("now", "before", "percent"), [(110, 100, 10), (2, 3, -33), (1, 200, -100), (199, 200, -1), (5, 0, None), (0, 0, None)]
)
def test_the_change_is_in_whole_percent_rounded_half_up(now, before, percent):
    assert Trend(now, before, ()).change_percent == percent


def test_currencies_with_revenue_come_by_their_charges():
    rows = [total(0, 2), total(1, 9, "SEK"), total(0, 50, "EUR", revenue_minor=0)]
    assert currencies(rows) == ["SEK", "DKK"]


def test_every_state_stands_in_exactly_one_group():
    assert sorted(state for states in queries.STATE_GROUPS.values() for state in states) == sorted(State.values)
