"""API scopes (partner API §4) and the permissions they carry: the API's side of the grants table."""

from collections.abc import Iterable

from forecourt.access.permissions import Permission

P = Permission
LEVELS = ("read", "write", "delete")

# entity → permissions added at each level; a higher level includes the lower ones.
_ENTITIES: dict[str, tuple[frozenset[Permission], frozenset[Permission], frozenset[Permission]]] = {
    "audit-log": (frozenset({P.AUDIT_READ}), frozenset(), frozenset()),
    "charge-auth-tokens": (
        frozenset({P.CHARGE_KEY_READ}),
        frozenset({P.CHARGE_KEY_CREATE, P.CHARGE_KEY_UPDATE}),
        frozenset({P.CHARGE_KEY_DELETE}),
    ),
    "charge-points": (
        frozenset({P.CHARGE_POINT_READ, P.SITE_READ, P.CHARGE_POINT_LOG_READ}),
        frozenset({P.CHARGE_POINT_CREATE, P.CHARGE_POINT_UPDATE, P.CHARGE_POINT_COMMAND, P.SITE_CREATE, P.SITE_UPDATE}),
        frozenset({P.CHARGE_POINT_DELETE, P.SITE_DELETE}),
    ),
    "charge-transactions": (frozenset({P.CHARGE_READ}), frozenset(), frozenset()),
    "charges": (frozenset({P.CHARGE_READ}), frozenset({P.CHARGE_UPDATE}), frozenset()),
    "control-charging": (frozenset(), frozenset({P.CHARGE_READ, P.CHARGE_START, P.CHARGE_STOP, P.WALLET_SPEND}), frozenset()),
    "control-public-charging": (frozenset(), frozenset({P.CHARGE_READ, P.CHARGE_START, P.CHARGE_STOP, P.WALLET_SPEND}), frozenset()),
    "manage-webhooks": (frozenset({P.INTEGRATION_READ}), frozenset({P.INTEGRATION_MANAGE}), frozenset()),
    "map": (frozenset({P.CHARGE_POINT_READ, P.SITE_READ}), frozenset(), frozenset()),
    "ocpp-config": (frozenset({P.CHARGE_POINT_READ}), frozenset({P.CHARGE_POINT_CONFIGURE}), frozenset()),
    "price-groups": (
        frozenset({P.PRICE_GROUP_READ, P.OPERATOR_PRICE_GROUP_READ}),
        frozenset({P.PRICE_GROUP_CREATE, P.PRICE_GROUP_UPDATE, P.OPERATOR_PRICE_GROUP_MANAGE}),
        frozenset({P.PRICE_GROUP_DELETE}),
    ),
    "feature-groups": (frozenset({P.TEAM_READ, P.OPERATOR_READ}), frozenset({P.OPERATOR_UPDATE, P.TEAM_UPDATE}), frozenset()),
    "team-members": (frozenset({P.TEAM_MEMBER_READ}), frozenset({P.TEAM_MEMBER_MANAGE}), frozenset({P.TEAM_MEMBER_DELETE})),
    "teams": (
        frozenset({P.TEAM_READ}),
        frozenset({P.TEAM_CREATE, P.TEAM_UPDATE, P.TEAM_FREEZE}),
        frozenset({P.TEAM_DELETE}),
    ),
    "transaction": (frozenset({P.WALLET_READ}), frozenset(), frozenset()),
    "users": (frozenset({P.PERSON_READ}), frozenset({P.PERSON_CREATE}), frozenset()),
    "wallet-transactions": (frozenset({P.WALLET_READ}), frozenset({P.WALLET_ADJUST}), frozenset()),
    "webhooks": (frozenset({P.INTEGRATION_READ}), frozenset(), frozenset()),
}

# Accepted in a credential; their resources come with later features (partner API §4).
_WITHOUT_RESOURCES = (
    "charging-profiles", "deeplinks", "insights", "installer-jobs", "invoices", "payment-terminals", "plans",
    "prices-forecast", "promotion-codes", "receipts", "reports", "sponsored-charge-points", "subscriptions", "tariffs",
    "vehicles", "cdrs", "energy",
)  # fmt: skip
ENTITIES = (*_ENTITIES, *_WITHOUT_RESOURCES)

# Spellings of the contract's own history.
_ALIASES = {"deeplink": "deeplinks", "tariff": "tariffs", "vehicle": "vehicles", "wallet-transaction": "wallet-transactions"}
_BARE = {"operators"}  # without a suffix
_LEGACY = ("all", "charge-points", "map", "charge-transactions", "wallet-transactions", "control-charging", "manage-webhooks")


def catalogue() -> list[str]:
    """Every scope a credential may be given, in the order the form shows them."""
    return [*(f"all:{level}" for level in LEVELS), "operators", *(f"{entity}:{level}" for entity in ENTITIES for level in LEVELS)]


def is_known(scope: str) -> bool:
    entity, _, level = scope.partition(":")
    entity = _ALIASES.get(entity, entity)
    if not level:
        return entity in _BARE or entity in _LEGACY
    return level in LEVELS and (entity == "all" or entity in ENTITIES)


def includes(held: Iterable[str], needed: str) -> bool:
    """Whether the scopes held cover the one needed: a higher level includes the lower, `all` every entity."""
    entity, _, level = needed.partition(":")
    entity = _ALIASES.get(entity, entity)
    return any(_covers(scope, entity, level) for scope in held)


def _covers(scope: str, entity: str, level: str) -> bool:
    held_entity, _, held_level = scope.partition(":")
    held_entity = _ALIASES.get(held_entity, held_entity)
    if held_entity not in (entity, "all"):
        return False
    if not held_level or not level:  # legacy names and `operators` have no level
        return True
    return LEVELS.index(held_level) >= LEVELS.index(level)


def permissions_of(scopes: Iterable[str]) -> frozenset[Permission]:
    """What a credential with these scopes may do at all. Where is its reach; each endpoint also names its scope."""
    held = list(scopes)
    granted = {P.OPERATOR_READ} if includes(held, "operators") else set()
    for entity, levels in _ENTITIES.items():
        for level, permissions in zip(LEVELS, levels, strict=True):
            if includes(held, f"{entity}:{level}"):
                granted |= permissions
    return frozenset(granted)
