"""Webhooks of the credential in use (partner API §10, §11.40)."""

from typing import Any, Literal

import msgspec
from ninja import Query, Router

from forecourt.api.endpoint import ApiRequest, endpoint
from forecourt.api.paging import PageQuery, envelope
from forecourt.api.shapes import Id, In, Moment, Out, Page
from forecourt.integrations import operations, rules
from forecourt.integrations.models import Credential, WebhookConfig, WebhookEntry
from forecourt.integrations.operations import Wanted
from forecourt.integrations.queries import webhooks as queries
from forecourt.integrations.secrets import headers_of, secret_of
from forecourt.kit import clock
from forecourt.kit.errors import Invalid, NotFound

router = Router(tags=["Webhooks"])
THEIRS = {"url": "webhookUrl", "secret": "webhookSecret", "event_types": "eventTypes", "headers": "customHeaders", "team_ids": "teamIds"}
HIDDEN = "•••"
EventType = Literal[
    "*", "charges", "charge-points", "sites", "users", "team-members", "teams", "installer-jobs", "wallet-transactions", "price-groups",
    "subscriptions", "plans", "charge-auth-tokens", "reports", "ocpp-messages", "charge-points-protocol-updates",
]  # fmt: skip


class CustomHeaders(In):
    headers: dict[str, str]


class ConfigIn(In):
    webhook_url: str
    webhook_secret: str
    event_types: list[str]
    custom_headers: CustomHeaders | None = None
    team_ids: list[Id] | None = None

    def wanted(self) -> Wanted:
        headers = self.custom_headers.headers if self.custom_headers else {}
        return Wanted(self.webhook_url, self.webhook_secret, self.event_types, headers, self.team_ids)


class CustomHeadersOut(Out):
    headers: dict[str, str]


class ConfigOut(Out):
    webhook_url: str
    webhook_secret: str
    event_types: list[EventType]
    custom_headers: CustomHeadersOut | None
    team_ids: list[int] | None


class EntryPayload(Out):
    entity_type: str
    entity_id: str | None
    event_type: str
    event_time: Moment | None
    payload: dict[str, Any] | None


class EntryError(Out):
    error_code: str | None
    error_message: str | None


class EntryOut(Out):
    id: int
    consumer_id: int
    operator_id: int
    event_type: str
    payload: EntryPayload
    status: Literal["pending", "completed", "failed"]
    error: EntryError | None
    created_at: Moment
    updated_at: Moment | None


class EntryQuery(PageQuery):
    status: Literal["pending", "completed", "failed"] | None = None


class SignatureQuery(In):
    include_secrets: bool = False
    webhook_secret: str | None = None


class SignatureOut(Out):
    received_payload_string: str
    received_payload_bytes: str
    webhook_secret: str
    webhook_secret_bytes: str
    signature_algorithm: str
    signature: str
    signature_with_prefix: str


@endpoint(router, "GET", "/webhooks/config", "get-webhook-config", returns=ConfigOut, scope="manage-webhooks:read")
def get_config(request: ApiRequest) -> dict[str, Any]:
    """Get the credential's webhook."""
    return _config_json(_config(request))


def _check(request: ApiRequest, body: ConfigIn) -> None:
    try:
        operations.check_webhook(credential=_credential(request), wanted=body.wanted())
    except Invalid as error:
        raise Invalid(error.message, fields={THEIRS[name]: says for name, says in error.fields.items()}) from error


@endpoint(
    router, "PUT", "/webhooks/config", "update-webhook-config", returns=ConfigOut, scope="manage-webhooks:write", ahead=_check
)  # fmt: skip
def put_config(request: ApiRequest, body: ConfigIn) -> dict[str, Any]:
    """Create or replace the credential's webhook."""
    credential = _credential(request)
    return _config_json(operations.store_webhook(actor=request.actor, credential=credential, wanted=body.wanted(), at=clock.now()))


@endpoint(router, "DELETE", "/webhooks/config", "delete-webhook-config", status=204, scope="manage-webhooks:delete")
def delete_config(request: ApiRequest) -> None:
    """Delete the credential's webhook with everything that waits for it."""
    operations.delete_webhook(actor=request.actor, config=_config(request))


