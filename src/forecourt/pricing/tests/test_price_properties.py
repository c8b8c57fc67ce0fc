"""What is true of every price, whatever the usage and the tariff."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from forecourt.kit.money import Money, exponent
from forecourt.pricing import rules
from forecourt.pricing.tests.usages import MASTERS, RATES, T, amounts, components, tariffs, usage_of, usages

moments = st.integers(0, 100)  # percent of a charge
steady = settings(deadline=None, derandomize=True)


def own_side(used, tariff) -> int:
    """The price on the side that is rounded first, in minor units."""
    total = rules.total(rules.price(used, tariff), tariff.currency)
    return (total.gross if tariff.is_vat_included else total.net).minor


@steady
@given(usages(), tariffs())
def test_net_and_vat_are_gross(used, tariff):
    lines = rules.price(used, tariff)
    assert all(line.net + line.vat == line.gross for line in lines)
    total = rules.total(lines, tariff.currency)
    assert total.gross.minor == sum(line.net.minor + line.vat.minor for line in lines)


@steady
@given(usages(), tariffs())
def test_a_price_is_never_negative(used, tariff):
    assert own_side(used, tariff) >= 0


@steady
@given(usages(), tariffs(), st.integers(0, 50_000), st.integers(0, 90_000))
def test_a_price_never_falls_with_energy_or_time(used, tariff, more_wh, later):
    longer = replace(
        used,
        energy_wh=used.energy_wh + more_wh,
        stopped_at=used.stopped_at + timedelta(seconds=later),
        released_at=used.released_at and used.released_at + timedelta(seconds=later),
    )
    assert own_side(longer, tariff) >= own_side(used, tariff)


@steady
@given(st.integers(0, 150_000), st.integers(0, 90_000), moments, MASTERS, amounts, st.booleans(), RATES)
def test_splitting_a_charge_changes_its_price_by_no_more_than_the_documented_rounding(wh, lasted, percent, master, fee, included, vat):
    """A minor unit for each line, and the one minute that both halves may have started, at its price."""
    tariff = rules.Tariff((master, rules.MinuteFee(price=fee)), "DKK", included, vat)
    middle, end = T + timedelta(seconds=lasted * percent // 100), T + timedelta(seconds=lasted)
    first_wh = wh * percent // 100
    whole = own_side(usage_of(wh, end, None, None), tariff)
    halves = own_side(usage_of(first_wh, middle, None, None), tariff) + own_side(usage_of(wh - first_wh, end, None, None, middle), tariff)
    by_the_minute = fee + (master.price if isinstance(master, rules.TimePrice) else 0)
    assert abs(whole - halves) <= Money.rounded(by_the_minute, "DKK").minor + 2


@steady
@given(usages(), tariffs(), st.lists(st.integers(0, 9_000), max_size=40))
def test_lines_do_not_depend_on_the_boundaries_of_buckets(used, tariff, buckets):
    moved = replace(used, buckets_from_at=T - timedelta(seconds=900), buckets_wh=tuple(buckets))
    assert rules.price(moved, tariff) == rules.price(used, tariff)


@steady
@given(usages(), tariffs(), st.sampled_from([300, 600, 900, 1800, 3600]))
def test_the_parts_of_a_line_sum_exactly_to_it(used, tariff, seconds):
    lines = rules.price(used, tariff)
    parts = [part for bucket in rules.split(lines, used, seconds) for part in bucket.parts]
    for line in lines:
        mine = [part for part in parts if part.line is line]
        assert sum(part.gross.minor for part in mine) == line.gross.minor
        assert sum(part.net.minor for part in mine) == line.net.minor
        assert all(part.net + part.vat == part.gross for part in mine)


@steady
@given(usages(), tariffs(), st.sampled_from([300, 3600]))
def test_buckets_follow_each_other_and_cover_the_charge(used, tariff, seconds):
    buckets = rules.split(rules.price(used, tariff), used, seconds)
    assert buckets[0].from_at <= used.started_at
    assert buckets[-1].until_at >= used.stopped_at
    assert all(bucket.from_at.timestamp() % seconds == 0 for bucket in buckets)
    assert [bucket.until_at for bucket in buckets[:-1]] == [bucket.from_at for bucket in buckets[1:]]


@steady
@given(components())
def test_stored_components_are_the_same_when_they_are_read_again(given_components):
    stored = rules.dump_components(given_components)
    assert rules.parse_components(stored) == given_components
    assert rules.dump_components(rules.parse_components(stored)) == stored


@steady
@given(usages(), tariffs())
def test_a_line_is_within_half_a_minor_unit_of_its_exact_amount(used, tariff):
    exact = [drawn for component in tariff.components for drawn in component.draw(used)]
    rounded = [line for line in rules.price(replace(used), replace(tariff, discounts=())) if line.kind != "adjustment"]
    shown = [drawn for drawn in exact if Money.rounded(drawn.amount, tariff.currency).minor]
    for drawn, line in zip(shown, [one for one in rounded if (one.gross if tariff.is_vat_included else one.net).minor], strict=True):
        side = line.gross if tariff.is_vat_included else line.net
        assert abs(drawn.amount.scaleb(exponent(tariff.currency)) - side.minor) * 2 <= 1
