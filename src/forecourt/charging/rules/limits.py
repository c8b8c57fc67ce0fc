"""Limits that a driver may set at the start; the first one reached stops the charge (partner API §11.10 `StartChargeRequest`)."""

from dataclasses import dataclass
from decimal import Decimal

from forecourt.kit.money import Money

KWH = (1, 500)
SOC_PERCENT = (1, 100)
LEAST_PRICE = Decimal(1)  # in major units of the charge point's currency


@dataclass(frozen=True, slots=True)
class Limits:
    """None is no limit. Energy in watt-hours, price in major units of the charge's currency."""

    wh: int | None = None
    soc_percent: Decimal | None = None
    price: Decimal | None = None

    def price_minor(self, currency: str) -> int | None:
        return None if self.price is None else Money.rounded(self.price, currency).minor


def broken(limits: Limits) -> dict[str, str]:
    """Which limits are out of their bounds, by the API's field names, in English for a person."""
    found = {}
    if limits.wh is not None and not KWH[0] * 1000 <= limits.wh <= KWH[1] * 1000:
        found["kwhLimit"] = "Enter a number from 1 to 500."
    if limits.soc_percent is not None and not SOC_PERCENT[0] <= limits.soc_percent <= SOC_PERCENT[1]:
        found["socLimit"] = "Enter a number from 1 to 100."
    if limits.price is not None and limits.price < LEAST_PRICE:
        found["priceLimit"] = "Enter at least 1."
    return found
