"""
The contract's conventions as types: camel case outside, snake case inside, ids of 64 bits, RFC 3339, exact decimals.

Schemas are what a request is checked by, and the documentation of a response; a response is written by `replies`.
Source: partner API §5, §11.0.
"""

from datetime import UTC, datetime
from decimal import Decimal
from functools import cache, lru_cache
from operator import attrgetter
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

from forecourt.api.reference_rows import country_name
from forecourt.kit.money import exponent

T = TypeVar("T")

Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=255)]
LongText = Annotated[str, StringConstraints(max_length=10_000)]
ExternalId = Annotated[str, StringConstraints(max_length=255)]
Payload = dict[str, Any]


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


Moment = Annotated[AwareDatetime, AfterValidator(_utc)]


class In(BaseModel):
    """A request. Unknown fields are ignored (partner API §15.3)."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="ignore")


class Out(BaseModel):
    """The documentation of a response. Nullable fields are always present."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid")


def changes(body: In, *, clearable: frozenset[str] | set[str] = frozenset()) -> dict[str, Any]:
    """
    What a PATCH changes: fields that were sent. Null clears a tri-state field (`clearable`) and leaves any other alone.

    Source: partner API §5.5.
    """
    sent = {name: getattr(body, name) for name in body.model_fields_set}
    return {name: value for name, value in sent.items() if value is not None or name in clearable}


class PageMeta(Out):
    item_count: int
    current_page: int
    per_page: int
    total_page_count: int
    total_item_count: int


class Page(Out, Generic[T]):
    data: list[T]
    meta: PageMeta


class CurrencyOut(Out):
    identifier: str
    name: str
    decimals: int


class Coordinates(Out):
    latitude: float
    longitude: float


class AddressOut(Out):
    address1: str
    address2: str | None
    address3: str | None
    zip: str
    city: str
    province: str | None
    country: str | None
    country_area_id: int | None


class LocationOut(Out):
    coordinates: Coordinates | None
    address_label: str | None
    address: AddressOut | None


class AddressIn(In):
    """`CreatedOrUpdateAddress`."""

    address1: Text
    address2: Text | None = None
    address3: Text | None = None
    city: Text
    zip_code: Text
    country_id: Id
    country_area_id: Id | None = None

    def columns(self) -> dict[str, Any]:
        """As the columns of `places.models.Address`, which has no nulls in its lines."""
        lines = {name: getattr(self, name) or "" for name in ("address1", "address2", "address3", "city", "zip_code")}
        return {**lines, "country_id": self.country_id, "country_area_id": self.country_area_id}


def kwh(wh: int | None) -> Decimal | None:
    return None if wh is None else Decimal(wh).scaleb(-3)


def kw(w: int | None) -> Decimal | None:
    return None if w is None else Decimal(w).scaleb(-3)


def major(minor: int | None, currency: str) -> Decimal | None:
    """Minor units as a decimal in major units."""
    return None if minor is None else Decimal(minor).scaleb(-exponent(currency))


def address(row: Any, prefix: str = "") -> dict[str, Any] | None:
    """`Address` from columns named `address1`, `zip_code`, `country_id`, … ; null where nothing is known."""
    return _address(*_columns(prefix)(row))


def location(row: Any, prefix: str = "") -> dict[str, Any]:
    """`Location`, from `latitude` and `longitude` too. Rows at one place share it: nobody may change it."""
    return _location(*_columns(prefix, "latitude", "longitude")(row))


@cache
def _columns(prefix: str, *first: str) -> "attrgetter[tuple[Any, ...]]":
    return attrgetter(*(prefix + name for name in (*first, *ADDRESS_COLUMNS)))


@lru_cache(maxsize=4096)
def _location(latitude: Any, longitude: Any, *columns: Any) -> dict[str, Any]:
    where = _address(*columns)
    label = ", ".join(part for part in (where["address1"], f"{where['zip']} {where['city']}".strip()) if part) if where else None
    return {
        "coordinates": None if latitude is None else {"latitude": latitude, "longitude": longitude},
        "addressLabel": label or None,
        "address": where,
    }


def _address(
    first: str | None, second: str | None, third: str | None, zip_code: str | None, city: str | None, province: str | None,
    area_id: int | None, country_id: int | None,
) -> dict[str, Any] | None:  # fmt: skip
    country = country_name(country_id)
    if not (first or city or country):
        return None
    return {
        "address1": first or "",
        "address2": second or None,
        "address3": third or None,
        "zip": zip_code or "",
        "city": city or "",
        "province": province or None,
        "country": country,
        "countryAreaId": area_id,
    }


ADDRESS_COLUMNS = ("address1", "address2", "address3", "zip_code", "city", "province", "country_area_id", "country_id")


def address_sql(alias: str) -> dict[str, str]:
    """The columns that `address` reads, from a table with an address."""
    return {name: f"{alias}.{name}" for name in ADDRESS_COLUMNS}
