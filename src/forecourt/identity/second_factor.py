"""The hook for those who showed a second factor elsewhere. What asks for one, and what is shut without: `operators.second_factor`."""

from django.http import HttpRequest

SHOWN = "second_factor"  # session key: the organisation whose identity provider asked for one


def note_shown(request: HttpRequest, *, organisation_id: int) -> None:
    """
    The way by which this session signs in asked for a second factor itself: an identity provider that says so (`amr`).
    The organisation's accounts that require one are open to it; nobody else's, who did not choose that provider. To be called
    once the session is the person's.
    """
    request.session[SHOWN] = organisation_id


def shown_to(request: HttpRequest) -> int | None:
    """The organisation to whose identity provider this session's sign-in showed a second factor, if it did."""
    found: int | None = request.session.get(SHOWN)
    return found
