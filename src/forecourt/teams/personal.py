"""What teams keep about a person: memberships, invitations, the personal team (GDPR)."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from forecourt.identity.events import ContactChanged
from forecourt.identity.models import Person
from forecourt.identity.personal import addresses_of, words_of
from forecourt.kit.registries import PersonalPart
from forecourt.teams.models import MemberFee, Team, TeamMember, TeamRun
from forecourt.teams.rules import next_month

EXPORTED = (
    "id", "team__name", "role", "state", "invited_email", "invited_phone", "note", "invited_at", "accepted_at", "created_at", "deleted_at",
)  # fmt: skip


def memberships_of(person_id: int) -> QuerySet[TeamMember]:
    """Theirs, and invitations to an address or number that is or was theirs and that nobody has accepted."""
    theirs = Q(person_id=person_id)
    for address in addresses_of(person_id):
        theirs |= Q(person=None, invited_email__iexact=address) | Q(person=None, invited_phone=address)
    return TeamMember.objects.filter(theirs)


def _export_memberships(person_id: int) -> Iterator[dict[str, Any]]:
    yield from memberships_of(person_id).order_by("id").values(*EXPORTED)


def _export_teams(person_id: int) -> Iterator[dict[str, Any]]:
    columns = ("id", "name", "type", "contact_email", "finance_email", "address1", "zip_code", "city", "created_at", "deleted_at")
    yield from Team.objects.filter(owner_id=person_id).order_by("id").values(*columns)


def _erase(person_id: int, *, at: datetime) -> None:
    """Memberships end, the personal team is closed and empty. Other teams lose the person's address as their contact."""
    memberships_of(person_id).update(
        deleted_at=Coalesce("deleted_at", at), invited_email=None, invited_phone=None, invitation_hash=None, note=None, is_default_team=False,
        partner_external_id=None, partner_custom_payload=None,
    )  # fmt: skip
    Team.objects.filter(owner_id=person_id, type=Team.Type.PERSONAL).update(
        name=f"Erased user #{person_id}", deleted_at=Coalesce("deleted_at", at), company_name=None, vat_number=None,
        company_registration_number=None, ean_number=None, po_number=None, legal_email=None, tax_identification_number=None,
        recipient_code=None, support_email=None, support_phone=None, external_id=None, partner_external_id=None,
        partner_custom_payload=None, contact_email="", finance_email=None, address1="", address2="", address3="", zip_code="", city="",
        province="",
    )  # fmt: skip
    for address in addresses_of(person_id):
        Team.objects.filter(contact_email__iexact=address).update(contact_email="")
        Team.objects.filter(finance_email__iexact=address).update(finance_email=None)


def _export_fees(person_id: int) -> Iterator[dict[str, Any]]:
    columns = ("id", "team__name", "amount_minor", "currency", "starts_on", "ends_on", "agreed_note")
    yield from MemberFee.objects.filter(member__person_id=person_id).order_by("id").values(*columns)


def _erase_fees(person_id: int, *, at: datetime) -> None:
    """What was agreed is words about the person; the amounts stay with the books. Nothing more becomes owed."""
    fees = MemberFee.objects.filter(member__person_id=person_id)
    fees.exclude(agreed_note="").update(agreed_note="")
    for fee in fees.filter(ends_on=None).select_related("team"):
        fee.ends_on = max(fee.starts_on, next_month(at.astimezone(ZoneInfo(fee.team.time_zone)).date()))
        fee.save(update_fields=["ends_on"])


def _erase_from_runs(person_id: int, *, at: datetime) -> None:
    """Rows of an import that name them are emptied and then refused, each alone; so are messages about such rows."""
    words = [word.lower() for word in words_of(person_id)]

    def names_them(value: Any) -> bool:
        text = json.dumps(value, ensure_ascii=False).lower()
        return any(word in text for word in words)

    for run in TeamRun.objects.exclude(kind=TeamRun.Kind.TEMPLATE).order_by("pk").select_for_update() if words else ():
        if names_them([run.content, run.problems]):
            rows = run.content.get("rows", [])
            run.content |= {"rows": [row | {"texts": {}} if names_them(row) else row for row in rows]} if rows else {}
            run.problems = [[line, column, "" if names_them(says) else says] for line, column, says in run.problems]
            run.save(update_fields=["content", "problems"])


def _owns_a_team(person_id: int) -> str | None:
    names = Team.objects.filter(owner_id=person_id, deleted_at=None).exclude(type=Team.Type.PERSONAL).values_list("name", flat=True)
    if names:
        return _("You own %(teams)s. Make somebody else the owner, or delete the team.") % {"teams": ", ".join(names)}
    return None


def owners_of_personal_teams(ids: list[int]) -> dict[int, int]:
    """Whose these teams are, of those that are personal ones."""
    return dict(Team.objects.filter(pk__in=ids, type=Team.Type.PERSONAL, owner__isnull=False).values_list("pk", "owner_id"))


def follow_contact(events: Sequence[ContactChanged]) -> None:
    """The personal team is written to where its person is. A reaction; twice does no harm."""
    for id, email in Person.objects.filter(pk__in=[event.person_id for event in events], erased_at=None).values_list("id", "email"):
        Team.objects.filter(owner_id=id, type=Team.Type.PERSONAL).exclude(contact_email=email or "").update(contact_email=email or "")


PARTS = (
    PersonalPart("teams", export=_export_teams),
    PersonalPart("member-fees", export=_export_fees, erase=_erase_fees),
    PersonalPart("team-runs", erase=_erase_from_runs),
    PersonalPart("team-memberships", export=_export_memberships, erase=_erase),
)
OBJECTIONS = (_owns_a_team,)
