"""Language and time zone of the person who asks, for the time of one request."""

import zoneinfo
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

Answer = Callable[[HttpRequest], HttpResponse]
ZONE_COOKIE = "forecourt_zone"  # written by the browser for people who are not signed in


class LocaleAndZone:
    """
    Activates `person.language` and `person.time_zone`; without a person the language cookie or Accept-Language, and the zone cookie.

    Stands after the middleware that sets `request.person`, and replaces Django's LocaleMiddleware.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = language_of(request)
        with translation.override(language), timezone.override(zone_of(request)):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


def language_of(request: HttpRequest) -> str:
    wanted = getattr(getattr(request, "person", None), "language", "")
    return wanted if wanted in dict(settings.LANGUAGES) else translation.get_language_from_request(request)


def zone_of(request: HttpRequest) -> zoneinfo.ZoneInfo:
    person = getattr(request, "person", None)
    for name in (getattr(person, "time_zone", ""), request.COOKIES.get(ZONE_COOKIE, "")):
        try:
            return zoneinfo.ZoneInfo(str(name))
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return zoneinfo.ZoneInfo(settings.TIME_ZONE)
