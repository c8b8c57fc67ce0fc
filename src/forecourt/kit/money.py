"""Money: a whole number of minor units in one currency. Rates are Decimals; amounts never are."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Self

# ISO 4217: digits after the decimal mark; two, where it is not one of these.
_NO_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND"
_EXCEPTIONS = dict.fromkeys(_NO_DECIMALS.split(), 0) | dict.fromkeys(_THREE_DECIMALS.split(), 3)


def exponent(currency: str) -> int:
    """Digits after the decimal mark of a currency (ISO 4217)."""
    return _EXCEPTIONS.get(currency, 2)


class CurrencyMismatch(TypeError):
    """Two currencies met in one sum. Always a bug, so it is a TypeError, not a DomainError."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount: `minor` whole minor units (øre, cent) of `currency` (ISO 4217, upper case)."""

    minor: int
    currency: str

    @classmethod
    def rounded(cls, amount: Decimal, currency: str) -> Self:
        """Turn an exact amount in major units into Money, halves away from zero. Nothing else in the product rounds."""
        scaled = amount.scaleb(exponent(currency))
        return cls(int(scaled.quantize(Decimal(1), rounding=ROUND_HALF_UP)), currency)

    @classmethod
    def zero(cls, currency: str) -> Self:
        return cls(0, currency)

    @property
    def major(self) -> Decimal:
        """The exact amount in major units, for display and for the API's decimals."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    def __add__(self, other: Self) -> Self:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} + {other.currency}")
        return type(self)(self.minor + other.minor, self.currency)

    def __sub__(self, other: Self) -> Self:
        return self + -other

    def __neg__(self) -> Self:
        return type(self)(-self.minor, self.currency)

    def split(self, weights: Sequence[int]) -> list[Self]:
        """Share out by weight. The parts sum to the whole exactly and each is within one unit of its share."""
        parts, weight_so_far, given = [], 0, 0
        for weight in weights:
            weight_so_far += weight
            upto = -(-abs(self.minor) * weight_so_far // sum(weights))
            parts.append(upto - given)
            given = upto
        sign = -1 if self.minor < 0 else 1
        return [type(self)(sign * part, self.currency) for part in parts]

    def __str__(self) -> str:
        places = exponent(self.currency)
        return f"{self.major:.{places}f} {self.currency}"
