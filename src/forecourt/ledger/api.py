"""Wallets and their transactions (partner API §11.29, §11.30; §13 for a person's)."""

from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import uuid4

from ninja import Query, Router
from pydantic import Field

from forecourt.access import Actor, Permission, fetch
from forecourt.api.batches import by_id
from forecourt.api.endpoint import ApiRequest, endpoint
from forecourt.api.paging import PageQuery, page_of
from forecourt.api.rows import Listing, Where
from forecourt.api.shapes import CurrencyOut, Id, In, LongText, Moment, Out, Page, Payload, kwh, major
from forecourt.kit import clock
from forecourt.kit.errors import Invalid, NotFound
from forecourt.kit.money import Money
from forecourt.kit.registries import WebhookSource
from forecourt.ledger import operations, queries
from forecourt.ledger.models import Wallet, WalletTransaction
from forecourt.operators.api import OperatorOut
from forecourt.places.models import Currency

router = Router(tags=["Wallets"])
READ = "wallet-transactions:read"
WALLET_COLUMNS = {
    "id": "r.id", "operator_owner_id": "r.operator_owner_id", "team_id": "r.team_id", "country_id": "r.country_id", "currency": "r.currency",
    "currency_id": "c.id", "currency_name": "c.name", "currency_decimals": "c.decimals",
}  # fmt: skip
WALLETS = Listing("ledger_wallet", WALLET_COLUMNS, "JOIN places_currency c ON c.identifier = r.currency")
PLAIN = (
    "id", "state", "group", "kind", "reference_type", "reference_id", "exchange_rate", "vat_rate", "note", "created_at", "updated_at",
    "completed_at",
)  # fmt: skip
BOTH = ("wallet_id", "operator_id", "team_id", "minor", "net_minor", "vat_minor", "currency")


def _side(side: str) -> dict[str, str]:
    """Columns of one side, with its wallet's owner."""
    return {f"{side}_{name}": f"r.{side}_{name}" for name in BOTH} | {
        f"{side}_currency_name": f"{side}_c.name",
        f"{side}_decimals": f"{side}_c.decimals",
        f"{side}_operator_name": f"{side}_o.name",
        f"{side}_identifier": f"{side}_o.identifier",
        f"{side}_vat_number": f"{side}_o.vat_number",
        f"{side}_team_name": f"{side}_t.name",
    }


COLUMNS = {name: f'r."{name}"' for name in PLAIN} | {"metadata": "r.metadata::json"} | _side("from") | _side("to")
JOINS = "\n".join(
    f"LEFT JOIN places_currency {side}_c ON {side}_c.identifier = r.{side}_currency "
    f"LEFT JOIN operators_operator {side}_o ON {side}_o.id = r.{side}_operator_id "
    f"LEFT JOIN teams_team {side}_t ON {side}_t.id = r.{side}_team_id"
    for side in ("from", "to")
)
TRANSACTIONS = Listing("ledger_wallettransaction", COLUMNS, JOINS, sides=WalletTransaction.SIDES)
OPERATORS_OWN = """((r.from_operator_id = %s AND r.from_team_id IS NULL AND r.from_wallet_id IS NOT NULL)
 OR (r.to_operator_id = %s AND r.to_team_id IS NULL AND r.to_wallet_id IS NOT NULL))"""


class BalanceOut(Out):
    amount: float
    credit: float


class WalletOut(Out):
    """`balance` is null in lists."""

    id: int
    owner_type: Literal["operator", "team"]
    owner_id: int
    currency_id: int
    country_id: int
    balance: BalanceOut | None


class PersonalWalletOut(Out):
    id: int
    owner_id: int
    owner_type: Literal["operator", "team"]
    balance: BalanceOut
    currency: CurrencyOut


class PayingTeamOut(Out):
    id: int
    public_name: str
    operator_id: int


