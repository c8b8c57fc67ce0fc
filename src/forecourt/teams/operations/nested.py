"""One team charging at another's charge points (spec P2.1, partner API §11.17): invited, answered, changed, ended."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from forecourt.access import Actor, Permission
from forecourt.kit.errors import DomainError, Forbidden, Invalid
from forecourt.kit.fields import Checks
from forecourt.kit.operations import locked, operation
from forecourt.teams.models import NestedTeam, Team
from forecourt.teams.operations.telling import tell_owner
from forecourt.teams.rules import acts_for_owner

INVITATION_LASTS = timedelta(days=14)
NOTE_LENGTH = 255
State = NestedTeam.State


class AlreadyNested(DomainError):
    """The team is nested in this one, or has an open invitation to be."""

    code = "already_nested"


class NestingOver(DomainError):
    """The invitation was answered, withdrawn or has expired."""

    code, status = "nesting_over", 410


def require_owner(actor: Actor, team: Team) -> None:
    """
    Nested teams are the owner's business (spec P2.1: team-owner only), or that of the operator's people.

    :raises Forbidden: for anybody else of the team.
    """
    if not acts_for_owner(actor, team):
        raise Forbidden(_("Only the owner of the team can do this."), permission=Permission.TEAM_MEMBER_MANAGE.value)


@operation
def invite_nested_team(
    *, actor: Actor, parent: Team, nested: Team, at: datetime, charge_point_ids: Sequence[int] | None = None,
    site_ids: Sequence[int] = (), note: str = "",
) -> NestedTeam:  # fmt: skip
    """
    Let another team's members charge at this team's charge points, once its owner agrees; the invitation lasts 14 days.
    `charge_point_ids` None: at all of them. Whether they are the parent's, the caller has checked.

    Beside itself: a unique key keeps one living relation per pair. One that was declined or has expired begins anew.

    :raises Forbidden: if the actor is of the parent team and not its owner.
    :raises Invalid: for the team itself, a personal team, or one that is deleted.
    :raises AlreadyNested: if there is an open invitation or a relation.
    """
    require_owner(actor, parent)
    if nested.pk == parent.pk or nested.deleted_at or nested.type == Team.Type.PERSONAL:
        raise Invalid(_("This team cannot be nested."), fields={"team": _("Choose another team: not this one, and not a personal one.")})
    earlier = NestedTeam.objects.select_for_update().filter(parent_team=parent, nested_team=nested, deleted_at=None).first()
    if earlier and not _is_over(earlier, at):
        raise AlreadyNested(_("This team is nested here already, or is invited to be."))
    if earlier:
        earlier.deleted_at = at
        earlier.save(update_fields=["deleted_at"])
    try:
        with transaction.atomic():
            relation = NestedTeam.objects.create(
                organisation_id=parent.organisation_id, operator_id=parent.operator_id, parent_team=parent,
                nested_organisation_id=nested.organisation_id, nested_operator_id=nested.operator_id, nested_team=nested,
                state=State.INVITED, has_access_to_all=charge_point_ids is None and not site_ids,
                charge_point_ids=sorted(set(charge_point_ids or ())), site_ids=sorted(set(site_ids)), note=_note(note),
                invited_by_id=actor.id or None, invited_at=at, expires_at=at + INVITATION_LASTS,
            )  # fmt: skip
    except IntegrityError as error:
        raise AlreadyNested(_("This team is nested here already, or is invited to be.")) from error
    words = {"parent": parent.name, "team": nested.name}
    tell_owner(
        nested, subject=_("%(parent)s invites %(team)s to charge there") % words, kind="nested_team_invitation", path=_path(nested),
        text=_("Members of %(team)s may then use charge points of %(parent)s at a price agreed for them. Answer within 14 days.") % words,
    )  # fmt: skip
    return relation


@operation
def accept_nesting(*, actor: Actor, relation: NestedTeam, at: datetime) -> NestedTeam:
    """
    The nested team's owner agrees: its members may charge there from now on. Accepting again changes nothing.

    :raises Forbidden: if the actor is of the nested team and not its owner.
    :raises NestingOver: if it was declined, ended or has expired.
    """
    require_owner(actor, relation.nested_team)
    relation = locked(relation)
    if relation.state == State.ACCEPTED and relation.deleted_at is None:
        return relation
    _refuse_if_over(relation, at)
    relation.state, relation.accepted_at, relation.expires_at = State.ACCEPTED, at, None
    relation.save(update_fields=["state", "accepted_at", "expires_at"])
    _tell_parent(relation, _("%(team)s charges at %(parent)s from now on"), "nested_team_accepted")
    return relation


@operation
def reject_nesting(*, actor: Actor, relation: NestedTeam, at: datetime) -> NestedTeam:
    """
    The nested team's owner declines. Declining again changes nothing.

    :raises Forbidden: if the actor is of the nested team and not its owner.
    :raises NestingOver: if it was accepted, ended or has expired.
    """
    require_owner(actor, relation.nested_team)
    relation = locked(relation)
    if relation.state == State.REJECTED and relation.deleted_at is None:
        return relation
    _refuse_if_over(relation, at)
    relation.state, relation.rejected_at = State.REJECTED, at
    relation.save(update_fields=["state", "rejected_at"])
    _tell_parent(relation, _("%(team)s declines to charge at %(parent)s"), "nested_team_rejected")
    return relation


@operation
def end_nesting(*, actor: Actor, relation: NestedTeam, at: datetime) -> NestedTeam:
    """
    Either side ends it, or the parent withdraws the invitation. Running charges go on at the price they began with. Again:
    nothing happens.

    :raises Forbidden: if the actor is owner or operator of neither.
    """
    if not acts_for_owner(actor, relation.parent_team):
        require_owner(actor, relation.nested_team)
    relation = locked(relation)
    if relation.deleted_at is None:
        relation.deleted_at = at
        relation.save(update_fields=["deleted_at"])
    return relation


@operation
def edit_nesting(
    *, actor: Actor, relation: NestedTeam, at: datetime, note: str | None = None, is_for_all: bool = False,
    charge_point_ids: Sequence[int] | None = None, site_ids: Sequence[int] | None = None,
) -> NestedTeam:  # fmt: skip
    """
    The parent's owner changes the note, or where the members may charge: all of it, or what is chosen. None leaves as it is.

    :raises Forbidden: if the actor is of the parent team and not its owner.
    :raises NestingOver: if it has ended.
    """
    require_owner(actor, relation.parent_team)
    relation = locked(relation)
    if relation.deleted_at is not None:
        raise NestingOver(_("This has ended."))
    if note is not None:
        relation.note = _note(note)
    if is_for_all:
        relation.has_access_to_all, relation.charge_point_ids, relation.site_ids = True, [], []
    elif charge_point_ids is not None or site_ids is not None:
        relation.has_access_to_all = False
        relation.charge_point_ids = relation.charge_point_ids if charge_point_ids is None else sorted(set(charge_point_ids))
        relation.site_ids = relation.site_ids if site_ids is None else sorted(set(site_ids))
    relation.save()
    return relation


@operation
def expire_nestings(*, actor: Actor, at: datetime) -> int:
    """Close the invitations whose time is over; how many. One statement."""
    return NestedTeam.objects.filter(state=State.INVITED, expires_at__lte=at, deleted_at=None).update(state=State.EXPIRED)


def _is_over(relation: NestedTeam, at: datetime) -> bool:
    if relation.state == State.INVITED:
        return relation.expires_at is not None and relation.expires_at <= at
    return relation.state in (State.REJECTED, State.EXPIRED)


def _refuse_if_over(relation: NestedTeam, at: datetime) -> None:
    if relation.deleted_at or relation.state != State.INVITED or _is_over(relation, at):
        raise NestingOver(_("This invitation is no longer open. Ask for a new one."))


def _note(note: str) -> str | None:
    checks = Checks()
    text = checks.text("note", note, limit=NOTE_LENGTH, is_required=False)
    checks.finish()
    return text or None


def _tell_parent(relation: NestedTeam, subject: str, kind: str) -> None:
    parent = relation.parent_team
    words = {"parent": parent.name, "team": relation.nested_team.name}
    tell_owner(parent, subject=subject % words, text=subject % words + ".", kind=kind, path=_path(parent))


def _path(team: Team) -> str:
    return f"/teams/{team.pk}/nested"
