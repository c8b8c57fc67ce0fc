"""Exchange rates: the list, and importing them with a dry run first."""

from django import forms
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.access import Permission, require
from forecourt.kit import clock
from forecourt.kit.errors import Invalid
from forecourt.ledger import operations
from forecourt.ledger.models import ExchangeRate
from forecourt.portal.pages import PageRequest, csv_response, done, page, paged, respond
from forecourt.portal.paging import COUNT_LIMIT

LARGEST = 2_000_000  # bytes; some 70,000 lines


class ImportForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        help_text=gettext_lazy("Columns: base, quote, on, rate. One unit of base in quote, such as EUR,DKK,2026-11-20,7.4604"),
    )
    source = forms.CharField(label=gettext_lazy("Source"), max_length=60, initial="ECB", help_text=gettext_lazy("Who published them."))
    write = forms.BooleanField(label=gettext_lazy("Import. Without this, the file is only checked."), required=False)

    def clean_file(self) -> str:
        given = self.cleaned_data["file"]
        if given.size > LARGEST:
            raise forms.ValidationError(_("The file is larger than 2 MB."))
        try:
            text: str = given.read().decode()
        except UnicodeDecodeError:
            raise forms.ValidationError(_("The file is not UTF-8 text.")) from None
        return text


@page("GET")
def rate_list(request: PageRequest) -> HttpResponseBase:
    """The rates, newest day first."""
    require(request.actor, Permission.PLATFORM_READ)
    search = request.GET.get("q", "").strip().upper()[:3]
    rates = ExchangeRate.objects.order_by("-on", "base", "quote")
    if search:
        rates = rates.filter(base=search) | rates.filter(quote=search)
    if request.GET.get("format") == "csv":
        return csv_response("exchange-rates.csv", ["base", "quote", "on", "rate"], rates.values_list("base", "quote", "on", "rate"))
    paging = paged(request, rates[: COUNT_LIMIT + 1].count())
    context = {
        "title": _("Exchange rates"),
        "rows": rates[paging.offset : paging.offset + paging.size],
        "search": search,
        "paging": paging,
        "csv": True,
        "may_import": request.actor.may_platform(Permission.PLATFORM_MANAGE),
    }
    return respond(request, "ledger/rate_list.html", "rows", context)


@page("GET", "POST")
def rate_import(request: PageRequest) -> HttpResponseBase:
    """Check a CSV file, then import it: all of it or nothing."""
    require(request.actor, Permission.PLATFORM_MANAGE)
    form, report = ImportForm(request.POST or None, request.FILES or None), None
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            report = operations.import_rates(
                actor=request.actor, text=given["file"], source=given["source"], at=clock.now(), dry_run=not given["write"]
            )
        except Invalid as error:
            form.add_error("file", error.message)
        else:
            if given["write"] and not report.problems:
                return done(request, "rate-list", message=_("%(count)d rates are imported.") % {"count": report.created})
            report.is_dry_run = True  # nothing was written
    context = {
        "title": _("Import exchange rates"),
        "form": form,
        "report": report,
        "submit": _("Continue"),
        "cancel_url": reverse("rate-list"),
    }
    is_bad = request.method == "POST" and not form.is_valid()
    return respond(request, "ledger/rate_import.html", None, context, status=422 if is_bad else 200)
