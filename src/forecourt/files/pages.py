"""Serving a stored file."""

from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from forecourt.files import queries
from forecourt.kit import clock


@require_safe
def stored_file(request: HttpRequest, file_id: int, key: str) -> HttpResponse:
    """
    The file's bytes, never run by a browser: no sniffing, a sandbox, and as a download unless it is a picture.

    A person's own file needs that person's session; to everybody else it does not exist.
    """
    person = request.user.pk if request.user.is_authenticated else None
    file = queries.served(file_id, key, person_id=person, at=clock.now())
    if file is None:
        raise Http404
    is_picture = file.content_type.startswith("image/")
    response = HttpResponse(bytes(file.content), content_type=file.content_type)
    response["Content-Disposition"] = f"{'inline' if is_picture else 'attachment'}; filename*=UTF-8''{quote(file.name)}"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "no-store" if file.person_id else "private, max-age=31536000, immutable"
    return response
