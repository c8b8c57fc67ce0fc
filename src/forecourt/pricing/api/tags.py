"""Price group tags (partner API §11.25)."""

from typing import Any

from ninja import Query, Router

from forecourt.access import Permission, fetch
from forecourt.api.endpoint import ApiRequest, endpoint
from forecourt.api.paging import PageQuery, page_of
from forecourt.api.rows import Listing, Where
from forecourt.api.shapes import ExternalId, Id, In, LongText, Moment, Out, Page, Payload, Text, changes
from forecourt.kit import clock
from forecourt.kit.errors import NotFound
from forecourt.operators.api import OperatorOut, operator, operator_sql
from forecourt.operators.models import Operator
from forecourt.pricing import operations
from forecourt.pricing.models import PriceGroupTag

router = Router(tags=["Price group tags"])
COLUMNS = {name: f"r.{name}" for name in ("id", "name", "description", "partner_external_id", "created_at", "updated_at")} | {
    "partner_custom_payload": "r.partner_custom_payload::json",
    **operator_sql("o"),
}
SIDES = {"owner": {"organisation_id": "organisation_id", "operator_id": "operator_id"}}
TAGS = Listing("pricing_pricegrouptag", COLUMNS, "JOIN operators_operator o ON o.id = r.operator_id", sides=SIDES)
CLEARABLE = frozenset({"description", "partner_external_id", "partner_custom_payload"})


class TagOut(Out):
    id: int
    name: str
    description: str | None
    partner_external_id: str | None
    partner_custom_payload: Payload | None
    operator: OperatorOut | None
    created_at: Moment
    updated_at: Moment | None


class TagQuery(PageQuery):
    name: str | None = None
    partner_external_id: ExternalId | None = None


class TagPatch(In):
    name: Text | None = None
    description: LongText | None = None
    partner_external_id: ExternalId | None = None
    partner_custom_payload: Payload | None = None


class TagIn(TagPatch):
    name: Text


@endpoint(router, "GET", "/price-group-tags", "get-price-group-tags", returns=Page[TagOut], scope="price-groups:read")
def get_tags(request: ApiRequest, query: Query[TagQuery]) -> dict[str, Any]:
    """List tags."""
    where = Where().equals("name", query.name).external_id(query.partner_external_id).living(False)
    return page_of(TAGS, _shape, request.actor.scope(Permission.PRICE_GROUP_READ), where, query)


@endpoint(router, "POST", "/price-group-tags", "post-price-group-tag", returns=TagOut, status=201, scope="price-groups:write")
def post_tag(request: ApiRequest, body: TagIn) -> dict[str, Any]:
    """Create a tag. Names are unique."""
    operators = Operator.objects.within(request.actor.scope(Permission.PRICE_GROUP_CREATE))
    home = operators.filter(pk=request.actor.operator_id or 0).first()
    if home is None:
        raise NotFound("This credential has no operator of its own.")
    return _tag(request, operations.create_tag(actor=request.actor, operator=home, at=clock.now(), **changes(body)).pk)


@endpoint(router, "GET", "/price-group-tags/{int:tag_id}", "get-price-group-tag", returns=TagOut, scope="price-groups:read")
def get_tag(request: ApiRequest, tag_id: Id) -> dict[str, Any]:
    """Get one tag."""
    return _tag(request, tag_id)


@endpoint(router, "PATCH", "/price-group-tags/{int:tag_id}", "patch-price-group-tag", returns=TagOut, scope="price-groups:write")
def patch_tag(request: ApiRequest, tag_id: Id, body: TagPatch) -> dict[str, Any]:
    """Change a tag."""
    tag = fetch(_living(), actor=request.actor, id=tag_id, needs=Permission.PRICE_GROUP_UPDATE)
    operations.edit_tag(actor=request.actor, tag=tag, at=clock.now(), **changes(body, clearable=CLEARABLE))
    return _tag(request, tag_id)


@endpoint(router, "DELETE", "/price-group-tags/{int:tag_id}", "delete-price-group-tag", scope="price-groups:delete")
def delete_tag(request: ApiRequest, tag_id: Id) -> None:
    """Delete a tag. Prices that carry it keep it."""
    tag = fetch(_living(), actor=request.actor, id=tag_id, needs=Permission.PRICE_GROUP_DELETE)
    operations.delete_tag(actor=request.actor, tag=tag, at=clock.now())


def _living() -> Any:
    return PriceGroupTag.objects.filter(deleted_at=None)


def _tag(request: ApiRequest, id: int) -> dict[str, Any]:
    return _shape(TAGS.one(request.actor.scope(Permission.PRICE_GROUP_READ), id, where=Where().living(False)))


def _shape(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "description": row.description,
        "partnerExternalId": row.partner_external_id,
        "partnerCustomPayload": row.partner_custom_payload,
        "operator": operator(row),
        "createdAt": row.created_at,
        "updatedAt": row.updated_at,
    }
