"""The hook for those who showed a second factor elsewhere. What asks for one, and what is shut without: `operators.second_factor`."""

from django.http import HttpRequest

SHOWN = "second_factor"  # session key


def note_shown(request: HttpRequest) -> None:
    """
    The way by which this session signs in asked for a second factor itself: an identity provider that says so (`amr`, `acr`).
    Accounts that require one are open to it. To be called once the session is the person's.
    """
    request.session[SHOWN] = True


def was_shown(request: HttpRequest) -> bool:
    """Whether this session's sign-in showed a second factor elsewhere."""
    return bool(request.session.get(SHOWN))
