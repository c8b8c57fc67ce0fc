"""The log as a file: asked for here, made by a job, fetched from here."""

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from forecourt.access import Permission, require
from forecourt.audit import jobs, operations, queries
from forecourt.audit.pages.log import parse
from forecourt.kit import clock
from forecourt.kit.operations import acting
from forecourt.portal import formats
from forecourt.portal.pages import PageRequest, done, page, respond


@page("GET", "POST")
def exports(request: PageRequest) -> HttpResponseBase:
    """One's own exports and their progress; a POST asks for one of what the address filters."""
    scope = require(request.actor, Permission.AUDIT_READ)
    if request.method == "POST":
        with acting(request.actor):
            asked = operations.ask_for_export(
                actor=request.actor, person_id=request.person.pk, scope=scope, filters=parse(request), at=clock.now()
            )
            jobs.make_export.defer(export_id=asked.pk)
        return done(request, "audit-exports", message=_("Your export is being made. You get an e-mail when it is ready."))
    rows = queries.export_rows(request.person.pk, at=clock.now())
    context = {
        "title": _("Exports of the audit log"), "rows": rows, "is_running": any(row.state == "running" for row in rows),
        "most": formats.number(operations.MOST_ROWS), "crumbs": [(_("Audit log"), reverse("audit-log"))],
    }  # fmt: skip
    return respond(request, "audit/exports.html", "progress", context)