class TransactionOut(Out):
    id: int
    from_amount: float
    from_sub_amount: float
    from_vat_amount: float
    from_currency: CurrencyOut
    from_type: Literal["operator", "team"] | None
    from_: Annotated[OperatorOut | PayingTeamOut | None, Field(alias="from")]
    from_wallet_id: int | None
    to_amount: float
    to_sub_amount: float
    to_vat_amount: float
    to_currency: CurrencyOut
    to_type: Literal["operator", "team"] | None
    to: OperatorOut | PayingTeamOut | None
    to_wallet_id: int | None
    exchange_rate: float
    created_at: Moment
    updated_at: Moment | None
    completed_at: Moment | None
    reference_id: str | None
    reference_type: str | None
    group: Literal["deposit", "withdraw", "charge", "other"]
    kind: str
    vat_percentage: float
    state: Literal["complete", "pending", "failed", "reserved", "other"]
    note: str | None
    partner_external_id: None
    partner_custom_payload: None
    metadata: Payload | None


class PublicTransactionOut(Out):
    id: int
    state: Literal["complete", "pending", "failed", "reserved", "other"]
    summary: str
    note: str | None
    from_amount: float
    from_currency: CurrencyOut
    from_wallet_id: int | None
    to_amount: float
    to_currency: CurrencyOut
    to_wallet_id: int | None
    exchange_rate: float
    charge_id: int | None
    created_at: Moment
    updated_at: Moment | None
    completed_at: Moment | None


class WalletQuery(PageQuery):
    team_id: Id | None = None
    operator_id: Id | None = None


class TransactionQuery(PageQuery):
    operator_id: Id | None = None
    team_id: Id | None = None
    from_date: Moment | None = None
    to_date: Moment | None = None
    reference_id: str | None = None
    reference_type: str | None = None
    state: Literal["complete", "pending", "failed", "reserved", "other"] | None = None
    group: Literal["deposit", "withdraw", "charge", "other"] | None = None


class AdjustmentIn(In):
    from_wallet_id: Id
    to_wallet_id: Id
    currency_id: Id
    amount: Annotated[Decimal, Field(gt=0, max_digits=15)]
    note: LongText | None = None


def _wallet_json(row: Any, balance: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "id": row.id,
        "ownerType": "operator" if row.operator_owner_id else "team",
        "ownerId": row.operator_owner_id or row.team_id,
        "currencyId": row.currency_id,
        "countryId": row.country_id,
        "balance": balance,
    }


def _balance(wallet_id: int) -> dict[str, Any]:
    found = queries.balances([wallet_id])[wallet_id]
    return {"amount": major(found.funds_minor, found.currency), "credit": major(found.credit_minor, found.currency)}


def _owner(row: Any, side: str) -> dict[str, Any] | None:
    """Who stands on one side: a team, else the operator whose own wallet it is; null where it is no wallet."""

    def column(name: str) -> Any:
        return getattr(row, f"{side}_{name}")

    if column("wallet_id") is None:
        return None
    if column("team_id") is not None:
        return {"id": column("team_id"), "publicName": column("team_name"), "operatorId": column("operator_id")}
    return {
        "id": column("operator_id"),
        "name": column("operator_name"),
        "identifier": column("identifier"),
        "partnerId": None,
        "vatNumber": column("vat_number"),
    }


def _currency(row: Any, side: str) -> dict[str, Any]:
    identifier = getattr(row, f"{side}_currency")
    return {"identifier": identifier.lower(), "name": getattr(row, f"{side}_currency_name"), "decimals": getattr(row, f"{side}_decimals")}


def _side_json(row: Any, side: str) -> dict[str, Any]:
    def amount(name: str) -> Decimal | None:
        return major(getattr(row, f"{side}_{name}"), getattr(row, f"{side}_currency"))

    owner = _owner(row, side)
    return {
        f"{side}Amount": amount("minor"),
        f"{side}SubAmount": amount("net_minor"),
        f"{side}VatAmount": amount("vat_minor"),
        f"{side}Currency": _currency(row, side),
        f"{side}Type": owner and ("team" if getattr(row, f"{side}_team_id") else "operator"),
        side: owner,
        f"{side}WalletId": getattr(row, f"{side}_wallet_id"),
    }


