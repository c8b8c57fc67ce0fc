"""Sessions end by themselves: after a time without a request, and after a time whatever happens."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from forecourt.identity import rules
from forecourt.kit import clock

SINCE, SEEN = "since", "seen"  # session keys, seconds since 1970
WRITTEN_EVERY = timedelta(minutes=5)


def begin(sender: object, request: HttpRequest, **_unused: Any) -> None:
    """Django's `user_logged_in`: there is no other hook that every way of signing in passes."""
    if hasattr(request, "session"):
        request.session[SINCE] = request.session[SEEN] = clock.now().timestamp()


class SessionLife:
    """Ends sessions that are over, and notes every five minutes that one is used. Stands after Django's authentication."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.session.session_key and SINCE in request.session:
            _look(request, clock.now())
        return self.get_response(request)


def _look(request: HttpRequest, now: datetime) -> None:
    session = request.session
    since, seen = (datetime.fromtimestamp(session[name], now.tzinfo) for name in (SINCE, SEEN))
    if rules.is_session_over(since=since, seen=seen, now=now, idle=settings.SESSION_IDLE, absolute=settings.SESSION_ABSOLUTE):
        UserSession.objects.filter(session_key=session.session_key).delete()
        logout(request)
    elif now - seen >= WRITTEN_EVERY:
        session[SEEN] = now.timestamp()
        UserSession.objects.filter(session_key=session.session_key).update(last_seen_at=now)
