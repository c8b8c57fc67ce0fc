"""Operators (partner API §11.19), and the `Operator` that many resources carry."""

from typing import Any

from ninja import Query, Router

from forecourt.access import Permission, Scope
from forecourt.api.endpoint import ApiRequest, endpoint
from forecourt.api.paging import PageQuery, page_of
from forecourt.api.rows import Listing, Where
from forecourt.api.shapes import Id, Out, Page

router = Router(tags=["Operators"])


class OperatorOut(Out):
    id: int
    name: str
    identifier: str
    partner_id: int | None
    vat_number: str | None


def operator_sql(alias: str) -> dict[str, str]:
    """The columns that `operator` reads, of a joined `operators_operator`."""
    return {
        "operator_id": f"{alias}.id",
        "operator_name": f"{alias}.name",
        "operator_identifier": f"{alias}.identifier",
        "operator_vat_number": f"{alias}.vat_number",
        "operator_is_installation": f"{alias}.is_installation",
    }


def operator(row: Any) -> dict[str, Any] | None:
    """Null for what belongs to the installation: personal teams have no operator."""
    if row.operator_is_installation:
        return None
    return {
        "id": row.operator_id,
        "name": row.operator_name,
        "identifier": row.operator_identifier,
        "partnerId": None,
        "vatNumber": row.operator_vat_number,
    }


OPERATORS = Listing("operators_operator", operator_sql("r"), sides={"owner": {"organisation_id": "organisation_id", "operator_id": "id"}})


def _shape(row: Any) -> dict[str, Any]:
    return operator(row) or {}


def _reach(request: ApiRequest) -> Scope:
    """Own and child operators; a credential that is limited to teams sees its own operator."""
    scope = request.actor.scope(Permission.OPERATOR_READ)
    if scope.organisation_ids or scope.operator_ids:
        return scope
    return Scope(operator_ids=frozenset({request.actor.operator_id or 0}))


@endpoint(router, "GET", "/operators", "get-operators", returns=Page[OperatorOut], scope="operators", org=True)
def get_operators(request: ApiRequest, query: Query[PageQuery]) -> dict[str, Any]:
    """List the credential's operator and its Sub-accounts."""
    return page_of(OPERATORS, _shape, _reach(request), Where().living(False), query)


@endpoint(router, "GET", "/operators/{int:operator_id}", "get-operator", returns=OperatorOut, scope="operators", org=True)
def get_operator(request: ApiRequest, operator_id: Id) -> dict[str, Any]:
    """Get one operator."""
    return _shape(OPERATORS.one(_reach(request), operator_id))


@endpoint(
    router, "GET", "/operators/{int:operator_id}/sub-operators", "get-sub-operators", returns=Page[OperatorOut], scope="operators", org=True
)
def get_sub_operators(request: ApiRequest, operator_id: Id, query: Query[PageQuery]) -> dict[str, Any]:
    """List the Sub-accounts of a Main account; a Sub-account has none of its own."""
    OPERATORS.one(_reach(request), operator_id)
    of_this = "NOT r.is_main AND r.organisation_id = (SELECT organisation_id FROM operators_operator WHERE id = %s AND is_main)"
    return page_of(OPERATORS, _shape, _reach(request), Where().living(False).add(of_this, operator_id), query)