def transaction_json(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        **_side_json(row, "from"),
        **_side_json(row, "to"),
        "exchangeRate": row.exchange_rate.normalize(),
        "createdAt": row.created_at,
        "updatedAt": row.updated_at,
        "completedAt": row.completed_at,
        "referenceId": row.reference_id,
        "referenceType": row.reference_type,
        "group": row.group,
        "kind": row.kind,
        "vatPercentage": row.vat_rate * 100,
        "state": row.state,
        "note": row.note,
        "partnerExternalId": None,
        "partnerCustomPayload": None,
        "metadata": _metadata(row.metadata),
    }


def _metadata(stored: dict[str, Any] | None) -> dict[str, Any] | None:
    """`ChargeMetadata` and its like: energy in kWh."""
    if stored is None or "wh" not in stored:
        return stored
    return {"id": stored["id"], "kwh": kwh(stored["wh"])} | {name: value for name, value in stored.items() if name not in ("id", "wh")}


def public_transaction_json(row: Any) -> dict[str, Any]:
    is_charge = row.reference_type == "CHARGE" and (row.reference_id or "").isdecimal()
    return {
        "id": row.id,
        "state": row.state,
        "summary": row.kind.replace("-", " ").capitalize(),
        "note": row.note,
        "fromAmount": major(row.from_minor, row.from_currency),
        "fromCurrency": _currency(row, "from"),
        "fromWalletId": row.from_wallet_id,
        "toAmount": major(row.to_minor, row.to_currency),
        "toCurrency": _currency(row, "to"),
        "toWalletId": row.to_wallet_id,
        "exchangeRate": row.exchange_rate.normalize(),
        "chargeId": int(row.reference_id) if is_charge else None,
        "createdAt": row.created_at,
        "updatedAt": row.updated_at,
        "completedAt": row.completed_at,
    }


def _shape(request: ApiRequest) -> Any:
    return public_transaction_json if request.consumer.is_public else transaction_json


@endpoint(router, "GET", "/wallets", "get-wallets", returns=Page[WalletOut], scope=READ)
def get_wallets(request: ApiRequest, query: Query[WalletQuery]) -> dict[str, Any]:
    """List the wallet of a team or of an operator; one of both must be named."""
    if query.team_id is None and query.operator_id is None:
        raise Invalid("Give teamId or operatorId.", fields={"teamId": "Give teamId or operatorId."})
    where = Where().equals("team_id", query.team_id).equals("operator_owner_id", query.operator_id)
    return page_of(WALLETS, _wallet_json, request.actor.scope(Permission.WALLET_READ), where, query)


@endpoint(
    router, "GET", "/wallets/personal", "get-personal-wallet", returns=PersonalWalletOut, scope=READ, public=True, partner=False
)  # fmt: skip
def get_personal_wallet(request: ApiRequest) -> dict[str, Any]:
    """Get the wallet of the person whose credential this is."""
    where = Where().add("r.team_id IN (SELECT id FROM teams_team WHERE owner_id = %s AND type = 'personal')", request.actor.id)
    rows = WALLETS.page(request.actor.scope(Permission.WALLET_READ), where, limit=1, offset=0)
    if not rows:
        raise NotFound("There is no wallet yet.")
    row = rows[0]
    currency = {"identifier": row.currency.lower(), "name": row.currency_name, "decimals": row.currency_decimals}
    return {"id": row.id, "ownerId": row.team_id, "ownerType": "team", "balance": _balance(row.id), "currency": currency}


@endpoint(router, "GET", "/wallets/{int:wallet_id}", "get-wallet", returns=WalletOut, scope=READ)
def get_wallet(request: ApiRequest, wallet_id: Id) -> dict[str, Any]:
    """Get one wallet with its balance."""
    row = WALLETS.one(request.actor.scope(Permission.WALLET_READ), wallet_id)
    return _wallet_json(row, _balance(row.id))


