"""Writes of teams, and the one way a person comes to be."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from forecourt.access import Actor, TeamRole
from forecourt.identity import operations as identity
from forecourt.identity.models import Person
from forecourt.kit import registries
from forecourt.kit.errors import DomainError, Invalid
from forecourt.kit.events import announce
from forecourt.kit.fields import Checks
from forecourt.kit.operations import locked, operation
from forecourt.operators.models import Operator
from forecourt.operators.queries import installation
from forecourt.places.models import Country
from forecourt.teams.events import TeamCreated
from forecourt.teams.models import Team
from forecourt.teams.operations.codes import new_join_code
from forecourt.teams.operations.members import put_in


class NotSetUp(DomainError):
    """The installation has no legal entity yet."""

    code = "not_set_up"


class TeamIsNeeded(DomainError):
    """Something still hangs on the team, so it cannot be deleted."""

    code = "team_is_needed"


@operation
def welcome_person(*, actor: Actor, at: datetime, **fields: Any) -> Person:
    """
    Make a person and their personal team, whose wallet is theirs. `fields` as `identity.operations.create_person`.

    :raises NotSetUp: if the installation has not been set up: personal teams belong to it.
    """
    person = identity.create_person(actor=actor, at=at, **fields)
    home = installation()
    if home is None:
        raise NotSetUp(_("Set up the installation first."))
    country = Country.objects.select_related("currency").get(pk=_known(person.country_id or home.country_id))
    _create(
        operator=home,
        type=Team.Type.PERSONAL,
        name=_("Personal"),
        owner=person,
        contact_email=person.email or "",
        country=country,
        currency=country.currency,
        time_zone=person.time_zone,
        at=at,
    )
    return person


def _known(country_id: int | None) -> int:
    """A country's id for a look-up; 0, which no country has, where none is set."""
    return country_id or 0


@operation
def create_team(
    *,
    actor: Actor,
    operator: Operator,
    type: str,
    name: str,
    contact_email: str,
    at: datetime,
    owner: Person | None = None,
    country_id: int | None = None,
    **fields: Any,
) -> Team:
    """
    Create a team (spec P2.1). Currency and time zone are its country's; without one, the operator's.

    `fields`: finance_email, company_name, vat_number, company_registration_number, ean_number, po_number, category, address
    columns, payment_method, partner_external_id, partner_custom_payload.

    :raises Invalid: for a value that breaks its rule; for a personal team, which comes with its person.
    """
    values = _checked({"name": name, "contact_email": contact_email, **fields})
    if type not in (Team.Type.PRIVATE, Team.Type.PROFESSIONAL, Team.Type.OPERATOR, Team.Type.FLEET):
        raise Invalid(_("Choose a type."), fields={"type": _("Choose private, professional or operator.")})
    country = Country.objects.select_related("currency").filter(pk=_known(country_id or operator.country_id), is_sanctioned=False).first()
    if country is None:
        raise Invalid(_("Choose a country."), fields={"country": _("Choose a country from the list.")})
    return _create(
        operator=operator,
        type=type,
        owner=owner,
        country=country,
        currency=country.currency,
        time_zone=country.time_zone if country_id else operator.time_zone,
        at=at,
        **values,
    )


def _create(*, operator: Operator, owner: Person | None, at: datetime, **columns: Any) -> Team:
    team = Team.objects.create(
        organisation_id=operator.organisation_id, operator=operator, owner=owner, join_code=new_join_code(), **columns
    )
    if owner:
        put_in(team, owner, TeamRole.OWNER, at=at)
    announce(TeamCreated(team.pk))
    return team


EDITABLE = {
    "name": 120, "company_name": 200, "company_registration_number": 40, "po_number": 60, "category": 40,
    "address1": 200, "address2": 200, "address3": 200, "zip_code": 20, "city": 100, "province": 100,
}  # fmt: skip
NULLABLE = {"company_name", "company_registration_number", "po_number", "category"}
UNCHECKED = {"partner_external_id", "partner_custom_payload", "payment_method", "external_charging", "accepts_join_requests"}


def _checked(fields: dict[str, Any]) -> dict[str, Any]:
    """Cleaned values of the fields given. Unknown names are a bug of the caller."""
    checks, values = Checks(), {}
    for name, value in fields.items():
        if name in EDITABLE:
            text = checks.text(name, value, limit=EDITABLE[name], is_required=name == "name")
            values[name] = text or (None if name in NULLABLE else "")
        elif name in ("contact_email", "finance_email"):
            address = checks.email(name, value, is_required=name == "contact_email")
            values[name] = address if name == "contact_email" else address or None
        elif name == "vat_number":
            values[name] = checks.vat_number(name, value) or None
        elif name == "ean_number":
            values[name] = checks.ean(name, value) or None
        elif name in UNCHECKED:
            values[name] = value
        else:
            raise TypeError(f"a team has no field {name}")
    if values.get("payment_method", "source") not in Team.PaymentMethod.values:
        checks.fail("payment_method", _("Choose a payment method from the list."))
    checks.finish()
    return values


@operation
def edit_team(*, actor: Actor, team: Team, at: datetime, **fields: Any) -> Team:
    """
    Change a team; only the fields given. As `create_team`.

    :raises Invalid: for a value that breaks its rule.
    """
    team = locked(team)
    values = _checked(fields)
    for name, value in values.items():
        setattr(team, name, value)
    if values:
        team.save(update_fields=list(values))
    return team


@operation
def delete_team(*, actor: Actor, team: Team, at: datetime) -> Team:
    """
    Soft-delete a team. Deleting it again changes nothing.

    :raises TeamIsNeeded: if a domain above objects: charge points, a balance, a running charge.
    """
    team = locked(team)
    if team.deleted_at:
        return team
    if team.type == Team.Type.PERSONAL:
        raise TeamIsNeeded(_("A personal team stays as long as its person."))
    for label, objection in registries.deletion_objections:
        message = objection(team) if label == "team" else None
        if message:
            raise TeamIsNeeded(message)
    team.deleted_at = at
    team.save(update_fields=["deleted_at"])
    return team


@operation
def freeze_team(*, actor: Actor, team: Team, reason: str, at: datetime) -> Team:
    """A frozen team cannot pay for charging (spec P2.1). Freezing it again keeps the first moment and takes the new reason."""
    team = locked(team)
    checks = Checks()
    reason = checks.text("reason", reason, limit=500, is_required=False)
    checks.finish()
    team.frozen_at, team.frozen_reason = team.frozen_at or at, reason
    team.save(update_fields=["frozen_at", "frozen_reason"])
    return team


@operation
def unfreeze_team(*, actor: Actor, team: Team, at: datetime) -> Team:
    team = locked(team)
    team.frozen_at = team.frozen_reason = None
    team.save(update_fields=["frozen_at", "frozen_reason"])
    return team
