"""Somebody touched everything, over a real socket too; then they are erased, and nothing in the whole database names them."""

import io
import json
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, quote_plus

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from PIL import Image

from forecourt.access import Actor, OperatorRole, TeamRole
from forecourt.api.models import IdempotencyKey
from forecourt.api.tests.world import told
from forecourt.audit import queries as audit
from forecourt.audit.models import Event, LogExport
from forecourt.audit.tests.factories import seal_all
from forecourt.charging.models import Charge
from forecourt.gateway.models import OcppMessage
from forecourt.gateway.tests.stations import Running, eventually
from forecourt.identity import jobs, operations
from forecourt.identity.models import DataExport, Person
from forecourt.identity.tests.inbox import code_in, last_message
from forecourt.integrations.models import WebhookEntry
from forecourt.integrations.operations.collecting import collect_from, collect_happenings
from forecourt.integrations.queries.webhooks import listeners
from forecourt.integrations.tests.factories import make_credential
from forecourt.kit import clock, registries
from forecourt.kit.models import OutboxRow
from forecourt.ledger.models import Posting
from forecourt.ledger.operations import record_transactions
from forecourt.ledger.rules import Amount, NewTransaction
from forecourt.ledger.tests.factories import make_wallet
from forecourt.network.models import Command, Station
from forecourt.network.operations import request_command
from forecourt.network.tests.factories import make_key
from forecourt.notifications.models import Notification
from forecourt.operators import operations as operators
from forecourt.operators.models import Operator
from forecourt.operators.tests.factories import make_installation
from forecourt.project.drains import drain_all
from forecourt.sso.models import BreakGlass, ExternalIdentity, IdentityProvider, SsoSession
from forecourt.sso.tests.scim_client import GROUP, USER, make_directory, make_verified_domain
from forecourt.teams import operations as teams
from forecourt.teams.models import Team
from forecourt.teams.operations.inviting import start_invitations
from forecourt.teams.queries import actor_of
from forecourt.teams.tests.factories import make_team

PASSWORD = "correct horse battery"
KEY = "04C0FFEE517A42"
EMAIL, LATER_EMAIL, PHONE = "ottoline@bloomsbury.example", "garsington@bloomsbury.example", "+4531990077"
NAMES = ("Ottoline", "Garsington", "Morrell", "Manor Lane 12")
READABLE = {
    "audit_export.filters", "identity_person.email", "identity_intervention.reason", "integrations_credential.name",
    "integrations_webhookentry.answer", "integrations_webhookentry.payload", "kit_outbox.error", "network_chargekey.identifier",
    "network_command.answer", "network_command.payload", "network_station.configuration", "notifications_notification.text",
    "notifications_outgoingemail.text", "ocpp_message.frame", "operators_operatormember.invited_email", "sso_directoryuser.folded",
    "sso_directoryuser.resource", "sso_directoryuser.user_name", "sso_externalidentity.email", "sso_externalidentity.subject",
    "teams_teammember.invited_email",
}  # fmt: skip
SYSTEM = Actor.system("test")


@dataclass(frozen=True)
class Somebody:
    person: Person
    team: Team
    client: Client


def welcomed() -> Somebody:
    person = teams.welcome_person(actor=SYSTEM, email=EMAIL, first_name="Ottoline", last_name="Morrell", password=PASSWORD, at=clock.now())
    operations.verify_email(actor=SYSTEM, person=person, at=clock.now())
    client = Client(REMOTE_ADDR="192.0.2.5")
    client.post("/accounts/login/", {"login": EMAIL, "password": PASSWORD})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": "/me"})
    return Somebody(person, Team.objects.get(owner=person, type="personal"), client)


