"""What a browser remembers about a person's eyes: light, dark, or as the device says."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from forecourt.portal.redirects import SeeOther, back

THEMES = ("auto", "light", "dark")
COOKIE = "forecourt_theme"
ONE_YEAR = 365 * 24 * 3600


def theme_of(request: HttpRequest) -> str:
    """`auto`, `light` or `dark`, from the cookie, so that the first byte of the page already has the right colours."""
    wanted = request.COOKIES.get(COOKIE, "auto")
    return wanted if wanted in THEMES else "auto"


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    wanted = request.POST.get("theme", "auto")
    if wanted not in THEMES:
        return HttpResponse(status=HTTPStatus.BAD_REQUEST)
    response = SeeOther(back(request))
    response.set_cookie(COOKIE, wanted, max_age=ONE_YEAR, samesite="Lax", secure=request.is_secure())
    return response
