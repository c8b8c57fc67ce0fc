"""Whether the chains hold, for the people who run the platform."""

import json

from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _

from forecourt.access import Permission, require
from forecourt.audit import jobs, operations, queries
from forecourt.kit import clock, registries
from forecourt.kit.operations import acting
from forecourt.portal.pages import PageRequest, done, page, respond


@page("GET")
def chains(request: PageRequest) -> HttpResponseBase:
    """The heads of all chains, and how the last check went or how far it is."""
    require(request.actor, Permission.PLATFORM_READ)
    check = queries.newest_check()
    words = _("%(checked)s of %(total)s events") % {"checked": check.checked, "total": check.total} if check else ""
    found = queries.heads()
    names = {id: name for known in registries.organisation_names for id, name in known([head.organisation_id for head in found]).items()}
    heads = [(head, names.get(head.organisation_id, f"#{head.organisation_id}")) for head in found]
    context = {"title": _("Audit chains"), "heads": heads, "check": check, "words": words}
    return respond(request, "audit/chains.html", "check", context)


@page("POST")
def check(request: PageRequest) -> HttpResponseBase:
    """Have every hash computed again, by a job."""
    require(request.actor, Permission.PLATFORM_MANAGE)
    with acting(request.actor):
        asked = operations.ask_for_check(actor=request.actor, person_id=request.person.pk, at=clock.now())
        jobs.check_chains.defer(check_id=asked.pk)
    return done(request, "platform-audit", message=_("The check has begun. This page shows how far it is."))


@page("GET")
def heads(request: PageRequest) -> HttpResponseBase:
    """The signed heads, to be kept outside."""
    require(request.actor, Permission.PLATFORM_READ)
    content = json.dumps(queries.signed_heads(at=clock.now()), indent=1)
    return HttpResponse(
        content, content_type="application/json", headers={"Content-Disposition": 'attachment; filename="audit-heads.json"'}
    )
