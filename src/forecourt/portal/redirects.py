"""Where a person goes after a POST."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme


class SeeOther(HttpResponseRedirect):
    """303: whatever was asked with, look there with GET (RFC 9110 §15.4.4)."""

    status_code = HTTPStatus.SEE_OTHER


def back(request: HttpRequest, otherwise: str = "/") -> str:
    """Where the person came from, if that is here."""
    came_from = request.POST.get("next") or request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure())
    return came_from if is_ours else otherwise
