"""
Countries, areas, currencies (partner API §11.39).

`places` lies below this shell and cannot know it, so its endpoints stand here.
"""

from typing import Any

from ninja import Query, Router

from forecourt.access import Scope
from forecourt.api.endpoint import ApiRequest, endpoint
from forecourt.api.paging import PageQuery, page_of, whole
from forecourt.api.rows import Listing, Where, read
from forecourt.api.shapes import Id, Out, Page
from forecourt.kit.errors import NotFound

router = Router(tags=["Countries and currencies"])
EVERYWHERE = Scope(is_everywhere=True)


class CountryOut(Out):
    id: int
    name: str
    alpha2_code: str
    sanctioned: bool


class CountryAreaOut(Out):
    id: int
    country_id: int
    name: str
    external_id: str | None
    level: str


class InvoiceCurrency(Out):
    id: int
    identifier: str | None
    name: str | None
    decimals: int


class AreaQuery(PageQuery):
    country_id: Id


class CurrencyQuery(PageQuery):
    identifier: str | None = None


COUNTRIES = "SELECT id, name, alpha2, is_sanctioned FROM places_country"
AREAS = "SELECT id, country_id, name, external_id, level FROM places_countryarea"
CURRENCIES = Listing(
    "places_currency", {"id": "r.id", "identifier": "r.identifier", "name": "r.name", "decimals": "r.decimals"}, order="r.id"
)


def _country(row: tuple[Any, ...]) -> dict[str, Any]:
    return dict(zip(("id", "name", "alpha2Code", "sanctioned"), row, strict=True))


def _area(row: tuple[Any, ...]) -> dict[str, Any]:
    return dict(zip(("id", "countryId", "name", "externalId", "level"), row, strict=True))


def _currency(row: Any) -> dict[str, Any]:
    return {"id": row.id, "identifier": row.identifier.lower(), "name": row.name, "decimals": row.decimals}


def _only(rows: list[tuple[Any, ...]]) -> tuple[Any, ...]:
    if not rows:
        raise NotFound("There is nothing here with that id.")
    return rows[0]


@endpoint(router, "GET", "/countries", "getCountries", returns=Page[CountryOut])
def get_countries(request: ApiRequest) -> dict[str, Any]:
    """List countries, all at once."""
    return whole([_country(row) for row in read(f"{COUNTRIES} ORDER BY id")])


@endpoint(router, "GET", "/countries/{int:country_id}", "getCountry", returns=CountryOut)
def get_country(request: ApiRequest, country_id: Id) -> dict[str, Any]:
    """Get one country."""
    return _country(_only(read(f"{COUNTRIES} WHERE id = %s", [country_id])))


@endpoint(router, "GET", "/country-areas", "getCountriesAreas", returns=Page[CountryAreaOut])
def get_areas(request: ApiRequest, query: Query[AreaQuery]) -> dict[str, Any]:
    """List the bidding and grid areas of a country, all at once."""
    return whole([_area(row) for row in read(f"{AREAS} WHERE country_id = %s ORDER BY id", [query.country_id])])


@endpoint(router, "GET", "/country-areas/{int:area_id}", "getCountryArea", returns=CountryAreaOut)
def get_area(request: ApiRequest, area_id: Id) -> dict[str, Any]:
    """Get one area."""
    return _area(_only(read(f"{AREAS} WHERE id = %s", [area_id])))


@endpoint(router, "GET", "/currencies", "get-currencies", returns=Page[InvoiceCurrency])
def get_currencies(request: ApiRequest, query: Query[CurrencyQuery]) -> dict[str, Any]:
    """List currencies."""
    where = Where().equals("identifier", query.identifier.upper() if query.identifier else None)
    return page_of(CURRENCIES, _currency, EVERYWHERE, where, query)


@endpoint(router, "GET", "/currencies/{int:currency_id}", "get-currency", returns=InvoiceCurrency)
def get_currency(request: ApiRequest, currency_id: Id) -> dict[str, Any]:
    """Get one currency."""
    return _currency(CURRENCIES.one(EVERYWHERE, currency_id))
