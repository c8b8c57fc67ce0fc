"""What the shell's templates need on every full page. Lazy: a partial for htmx pays nothing."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils.functional import SimpleLazyObject

from forecourt.portal import menu
from forecourt.portal.preferences import theme_of


def shell(request: HttpRequest) -> dict[str, Any]:
    person = getattr(request, "person", None)
    sign_out = getattr(settings, "LOGOUT_URL", "")
    return {
        "menu_sections": SimpleLazyObject(lambda: menu.sections(request)),
        "theme": theme_of(request),
        "person_name": getattr(person, "name", "") or getattr(person, "email", ""),
        "person_email": getattr(person, "email", ""),
        "sign_out_url": resolve_url(sign_out) if person is not None and sign_out else "",
    }