def fill_in_my_account(one: Somebody) -> None:
    profile = {"first_name": "Ottoline", "last_name": "Morrell", "address1": "Manor Lane 12", "zip_code": "1058", "city": "Garsington"}
    assert one.client.post("/me", profile | {"country_id": ""}).status_code == 303
    written = io.BytesIO()
    Image.new("RGB", (8, 8)).save(written, "PNG")
    assert one.client.post("/me/picture", {"picture": SimpleUploadedFile("ottoline.png", written.getvalue())}).status_code == 303
    for kind, address in (("email", LATER_EMAIL), ("phone", PHONE)):
        one.client.post(f"/me/contact/{kind}", {"address": address})
        assert one.client.post(f"/me/contact/{kind}/code", {"code": code_in(last_message(address))}).status_code == 303
    secret = re.search(r'data-copy="([A-Z2-7]{32})"', one.client.get("/me/security/app").content.decode())
    assert secret
    code = format_hotp_value(hotp_value(secret[1], int(time.time()) // 30))
    assert one.client.post("/me/security/app", {"code": code}).status_code == 303
    assert one.client.post("/me/data").status_code == 303
    jobs.make_export(export_id=DataExport.objects.get().pk)
    drain_all()


def work_with_others(one: Somebody, operator: Operator) -> None:
    """Roles, invitations with their name in letters to others, credentials, a command, a note in the books."""
    actor, at = actor_of(one.person), clock.now()
    harbour = Team.objects.get(name="Harbour")
    for role in (OperatorRole.ADMIN, OperatorRole.SUPPORT_AGENT):
        operators.invite_member(
            actor=SYSTEM, operator=operator, email=LATER_EMAIL if role == OperatorRole.ADMIN else "x@example.com", role=role, at=at
        )
    teams.invite_member(actor=SYSTEM, team=harbour, email=LATER_EMAIL, role=TeamRole.MEMBER, note="Ottoline's car", at=at)
    teams.invite_member(actor=actor, team=harbour, email="bertrand@example.com", role=TeamRole.MEMBER, at=at)
    request_command(
        actor=actor, station=Station.objects.get(identity="CP1"), charge_point=None, action="reset", payload={"type": "soft"}, at=at
    )
    wallet = make_wallet(one.team)
    amount, note = Amount.plain(500, wallet.currency), "For Ottoline Morrell"
    into = NewTransaction("erasure:in", "deposit", "deposit-manual", amount, None, wallet.pk, at, external="manual", note=note)
    out = NewTransaction("erasure:out", "withdrawal", "withdrawal-manual", amount, wallet.pk, None, at, external="manual", note=note)
    record_transactions([into, out], at=at)


def be_mentioned(one: Somebody, operator: Operator) -> None:
    """Their personal team renamed, a request to join, invitations, an import under way, a note by hand, an API answer."""
    at, harbour = clock.now(), Team.objects.get(name="Harbour")
    boss = teams.welcome_person(actor=SYSTEM, email="boss@example.com", first_name="Bo", last_name="Ss", password=PASSWORD, at=at)
    dock = make_team("Dock", operator, owner=boss)
    teams.edit_team(actor=actor_of(one.person), team=one.team, name="Morrell at home", company_name="Morrell & Garsington", at=at)
    teams.request_to_join(actor=actor_of(one.person), team=dock, person=Person.objects.get(pk=one.person.pk), at=at)
    assert Notification.objects.filter(person_id=boss.pk, text__contains="Ottoline Morrell").exists()
    teams.invite_member(
        actor=SYSTEM, team=make_team("Pier", operator, owner=boss), phone=PHONE, role=TeamRole.MEMBER, note="Morrell's van", at=at
    )
    rows = [{"line": 2, "texts": {"email": LATER_EMAIL, "note": "Ottoline"}}, {"line": 3, "texts": {"email": "c@example.com"}}]
    start_invitations(actor=actor_of(one.person), team=harbour, rows=rows, at=at)
    body = json.dumps({"user": {"email": LATER_EMAIL.upper(), "firstName": "Ottoline"}}).encode()
    IdempotencyKey.objects.create(credential_id=1, key="k1", request_hash=b"1", status=201, body=body, created_at=at)


def leave_traces(one: Somebody, operator: Operator) -> None:
    """In commands and a station's settings, in an error, in a reason of the platform's people, in the name of an API key."""
    at, station = clock.now(), Station.objects.get(identity="CP1")
    request_command(
        actor=SYSTEM, station=station, charge_point=None, action="change_configuration", payload={"key": "FreeTag", "value": KEY}, at=at
    )
    Station.objects.filter(pk=station.pk).update(configuration={"FreeTag": {"value": KEY.lower(), "readonly": False}})
    Command.objects.create(
        organisation_id=operator.organisation_id, operator_id=operator.pk, team_id=station.team_id, station=station, action="trigger_message",
        payload={}, answer={"idTag": KEY}, state="accepted", requested_at=at, expires_at=at,
    )  # fmt: skip
    error = f"ValueError: no place for Ottoline Morrell <{EMAIL}>, key {KEY}"
    OutboxRow.objects.create(kind="test", reaction="test", payload={}, set_aside_at=at, error=error)
    operations.end_sessions_for(actor=SYSTEM, person=one.person, reason="Ottoline Morrell called from " + PHONE, at=at)
    make_credential(operator, person=one.person, name="Ottoline's home")


def be_in_a_directory(one: Somebody, operator: Operator) -> None:
    """Their organisation's directory describes them, and its provider has signed them in."""
    at, of = clock.now(), {"organisation_id": operator.organisation_id, "operator": operator}
    make_verified_domain(operator, "bloomsbury.example")
    _, scim = make_directory(operator)
    name = {"givenName": "Ottoline", "familyName": "Morrell", "formatted": "Lady Ottoline Morrell"}
    user = {"schemas": [USER], "userName": LATER_EMAIL, "name": name, "phoneNumbers": [{"value": PHONE}], "active": True}
    made = scim.call("POST", "/Users", user).json()
    group = {"schemas": [GROUP], "displayName": "Bloomsbury", "members": [{"value": made["id"], "display": "Ottoline Morrell"}]}
    assert scim.call("POST", "/Groups", group).status_code == 201
    provider = IdentityProvider.objects.create(
        **of, name="Nordic", kind="generic", issuer="https://id.example", client_secret=b"", slug="nordic"
    )
    seen = {"subject": f"auth|{EMAIL}", "email": EMAIL, "linked_at": at, "last_sign_in_at": at}
    identity = ExternalIdentity.objects.create(**of, provider=provider, person=one.person, **seen)
    SsoSession.objects.create(identity=identity, sid="s1", session_key="k1", id_token=b"sealed", created_at=at)
    BreakGlass.objects.create(**of, person=one.person, created_at=at)


def be_told_of(one: Somebody, operator: Operator) -> None:
    """Receivers of webhooks hear of them, and one says it back; somebody searched the audit log for them; a station asked its maker."""
    at, credential = clock.now(), make_credential(operator)[0]
    OcppMessage.objects.create(
        id=1, at=at, station_id=Station.objects.get(identity="CP1").pk, direction="in", type=2, message_id="m", action="DataTransfer",
        frame=json.dumps([2, "m", "DataTransfer", {"vendorId": "x", "data": json.dumps({"card": KEY})}]), answered_at=at, answer='[3,"m",{}]',
    )  # fmt: skip
    WebhookEntry.objects.filter(pk=told(credential).pk).update(answer=f"Ottoline Morrell: no such address {EMAIL}")
    for source in registries.webhook_sources:
        collect_from(source, listening=listeners(), until=at)
    for stream in registries.webhook_streams:
        collect_happenings(stream, listening=listeners())
    assert WebhookEntry.objects.filter(event_type="ocpp-messages", payload__icontains=KEY).exists()
    LogExport.objects.create(person_id=10**6, scope={}, filters={"text": "ottoline morrell"}, asked_at=at)


def be_called_something_else(one: Somebody, operator: Operator) -> None:
    """Another name by now; and what still goes to the address they had before."""
    at, harbour = clock.now(), Team.objects.get(name="Harbour")
    operators.invite_member(actor=SYSTEM, operator=operator, email=EMAIL, role=OperatorRole.BOOKKEEPER, at=at)
    teams.invite_member(actor=SYSTEM, team=harbour, email=EMAIL, role=TeamRole.MEMBER, at=at)
    person = Person.objects.get(pk=one.person.pk)
    operations.edit_profile(actor=actor_of(person), person=person, at=at, country_id=None, first_name="Violet", last_name="Bentinck")


def charge_over_ocpp(running: Running) -> Charge:
    station = running.connect()
    assert station.call("Authorize", {"idTag": KEY})[2]["idTagInfo"]["status"] == "Accepted"
    begun = {"connectorId": 1, "idTag": KEY.lower(), "meterStart": 100, "timestamp": "2026-11-22T10:00:00Z"}
    transaction = station.call("StartTransaction", begun)[2]["transactionId"]
    ended = {"transactionId": transaction, "meterStop": 5100, "timestamp": "2026-11-22T10:20:00Z", "idTag": KEY, "reason": "Local"}
    station.call("StopTransaction", ended)
    station.call("StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": "Available"})
    eventually(lambda: OcppMessage.objects.filter(frame__contains=KEY).count() >= 2)

    def settled() -> Charge | None:
        drain_all()
        return Charge.objects.filter(transaction_id=str(transaction), state="completed").first()

    return eventually(settled)


def mentions(words: Iterable[str]) -> dict[str, list[str]]:
    """Every table and column, partitions included, in which one of the words can be read, whatever its case or encoding."""
    forms = {form for word in words for form in (word, quote(word), quote_plus(word))}
    found: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT format('%I.%I', c.table_schema, c.table_name), c.column_name, c.data_type FROM information_schema.columns c JOIN information_schema.tables t"
            " USING (table_schema, table_name)"
            " WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND table_type = 'BASE TABLE'"
        )
        for table, column, kind in cursor.fetchall():
            read = f"encode(\"{column}\", 'escape')" if kind == "bytea" else f'"{column}"::text'
            for word in forms:
                cursor.execute(f"SELECT EXISTS (SELECT FROM {table} WHERE strpos(lower({read}), %s) > 0)", [word.lower()])
                if cursor.fetchone()[0]:
                    found.setdefault(f"{table.removeprefix('public.')}.{column}", []).append(word)
    return found


