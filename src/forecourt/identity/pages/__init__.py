"""The portal's pages of a person about themselves: My Account."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString


def account_menu(request: HttpRequest) -> SafeString | str:
    """The shell's slot above the colours: the way to My Account."""
    return render_to_string("identity/_account_menu.html") if getattr(request, "person", None) else ""
