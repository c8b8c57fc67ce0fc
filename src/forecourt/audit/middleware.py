"""Where a request comes from, for the audit log; and its id, for whoever asks about it."""

import re
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from forecourt.kit.operations import asked_from

HEADER = "X-Request-ID"
_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
LONGEST_AGENT = 200


class Origin:
    """Every change that the request makes carries its address, browser and id. A proxy may name the id; the answer repeats it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = id_of_request(request.headers.get(HEADER, ""))
        agent = request.headers.get("User-Agent", "")[:LONGEST_AGENT]
        with asked_from(address=request.META.get("REMOTE_ADDR", ""), user_agent=agent, request_id=request_id):
            response = self.get_response(request)
        response.headers[HEADER] = request_id
        return response


def id_of_request(given: str) -> str:
    """The id that was given, if it is one; else a new one."""
    return given if _ID.fullmatch(given) else uuid.uuid4().hex
