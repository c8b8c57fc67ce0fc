"""What each domain keeps about a person, and why somebody cannot be erased yet (GDPR; docs/domains/identity.md)."""

from datetime import datetime
from typing import Any

from forecourt.access import Actor
from forecourt.audit import operations as audit
from forecourt.charging import personal as charging
from forecourt.gateway import personal as gateway
from forecourt.identity import personal as identity
from forecourt.integrations import personal as integrations
from forecourt.kit.registries import PersonalPart
from forecourt.ledger import personal as ledger
from forecourt.network import personal as network
from forecourt.operators import personal as operators
from forecourt.project import personal_answers as answers
from forecourt.project import personal_errors as errors
from forecourt.project import personal_searches as searches
from forecourt.sso import personal as sso
from forecourt.teams import personal as teams


def _audit_claims(person_id: int, *, at: datetime) -> None:
    """Before the rest: by then nothing says which addresses and invitations were theirs."""
    _claim(person_id, at=at)  # it also seals what is pending, so that what the person was called before is known
    _claim(person_id, at=at)


def _claim(person_id: int, *, at: datetime) -> None:
    invitations = [("TeamMember", id) for id in teams.memberships_of(person_id).values_list("pk", flat=True)]
    invitations += [("OperatorUser", id) for id in operators.members_of(person_id).values_list("pk", flat=True)]
    audit.claim(actor=Actor.system("erasure"), person_id=person_id, addresses=identity.addresses_of(person_id), rows=invitations, at=at)


def _audit_forgets(person_id: int, *, at: datetime) -> None:
    audit.forget(actor=Actor.system("erasure"), person_id=person_id, at=at)


# Highest first: `identity` forgets the address by which the others find the person; the audit trail forgets last of all.
DOMAINS: tuple[Any, ...] = (answers, errors, searches, gateway, charging, network, ledger, integrations, sso, teams, operators, identity)
PARTS = (
    PersonalPart("audit-claims", erase=_audit_claims),
    *(part for domain in DOMAINS for part in domain.PARTS),
    PersonalPart("audit", erase=_audit_forgets),
)
OBJECTIONS = tuple(objection for domain in DOMAINS for objection in getattr(domain, "OBJECTIONS", ()))
