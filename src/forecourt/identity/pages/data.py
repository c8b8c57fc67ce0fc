"""“Export your data”."""

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from forecourt.identity import jobs, operations, throttles
from forecourt.identity.pages.again import freshly
from forecourt.kit import clock
from forecourt.kit.operations import acting
from forecourt.portal.pages import PageRequest, done, page, respond


@page("GET", "POST")
@freshly
def export_ask(request: PageRequest) -> HttpResponseBase:
    """Everything about a person in one file: so it takes showing again who one is, and only so many a day."""
    if request.method == "POST":
        at = clock.now()
        throttles.take(throttles.EXPORT, request.person.pk, at=at)
        with acting(request.actor):
            export = operations.ask_for_export(actor=request.actor, person=request.person, at=at)
            jobs.make_export.defer(export_id=export.pk)
        return done(request, "my-account", message=_("Your data is being gathered. You get an e-mail with a link."))
    context = {
        "title": _("Export your data?"),
        "says": _("We gather everything that is kept about you into one file. You get an e-mail with a link that works for 7 days."),
        "confirm": _("Export your data"),
        "action": request.path,
        "cancel_url": reverse("my-account"),
    }
    return respond(request, "portal/dialog.html", "dialog", context)
