"""What a team brings to its charge points: whether it holds any, their first price, and sites that come by themselves where several stand at one address (spec P2.1)."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from forecourt.access import Actor
from forecourt.kit.errors import DomainError
from forecourt.network.models import ChargePoint, Site
from forecourt.network.operations.sites import create_site
from forecourt.pricing.models import PriceGroup
from forecourt.pricing.queries import default_group
from forecourt.teams.models import Team

PLACE = ("address1", "zip_code", "city")
COPIED = (*PLACE, "country_id", "latitude", "longitude", "visibility")


class CannotHold(DomainError):
    """A fleet team has no charge points."""

    code = "team_cannot_hold"


def refuse_fleet(team: Team) -> None:
    """:raises CannotHold: for a fleet team (spec P2.1)."""
    if team.type == Team.Type.FLEET:
        raise CannotHold(_("A fleet team cannot hold charge points."))


def default_groups(team: Team) -> dict[str, PriceGroup | None]:
    """
    What a charge point of this team begins with, by column: the default public and cost groups of the team, else of its settings
    (spec §2.5), its operator, the Main account (spec P2.6). No public one where nobody has one: charging is free there.
    """
    return {
        "price_group": default_group(team, PriceGroup.Type.PUBLIC),
        "cost_group": default_group(team, PriceGroup.Type.COST),
    }


def gather(*, actor: Actor, charge_point: ChargePoint, at: datetime) -> None:
    """
    Put a charge point without a site on the site of its address, if its team has that done: the one that is there, or a new
    one as soon as two charge points share the address. Inside the caller's operation; again: nothing changes.

    Beside itself: the team's row is locked, so two charge points of one address make one site.
    """
    if charge_point.site_id is not None or not charge_point.team.generates_sites or not charge_point.address1:
        return
    Team.objects.select_for_update(no_key=True).get(pk=charge_point.team_id)
    here: dict[str, Any] = {f"{name}__iexact": getattr(charge_point, name) for name in PLACE}
    site = Site.objects.filter(team=charge_point.team_id, deleted_at=None, **here).order_by("pk").first()
    alone = ChargePoint.objects.filter(team=charge_point.team_id, deleted_at=None, site=None, **here)
    if site is None and alone.exclude(pk=charge_point.pk).exists():
        values = {name: getattr(charge_point, name) for name in COPIED}
        site = create_site(actor=actor, team=charge_point.team, values=values | {"name": charge_point.address1}, at=at)
    if site is not None:
        alone.update(site=site)
        charge_point.site = site
