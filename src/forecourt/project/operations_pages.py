"""The operations page, for the platform's people: outbox, jobs, gateways."""

from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from forecourt.access import Permission, lacks, require
from forecourt.kit import clock, outbox
from forecourt.kit.errors import NotFound
from forecourt.kit.operations import acting
from forecourt.kit.registries import MenuEntry
from forecourt.portal.pages import PageRequest, done, page, respond
from forecourt.project import operations_queries as queries

MENU = [MenuEntry("platform", gettext_lazy("Operations"), "platform-operations", "heart-rate-monitor", Permission.PLATFORM_READ, 20)]
LIVE_SECONDS = 5


@page("GET")
def operations(request: PageRequest) -> HttpResponseBase:
    """What waits, what failed, and who is connected; live."""
    require(request.actor, Permission.PLATFORM_READ)
    may_manage = request.actor.may_platform(Permission.PLATFORM_MANAGE)
    rows = list(queries.set_aside()[: queries.NEWEST + 1])
    context = {
        "title": _("Operations"),
        "live": LIVE_SECONDS,
        "waiting": queries.outbox_waiting(),
        "set_aside": rows[: queries.NEWEST],
        "has_more": len(rows) > queries.NEWEST,
        "jobs": queries.jobs_by_state(),
        "failed_jobs": queries.failed_jobs(),
        "gateways": queries.gateways(at=clock.now()),
        "refused": "" if may_manage else lacks(Permission.PLATFORM_MANAGE),
    }
    return respond(request, "project/operations.html", "live", context)


@page("POST")
def retry(request: PageRequest) -> HttpResponseBase:
    """Put set-aside events back among the waiting ones: the one in `id`, or all."""
    require(request.actor, Permission.PLATFORM_MANAGE)
    asked = request.POST.get("id", "")
    if asked and not (asked.isdecimal() and len(asked) < 19):
        raise NotFound(_("There is nothing here with that id."))
    with acting(request.actor):
        count = outbox.retry(ids=[int(asked)] if asked else None)
    says = ngettext("%(count)s event is tried again.", "%(count)s events are tried again.", count) % {"count": count}
    return done(request, "platform-operations", message=says)
