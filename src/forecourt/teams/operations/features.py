"""Feature groups: which features a team's people see (partner API §11.18)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from forecourt.access import Actor, Permission
from forecourt.kit.errors import Invalid, NotFound
from forecourt.kit.fields import Checks
from forecourt.kit.operations import locked, operation
from forecourt.operators.models import Operator
from forecourt.teams.features import FEATURES
from forecourt.teams.models import FeatureGroup, FeatureSetting, Team


@operation
def save_feature_group(
    *, actor: Actor, operator: Operator, name: str, values: Mapping[str, str], at: datetime, group: FeatureGroup | None = None
) -> FeatureGroup:
    """
    Make a feature group, or change one. `values`: feature → on, off or hidden; a feature that is not named is on. What it
    takes away is gone with the next request of the team's people.

    :raises Invalid: for a feature or value that there is not, and for a name that the operator's groups have.
    """
    checks = Checks()
    name = checks.text("name", name, limit=120)
    for feature, value in values.items():
        if feature not in FEATURES or value not in FeatureSetting.Value.values:
            checks.fail(feature, _("Choose on, off or hidden."))
    checks.finish()
    group = locked(group) if group else FeatureGroup(organisation_id=operator.organisation_id, operator=operator)
    group.name = name
    try:
        with transaction.atomic():
            group.save()
    except IntegrityError as error:
        raise Invalid(_("The name is taken."), fields={"name": _("Another feature group has this name.")}) from error
    group.settings.all().delete()
    FeatureSetting.objects.bulk_create(
        FeatureSetting(group=group, feature=feature, value=value) for feature, value in values.items() if value != FeatureSetting.Value.ON
    )
    return group


@operation
def delete_feature_group(*, actor: Actor, group: FeatureGroup, at: datetime) -> None:
    """Delete it; its teams see every feature again. Again: nothing happens."""
    group = locked(group)
    Team.objects.filter(feature_group=group).update(feature_group=None)
    group.deleted_at = group.deleted_at or at
    group.save(update_fields=["deleted_at"])


@operation
def give_feature_group(*, actor: Actor, group: FeatureGroup, team_ids: Sequence[int], at: datetime) -> int:
    """
    Put teams into a feature group, all or none; how many. A team is in one group, the last one wins. Rows are locked in id order.

    :raises NotFound: if one of the teams is not the actor's to change, or not of the group's operator.
    """
    return _change(actor, group, team_ids, group)


@operation
def take_feature_group(*, actor: Actor, group: FeatureGroup, team_ids: Sequence[int], at: datetime) -> int:
    """
    Take teams out of a feature group, all or none; how many. A team in another group stays there.

    :raises NotFound: if one of the teams is not the actor's to change, or not of the group's operator.
    """
    return _change(actor, group, team_ids, None)


def _change(actor: Actor, group: FeatureGroup, team_ids: Sequence[int], to: FeatureGroup | None) -> int:
    wanted = set(team_ids)
    rows = Team.objects.within(actor.reach_of(Permission.TEAM_UPDATE)).filter(pk__in=wanted, operator=group.operator_id, deleted_at=None)
    found = list(rows.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
    if len(found) != len(wanted):
        raise NotFound(_("There is no such team."))
    teams = Team.objects.filter(pk__in=found)
    return (teams if to else teams.filter(feature_group=group)).update(feature_group=to)