@endpoint(
    router, "GET", "/wallet-transactions", "get-wallet-transactions", returns=Page[TransactionOut] | Page[PublicTransactionOut], scope=READ,
    org=True, public=True,
)  # fmt: skip
def get_transactions(request: ApiRequest, query: Query[TransactionQuery]) -> dict[str, Any]:
    """
    List wallet transactions, newest first.

    Without `teamId` these are the operator's own. The Public API shows complete ones unless another state is asked for.
    """
    scope = request.consumer.within(query.operator_id).scope(Permission.WALLET_READ)
    state = query.state or ("complete" if request.consumer.is_public else None)
    where = Where().equals("state", state).equals('"group"', query.group).equals("reference_id", query.reference_id)
    where.equals("reference_type", query.reference_type).since("created_at", query.from_date).until("created_at", query.to_date)
    if query.team_id is not None:
        where.add("(r.from_team_id = %s OR r.to_team_id = %s)", query.team_id, query.team_id)
    elif scope.operator_ids and not request.consumer.is_public:
        (operator_id,) = scope.operator_ids
        where.add(OPERATORS_OWN, operator_id, operator_id)
    return page_of(TRANSACTIONS, _shape(request), scope, where, query)


@endpoint(
    router, "POST", "/wallet-transactions/operator-adjustment-transaction", "post-operator-adjustment-transaction", returns=TransactionOut,
    status=201, scope="wallet-transactions:write",
)  # fmt: skip
def post_adjustment(request: ApiRequest, body: AdjustmentIn) -> dict[str, Any]:
    """Move money between two wallets."""
    currency = Currency.objects.filter(pk=body.currency_id).first()
    if currency is None:
        raise NotFound("There is no such currency.")
    amount = Money.rounded(body.amount, currency.identifier)
    if amount.major != body.amount:
        raise Invalid("The amount is too fine.", fields={"amount": f"Use at most {currency.decimals} decimals."})
    source, target = (
        fetch(Wallet.objects, actor=request.actor, id=id, needs=Permission.WALLET_ADJUST) for id in (body.from_wallet_id, body.to_wallet_id)
    )
    made = operations.adjust(
        actor=request.actor, from_wallet=source, to_wallet=target, minor=amount.minor, currency=amount.currency,
        note=body.note or "Operator adjustment", key=uuid4(), at=clock.now(),
    )  # fmt: skip
    return transaction_json(TRANSACTIONS.one(request.actor.scope(Permission.WALLET_READ), made.pk))


@endpoint(
    router, "GET", "/wallet-transactions/{int:transaction_id}", "get-wallet-transaction", returns=TransactionOut | PublicTransactionOut,
    scope=READ, org=True, public=True,
)  # fmt: skip
def get_transaction(request: ApiRequest, transaction_id: Id) -> dict[str, Any]:
    """Get one wallet transaction."""
    row = TRANSACTIONS.one(request.actor.scope(Permission.WALLET_READ), transaction_id)
    found: dict[str, Any] = _shape(request)(row)
    return found


class PatchTransactionIn(In):
    """Taken and not kept: the contract's fields are deprecated, and are always null in answers."""

    partner_external_id: str | None = None
    partner_custom_payload: Payload | None = None


@endpoint(
    router, "PATCH", "/wallet-transactions/{int:transaction_id}", "patch-transaction", returns=TransactionOut, scope="transaction:write",
    deprecated=True,
)  # fmt: skip
def patch_transaction(request: ApiRequest, transaction_id: Id, body: PatchTransactionIn) -> dict[str, Any]:
    """Changes nothing and answers the transaction as it is: a booked transaction never changes. Deprecated."""
    return transaction_json(TRANSACTIONS.one(request.actor.scope(Permission.WALLET_READ), transaction_id))


def _delivered(actor: Actor, ids: list[int]) -> dict[int, dict[str, Any]]:
    return by_id(TRANSACTIONS, actor.scope(Permission.WALLET_READ), ids, transaction_json)


WEBHOOKS = (
    WebhookSource(
        "wallet-transactions", "wallet-transaction", "ledger_wallettransaction", READ, Permission.WALLET_READ, _delivered,
        sides=WalletTransaction.SIDES, is_deletable=False, reaches_sub_accounts=True,
    ),
)  # fmt: skip
