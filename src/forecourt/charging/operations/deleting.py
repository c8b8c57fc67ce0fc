"""Why a charge point or a team may not be deleted yet: `OBJECTIONS` are this domain's own."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from forecourt.charging.models import Charge
from forecourt.network.models import ChargePoint
from forecourt.teams.models import Team


def _a_charge_runs(charge_point: ChargePoint) -> str | None:
    """Running, being started or promised. One that has stopped is settled without its charge point."""
    if Charge.objects.filter(charge_point=charge_point, stopped_at=None).exclude(state=Charge.State.COMPLETED).exists():
        return _(
            "A charge is running on this charge point, or it is promised to somebody. Stop the charge first; if its station is silent, end it on its page."
        )
    return None


def _charges_are_open(team: Team) -> str | None:
    if Charge.objects.filter(Q(team_id=team.pk) | Q(payer_team=team)).exclude(state=Charge.State.COMPLETED).exists():
        return _("The team has charges that are not completed. Wait until they are paid.")
    return None


OBJECTIONS: list[tuple[str, Callable[[Any], str | None]]] = [
    ("charge_point", _a_charge_runs),
    ("integration", _a_charge_runs),
    ("team", _charges_are_open),
]
