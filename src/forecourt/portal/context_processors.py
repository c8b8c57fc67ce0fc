"""What the shell's templates need on every full page. Lazy: a partial for htmx pays nothing."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from forecourt.portal import menu
from forecourt.portal.preferences import theme_of


def shell(request: HttpRequest) -> dict[str, Any]:
    person = getattr(request, "person", None)
    return {
        "menu_sections": SimpleLazyObject(lambda: menu.sections(request)),
        "theme": theme_of(request),
        "person_name": _name(person),
        "person_email": getattr(person, "email", ""),
        "sign_out_url": getattr(settings, "LOGOUT_URL", "/accounts/logout/") if person is not None else "",
    }


def _name(person: Any) -> str:
    """First and last name; the address for whoever gave none."""
    names = (getattr(person, "first_name", ""), getattr(person, "last_name", ""))
    return " ".join(name for name in names if name) or getattr(person, "email", "")
