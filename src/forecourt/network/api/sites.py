"""Sites (partner API §11.9)."""

from typing import Annotated, Any, Literal

from ninja import Query, Router
from pydantic import Field

from forecourt.access import Permission, fetch
from forecourt.api.endpoint import ApiRequest, endpoint
from forecourt.api.paging import PageQuery, page_of
from forecourt.api.rows import Listing, Where
from forecourt.api.shapes import (
    AddressIn,
    ExternalId,
    Id,
    In,
    LocationOut,
    Moment,
    Out,
    Page,
    Payload,
    Text,
    address_sql,
    changes,
    kw,
    location,
)  # fmt: skip
from forecourt.kit import clock
from forecourt.network import operations
from forecourt.network.api.places import LOCATION, SITE_METADATA, ConnectorOut, is_own, metadata, nearest, or_published
from forecourt.network.models import Site
from forecourt.operators.api import OperatorOut, operator, operator_sql
from forecourt.teams.models import Team

router = Router(tags=["Sites"])
READ, WRITE, DELETE = (f"charge-points:{level}" for level in ("read", "write", "delete"))
LIVING = "FROM network_chargepoint p WHERE p.site_id = r.id AND p.deleted_at IS NULL"
FACTS = f"""(SELECT json_build_object('count', count(*), 'active', count(p.active_at), 'max_w', max(p.max_w),
 'available', count(*) FILTER (WHERE p.state = 'available'), 'has_dc', bool_or(p.type = 'dc'), 'has_ac', bool_or(p.type = 'ac')) {LIVING})"""
CONNECTORS = f"""(SELECT json_agg(json_build_object('id', t.id, 'identifier', t.identifier, 'name', t.name) ORDER BY t.id)
 FROM network_connectortype t WHERE t.id IN (
   SELECT k.connector_type_id FROM network_connector k WHERE k.charge_point_id IN (SELECT p.id {LIVING})))"""  # noqa: S608 (constants)
PLAIN = (
    "id", "team_id", "partner_external_id", "name", "created_at", "updated_at", "deleted_at", "visibility", "note", "latitude", "longitude",
)  # fmt: skip
COLUMNS = (
    {name: f"r.{name}" for name in PLAIN}
    | {
        "partner_custom_payload": "r.partner_custom_payload::json", "metadata": "r.metadata::json", "facts": FACTS,
        "connectors": CONNECTORS, "scope_operator_id": "r.operator_id",
    }
    | address_sql("r")
    | operator_sql("o")
)  # fmt: skip
SITES = Listing("network_site", COLUMNS, "JOIN operators_operator o ON o.id = r.operator_id")


class SiteOut(Out):
    id: int
    team_id: int | None
    partner_external_id: str | None
    partner_custom_payload: Payload | None
    name: str
    operator: OperatorOut | None
    created_at: Moment
    updated_at: Moment
    deleted_at: Moment | None
    charge_point_count: int
    active_charge_point_count: int
    available_charge_point_count: int
    max_kw_legacy: Annotated[float | None, Field(alias="maxKW")]
    max_kw: float | None
    type: Literal["ac", "dc"] | None
    visibility: Literal["private", "public"]
    note: str | None
    location: LocationOut
    connectors: list[ConnectorOut]
    metadata: Payload | None


class SiteQuery(PageQuery):
    team_id: Id | None = None
    partner_external_id: ExternalId | None = None
    sort_by_location: LOCATION | None = None
    operator_id: Id | None = None
    include_public: bool = False
    include_deleted: bool = False


class SitePatch(In):
    name: Text | None = None
    address: AddressIn | None = None
    visibility: Literal["private", "public"] | None = None
    partner_external_id: ExternalId | None = None
    partner_custom_payload: Payload | None = None


class SiteIn(SitePatch):
    team_id: Id
    name: Text
    address: AddressIn
    visibility: Literal["private", "public"]


def site_type(row: Any) -> str | None:
    return "dc" if row.facts["has_dc"] else "ac" if row.facts["has_ac"] else None


