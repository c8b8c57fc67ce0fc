"""Sites (spec P2.3)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from forecourt.access import Actor
from forecourt.kit.fields import Checks
from forecourt.kit.operations import locked, operation
from forecourt.network.models import ChargePoint, Site
from forecourt.network.operations.deleting import refuse_if_deleted, refuse_if_objected
from forecourt.network.operations.values import CLASSIFICATIONS, checked_place, one_of
from forecourt.teams.models import Team


@operation
def create_site(*, actor: Actor, team: Team, values: Mapping[str, Any], at: datetime) -> Site:
    """
    A new site of a team. `values` are columns of `Site` by name; `name` and `visibility` are needed, country and time zone
    default to the team's. Not once: two calls make two sites.

    :raises Invalid: with a message per field.
    """
    refuse_if_deleted(team)
    columns = _checked({"name": "", "visibility": "", **values})
    defaults = {"country_id": team.country_id, "time_zone": team.time_zone}
    return Site.objects.create(organisation_id=team.organisation_id, operator_id=team.operator_id, team=team, **{**defaults, **columns})


@operation
def edit_site(*, actor: Actor, site: Site, values: Mapping[str, Any], at: datetime) -> Site:
    """
    Change the columns named in `values`; the row is locked, the last writer of a column wins.

    :raises Invalid: with a message per field.
    :raises Deleted: if the site is.
    """
    site = locked(site)
    refuse_if_deleted(site)
    for name, value in _checked(values).items():
        setattr(site, name, value)
    site.save()
    return site


@operation
def delete_site(*, actor: Actor, site: Site, at: datetime) -> None:
    """
    Delete a site softly; its charge points stay, without a site (partner API §11.9). Again: nothing happens.

    :raises Objected: if another domain still needs it.
    """
    site = locked(site)
    if site.deleted_at is not None:
        return
    refuse_if_objected("site", site)
    ids = ChargePoint.objects.filter(site=site, deleted_at=None).order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True)
    ChargePoint.objects.filter(pk__in=list(ids)).update(site=None)
    site.deleted_at = at
    site.save(update_fields=["deleted_at"])


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    checks = Checks()
    columns = checked_place(values, checks)
    if "classification" in values:
        columns["classification"] = values["classification"] or None
        one_of("classification", columns["classification"], (None, *CLASSIFICATIONS), checks)
    if columns.get("time_zone") == "":
        checks.fail("time_zone", _("Choose a time zone from the list."))
    checks.finish()
    return columns
