from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecourt.kit.money import CurrencyMismatch, Money


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [("1.005", "DKK", 101), ("-1.005", "DKK", -101), ("1.004999", "DKK", 100), ("12.5", "ISK", 13), ("1.0005", "KWD", 1001)],
)
def test_rounding_is_half_away_from_zero_at_the_currencys_own_digits(amount, currency, minor):
    assert Money.rounded(Decimal(amount), currency) == Money(minor, currency)


def test_two_currencies_never_meet_in_a_sum():
    with pytest.raises(CurrencyMismatch, match=r"DKK \+ EUR"):
        Money(1, "DKK") + Money(1, "EUR")


def test_an_amount_is_written_with_its_currencys_digits():
    assert [str(Money(1234, "DKK")), str(Money(1234, "ISK")), str(Money(-5, "KWD"))] == ["12.34 DKK", "1234 ISK", "-0.005 KWD"]


@given(st.integers(-(10**12), 10**12), st.lists(st.integers(0, 10**6), min_size=1, max_size=30).filter(any))
def test_the_parts_of_a_split_sum_to_the_whole_and_are_within_one_of_their_share(minor, weights):
    parts = Money(minor, "EUR").split(weights)
    assert sum(part.minor for part in parts) == minor
    shares = [Decimal(minor) * weight / sum(weights) for weight in weights]
    assert all(abs(part.minor - share) <= 1 for part, share in zip(parts, shares, strict=True))
