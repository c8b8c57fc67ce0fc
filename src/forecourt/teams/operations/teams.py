"""Writes of teams, and the one way a person comes to be."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from forecourt.access import Actor
from forecourt.identity import operations as identity
from forecourt.identity.models import Person
from forecourt.kit import registries
from forecourt.kit.errors import DomainError, Invalid
from forecourt.kit.events import announce_all
from forecourt.kit.fields import Checks
from forecourt.kit.operations import locked, operation
from forecourt.operators.models import Operator
from forecourt.operators.queries import installation
from forecourt.places.models import Country
from forecourt.teams.events import TeamCreated
from forecourt.teams.models import FleetGrant, Team
from forecourt.teams.operations.codes import new_join_code
from forecourt.teams.operations.members import put_in_owners
from forecourt.teams.operations.rights import check_owner
from forecourt.teams.operations.team_values import checked
from forecourt.teams.operations.telling import tell_owner
from forecourt.teams.operations.templates import begin_under_templates


class NotSetUp(DomainError):
    """The installation has no legal entity yet."""

    code = "not_set_up"


class TeamIsNeeded(DomainError):
    """Something still hangs on the team, so it cannot be deleted."""

    code = "team_is_needed"


class CannotConvert(DomainError):
    """The team's type cannot become that one."""

    code = "cannot_convert"


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
    team = _unsaved(
        home,
        type=Team.Type.PERSONAL,
        name=_("Personal"),
        owner=person,
        contact_email=person.email or "",
        country=country,
        currency=country.currency,
        time_zone=person.time_zone,
    )
    _store([team], at=at)
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

    `fields`: as `team_values.checked`. The operator's template for the type is put on it (spec §2.5).

    :raises Invalid: for a value that breaks its rule; for a personal team, which comes with its person; for a fleet team of
        an operator to whom the platform has not granted them.
    :raises Forbidden: for a team of one's own, as `rights.check_owner`.
    """
    if owner is not None:
        check_owner(actor, operator, [owner.pk])
    country = Country.objects.select_related("currency").filter(pk=_known(country_id or operator.country_id)).first()
    team = checked_team(
        operator, type=type, owner=owner, country=country, time_zone="" if country_id else operator.time_zone,
        is_fleet_granted=lambda: fleet_is_granted(operator), name=name, contact_email=contact_email, **fields,
    )  # fmt: skip
    store_teams(operator, [team], at=at, takes_templates="payment_method" not in fields)
    return team


def checked_team(
    operator: Operator, *, type: str, owner: Person | None, country: Country | None, time_zone: str,
    is_fleet_granted: Callable[[], bool], **fields: Any,
) -> Team:  # fmt: skip
    """
    A team to be stored by `store_teams`; asks nothing of the database where `is_fleet_granted` does not. `country` is read with
    its currency; an empty `time_zone` is the country's.

    :raises Invalid: as `create_team`.
    """
    values = checked(fields, type=type)
    if type not in (Team.Type.PRIVATE, Team.Type.PROFESSIONAL, Team.Type.OPERATOR, Team.Type.FLEET):
        raise Invalid(_("Choose a type."), fields={"type": _("Choose private, professional or operator.")})
    if type == Team.Type.FLEET and not is_fleet_granted():
        raise Invalid(_("Fleet teams are not granted."), fields={"type": _("The platform has not granted this operator fleet teams.")})
    if country is None or country.is_sanctioned:
        raise Invalid(_("Choose a country."), fields={"country": _("Choose a country from the list.")})
    zone = time_zone or country.time_zone
    return _unsaved(operator, type=type, owner=owner, country=country, currency=country.currency, time_zone=zone, **values)


def fleet_is_granted(operator: Operator) -> bool:
    return FleetGrant.objects.filter(operator=operator).exists()


def _unsaved(operator: Operator, **columns: Any) -> Team:
    return Team(organisation_id=operator.organisation_id, operator=operator, join_code=new_join_code(), **columns)


def store_teams(operator: Operator, teams: Sequence[Team], *, at: datetime, takes_templates: bool = True) -> None:
    """Store checked teams of one operator with their owners, and announce them: as many statements for a hundred as for one."""
    _store(teams, at=at)
    if takes_templates:
        begin_under_templates(operator, teams)


def _store(teams: Sequence[Team], *, at: datetime) -> None:
    Team.objects.bulk_create(teams)
    put_in_owners(teams, at=at)
    announce_all(TeamCreated(team.pk) for team in teams)


@operation
def edit_team(*, actor: Actor, team: Team, at: datetime, **fields: Any) -> Team:
    """
    Change a team; only the fields given. As `create_team`.

    :raises Invalid: for a value that breaks its rule.
    """
    team = locked(team)
    values = checked(fields, type=team.type, before=team)
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
    """
    A frozen team cannot pay for charging (spec P2.1); its owner is told. Freezing it again keeps the first moment and takes
    the new reason.
    """
    team = locked(team)
    checks = Checks()
    reason = checks.text("reason", reason, limit=500, is_required=False)
    checks.finish()
    is_new = team.frozen_at is None
    team.frozen_at, team.frozen_reason = team.frozen_at or at, reason
    team.save(update_fields=["frozen_at", "frozen_reason"])
    if is_new:
        text = _("Its wallet cannot pay for charging. A member’s key is charged to the member’s own wallet.")
        _tell(team, _("%(team)s is frozen"), f"{text}\n\n{reason}".strip(), "team_frozen")
    return team


@operation
def unfreeze_team(*, actor: Actor, team: Team, at: datetime) -> Team:
    """The team can pay again; its owner is told. A team that is not frozen stays as it is."""
    team = locked(team)
    if team.frozen_at is None:
        return team
    team.frozen_at = team.frozen_reason = None
    team.save(update_fields=["frozen_at", "frozen_reason"])
    _tell(team, _("%(team)s is no longer frozen"), _("Its wallet can pay for charging again."), "team_unfrozen")
    return team


@operation
def set_blocked(*, actor: Actor, team: Team, is_blocked: bool, at: datetime) -> Team:
    """A blocked team's people and keys charge nowhere with it, not even by falling back. Again: nothing changes."""
    team = locked(team)
    team.blocked_at = (team.blocked_at or at) if is_blocked else None
    team.save(update_fields=["blocked_at"])
    return team


@operation
def set_operator_team(*, actor: Actor, team: Team, is_operator_team: bool, at: datetime) -> Team:
    """
    Make a professional team the operator's own, or back (spec P2.1). From then on its income goes to the operator's wallet;
    what its wallet holds stays there, and charges that run settle as their day finds the team. Again: nothing changes.

    :raises CannotConvert: for any other type, and while the team is in operator transaction.
    """
    team = locked(team)
    before, after = (Team.Type.PROFESSIONAL, Team.Type.OPERATOR) if is_operator_team else (Team.Type.OPERATOR, Team.Type.PROFESSIONAL)
    if team.type == after:
        return team
    if team.type != before:
        raise CannotConvert(_("Only a professional team can become an operator team, and back."))
    if team.payment_method == Team.PaymentMethod.OPERATOR_TRANSACTION:
        raise CannotConvert(_("The operator carries this team’s money (operator transaction). Set another payment method first."))
    team.type = after
    team.save(update_fields=["type"])
    return team


def _tell(team: Team, subject: str, text: str, kind: str) -> None:
    tell_owner(team, subject=subject % {"team": team.name}, text=text, kind=kind, path=f"/teams/{team.pk}")
