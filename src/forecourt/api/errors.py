"""
The error envelope: every refusal looks the same, and a bug tells the caller nothing (partner API §6).

The contract knows 400, 401, 403, 404 and 429. A domain's other refusals (409) answer 400, with their own code in `context`.
What is not found among price groups is said in a second form too, beside the first (§6, §11.0: `MontaAppResponse`).
"""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, ClassVar

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from forecourt.api.replies import reply
from forecourt.kit.errors import DomainError, Forbidden

logger = logging.getLogger("forecourt.api")
security_log = logging.getLogger("forecourt.security")

CODES = {
    400: "BAD_REQUEST",
    401: "INVALID_ACCESS_TOKEN",
    403: "ACCESS_FORBIDDEN",
    404: "RESOURCE_NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    429: "TOO_MANY_REQUESTS",
    500: "INTERNAL_SERVER_ERROR",
}
READABLE = {
    400: "The request could not be understood.",
    401: "Please sign in again.",
    403: "You do not have access to this.",
    404: "We could not find that.",
    405: "This is not possible here.",
    429: "Too many requests. Please wait a moment.",
    500: "Something broke on our side.",
}
TWICE_TOLD = "/price-groups"


class InvalidAccessToken(DomainError):
    """No token, or a wrong, expired or revoked one. Every client refreshes on this (partner API §15.5)."""

    code, status = "invalid_access_token", 401
    error_code: ClassVar[str] = "INVALID_ACCESS_TOKEN"


class ConsumerNotFound(DomainError):
    """No such client id, or another secret."""

    code, status = "consumer_not_found", 401
    error_code: ClassVar[str] = "CONSUMER_NOT_FOUND"


class TooManyRequests(DomainError):
    code, status = "too_many_requests", 429


def envelope(
    status: int,
    message: str,
    *,
    error_code: str | None = None,
    context: Any = None,
    readable: str | None = None,
    is_twice_told: bool = False,
) -> HttpResponse:
    body: dict[str, Any] = {
        "status": HTTPStatus(status).name,
        "message": message,
        "readableMessage": readable or READABLE.get(status, READABLE[400]),
        "errorCode": error_code or CODES.get(status, CODES[400]),
        "context": context,
    }
    return reply(body | (_second_form(body, status) if is_twice_told else {}), status=status)


def _second_form(body: Mapping[str, Any], status: int) -> dict[str, Any]:
    return {
        "origin": "partner-api", "environment": "production", "localizedMessage": body["readableMessage"], "errors": None,
        "statusCode": status, "code": status, "readable_message": body["readableMessage"], "error_code": body["errorCode"],
    }  # fmt: skip


def refused(error: DomainError, *, path: str = "") -> HttpResponse:
    status = error.status if error.status in CODES and error.status < 500 else 400
    context: dict[str, Any] = {name: value for name, value in error.facts.items() if isinstance(value, str | int | bool | None)}
    if fields := getattr(error, "fields", None):
        context["fields"] = fields
    if error.status == 409:
        context["code"] = error.code
    return envelope(
        status, error.message, error_code=getattr(error, "error_code", None), context=context or None, readable=error.message,
        is_twice_told=status == 404 and TWICE_TOLD in path,
    )  # fmt: skip


def _invalid(error: ValidationError) -> HttpResponse:
    fields = {_field(item["loc"]): str(item["msg"]) for item in error.errors}
    return envelope(400, "; ".join(f"{name}: {message}" for name, message in fields.items()), context={"fields": fields})


def _field(path: tuple[Any, ...]) -> str:
    """`("body", "body", "address", "zipCode")` → `address.zipCode`."""
    parts = [str(part) for part in path]
    return ".".join(parts[2:] if parts[:1] == ["body"] and len(parts) > 2 else parts[1:]) or "body"


def install(api: NinjaAPI) -> None:
    """Give the API its error handlers."""

    @api.exception_handler(DomainError)
    def _domain(request: HttpRequest, error: DomainError) -> HttpResponse:
        if isinstance(error, Forbidden):
            actor = getattr(request, "actor", None)
            security_log.info("refused %s %s to consumer %s", request.method, request.path, actor and actor.id)
        return refused(error, path=request.path)

    @api.exception_handler(ValidationError)
    def _validation(request: HttpRequest, error: ValidationError) -> HttpResponse:
        return _invalid(error)

    @api.exception_handler(HttpError)
    def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
        return envelope(error.status_code, str(error))

    @api.exception_handler(Http404)
    def _missing(request: HttpRequest, error: Http404) -> HttpResponse:
        return envelope(404, "There is nothing here with that id.")

    @api.exception_handler(Exception)
    def _bug(request: HttpRequest, error: Exception) -> HttpResponse:
        logger.error("API request failed: %s %s", request.method, request.path, exc_info=error)
        return envelope(500, "Internal error.")
