"""Feature groups (partner API §11.18). They are made in the portal; a partner applies them to teams."""

from typing import Annotated, Any, Literal

from ninja import Query, Router
from pydantic import Field

from forecourt.access import Permission, fetch
from forecourt.api.endpoint import ApiRequest, endpoint
from forecourt.api.paging import PageQuery, envelope, page_of
from forecourt.api.rows import Listing, Where
from forecourt.api.shapes import Id, In, Out, Page
from forecourt.kit import clock
from forecourt.teams.features import FEATURES
from forecourt.teams.models import FeatureGroup
from forecourt.teams.operations import features as operations

router = Router(tags=["Feature groups"])
READ, WRITE = "feature-groups:read", "feature-groups:write"
SIDES = {"owner": {"organisation_id": "organisation_id", "operator_id": "operator_id"}}
GROUPS = Listing("teams_featuregroup", {"id": "r.id", "name": "r.name"}, sides=SIDES)


class FeatureGroupOut(Out):
    id: int
    name: str


class FeatureCatalog(Out):
    type: Literal["team", "unknown"]
    name: str


class FeatureConfiguration(Out):
    """`id` is the feature's place in the catalogue, the same in every group."""

    id: int
    feature_catalog: FeatureCatalog
    feature_configuration: Literal["on", "off", "hidden", "unknown"]


class FeatureRelation(In):
    """`CreateFeatureGroup`."""

    relation_type: Literal["team"]
    ids: Annotated[list[Id], Field(min_length=1, max_length=100)]


def group_json(row: Any) -> dict[str, Any]:
    return {"id": row.id, "name": row.name}


def _group(request: ApiRequest, id: int, needs: Permission) -> FeatureGroup:
    group: FeatureGroup = fetch(FeatureGroup.objects.filter(deleted_at=None), actor=request.actor, id=id, needs=needs)
    return group


@endpoint(router, "GET", "/feature-groups", "get-feature-groups", returns=Page[FeatureGroupOut], scope=READ, org=True)
def get_feature_groups(request: ApiRequest, query: Query[PageQuery]) -> dict[str, Any]:
    """List feature groups."""
    return page_of(GROUPS, group_json, request.actor.scope(Permission.OPERATOR_READ), Where().living(False), query)


@endpoint(
    router, "GET", "/feature-groups/{int:feature_group_id}/configurations", "get-feature-group-configurations",
    returns=Page[FeatureConfiguration], scope=READ, org=True,
)  # fmt: skip
def get_configurations(request: ApiRequest, feature_group_id: Id, query: Query[PageQuery]) -> dict[str, Any]:
    """What a feature group says of each feature."""
    group = _group(request, feature_group_id, Permission.OPERATOR_READ)
    values = dict(group.settings.values_list("feature", "value"))
    every = [
        {"id": place, "featureCatalog": {"type": "team", "name": name}, "featureConfiguration": values.get(name, "on")}
        for place, name in enumerate(FEATURES, start=1)
    ]
    return envelope(every[query.offset : query.offset + query.per_page], query, len(every))


@endpoint(router, "POST", "/feature-groups/{int:feature_group_id}/apply", "apply-feature-group-relation", status=204, scope=WRITE, org=True)
def apply_feature_group(request: ApiRequest, feature_group_id: Id, body: FeatureRelation) -> None:
    """Put teams into a feature group: all of them, or none if one is not yours."""
    group = _group(request, feature_group_id, Permission.OPERATOR_UPDATE)
    operations.give_feature_group(actor=request.actor, group=group, team_ids=body.ids, at=clock.now())


@endpoint(
    router, "POST", "/feature-groups/{int:feature_group_id}/remove", "remove-feature-group-relation", status=204, scope=WRITE, org=True
)
def remove_feature_group(request: ApiRequest, feature_group_id: Id, body: FeatureRelation) -> None:
    """Take teams out of a feature group: all of them, or none if one is not yours."""
    group = _group(request, feature_group_id, Permission.OPERATOR_UPDATE)
    operations.take_feature_group(actor=request.actor, group=group, team_ids=body.ids, at=clock.now())
