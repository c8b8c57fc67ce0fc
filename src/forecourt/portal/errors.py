"""Error pages: what happened, what to do, one way on. Also Django's handlers for 400, 403, 404 and 500."""

import logging
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

security_log = logging.getLogger("forecourt.security")
TITLES = {
    400: gettext_lazy("We could not read that"),
    403: gettext_lazy("You may not do this"),
    404: gettext_lazy("There is nothing here"),
    409: gettext_lazy("That does not fit any more"),
    429: gettext_lazy("Too many requests"),
    500: gettext_lazy("Something broke on our side"),
}
SAYS = {
    400: gettext_lazy("The request was incomplete or damaged. Go back and try again."),
    403: gettext_lazy("Your role does not include this. An administrator of the account can change that."),
    404: gettext_lazy("The address is wrong, the item was deleted, or it belongs to another account."),
    409: gettext_lazy("Someone changed this in the meantime. Load the page again and look."),
    429: gettext_lazy("So much has been asked from your address that we wait a moment. Try again in a minute."),
    500: gettext_lazy("The error has been recorded. Try again in a moment; nothing was half done."),
}


def error_page(request: HttpRequest, status: int, *, says: str = "") -> HttpResponse:
    context = {"status": status, "title": TITLES.get(status, TITLES[400]), "says": says or SAYS.get(status, SAYS[400])}
    return render(request, "portal/error.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, 404)


def broken(request: HttpRequest) -> HttpResponse:
    """Rendered without the request: the menu, the session or the database may be what broke."""
    return HttpResponse(render_to_string("portal/broken.html", {"title": TITLES[500], "says": SAYS[500]}), status=500)


def csrf_failure(request: HttpRequest, reason: str = "", **_unused: Any) -> HttpResponse:
    """For `CSRF_FAILURE_VIEW`: nearly always an old tab after signing in again."""
    security_log.info("refused %s %s: %s", request.method, request.path, reason)
    return error_page(request, 403, says=_("This page was open for too long. Go back, load it again and repeat what you did."))
