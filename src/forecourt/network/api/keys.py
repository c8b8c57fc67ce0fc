"""Charge auth tokens, our charge keys (partner API §11.13)."""

from typing import Annotated, Any, Literal

from ninja import Query, Router
from pydantic import Field

from forecourt.access import Permission, fetch
from forecourt.api.endpoint import ApiRequest, endpoint
from forecourt.api.paging import PageQuery, page_of
from forecourt.api.rows import Listing, Where
from forecourt.api.shapes import ExternalId, Id, In, Moment, Out, Page, Payload, changes
from forecourt.identity.models import Person
from forecourt.kit import clock
from forecourt.kit.errors import NotFound
from forecourt.network import operations
from forecourt.network.models import ChargeKey
from forecourt.operators.api import OperatorOut, operator, operator_sql
from forecourt.teams.models import Team

router = Router(tags=["Charge auth tokens"])
READ, WRITE, DELETE = (f"charge-auth-tokens:{level}" for level in ("read", "write", "delete"))
PLAIN = (
    "id", "identifier", "type", "team_id", "person_id", "partner_external_id", "name", "is_for_network", "is_for_roaming",
    "is_for_operator", "active_until", "blocked_at", "created_at", "updated_at", "deleted_at",
)  # fmt: skip
PAYLOAD = {"partner_custom_payload": "r.partner_custom_payload::json"}
KEYS = Listing(
    "network_chargekey", {name: f"r.{name}" for name in PLAIN} | PAYLOAD | operator_sql("o"),
    "JOIN operators_operator o ON o.id = r.operator_id", sides=ChargeKey.SIDES,
)  # fmt: skip
NAMES = {"monta_network": "is_for_network", "roaming_network": "is_for_roaming", "operator_network": "is_for_operator"}
Identifier = Annotated[str, Field(min_length=1, max_length=36)]  # the operation refuses the prefix `VID:`


class KeyOut(Out):
    id: int
    identifier: str
    type: Literal["vehicleId", "rfid"]
    team_id: int
    user_id: int | None
    partner_external_id: str | None
    partner_custom_payload: Payload | None
    name: str | None
    operator: OperatorOut | None
    monta_network: bool
    roaming_network: bool
    operator_network: bool
    active_until: Moment | None
    blocked_at: Moment | None
    created_at: Moment
    updated_at: Moment
    deleted: bool


class KeyQuery(PageQuery):
    team_id: Id | None = None
    partner_external_id: ExternalId | None = None


class KeyPatch(In):
    team_id: Id | None = None
    user_id: Id | None = None
    name: str | None = None
    monta_network: bool | None = None
    roaming_network: bool | None = None
    operator_network: bool | None = None
    active_until: Moment | None = None
    partner_external_id: ExternalId | None = None
    partner_custom_payload: Payload | None = None


class KeyIn(KeyPatch):
    team_id: Id
    identifier: Identifier
    type: Literal["rfid", "vehicleId"]
    blocked_at: Moment | None = None


def key_json(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "identifier": row.identifier,
        "type": row.type,
        "teamId": row.team_id,
        "userId": row.person_id,
        "partnerExternalId": row.partner_external_id,
        "partnerCustomPayload": row.partner_custom_payload,
        "name": row.name,
        "operator": operator(row),
        "montaNetwork": row.is_for_network,
        "roamingNetwork": row.is_for_roaming,
        "operatorNetwork": row.is_for_operator,
        "activeUntil": row.active_until,
        "blockedAt": row.blocked_at,
        "createdAt": row.created_at,
        "updatedAt": row.updated_at,
        "deleted": row.deleted_at is not None,
    }


def _one(request: ApiRequest, id: int) -> dict[str, Any]:
    return key_json(KEYS.one(request.actor.scope(Permission.CHARGE_KEY_READ), id))


def _fetched(request: ApiRequest, id: int, needs: Permission) -> ChargeKey:
    key: ChargeKey = fetch(ChargeKey.objects.select_related("team", "person"), actor=request.actor, id=id, needs=needs)
    return key


