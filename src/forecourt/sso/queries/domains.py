"""Whose an e-mail domain is, and who of its people may come in another way."""

import idna

from forecourt.access import OperatorRole
from forecourt.operators.models import OperatorMember
from forecourt.sso.models import BreakGlass, EmailDomain


def domain_of(email: str) -> str:
    """
    The domain of an address, in lower case and ASCII; empty if it has none. As browsers and registries have it today (UTS 46,
    non-transitional): by the older rules straße.de would be strasse.de, which is somebody else's.
    """
    domain = email.rpartition("@")[2].strip().rstrip(".").lower()
    try:
        return idna.encode(domain, uts46=True, transitional=False).decode() if domain else ""
    except idna.IDNAError:
        return ""


def is_named_admin(operator_id: int, email: str) -> bool:
    """Whether the Main account named the person of this address to get in by password, and they are still its Admin."""
    named = BreakGlass.objects.filter(operator_id=operator_id, person__email__iexact=email, person__deleted_at=None)
    admins = OperatorMember.objects.filter(operator_id=operator_id, role=OperatorRole.ADMIN, state=OperatorMember.State.ACCEPTED)
    return named.filter(person_id__in=admins.values("person_id")).exists()


def verified_domains(organisation_id: int) -> frozenset[str]:
    """The domains that an organisation has proved."""
    rows = EmailDomain.objects.filter(organisation_id=organisation_id, verified_at__isnull=False, deleted_at=None)
    return frozenset(rows.values_list("domain", flat=True))


def verified_domain(email: str) -> EmailDomain | None:
    """The proved domain that an address lies in; there is at most one."""
    rows = EmailDomain.objects.filter(domain=domain_of(email), verified_at__isnull=False, deleted_at=None)
    return rows.select_related("provider").first()
