"""A provider that works, and what a refusal's page says."""

import re

from django.db import connection

from forecourt.identity.models import Person
from forecourt.kit import clock
from forecourt.sso.models import IdentityProvider
from forecourt.sso.operations import domains, providers
from forecourt.sso.tests.fake_provider import CLIENT_ID, CLIENT_SECRET


def values(issuer, **changes):
    usual = {"name": "Nordic", "kind": "generic", "issuer": issuer, "client_id": CLIENT_ID, "password_also": False, "creates_people": True}
    return usual | changes


def prove(actor, operator, name, *, provider=None):
    """A domain whose record is there."""
    domain = domains.add_domain(actor=actor, operator=operator, domain=name, provider=provider, at=clock.now())
    record = domains.expected_record(domain)[1]
    return domains.check_domain(actor=actor, domain=domain, at=clock.now(), resolve=lambda name: frozenset({record}))


def make_provider(cast, issuer) -> IdentityProvider:
    """Northwind's, for nordic.example, switched on."""
    actor = cast.actor("ada")
    row = providers.save_provider(actor=actor, operator=cast.northwind, client_secret=CLIENT_SECRET, at=clock.now(), **values(issuer))
    prove(actor, cast.northwind, "nordic.example", provider=row)
    providers.note_test(actor=actor, provider=row, at=clock.now())
    return providers.switch_on(actor=actor, provider=row, at=clock.now())


def reason_on(response) -> str:
    found = re.search(r"<code>(\w+)</code>", response.text)
    return found[1] if found else ""


def recorded_reasons() -> list[str]:
    """Why sign-ins were refused, as the audit log has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT context ->> 'reason' FROM audit_pending WHERE action = 'sign_in_refused' ORDER BY id")
        return [reason for (reason,) in cursor.fetchall()]


def assert_refused(client, response, reason, *, status=403, says="") -> None:
    """A page that says why, an audit event, no session and no account."""
    assert (response.status_code, reason_on(response)) == (status, reason)
    assert says in response.text
    assert client.get("/me").status_code == 302
    assert not Person.objects.filter(email__endswith="@nordic.example").exists()
    assert recorded_reasons() == [reason]
