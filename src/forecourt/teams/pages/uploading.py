"""Inviting many people from a CSV: try it, start it, see how far it is."""

from types import SimpleNamespace

from django import forms
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.access import Permission, fetch
from forecourt.kit import clock
from forecourt.kit.errors import Invalid, NotFound
from forecourt.portal.pages import PageRequest, csv_response, done, explain, page, respond
from forecourt.teams.models import Team, TeamRun
from forecourt.teams.operations import inviting as operations

P = Permission
LARGEST = 2_000_000  # bytes


class UploadForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("CSV file"), help_text=gettext_lazy("One person a row, by e-mail or phone. All become plain members.")
    )

    def content(self) -> bytes:
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            says = _("The file is too large. Split it.")
            raise Invalid(says, fields={"file": says})
        return bytes(file.read())


@page("GET", "POST")
def member_upload(request: PageRequest, team_id: int) -> HttpResponseBase:
    """The dry run shows the report; the same file is then given again, and a job invites them."""
    team: Team = fetch(Team.objects.filter(deleted_at=None), actor=request.actor, id=team_id, needs=P.TEAM_MEMBER_MANAGE)
    if request.GET.get("format") == "csv":
        return csv_response("invitations.csv", list(operations.COLUMNS), [list(example) for example in operations.EXAMPLES])
    form = UploadForm(request.POST or None, request.FILES or None) if request.method == "POST" else UploadForm()
    report = None
    if request.method == "POST" and form.is_valid():
        try:
            rows, at = operations.read_invitations(form.content()), clock.now()
            if "start" in request.POST:
                run = operations.start_invitations(actor=request.actor, team=team, rows=rows, at=at)
                return done(
                    request, "team-member-upload-run", team.pk, run.pk, message=_("We invite them now and tell you when it is done.")
                )
            invited, problems = operations.check_invitations(actor=request.actor, team=team, rows=rows, at=at)
            report = SimpleNamespace(is_dry_run=True, created=invited, updated=0, skipped=0, failed=len(rows) - invited, problems=problems)
        except Invalid as error:
            explain(form, error)
    back = reverse("team-members", args=[team.pk])
    context = {
        "title": _("Invite many"),
        "form": form,
        "report": report,
        "columns": operations.COLUMNS,
        "cancel_url": back,
        "crumbs": [(team.name, back)],
    }
    return respond(request, "teams/member_upload.html", None, context, status=422 if form.errors else 200)


@page("GET")
def member_upload_run(request: PageRequest, team_id: int, run_id: int) -> HttpResponseBase:
    """How far the invitations are, and which rows could not be used."""
    team: Team = fetch(Team.objects, actor=request.actor, id=team_id, needs=P.TEAM_MEMBER_MANAGE)
    run = TeamRun.objects.filter(pk=run_id, kind=TeamRun.Kind.MEMBERS, content__team=team.pk).first()
    if run is None:
        raise NotFound(_("There is nothing here with that id."))
    failed = len({line for line, _column, _says in run.problems})
    context = {
        "title": _("Invite many"),
        "run": run,
        "live": 3 if run.finished_at is None else None,
        "report": SimpleNamespace(is_dry_run=False, created=run.done, updated=0, skipped=0, failed=failed, problems=run.problems),
        "crumbs": [(team.name, reverse("team-members", args=[team.pk]))],
    }
    return respond(request, "teams/member_upload_run.html", "progress", context)
