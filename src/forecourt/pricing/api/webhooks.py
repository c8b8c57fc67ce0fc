"""Price groups as webhooks deliver them (partner API §10)."""

from typing import Any

from forecourt.access import Actor, Permission, Scope
from forecourt.api.rows import Where
from forecourt.kit.registries import WebhookSource
from forecourt.pricing import queries
from forecourt.pricing.api.groups import GROUPS, groups_json

EVERYWHERE = Scope(is_everywhere=True)


def _load(actor: Actor, ids: list[int]) -> dict[int, dict[str, Any]]:
    readable = queries.readable(actor.reach_of(Permission.PRICE_GROUP_READ)).filter(pk__in=ids, deleted_at=None)
    found = list(readable.values_list("pk", flat=True))
    rows = GROUPS.page(EVERYWHERE, Where().add("r.id = ANY(%s)", found), limit=len(ids), offset=0)
    return {json["id"]: json for json in groups_json(rows)}


WEBHOOKS = (
    WebhookSource(
        "price-groups", "price-group", "pricing_pricegroup", "price-groups:read", Permission.PRICE_GROUP_READ, _load,
        reaches_sub_accounts=True,
    ),
)  # fmt: skip