def _team(request: ApiRequest, id: int, needs: Permission) -> Team:
    team: Team = fetch(Team.objects.filter(deleted_at=None), actor=request.actor, id=id, needs=needs)
    return team


def _person(id: int | None) -> Person | None:
    """Whether the person belongs to the team is the operation's question. :raises NotFound: if nobody has the id."""
    if id is None:
        return None
    person = Person.objects.filter(pk=id, deleted_at=None).first()
    if person is None:
        raise NotFound("There is no such user.")
    return person


def _values(sent: dict[str, Any]) -> dict[str, Any]:
    return {NAMES.get(name, name): value for name, value in sent.items() if name not in ("team_id", "user_id", "identifier", "type")}


@endpoint(router, "GET", "/charge-auth-tokens", "get-charge-auth-tokens", returns=Page[KeyOut], scope=READ)
def get_keys(request: ApiRequest, query: Query[KeyQuery]) -> dict[str, Any]:
    """List charge keys."""
    where = Where().equals("team_id", query.team_id).external_id(query.partner_external_id).living(False)
    return page_of(KEYS, key_json, request.actor.scope(Permission.CHARGE_KEY_READ), where, query)


@endpoint(router, "POST", "/charge-auth-tokens", "create-charge-auth-token", returns=KeyOut, status=201, scope=WRITE)
def post_key(request: ApiRequest, body: KeyIn) -> dict[str, Any]:
    """Create a charge key that pays with the team's wallet."""
    key = operations.create_key(
        actor=request.actor, team=_team(request, body.team_id, Permission.CHARGE_KEY_CREATE), identifier=body.identifier, type=body.type,
        person=_person(body.user_id), values=_values(changes(body)), at=clock.now(),
    )  # fmt: skip
    return _one(request, key.pk)


@endpoint(router, "GET", "/charge-auth-tokens/{int:key_id}", "get-charge-auth-token", returns=KeyOut, scope=READ)
def get_key(request: ApiRequest, key_id: Id) -> dict[str, Any]:
    """Get one charge key."""
    return _one(request, key_id)


@endpoint(router, "PATCH", "/charge-auth-tokens/{int:key_id}", "patch-charge-auth-token", returns=KeyOut, scope=WRITE)
def patch_key(request: ApiRequest, key_id: Id, body: KeyPatch) -> dict[str, Any]:
    """Change a charge key; only what is sent."""
    key = _fetched(request, key_id, Permission.CHARGE_KEY_UPDATE)
    sent = changes(body)
    values = _values(sent)
    if "team_id" in sent:
        values["team"] = _team(request, sent["team_id"], Permission.CHARGE_KEY_CREATE)
    if "user_id" in sent:
        values["person"] = _person(sent["user_id"])
    operations.edit_key(actor=request.actor, key=key, values=values, at=clock.now())
    return _one(request, key_id)


@endpoint(router, "DELETE", "/charge-auth-tokens/{int:key_id}", "delete-charge-auth-token", scope=DELETE)
def delete_key(request: ApiRequest, key_id: Id) -> None:
    """Delete a charge key."""
    operations.delete_key(actor=request.actor, key=_fetched(request, key_id, Permission.CHARGE_KEY_DELETE), at=clock.now())


@endpoint(router, "POST", "/charge-auth-tokens/{int:key_id}/block", "block-charge-auth-token", returns=KeyOut, scope=WRITE)
def block_key(request: ApiRequest, key_id: Id) -> dict[str, Any]:
    """Block a charge key."""
    operations.block_key(actor=request.actor, key=_fetched(request, key_id, Permission.CHARGE_KEY_UPDATE), at=clock.now())
    return _one(request, key_id)


@endpoint(router, "POST", "/charge-auth-tokens/{int:key_id}/unblock", "unblock-charge-auth-token", returns=KeyOut, scope=WRITE)
def unblock_key(request: ApiRequest, key_id: Id) -> dict[str, Any]:
    """Let a blocked charge key charge again."""
    operations.unblock_key(actor=request.actor, key=_fetched(request, key_id, Permission.CHARGE_KEY_UPDATE), at=clock.now())
    return _one(request, key_id)
