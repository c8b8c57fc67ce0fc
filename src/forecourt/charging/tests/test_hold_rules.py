"""What is held at the start, in the payer's own currency."""

import pytest

from forecourt.charging.rules.holds import hold_amount


@pytest.mark.parametrize(
    ("currency", "minor"), [("DKK", 5_000), ("EUR", 1_000), ("SEK", 7_500), ("ISK", 1_000), ("JPY", 1_500), ("HUF", 300_000), ("XCD", 1_000)]
)  # fmt: skip
def test_the_hold_is_of_about_the_same_worth_in_each_currency(currency: str, minor: int) -> None:
    assert hold_amount(currency) == minor
