"""What members and would-be members are told: one e-mail, and a line in the bell of who has an account."""

from forecourt.identity.models import Person
from forecourt.notifications import operations as notifications
from forecourt.teams.models import Team


def tell(team: Team, *, subject: str, text: str, kind: str, person: Person | None = None, email: str | None = None, url: str = "") -> None:
    """
    An e-mail to the person, or to the bare address; the subject as a line in the person's bell, which opens `url`. A person
    without an e-mail address has the bell, a bare phone number has nothing: its link is shown to who invites.
    """
    address = (person.email if person else None) or email
    if address:
        notifications.send_email(
            to=address, subject=subject, text=text, kind=kind, person_id=person.pk if person else None,
            organisation_id=team.organisation_id, operator_id=team.operator_id,
        )  # fmt: skip
    if person is not None:
        notifications.notify(person_id=person.pk, text=subject, url=url)
