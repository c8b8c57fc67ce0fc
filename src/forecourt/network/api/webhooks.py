"""Charge points, sites and charge keys as webhooks deliver them (partner API §10)."""

from typing import Any

from forecourt.access import Actor, Permission
from forecourt.api.batches import by_id
from forecourt.kit.registries import WebhookSource
from forecourt.network.api.charge_points import READ
from forecourt.network.api.keys import KEYS, key_json
from forecourt.network.api.keys import READ as READ_KEYS
from forecourt.network.api.point_rows import POINTS, charge_point_json
from forecourt.network.api.sites import SITES, site_json
from forecourt.network.models import ChargeKey


def charge_points_by_id(actor: Actor, ids: list[int]) -> dict[int, dict[str, Any]]:
    """What the GET of each gives to this actor."""
    return by_id(POINTS, actor.scope(Permission.CHARGE_POINT_READ), ids, charge_point_json)


def _sites(actor: Actor, ids: list[int]) -> dict[int, dict[str, Any]]:
    return by_id(SITES, actor.scope(Permission.SITE_READ), ids, site_json)


def _keys(actor: Actor, ids: list[int]) -> dict[int, dict[str, Any]]:
    return by_id(KEYS, actor.scope(Permission.CHARGE_KEY_READ), ids, key_json)


WEBHOOKS = (
    WebhookSource(
        "charge-points",
        "charge-point",
        "network_chargepoint",
        READ,
        Permission.CHARGE_POINT_READ,
        charge_points_by_id,
        reaches_sub_accounts=True,
    ),
    WebhookSource("sites", "site", "network_site", READ, Permission.SITE_READ, _sites, reaches_sub_accounts=True),
    WebhookSource(
        "charge-auth-tokens", "charge-auth-token", "network_chargekey", READ_KEYS, Permission.CHARGE_KEY_READ, _keys, sides=ChargeKey.SIDES
    ),
)