@endpoint(router, "GET", "/webhooks/entries", "get-webhook-entries", returns=Page[EntryOut], scope="webhooks:read")
def get_entries(request: ApiRequest, query: Query[EntryQuery]) -> dict[str, Any]:
    """List what was delivered in the last 24 hours, what waits, and what was given up in the last week; newest first."""
    config = queries.config_of(_credential(request))
    if config is None:
        return envelope([], query, 0)
    rows = queries.entries_of(config, states=[query.status] if query.status else ())
    page = rows[query.offset : query.offset + query.per_page]
    return envelope([_entry_json(config, entry) for entry in page], query, rows.count())


@endpoint(router, "GET", "/webhooks/entries/{int:entry_id}", "get-webhook-entries_1", returns=EntryOut, scope="webhooks:read")
def get_entry(request: ApiRequest, entry_id: Id) -> dict[str, Any]:
    """Get one entry."""
    config = _config(request)
    entry = queries.entries_of(config).filter(pk=entry_id).first()
    if entry is None:
        raise NotFound("There is nothing here with that id.")
    return _entry_json(config, entry)


@endpoint(
    router, "POST", "/webhooks/get-signature-detail", "get-signature-detail", returns=SignatureOut, scope="manage-webhooks:read",
    changes=False,
)  # fmt: skip
def get_signature_detail(request: ApiRequest, query: Query[SignatureQuery]) -> dict[str, Any]:
    """Show step by step how a body is signed, with the webhook's secret or the one given. For finding faults."""
    body = request.body
    try:
        text = body.decode()
        msgspec.json.decode(body)
    except (ValueError, msgspec.DecodeError) as error:
        raise Invalid("The body must be JSON.", fields={"body": "The body must be JSON."}) from error
    secret = query.webhook_secret or secret_of(_config(request).secret_encrypted)
    signature = rules.sha1_signature(secret, body)
    return {
        "receivedPayloadString": text,
        "receivedPayloadBytes": body.hex(),
        "webhookSecret": secret if query.include_secrets else HIDDEN,
        "webhookSecretBytes": secret.encode().hex() if query.include_secrets else HIDDEN,
        "signatureAlgorithm": "HmacSHA1",
        "signature": signature.removeprefix(rules.SHA1_PREFIX),
        "signatureWithPrefix": signature,
    }


def _credential(request: ApiRequest) -> Credential:
    return Credential.objects.get(pk=request.consumer.credential_id)


def _config(request: ApiRequest) -> WebhookConfig:
    config = queries.config_of(_credential(request))
    if config is None:
        raise NotFound("The credential has no webhook.")
    return config


def _config_json(config: WebhookConfig) -> dict[str, Any]:
    headers = headers_of(config.headers_encrypted)
    return {
        "webhookUrl": config.url,
        "webhookSecret": secret_of(config.secret_encrypted),
        "eventTypes": config.event_types,
        "customHeaders": {"headers": headers} if headers else None,
        "teamIds": config.team_ids,
    }


def _entry_json(config: WebhookConfig, entry: WebhookEntry) -> dict[str, Any]:
    return {
        "id": entry.pk,
        "consumerId": config.credential_id,
        "operatorId": config.operator_id,
        "eventType": entry.event_type,
        "payload": {
            "entityType": entry.entity_type,
            "entityId": entry.entity_id,
            "eventType": entry.change,
            "eventTime": entry.event_time,
            "payload": None if entry.payload is None else msgspec.Raw(entry.payload.encode()),
        },
        "status": entry.state,
        "error": _error_json(entry),
        "createdAt": entry.created_at,
        "updatedAt": entry.last_tried_at,
    }


def _error_json(entry: WebhookEntry) -> dict[str, Any] | None:
    """What the last attempt met; nothing once delivered."""
    if entry.state == WebhookEntry.State.COMPLETED or not entry.attempts:
        return None
    code = "UNREACHABLE" if entry.last_status is None else f"HTTP_{entry.last_status}"
    return {"errorCode": code, "errorMessage": entry.error or entry.answer or None}
