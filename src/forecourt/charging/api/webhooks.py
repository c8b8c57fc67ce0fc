"""Charges as webhooks deliver them (partner API §10)."""

from typing import Any

from forecourt.access import Actor, Permission
from forecourt.api.batches import by_id
from forecourt.charging.api.charges import READ
from forecourt.charging.api.rows import CHARGES, as_seen, charge_json
from forecourt.charging.models import Charge
from forecourt.kit.registries import WebhookSource


def _load(actor: Actor, ids: list[int]) -> dict[int, dict[str, Any]]:
    scope = actor.scope(Permission.CHARGE_READ)
    seen = as_seen(scope)
    return by_id(CHARGES, scope, ids, lambda row: charge_json(seen(row)))


# Both sides: also charges that the operator only paid for.
WEBHOOKS = (
    WebhookSource(
        "charges", "charge", "charging_charge", READ, Permission.CHARGE_READ, _load, sides=Charge.SIDES, is_deletable=False,
        reaches_sub_accounts=True,
    ),
)  # fmt: skip
