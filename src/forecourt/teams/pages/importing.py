"""Teams from a file: a template to fill in, a dry run, then a run that tells how far it is."""

import csv
import io
from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.access import Permission, fetch, lacks, require
from forecourt.kit import clock
from forecourt.kit.errors import Forbidden, Invalid
from forecourt.operators.models import Operator
from forecourt.portal.pages import PageRequest, csv_response, done, explain, page, respond
from forecourt.teams import queries
from forecourt.teams.models import TeamRun
from forecourt.teams.operations import importing as operations

MOST_BYTES = 5_000_000


class ImportForm(forms.Form):
    operator = forms.ModelChoiceField(label=gettext_lazy("Operator"), queryset=Operator.objects.none(), empty_label=None)
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("CSV, UTF-8, up to 2,000 teams."),
        widget=forms.FileInput(attrs={"accept": ".csv"}),
    )

    def __init__(self, *args: Any, operators: list[Operator], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["operator"].queryset = Operator.objects.filter(pk__in=[operator.pk for operator in operators]).order_by("name")  # type: ignore[attr-defined]

    def rows(self) -> list[dict[str, Any]]:
        """:raises Invalid: if the file cannot be read."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise Invalid(_("The file is too large."), fields={"file": _("The file is too large. Split it.")})
        return operations.read_rows(file.read())


@page("GET", "POST")
def team_import(request: PageRequest) -> HttpResponseBase:
    """Try a file, then import it. Trying changes nothing."""
    operators = queries.operators_where(request.actor, Permission.TEAM_CREATE)
    if not operators:
        raise Forbidden(lacks(Permission.TEAM_CREATE))
    is_post = request.method == "POST"
    form = ImportForm(
        request.POST if is_post else None,
        request.FILES if is_post else None,
        operators=operators,
        initial={"operator": request.actor.operator_id},
    )
    report = None
    if is_post and form.is_valid():
        try:
            answer = _answer(request, form)
        except Invalid as error:
            explain(form, error)
        else:
            if isinstance(answer, HttpResponseBase):
                return answer
            report = answer
    context = {
        "title": _("Import teams"), "form": form, "report": report, "columns": operations.COLUMNS, "needed": operations.NEEDED,
        "cancel_url": reverse("teams"), "crumbs": [(_("Teams"), reverse("teams"))],
    }  # fmt: skip
    return respond(request, "teams/team_import.html", None, context, status=422 if form.errors else 200)


def _answer(request: PageRequest, form: ImportForm) -> HttpResponseBase | dict[str, Any]:
    operator, rows, at = form.cleaned_data["operator"], form.rows(), clock.now()
    if "import" in request.POST:
        run = operations.start_import(actor=request.actor, operator=operator, rows=rows, at=at)
        return done(request, "team-run", run.pk, message=_("The import has begun. You are told when it is done."))
    made, problems = operations.check_import(actor=request.actor, operator=operator, rows=rows, at=at)
    if "csv" in request.POST:
        return _problems("teams-problems.csv", problems)
    failed = len({line for line, _column, _says in problems})
    return {"created": made, "updated": 0, "skipped": 0, "failed": failed, "problems": problems, "is_dry_run": True}


@page("GET")
def team_import_template(request: PageRequest) -> HttpResponseBase:
    """The file to fill in: every column, and one row as an example."""
    require(request.actor, Permission.TEAM_CREATE)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(operations.COLUMNS)
    writer.writerow([operations.EXAMPLE.get(name, "") for name in operations.COLUMNS])
    response = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="teams-template.csv"'
    return response


@page("GET")
def team_run(request: PageRequest, team_run_id: int) -> HttpResponseBase:
    """How far an import or a template is, and what could not be done."""
    run: TeamRun = fetch(TeamRun.objects.select_related("operator"), actor=request.actor, id=team_run_id, needs=Permission.OPERATOR_UPDATE)
    if request.GET.get("format") == "csv":
        return _problems(f"team-run-{run.pk}.csv", run.problems)
    is_import = run.kind == TeamRun.Kind.IMPORT
    context = {
        "title": _("Import of teams") if is_import else _("Team settings on teams"),
        "run": run,
        "label": run.operator.name,
        "words": _("%(position)s of %(total)s") % {"position": run.position, "total": run.total},
        "crumbs": [(_("Teams"), reverse("teams"))],
    }
    return respond(request, "teams/team_run.html", "progress", context)


def _problems(name: str, problems: Any) -> HttpResponseBase:
    return csv_response(name, [_("Line"), _("Column"), _("Problem")], (list(problem) for problem in problems))
