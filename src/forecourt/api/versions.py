"""`Monta-Version`: v1 (default), v2, and two date aliases that answer with deprecation headers (partner API §9)."""

from django.http import HttpRequest, HttpResponse

from forecourt.kit.errors import Invalid

ALIASES = {"2024-01-18": "v1", "2024-07-01": "v2"}
SUNSET = "Sat, 01 Jan 2028 00:00:00 GMT"


def version_of(request: HttpRequest) -> str:
    """:raises Invalid: for a version that never was."""
    asked = request.headers.get("Monta-Version", "").strip() or "v1"
    version = ALIASES.get(asked, asked)
    if version not in ("v1", "v2"):
        raise Invalid(f"There is no version {asked!r}; use v1 or v2.", fields={"Monta-Version": "Use v1 or v2."})
    return version


def dress(request: HttpRequest, response: HttpResponse) -> None:
    asked = request.headers.get("Monta-Version", "").strip()
    if asked in ALIASES:
        response.headers["Deprecation"] = "true"
        response.headers["Sunset"] = SUNSET
        response.headers["X-Api-Version-Hint"] = f"Use 'Monta-Version: {ALIASES[asked]}' instead of '{asked}'"
