"""What the pages of members show: groups, a request to join, an invitation that expired, a monthly fee, a restricted wallet."""

from datetime import datetime, timedelta

from forecourt.access import TeamRole
from forecourt.kit.money import Money
from forecourt.places.models import Country
from forecourt.project.demo.people import DEMO, People
from forecourt.teams import operations as teams
from forecourt.teams.models import MemberGroup, Team, TeamMember

GROUPS = (
    # name, what it is for, role, rights, given to who joins by the code
    ("Staff", "Employees who charge at the company's cost.", TeamRole.MEMBER, {"can_pay_with_team_wallet": True}, True),
    ("Caretakers", "They look after the charge points.", TeamRole.ADMIN, {"can_configure_charge_points": True}, False),
)
FEE_MINOR = 4_500
A_MONTH_AGO = timedelta(days=30)


def make_members(people: People, *, at: datetime) -> None:
    """In every operator's first professional team. `at` is now."""
    for name, operator in people.operators.items():
        team = next((one for one in people.teams[name] if one.type == Team.Type.PROFESSIONAL), None)
        if team is None:
            continue
        groups = [_group(team, *row, at=at) for row in GROUPS]
        teams.create_group(
            actor=DEMO, operator=operator, team=None, name="Fleet drivers", role=TeamRole.MEMBER, description="For every team.",
            charge_payment_type="operator", can_pay_with_team_wallet=True, at=at,
        )  # fmt: skip
        _dress(people, team, groups, at=at)


def _group(
    team: Team, name: str, description: str, role: TeamRole, rights: dict[str, bool], is_default: bool, *, at: datetime
) -> MemberGroup:
    return teams.create_group(
        actor=DEMO, operator=team.operator, team=team, name=name, description=description, role=role, is_default=is_default, at=at, **rights
    )


def _dress(people: People, team: Team, groups: list[MemberGroup], *, at: datetime) -> None:
    members = list(TeamMember.objects.filter(team=team, role=TeamRole.MEMBER).select_related("person").order_by("pk"))
    teams.give_group(actor=DEMO, members=members[:3], group=groups[0], at=at)
    currency = team.currency.identifier
    teams.set_fee(actor=DEMO, member=members[0], amount=Money(FEE_MINOR, currency), note="Parking space 12", at=at - A_MONTH_AGO)
    countries = list(Country.objects.filter(alpha2__in=("DK", "SE", "DE")).values_list("pk", flat=True))
    teams.set_restrictions(actor=DEMO, level=team, country_ids=countries, operator_ids=None, at=at)
    teams.invite_member(actor=DEMO, team=team, email=f"late.{team.pk}@demo.example", role=TeamRole.MEMBER, at=at - A_MONTH_AGO)
    teams.expire_invitations(actor=DEMO, at=at)
    teams.invite_member(actor=DEMO, team=team, email=f"soon.{team.pk}@demo.example", role=TeamRole.MEMBER, group=groups[0], at=at)
    stranger = next(driver for other in people.teams_of_others(team) for driver in people.drivers[other.pk])
    teams.request_to_join(actor=DEMO, team=team, person=stranger, at=at)
