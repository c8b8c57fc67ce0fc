"""Where a price group is applied (partner API §11.24): charge points and sites, shown and set on the group's own endpoint."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from forecourt.access import Actor
from forecourt.kit.registries import ApiField
from forecourt.network import operations
from forecourt.pricing.models import PriceGroup

RESOURCE = "price-group"
# A charge point carries at most one group of each kind; a site counts where all of its charge points carry the group.
_CARRIERS = """
SELECT asked.id AS group_id, cp.id, cp.site_id FROM unnest(%s::bigint[]) AS asked(id)
JOIN network_chargepoint cp ON asked.id IN (cp.price_group_id, cp.cost_group_id, cp.roaming_price_group_id) AND cp.deleted_at IS NULL
"""
_SITES = f"""
SELECT carrier.group_id, carrier.site_id FROM ({_CARRIERS}) AS carrier WHERE carrier.site_id IS NOT NULL
GROUP BY 1, 2 HAVING count(*) = (SELECT count(*) FROM network_chargepoint cp WHERE cp.site_id = carrier.site_id AND cp.deleted_at IS NULL)
ORDER BY 1, 2
"""  # noqa: S608 (constants)
_POINTS = f"SELECT group_id, id FROM ({_CARRIERS}) AS carrier ORDER BY 1, 2"  # noqa: S608 (constants)


def _gathered(statement: str, ids: Sequence[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(ids)])
        for group_id, id in cursor.fetchall():
            found.setdefault(group_id, []).append(id)
    return found


def _charge_points(ids: list[int]) -> dict[int, list[int]]:
    return _gathered(_POINTS, ids)


def _sites(ids: list[int]) -> dict[int, list[int]]:
    return _gathered(_SITES, ids)


def _apply_to_charge_points(*, actor: Actor, id: int, value: list[int], at: datetime) -> None:
    operations.apply_price_group(actor=actor, price_group=PriceGroup.objects.get(pk=id), charge_point_ids=value, at=at)


def _apply_to_sites(*, actor: Actor, id: int, value: list[int], at: datetime) -> None:
    operations.apply_price_group(actor=actor, price_group=PriceGroup.objects.get(pk=id), site_ids=value, at=at)


def _reset_cost(*, actor: Actor, id: int, value: bool, at: datetime) -> None:
    if value:
        operations.reset_cost(actor=actor, price_group=PriceGroup.objects.get(pk=id), at=at)


API_FIELDS = [
    ApiField(RESOURCE, "chargePoints", _charge_points, _apply_to_charge_points),
    ApiField(RESOURCE, "sites", _sites, _apply_to_sites),
    ApiField(RESOURCE, "resetCost", lambda ids: {}, _reset_cost),  # after the others: of those that carry the group now
]
