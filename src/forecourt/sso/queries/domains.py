"""Whose an e-mail domain is."""

from forecourt.sso.models import EmailDomain


def domain_of(email: str) -> str:
    """The domain of an address, in lower case and ASCII; empty if it has none."""
    domain = email.rpartition("@")[2].strip().rstrip(".").lower()
    try:
        return domain.encode("idna").decode()
    except UnicodeError:
        return ""


def verified_domains(organisation_id: int) -> frozenset[str]:
    """The domains that an organisation has proved."""
    rows = EmailDomain.objects.filter(organisation_id=organisation_id, verified_at__isnull=False, deleted_at=None)
    return frozenset(rows.values_list("domain", flat=True))


def verified_domain(email: str) -> EmailDomain | None:
    """The proved domain that an address lies in; there is at most one."""
    rows = EmailDomain.objects.filter(domain=domain_of(email), verified_at__isnull=False, deleted_at=None)
    return rows.select_related("provider").first()
