"""Where the log goes as it grows and how long it is kept: for an organisation's Admins, and for the installation."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from forecourt.access import Permission, require
from forecourt.audit import operations, queries, rules
from forecourt.audit.models import Stream
from forecourt.kit import clock
from forecourt.kit.errors import Forbidden, Invalid
from forecourt.portal.pages import PageRequest, done, explain, page, respond


class StreamForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("Where to"), choices=[("https", gettext_lazy("An HTTPS address"))])
    url = forms.CharField(
        label=gettext_lazy("Address"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("https:// and a public host. Each request is signed."),
    )
    is_on = forms.BooleanField(label=gettext_lazy("Send"), required=False)
    from_beginning = forms.BooleanField(
        label=gettext_lazy("Send everything from the beginning"),
        required=False,
        help_text=gettext_lazy("Otherwise a new stream begins with what happens next, and one that exists goes on where it is."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if settings.AUDIT_STREAM_DIR:
            kind = self.fields["kind"]
            assert isinstance(kind, forms.ChoiceField)
            kind.choices = [("https", _("An HTTPS address")), ("file", _("A file on the server"))]


class RetentionForm(forms.Form):
    months = forms.TypedChoiceField(
        label=gettext_lazy("Keep events for"),
        coerce=int,
        help_text=gettext_lazy("Events about money are kept for at least five years."),
    )
    is_sure = forms.BooleanField(label=gettext_lazy("Older events may be removed for good"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        months = self.fields["months"]
        assert isinstance(months, forms.ChoiceField)
        months.choices = [(count, ngettext("%(months)s month", "%(months)s months", count) % {"months": count}) for count in rules.MONTHS]


@page("GET", "POST")
def keeping(request: PageRequest) -> HttpResponseBase:
    """An organisation's stream and retention, for the Admins of its Main account."""
    organisation_ids = require(request.actor, Permission.AUDIT_MANAGE).organisation_ids
    if not organisation_ids:
        raise Forbidden(
            _("The Main account's Admins decide where the log goes and how long it is kept."), permission=Permission.AUDIT_MANAGE.value
        )
    return _answer(request, min(organisation_ids), "audit-keeping", (_("Audit log"), reverse("audit-log")))


@page("GET", "POST")
def installation(request: PageRequest) -> HttpResponseBase:
    """The stream of every organisation's events, and the retention of what belongs to none, for those who run the platform."""
    require(request.actor, Permission.PLATFORM_MANAGE)
    return _answer(request, None, "platform-audit-keeping", (_("Audit chains"), reverse("platform-audit")))


def _answer(request: PageRequest, organisation_id: int | None, url_name: str, crumb: tuple[str, str]) -> HttpResponseBase:
    standing, months = queries.standing(organisation_id), queries.retention_months(organisation_id)
    asked = request.POST.get("do", "") if request.method == "POST" else ""
    stream_form = StreamForm(request.POST if asked == "stream" else None, initial=_initial(standing))
    retention_form = RetentionForm(request.POST if asked == "retention" else None, initial={"months": months})
    secret = ""
    if asked == "stream" and stream_form.is_valid():
        answer = _save_stream(request, organisation_id, stream_form)
        if answer == "":
            return done(request, url_name, message=_("The stream is saved."))
        secret = answer or ""
    if asked == "retention" and retention_form.is_valid() and _save_retention(request, organisation_id, retention_form):
        return done(request, url_name, message=_("The retention is saved."))
    if asked == "secret" and standing and standing.stream.kind == Stream.Kind.HTTPS:
        secret = operations.renew_secret(actor=request.actor, stream=standing.stream, at=clock.now())
    context = {
        "title": _("Stream and retention"), "standing": queries.standing(organisation_id), "stream_form": stream_form, "secret": secret,
        "retention_form": retention_form, "is_installation": organisation_id is None, "crumbs": [crumb],
    }  # fmt: skip
    is_bad = stream_form.errors or retention_form.errors
    return respond(request, "audit/keeping.html", None, context, status=422 if is_bad else 200)


def _initial(standing: queries.Standing | None) -> dict[str, Any]:
    if standing is None:
        return {"is_on": True}
    return {"kind": standing.stream.kind, "url": standing.stream.url, "is_on": standing.stream.is_on}


def _save_stream(request: PageRequest, organisation_id: int | None, form: StreamForm) -> str | None:
    """The new secret, to be shown once; empty if there is none; None if it was refused."""
    values = form.cleaned_data
    try:
        _stream, secret = operations.set_stream(actor=request.actor, organisation_id=organisation_id, at=clock.now(), **values)
    except Invalid as error:
        explain(form, error)
        return None
    return secret


def _save_retention(request: PageRequest, organisation_id: int | None, form: RetentionForm) -> bool:
    try:
        operations.set_retention(
            actor=request.actor, organisation_id=organisation_id or rules.NOBODYS, months=form.cleaned_data["months"],
            is_sure=form.cleaned_data["is_sure"], at=clock.now(),
        )  # fmt: skip
    except Invalid as error:
        explain(form, error)
        return False
    return True
