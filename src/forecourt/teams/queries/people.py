"""Which person is meant, and who may know of one."""

from forecourt.access import Actor, Permission
from forecourt.identity.models import Person
from forecourt.operators.models import OperatorMember
from forecourt.teams.models import TeamMember


def person_by_email(email: str) -> Person | None:
    return Person.objects.filter(email__iexact=email.strip(), deleted_at=None).first()


def is_known_to(actor: Actor, person: Person) -> bool:
    """Whether the actor may read this person (a member of its teams, one of its operators' people), or its operator introduced them."""
    if person.introduced_by_id is not None and person.introduced_by_id == actor.operator_id:
        return True
    scope = actor.reach_of(Permission.PERSON_READ) or actor.reach_of(Permission.TEAM_MEMBER_MANAGE)
    is_member = TeamMember.objects.within(scope).filter(person=person, deleted_at=None).exists()
    return is_member or OperatorMember.objects.within(scope).filter(person=person).exists()
