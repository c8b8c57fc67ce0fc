"""
What every answer to a browser carries, and how often a stranger may ask.

The headers that Django and django-csp set themselves stand in `settings`; docs/security.md lists them all.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from forecourt.api.limits import COUNT
from forecourt.api.rows import read
from forecourt.kit import clock
from forecourt.portal.errors import error_page

Answer = Callable[[HttpRequest], HttpResponse]
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()" for feature in ("camera", "display-capture", "geolocation", "microphone", "payment", "serial", "usb")
)
SAFE = ("GET", "HEAD", "OPTIONS")
security_log = logging.getLogger("forecourt.security")


class AnswerHeaders:
    """Nothing that a signed-in person saw stays in a cache; nothing of ours is embedded elsewhere; signing out clears the browser."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        headers = response.headers
        headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if request.user.is_authenticated and "immutable" not in headers.get("Cache-Control", ""):
            headers["Cache-Control"] = "private, no-store"
        if getattr(request, "has_signed_out", False):
            headers["Clear-Site-Data"] = '"cache", "storage"'
        return response


class StrangersLimit:
    """
    Everything an address may ask without signing in is counted together, each minute: reading
    (`STRANGERS_READ_PER_MINUTE`) and sending (`STRANGERS_SEND_PER_MINUTE`). Single doors have narrower limits of their own, the API and SCIM too.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated or request.path == "/healthz" or request.path.startswith(("/api/", "/scim/")):
            return self.get_response(request)
        sends = request.method not in SAFE
        allowed = settings.STRANGERS_SEND_PER_MINUTE if sends else settings.STRANGERS_READ_PER_MINUTE
        address = request.META.get("REMOTE_ADDR", "")
        at = clock.now().replace(second=0, microsecond=0)
        used = _count(f"stranger:{'send' if sends else 'read'}:{address}", at)
        if used > allowed:
            if used == allowed + 1:
                security_log.warning("too many requests of a stranger from %s", address)
            return _too_many(request)
        return self.get_response(request)


def _count(key: str, minute: datetime) -> int:
    return int(read(COUNT, [key, minute.astimezone(UTC)])[0][0])


def _too_many(request: HttpRequest) -> HttpResponse:
    response = error_page(request, 429)
    response.headers["Retry-After"] = "60"
    return response


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Whom to tell of a hole (RFC 9116). Without `FORECOURT_SECURITY_CONTACT` there is nobody to name."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    expires = (clock.now() + timedelta(days=180)).strftime("%Y-%m-%dT00:00:00Z")
    lines = [f"Contact: {settings.SECURITY_CONTACT}", f"Expires: {expires}", "Preferred-Languages: en, da"]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
