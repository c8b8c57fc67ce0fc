"""Letters for what the audit log announces: it knows people only by number."""

from collections.abc import Sequence

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.access import OperatorRole, PlatformRole
from forecourt.audit.events import LogExportFinished, StreamGivenUp
from forecourt.identity import letters
from forecourt.identity.models import Person
from forecourt.notifications import operations as notifications
from forecourt.operators.models import OperatorMember

_OFF = gettext_lazy("The stream of the audit log was switched off")
_OFF_TEXT = gettext_lazy(
    "Nothing arrived for three days, last because: %(reason)s\n\nNothing is lost: it goes on where it stopped once you switch it on again.\n\n%(link)s"
)
_READY = gettext_lazy("Your export of the audit log is ready")
_READY_TEXT = gettext_lazy("Signed in, you can download it for seven days:\n\n%(link)s")
_FAILED = gettext_lazy("Your export of the audit log failed")
_FAILED_TEXT = gettext_lazy("Please ask for it again, perhaps for a shorter time:\n\n%(link)s")


def tell_admins(events: Sequence[StreamGivenUp]) -> None:
    """The Admins of the Main account, or the platform's administrators, whose stream was switched off."""
    for event in events:
        path = "/audit/keeping" if event.organisation_id else "/platform/audit/keeping"
        for person in _responsible(event.organisation_id):
            letters.write(
                person, kind="audit_stream_off", subject=_OFF, text=_OFF_TEXT, reason=event.reason, link=f"{settings.PUBLIC_URL}{path}"
            )
            with letters.in_language_of(person):
                notifications.notify(person_id=person.pk, text=_("The stream of the audit log was switched off"), url=path)


def tell_exporter(events: Sequence[LogExportFinished]) -> None:
    """Whoever asked for an export: it is ready, or it failed."""
    for person, event in _with_people(events):
        subject, text = (_READY, _READY_TEXT) if event.address else (_FAILED, _FAILED_TEXT)
        path = event.address or "/audit/exports"
        letters.write(person, kind="audit_export", subject=subject, text=text, link=f"{settings.PUBLIC_URL}{path}")
        with letters.in_language_of(person):
            notifications.notify(person_id=person.pk, text=str(subject), url="/audit/exports")


def _with_people(events: Sequence[LogExportFinished]) -> list[tuple[Person, LogExportFinished]]:
    people = Person.objects.filter(deleted_at=None).in_bulk([event.person_id for event in events])
    return [(people[event.person_id], event) for event in events if event.person_id in people]


def _responsible(organisation_id: int | None) -> list[Person]:
    if organisation_id is None:
        return list(Person.objects.filter(platform_role=PlatformRole.ADMINISTRATOR, deleted_at=None).order_by("pk"))
    members = OperatorMember.objects.filter(
        operator__organisation_id=organisation_id, operator__is_main=True, role=OperatorRole.ADMIN, state=OperatorMember.State.ACCEPTED
    )
    return list(Person.objects.filter(pk__in=members.values("person_id"), deleted_at=None).order_by("pk"))