@pytest.fixture
def somebody(running: Running) -> Somebody:
    make_installation()
    return welcomed()


def test_after_erasing_a_person_nothing_in_the_database_names_them(running: Running, somebody: Somebody) -> None:
    words = (*NAMES, "Bentinck", EMAIL, LATER_EMAIL, PHONE, KEY)
    fill_in_my_account(somebody)
    make_key(KEY, somebody.team, person=somebody.person, name="Ottoline's key")
    charge = charge_over_ocpp(running)
    work_with_others(somebody, Operator.objects.get(name="Northwind"))
    be_mentioned(somebody, Operator.objects.get(name="Northwind"))
    drain_all()
    leave_traces(somebody, Operator.objects.get(name="Northwind"))
    be_in_a_directory(somebody, Operator.objects.get(name="Northwind"))
    be_told_of(somebody, Operator.objects.get(name="Northwind"))
    be_called_something_else(somebody, Operator.objects.get(name="Northwind"))
    assert set(mentions(words)) >= READABLE
    person = Person.objects.get(pk=somebody.person.pk)
    balances = list(Posting.objects.order_by("id").values_list("account_id", "minor"))

    assert operations.objections(person.pk) == []
    operations.ask_for_erasure(actor=actor_of(person), person=person, at=clock.now())
    assert operations.erase_person(actor=SYSTEM, person=person, at=clock.now())
    drain_all()
    seal_all()

    assert mentions(words) == {}
    assert audit.verify()[1] == []
    assert DataExport.objects.get(person_id=person.pk).file_id is None
    assert somebody.client.get("/me").status_code == 302
    assert list(Posting.objects.order_by("id").values_list("account_id", "minor")) == balances
    charge.refresh_from_db()
    assert (charge.state, charge.auth_id, charge.meter_stop_wh) == ("completed", None, 5100)
    assert Event.objects.filter(entity_type="User", entity_id=person.pk).exists()


def test_erasing_twice_changes_nothing_more(running: Running, somebody: Somebody) -> None:
    for _time in range(2):
        assert operations.erase_person(actor=SYSTEM, person=somebody.person, at=clock.now())
    person = Person.objects.get(pk=somebody.person.pk)
    assert (person.display_name, person.email, person.is_active) == (f"User: #{person.pk}", None, False)
    assert person.erased_at is not None
