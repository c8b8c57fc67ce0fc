"""What a browser remembers about a person's eyes: light, dark, or as the device says."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

THEMES = ("auto", "light", "dark")
COOKIE = "forecourt_theme"
ONE_YEAR = 365 * 24 * 3600


def theme_of(request: HttpRequest) -> str:
    """`auto`, `light` or `dark`, from the cookie, so that the first byte of the page already has the right colours."""
    wanted = request.COOKIES.get(COOKIE, "auto")
    return wanted if wanted in THEMES else "auto"


def back(request: HttpRequest, otherwise: str = "/") -> str:
    """Where the person came from, if that is here."""
    came_from = request.POST.get("next") or request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure())
    return came_from if is_ours else otherwise


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    wanted = request.POST.get("theme", "auto")
    if wanted not in THEMES:
        return HttpResponse(status=HTTPStatus.BAD_REQUEST)
    response = HttpResponse(status=HTTPStatus.SEE_OTHER, headers={"Location": back(request)})
    response.set_cookie(COOKIE, wanted, max_age=ONE_YEAR, samesite="Lax", secure=request.is_secure())
    return response
