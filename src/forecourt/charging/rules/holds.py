"""How much is held in a payer's wallet when a charge starts. The table is in `docs/domains/charging.md`."""

from decimal import Decimal
from typing import Final

from forecourt.kit.money import Money

# In major units: round sums of about the same worth, that of a small charge. It proves that there are funds; it is no limit.
_MAJOR: Final = {
    "AED": 40, "AUD": 15, "BAM": 20, "BGN": 20, "BRL": 50, "CAD": 15, "CHF": 10, "CNY": 70, "CZK": 200, "DKK": 50, "EUR": 10, "GBP": 8,
    "GEL": 25, "HUF": 3_000, "ILS": 40, "INR": 800, "ISK": 1_000, "JPY": 1_500, "KRW": 12_000, "MDL": 150, "MKD": 500, "MXN": 150, "NOK": 75,
    "NZD": 15, "PLN": 35, "RON": 40, "RSD": 1_000, "SEK": 75, "SGD": 12, "THB": 300, "TRY": 350, "UAH": 400, "USD": 10, "ZAR": 150,
}  # fmt: skip
_ELSEWHERE: Final = 10


def hold_amount(currency: str) -> int:
    """Minor units of the payer wallet's currency."""
    return Money.rounded(Decimal(_MAJOR.get(currency, _ELSEWHERE)), currency).minor
