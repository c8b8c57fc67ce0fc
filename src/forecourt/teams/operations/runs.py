"""Long work on many teams, a batch a transaction: `position` moves with the work, so nothing is done twice or left out."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from forecourt.access import Actor
from forecourt.identity.models import Person
from forecourt.kit.operations import operation
from forecourt.notifications import operations as notifications
from forecourt.operators.rules import in_account
from forecourt.teams.models import TeamRun, TeamTemplate
from forecourt.teams.operations.importing import import_rows
from forecourt.teams.operations.inviting import invite_rows
from forecourt.teams.operations.templates import apply_template
from forecourt.teams.rules import Lower

BATCH = 100


@operation
def continue_run(*, actor: Actor, at: datetime) -> bool:
    """
    Do the next batch of the oldest open run that no other worker has in hand; False if there is none.

    Once: the run's row is locked, and its position is written in the same transaction as the work.
    """
    run = (
        TeamRun.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("operator")
        .filter(finished_at=None)
        .order_by("pk")
        .first()
    )
    if run is None:
        return False
    until = min(run.position + BATCH, run.total)
    if run.kind == TeamRun.Kind.IMPORT:
        import_rows(run, until, at=at)
    elif run.kind == TeamRun.Kind.MEMBERS:
        invite_rows(run, until, at=at)
    else:
        _apply(run, until)
    run.position = until
    if run.position == run.total:
        run.finished_at = at
        _tell(run)
        run.content = {name: value for name, value in run.content.items() if name != "rows"}  # people's addresses are not kept
    run.save()
    return True


def _apply(run: TeamRun, until: int) -> None:
    template = TeamTemplate.objects.get(pk=run.content["template"])
    if template.deleted_at is None:
        ids = run.content["teams"][run.position : until]
        apply_template(template, ids, Lower(run.content["lower"]))
        run.done += len(ids)


def _tell(run: TeamRun) -> None:
    """Who started it: a line in the bell and an e-mail, in their language."""
    person = Person.objects.filter(pk=run.started_by_id, deleted_at=None).first() if run.started_by_id else None
    if person is None:
        return
    with override(person.language):
        words: dict[str, Any] = {"done": run.done, "total": run.total, "failed": len({line for line, _column, _says in run.problems})}
        if run.kind == TeamRun.Kind.IMPORT:
            subject = _("Teams are imported: %(done)s of %(total)s") % words
            text = _("%(done)s teams were made, %(failed)s rows could not be used. The report stands on the page.") % words
        elif run.kind == TeamRun.Kind.MEMBERS:
            subject = _("Members are invited: %(done)s of %(total)s") % words
            text = _("%(done)s invitations are on their way, %(failed)s rows could not be used. The report stands on the page.") % words
        else:
            subject = _("Team settings are applied to %(done)s teams") % words
            text = subject + "."
        url = f"/teams/{run.content['team']}/members/upload/{run.pk}" if run.kind == TeamRun.Kind.MEMBERS else f"/team-runs/{run.pk}"
        url = in_account(url, run.operator_id)
        notifications.notify(person_id=person.pk, text=subject, url=url)
        if person.email:
            notifications.send_email(
                to=person.email, subject=subject, text=f"{text}\n\n{settings.PUBLIC_URL}{url}", kind="team_run", person_id=person.pk,
                organisation_id=run.organisation_id, operator_id=run.operator_id,
            )  # fmt: skip
