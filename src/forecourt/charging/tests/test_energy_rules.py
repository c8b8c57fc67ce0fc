"""Energy per 300 seconds: the sum is exact whatever the station sent."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from forecourt.charging.rules.energy import PERIOD, Buckets, coarser, energy_buckets

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return AT + timedelta(seconds=seconds)


def buckets(seconds: float, wh: int, *samples: tuple[float, int], since: float = 0) -> Buckets:
    return energy_buckets(
        started_at=at(since),
        stopped_at=at(seconds),
        start_wh=1000,
        stop_wh=1000 + wh,
        samples=[(at(when), 1000 + was) for when, was in samples],
    )


def test_samples_are_joined_by_straight_lines():
    assert buckets(900, 900, (300, 100), (600, 400)).wh == (100, 300, 500)


def test_a_sample_inside_a_period_bends_the_line():
    assert buckets(600, 600, (150, 100), (450, 500)).wh == (300, 300)


def test_periods_begin_at_whole_multiples_of_300_seconds():
    found = buckets(700, 100, since=100)
    assert (found.from_at, len(found.wh)) == (AT, 3)


def test_a_charge_with_only_start_and_stop_is_shared_out_evenly_and_marked():
    assert buckets(1200, 400) == Buckets(AT, (100, 100, 100, 100), (0, 1, 2, 3))


def test_a_short_silence_is_no_estimate():
    assert buckets(900, 300).estimated == ()


def test_a_long_silence_in_which_nothing_flowed_is_no_estimate():
    assert buckets(3000, 100, (100, 100)).estimated == ()


def test_a_charge_that_stops_as_it_starts_has_one_period():
    assert buckets(0, 7).wh == (7,)


def test_a_clock_that_is_wrong_by_years_does_not_make_a_million_periods():
    found = buckets(10 * 365 * 86_400, 5000)
    assert (len(found.wh), sum(found.wh)) == (62 * 288, 5000)


def test_quarters_and_hours_are_sums():
    found = buckets(7200, 7200)
    assert [wh for _, wh in coarser(found, 3600)] == [3600, 3600]
    assert coarser(found, 900)[1] == (at(900), 900)


TIMES = st.integers(-5000, 20_000)
SAMPLES = st.lists(st.tuples(TIMES, st.integers(-500, 60_000)), max_size=30)


@given(st.integers(0, 299), st.integers(0, 15_000), st.integers(0, 50_000), SAMPLES)
def test_the_periods_sum_exactly_to_the_billed_energy(since, lasts, wh, samples):
    found = buckets(since + lasts, wh, *samples, since=since)
    assert sum(found.wh) == wh
    assert min(found.wh) >= 0


@given(st.integers(1, 15_000), st.integers(0, 50_000), SAMPLES, st.randoms(use_true_random=False))
def test_order_repetition_and_lateness_of_samples_change_nothing(lasts, wh, samples, chance):
    shuffled = [*samples, *samples]
    chance.shuffle(shuffled)
    assert buckets(lasts, wh, *shuffled) == buckets(lasts, wh, *samples)


@given(st.integers(1, 15_000), st.integers(0, 50_000), SAMPLES)
def test_samples_outside_the_charge_change_nothing(lasts, wh, samples):
    outside = [(when, was) for when, was in samples if not 0 < when < lasts]
    assert buckets(lasts, wh, *outside) == buckets(lasts, wh)


@given(st.integers(0, 15_000), st.integers(0, 50_000), SAMPLES, st.sampled_from([300, 600, 900, 1800, 3600]))
def test_coarser_periods_keep_the_energy_and_do_not_overlap(lasts, wh, samples, seconds):
    sums = coarser(buckets(lasts, wh, *samples), seconds)
    starts = [int(when.timestamp()) for when, _ in sums]
    assert sum(amount for _, amount in sums) == wh
    assert all(later - earlier == seconds for earlier, later in pairwise(starts))


@given(st.integers(0, 15_000), st.integers(0, 50_000), SAMPLES)
def test_the_periods_cover_the_charge_and_no_more(lasts, wh, samples):
    found = buckets(lasts, wh, *samples)
    assert len(found.wh) == max(1, -(-lasts // PERIOD))
    assert set(found.estimated) <= set(range(len(found.wh)))
