"""Plain factories for teams and members."""

from datetime import UTC, datetime

from forecourt.access import Actor, TeamRole
from forecourt.identity.models import Person
from forecourt.operators.models import Operator
from forecourt.operators.tests.factories import make_installation
from forecourt.teams.models import FeatureGroup, FeatureSetting, MemberGroup, NestedTeam, Team, TeamMember, TeamRun, TeamTemplate
from forecourt.teams.operations import invite_member

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)


def make_team(name: str, operator: Operator, *, type: str = "professional", owner: Person | None = None, **fields) -> Team:
    team = Team.objects.create(
        organisation_id=operator.organisation_id,
        operator=operator,
        type=type,
        name=name,
        owner=owner,
        contact_email=f"{name.lower().replace(' ', '.')}@example.com",
        currency=operator.currency,
        country=operator.country,
        time_zone=operator.time_zone,
        join_code=f"J{Team.objects.count() + 1:07}",
        **fields,
    )
    if owner:
        make_team_member(owner, team, TeamRole.OWNER)
    return team


def make_team_member(person: Person, team: Team, role: TeamRole = TeamRole.MEMBER, **toggles) -> TeamMember:
    """An accepted membership. Toggles are the `can_*` columns; all off unless given."""
    return TeamMember.objects.create(
        organisation_id=team.organisation_id,
        operator_id=team.operator_id,
        team=team,
        person=person,
        role=role,
        state=TeamMember.State.ACCEPTED,
        accepted_at=AT,
        **toggles,
    )


def make_feature_group(operator: Operator, name: str = "Small", **features: str) -> FeatureGroup:
    """`features`: feature → on, off or hidden."""
    group = FeatureGroup.objects.create(organisation_id=operator.organisation_id, operator=operator, name=name)
    FeatureSetting.objects.bulk_create(FeatureSetting(group=group, feature=feature, value=value) for feature, value in features.items())
    return group


def make_template(operator: Operator, name: str = "House rules", **columns) -> TeamTemplate:
    """Of chosen teams only, unless `applies_to` says otherwise."""
    return TeamTemplate.objects.create(organisation_id=operator.organisation_id, operator=operator, name=name, **columns)


def make_run(operator: Operator, **columns) -> TeamRun:
    """An import of nothing, finished."""
    given = {"kind": TeamRun.Kind.IMPORT, "content": {"rows": []}, "total": 0, "finished_at": AT, **columns}
    return TeamRun.objects.create(organisation_id=operator.organisation_id, operator=operator, **given)


def make_nesting(parent: Team, nested: Team, *, state: str = "accepted", **columns) -> NestedTeam:
    """`nested` charges at all of `parent`'s charge points, unless `columns` say otherwise."""
    return NestedTeam.objects.create(
        organisation_id=parent.organisation_id, operator_id=parent.operator_id, parent_team=parent, nested_team=nested, state=state,
        nested_organisation_id=nested.organisation_id, nested_operator_id=nested.operator_id, **columns,
    )  # fmt: skip


def make_personal_team(person: Person) -> Team:
    return make_team(f"{person.first_name}'s team", make_installation(), type=Team.Type.PERSONAL, owner=person)


def make_member_group(name: str, of: Team | Operator, *, role: TeamRole = TeamRole.MEMBER, **columns) -> MemberGroup:
    """A group of a team, or with an operator of all its teams. Rights are the `can_*` columns; all off unless given."""
    team, operator = (of, of.operator) if isinstance(of, Team) else (None, of)
    return MemberGroup.objects.create(
        organisation_id=operator.organisation_id, operator=operator, team=team, name=name, role=role, **columns
    )


def make_team_invitation(email: str, team: Team, *, at: datetime = AT) -> TeamMember:
    """An open invitation to an address, as a plain member. It lasts 14 days from `at`."""
    return invite_member(actor=Actor.system("test"), team=team, role=TeamRole.MEMBER, at=at, email=email)[0]
