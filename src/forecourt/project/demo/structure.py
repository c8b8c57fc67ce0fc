"""Team settings, a nested pair, a frozen team and a feature group, so that each can be seen."""

from datetime import datetime

from forecourt.operators.models import Operator
from forecourt.project.demo.people import DEMO, People
from forecourt.teams import operations as teams
from forecourt.teams.models import Team
from forecourt.teams.operations.features import give_feature_group, save_feature_group
from forecourt.teams.operations.nested import accept_nesting, invite_nested_team
from forecourt.teams.operations.templates import save_template


def make_structure(people: People, *, at: datetime) -> None:
    """`at` is now. The first operator's: its own team lets the hotel in."""
    operator = people.operators["Nordlys Charging"]
    mine = {team.name: team for team in people.teams["Nordlys Charging"]}
    _settings(operator, mine["Familien Holm"], at=at)
    relation = invite_nested_team(
        actor=DEMO, parent=mine["Nordlys Byladere"], nested=mine["Hotel Kattegat"], note="Guests of the hotel", at=at
    )
    accept_nesting(actor=DEMO, relation=relation, at=at)
    invite_nested_team(actor=DEMO, parent=mine["Hotel Kattegat"], nested=mine["Aarhus Kommune"], at=at)
    bakery = next(team for team in people.teams["Nordlys Sverige"] if team.name == "Lundströms Bageri")
    teams.freeze_team(actor=DEMO, team=bakery, reason="An invoice is unpaid.", at=at)


def _settings(operator: Operator, household: Team, *, at: datetime) -> None:
    values = {"name": "House rules", "applies_to": "private", "payment_method": "source", "can_configure_charge_points": False}
    save_template(actor=DEMO, operator=operator, values=values, at=at)
    group = save_feature_group(actor=DEMO, operator=operator, name="Drivers only", values={"price_groups": "hidden", "sites": "off"}, at=at)
    give_feature_group(actor=DEMO, group=group, team_ids=[household.pk], at=at)