def site_json(row: Any) -> dict[str, Any]:
    max_kw = kw(row.facts["max_w"])
    return {
        "id": row.id,
        "teamId": row.team_id,
        "partnerExternalId": row.partner_external_id,
        "partnerCustomPayload": row.partner_custom_payload,
        "name": row.name,
        "operator": operator(row),
        "createdAt": row.created_at,
        "updatedAt": row.updated_at,
        "deletedAt": row.deleted_at,
        "chargePointCount": row.facts["count"],
        "activeChargePointCount": row.facts["active"],
        "availableChargePointCount": row.facts["available"],
        "maxKW": max_kw,
        "maxKw": max_kw,
        "type": site_type(row),
        "visibility": row.visibility,
        "note": row.note,
        "location": location(row),
        "connectors": row.connectors or [],
        "metadata": metadata(row.metadata, SITE_METADATA),
    }


def site_seen_by(scope: Any, row: Any) -> dict[str, Any]:
    """Another operator's public site shows none of the owner's own words."""
    private = () if is_own(row, scope) else ("teamId", "partnerExternalId", "partnerCustomPayload", "note", "metadata")
    return site_json(row) | dict.fromkeys(private)


def _one(request: ApiRequest, id: int) -> dict[str, Any]:
    return site_json(SITES.one(request.actor.scope(Permission.SITE_READ), id))


def _fetched(request: ApiRequest, id: int, needs: Permission) -> Site:
    site: Site = fetch(Site.objects, actor=request.actor, id=id, needs=needs)
    return site


def _values(sent: dict[str, Any]) -> dict[str, Any]:
    place = sent.pop("address", None)
    return sent | (place.columns() if place is not None else {})


@endpoint(router, "GET", "/sites", "get-sites", returns=Page[SiteOut], scope=READ, org=True)
def get_sites(request: ApiRequest, query: Query[SiteQuery]) -> dict[str, Any]:
    """
    List sites.

    `sortByLocation` is lat,lon, nearest first. `includePublic` adds other operators' public ones (version v2).
    """
    scope = request.consumer.within(query.operator_id).scope(Permission.SITE_READ)
    where = Where().equals("team_id", query.team_id).external_id(query.partner_external_id).living(query.include_deleted)
    listing = nearest(SITES, query.sort_by_location, "r.latitude", "r.longitude")
    if query.include_public and request.is_v2:
        reached, where = or_published(scope, where, "true")
        return page_of(listing, lambda row: site_seen_by(scope, row), reached, where, query)
    return page_of(listing, site_json, scope, where, query)


@endpoint(router, "POST", "/sites", "post-site", returns=SiteOut, status=201, scope=WRITE, org=True)
def post_site(request: ApiRequest, body: SiteIn) -> dict[str, Any]:
    """Create a site."""
    team: Team = fetch(Team.objects.filter(deleted_at=None), actor=request.actor, id=body.team_id, needs=Permission.SITE_CREATE)
    sent = changes(body)
    sent.pop("team_id")
    site = operations.create_site(actor=request.actor, team=team, values=_values(sent), at=clock.now())
    return _one(request, site.pk)


@endpoint(router, "GET", "/sites/{int:site_id}", "get-site", returns=SiteOut, scope=READ, org=True)
def get_site(request: ApiRequest, site_id: Id) -> dict[str, Any]:
    """Get one site."""
    return _one(request, site_id)


@endpoint(router, "PATCH", "/sites/{int:site_id}", "patch-site", returns=SiteOut, scope=WRITE, org=True)
def patch_site(request: ApiRequest, site_id: Id, body: SitePatch) -> dict[str, Any]:
    """Change a site; only what is sent."""
    site = _fetched(request, site_id, Permission.SITE_UPDATE)
    operations.edit_site(actor=request.actor, site=site, values=_values(changes(body)), at=clock.now())
    return _one(request, site_id)


@endpoint(router, "DELETE", "/sites/{int:site_id}", "delete-site", status=204, scope=DELETE, org=True)
def delete_site(request: ApiRequest, site_id: Id) -> None:
    """Delete a site; its charge points stay, without a site."""
    operations.delete_site(actor=request.actor, site=_fetched(request, site_id, Permission.SITE_DELETE), at=clock.now())
