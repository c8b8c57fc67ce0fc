"""Plug types, brands and models (partner API §11.3); nobody's in particular."""

from typing import Any

from ninja import Query, Router

from forecourt.access import Scope
from forecourt.api.endpoint import ApiRequest, endpoint
from forecourt.api.paging import PageQuery, page_of
from forecourt.api.rows import Listing, Where
from forecourt.api.shapes import Id, Moment, Out, Page
from forecourt.network.api.places import ConnectorOut

router = Router(tags=["Charge point models"])
EVERYWHERE = Scope(is_everywhere=True)
STAMPS = {"created_at": "r.created_at", "updated_at": "r.updated_at"}
NAMED = {"id": "r.id", "identifier": "r.identifier", "name": "r.name"}
CONNECTORS = Listing("network_connectortype", NAMED, order="r.id")
BRANDS = Listing("network_brand", NAMED | STAMPS, order="r.id")
MODEL_COLUMNS = (
    NAMED | STAMPS | {"brand_id": "b.id", "brand_name": "b.name", "release": "r.reports_release", "unlock": "r.has_remote_unlock"}
)
MODELS = Listing("network_model", MODEL_COLUMNS, "JOIN network_brand b ON b.id = r.brand_id", order="r.id")


class BrandOut(Out):
    id: int
    identifier: str
    name: str
    created_at: Moment | None
    updated_at: Moment | None


class ModelBrand(Out):
    id: int
    name: str


class Feature(Out):
    key: str
    description: str | None
    requirements: str | None
    enabled: bool


class ModelOut(Out):
    id: int
    identifier: str
    name: str
    brand: ModelBrand
    features: list[Feature]
    created_at: Moment | None
    updated_at: Moment | None


class SearchQuery(PageQuery):
    search: str | None = None


class ModelQuery(SearchQuery):
    brand_id: Id | None = None


def _named(row: Any) -> dict[str, Any]:
    return {"id": row.id, "identifier": row.identifier, "name": row.name}


def _brand(row: Any) -> dict[str, Any]:
    return _named(row) | {"createdAt": row.created_at, "updatedAt": row.updated_at}


def _model(row: Any) -> dict[str, Any]:
    features = [
        {"key": "cable-release-detection", "description": "Says when the cable leaves.", "requirements": None, "enabled": row.release},
        {"key": "remote-unlock", "description": "Frees the cable when asked.", "requirements": None, "enabled": row.unlock},
    ]
    brand = {"id": row.brand_id, "name": row.brand_name}
    return _named(row) | {"brand": brand, "features": features, "createdAt": row.created_at, "updatedAt": row.updated_at}


def _search(text: str | None) -> Where:
    where = Where()
    return where if not text else where.add("position(lower(%s) IN lower(r.name)) > 0", text)


@endpoint(router, "GET", "/charge-point-connectors", "get-connectors", returns=Page[ConnectorOut])
def get_connectors(request: ApiRequest, query: Query[PageQuery]) -> dict[str, Any]:
    """List kinds of plugs."""
    return page_of(CONNECTORS, _named, EVERYWHERE, Where(), query)


@endpoint(router, "GET", "/charge-point-connectors/{int:connector_id}", "get-connector", returns=ConnectorOut)
def get_connector(request: ApiRequest, connector_id: Id) -> dict[str, Any]:
    """Get one kind of plug."""
    return _named(CONNECTORS.one(EVERYWHERE, connector_id))


@endpoint(router, "GET", "/charge-point-brands", "get-charge-point-brands", returns=Page[BrandOut])
def get_brands(request: ApiRequest, query: Query[SearchQuery]) -> dict[str, Any]:
    """List brands."""
    return page_of(BRANDS, _brand, EVERYWHERE, _search(query.search), query)


@endpoint(router, "GET", "/charge-point-brands/{int:brand_id}", "get-charge-point-brand", returns=BrandOut)
def get_brand(request: ApiRequest, brand_id: Id) -> dict[str, Any]:
    """Get one brand."""
    return _brand(BRANDS.one(EVERYWHERE, brand_id))


@endpoint(router, "GET", "/charge-point-models", "get-charge-point-models", returns=Page[ModelOut])
def get_models(request: ApiRequest, query: Query[ModelQuery]) -> dict[str, Any]:
    """List models."""
    return page_of(MODELS, _model, EVERYWHERE, _search(query.search).equals("brand_id", query.brand_id), query)


@endpoint(router, "GET", "/charge-point-models/{int:model_id}", "get-charge-point-model", returns=ModelOut)
def get_model(request: ApiRequest, model_id: Id) -> dict[str, Any]:
    """Get one model."""
    return _model(MODELS.one(EVERYWHERE, model_id))
