"""What the owner of a team is told: one e-mail, and a line in the bell."""

from django.conf import settings

from forecourt.notifications import operations as notifications
from forecourt.operators.rules import in_account
from forecourt.teams.models import Team


def tell_owner(team: Team, *, subject: str, text: str, kind: str, path: str) -> None:
    """To the owner; a team without one is told at its contact address. `path`: where both lead."""
    path = in_account(path, team.operator_id)
    address = (team.owner.email if team.owner else None) or team.contact_email
    if address:
        notifications.send_email(
            to=address, subject=subject, text=f"{text}\n\n{settings.PUBLIC_URL}{path}", kind=kind, person_id=team.owner_id,
            organisation_id=team.organisation_id, operator_id=team.operator_id,
        )  # fmt: skip
    if team.owner_id:
        notifications.notify(person_id=team.owner_id, text=subject, url=path)
