"""`forecourt stations add`: many stations at once, written as JSON in the shape of demo.json's `stations`."""

import argparse
import json

from forecourt.access import Actor
from forecourt.kit import clock
from forecourt.kit.errors import DomainError
from forecourt.network import operations as network
from forecourt.network.models import Model
from forecourt.network.rules import numbered_identities
from forecourt.project.refusal import Refusal
from forecourt.teams.models import Team

MODEL = "other-ac"
MOST = 100_000


def run(options: argparse.Namespace) -> int:
    """
    Create `options.count` stations with identities `P00000`, `P00001` … in a team and write them to `options.output`.

    :raises Refusal: for an unknown team, a count out of range, or an identity that is taken; nothing is created then.
    """
    if not 1 <= options.count <= MOST:
        raise Refusal(f"--count must be between 1 and {MOST:,}.")
    team = Team.objects.filter(pk=options.team, deleted_at=None).first()
    if team is None:
        raise Refusal(f"There is no team {options.team}.")
    if not options.output.parent.is_dir():
        raise Refusal(f"There is no folder {options.output.parent} for --output.")
    try:
        added = network.add_stations(
            actor=Actor.system("forecourt stations add"),
            team=team,
            identities=numbered_identities(options.prefix, options.count),
            model=Model.objects.get(identifier=MODEL),
            password=options.password,
            at=clock.now(),
        )
    except DomainError as error:
        raise Refusal(f"{error.message} {error.facts.get('identity') or ''}".strip()) from error
    options.output.write_text(json.dumps([_shown(station, team.pk) for station in added], indent=1) + "\n")
    options.output.chmod(0o600)
    return 0


def _shown(station: network.AddedStation, team_id: int) -> dict[str, object]:
    return {
        "identity": station.identity,
        "password": station.password,
        "protocol": "ocpp1.6",
        "teamId": team_id,
        "chargePointId": station.charge_point_id,
        "chargePoints": [{"connectorId": 1, "chargePointId": station.charge_point_id}],
    }
