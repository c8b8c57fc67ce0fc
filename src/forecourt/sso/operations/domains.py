"""Writes of e-mail domains."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.access import Actor, OperatorRole
from forecourt.identity import letters
from forecourt.kit.errors import DomainError
from forecourt.kit.fields import Checks
from forecourt.kit.operations import locked, operation
from forecourt.kit.secrets import new_secret
from forecourt.operators.models import Operator, OperatorMember
from forecourt.sso import dns
from forecourt.sso.models import EmailDomain, IdentityProvider
from forecourt.sso.queries.domains import domain_of

PATIENCE: Final = timedelta(days=7)  # a record may be missing so long before a proved domain is none any more
_NAME: Final = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
# Everybody can have an address there, so nobody can prove the domain for their people.
PUBLIC_DOMAINS: Final = frozenset(
    [
        "gmail.com",
        "googlemail.com",
        "outlook.com",
        "hotmail.com",
        "live.com",
        "msn.com",
        "yahoo.com",
        "icloud.com",
        "me.com",
        "mac.com",
        "aol.com",
        "gmx.com",
        "gmx.de",
        "gmx.net",
        "web.de",
        "proton.me",
        "protonmail.com",
        "mail.com",
        "zoho.com",
        "fastmail.com",
        "yandex.com",
        "hey.com",
        "mail.dk",
        "yahoo.dk",
        "live.dk",
        "hotmail.dk",
        "outlook.dk",
    ]
)


class DomainTaken(DomainError):
    """Another organisation has proved this domain."""

    code = "domain_taken"


@operation
def add_domain(*, actor: Actor, operator: Operator, domain: str, at: datetime, provider: IdentityProvider | None = None) -> EmailDomain:
    """
    Claim a domain for the organisation. It counts once its record is found.

    :raises Invalid: if it is no domain, a public one, or claimed by this organisation already.
    """
    checks = Checks()
    name = domain_of(domain)
    if not _NAME.fullmatch(name):
        checks.fail("domain", _("Enter a domain, like example.com."))
    elif name in PUBLIC_DOMAINS:
        checks.fail("domain", _("Everybody can have an address at this domain, so it cannot be yours."))
    elif EmailDomain.objects.filter(operator=operator, domain=name, deleted_at=None).exists():
        checks.fail("domain", _("Your organisation has this domain already."))
    checks.finish()
    return EmailDomain.objects.create(
        organisation_id=operator.organisation_id, operator=operator, provider=provider, domain=name, txt_token=new_secret(32)
    )


def expected_record(domain: EmailDomain) -> tuple[str, str]:
    """Name and text of the record that proves the domain."""
    return f"{dns.PREFIX}.{domain.domain}", f"forecourt-verification={domain.txt_token}"


def check_domain(*, actor: Actor, domain: EmailDomain, at: datetime, resolve: dns.Resolver | None = None) -> EmailDomain:
    """
    Look for the record, then write down what was found. DNS is asked outside the transaction.

    :raises DomainTaken: if another organisation has proved the domain. Its record, ours or both: the first keeps it.
    """
    name, text = expected_record(domain)
    try:
        is_there, error = text in (resolve or dns.txt_records)(name), ""
    except dns.LookupFailed as failure:
        return _note_failure(actor=actor, domain=domain, error=str(failure), at=at)
    if not is_there:
        error = _("There is no such record yet. It can take an hour until a new one is seen everywhere.")
    return _note_answer(actor=actor, domain=domain, is_there=is_there, error=error, at=at)


@operation
def _note_failure(*, actor: Actor, domain: EmailDomain, error: str, at: datetime) -> EmailDomain:
    domain = locked(domain)
    domain.checked_at, domain.last_error = at, error
    domain.save(update_fields=["checked_at", "last_error"])
    return domain


@operation
def _note_answer(*, actor: Actor, domain: EmailDomain, is_there: bool, error: str, at: datetime) -> EmailDomain:
    domain = locked(domain)
    if domain.deleted_at:
        return domain
    domain.checked_at, domain.last_error = at, error
    if is_there:
        domain.verified_at, domain.missing_since = domain.verified_at or at, None
    elif domain.verified_at:
        domain.missing_since = domain.missing_since or at
        if at - domain.missing_since >= PATIENCE:
            domain.verified_at = None
            _tell_admins(domain)
    try:
        with transaction.atomic():
            domain.save()
    except IntegrityError as conflict:
        raise DomainTaken(_("Another organisation has proved this domain. Ask the people who run this installation.")) from conflict
    return domain


@operation
def give_domain(*, actor: Actor, domain: EmailDomain, provider: IdentityProvider | None, at: datetime) -> EmailDomain:
    """Which provider signs in the people of the domain; none: they sign in with a password."""
    domain = locked(domain)
    domain.provider = provider
    domain.save(update_fields=["provider"])
    return domain


@operation
def remove_domain(*, actor: Actor, domain: EmailDomain, at: datetime) -> None:
    """Its people sign in with a password again. Repeating it changes nothing."""
    domain = locked(domain)
    if domain.deleted_at is None:
        domain.deleted_at, domain.verified_at = at, None
        domain.save(update_fields=["deleted_at", "verified_at"])


def recheck_domains(*, actor: Actor, at: datetime, resolve: Callable[[str], frozenset[str]] | None = None) -> int:
    """Every proved domain, once a night; how many were looked at."""
    rows = list(EmailDomain.objects.filter(verified_at__isnull=False, deleted_at=None).order_by("pk"))
    for row in rows:
        check_domain(actor=actor, domain=row, at=at, resolve=resolve)
    return len(rows)


_SUBJECT = gettext_lazy("%(domain)s is not proved any more")
_TEXT = gettext_lazy(
    "The DNS record that proves that %(domain)s is yours has been missing for a week. Single sign-on no longer signs in its people.\n\n"
    "Put the record back and check it under Single sign-on."
)


def _tell_admins(domain: EmailDomain) -> None:
    rows = OperatorMember.objects.filter(operator_id=domain.operator_id, role=OperatorRole.ADMIN, state=OperatorMember.State.ACCEPTED)
    for member in rows.select_related("person").order_by("pk"):
        if member.person:
            letters.write(member.person, kind="security", subject=_SUBJECT, text=_TEXT, domain=domain.domain)
