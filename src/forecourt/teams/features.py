"""
The catalogue of features: what a feature group turns off or hides for a team's people (partner API §11.18).

A feature is an area of the portal. One that is not on is taken from the people of the team on the server, whatever their
role; an operator's people are not limited. Paying with the wallet and one's own charges always stay.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from forecourt.access import Permission

P = Permission


@dataclass(frozen=True, slots=True)
class Feature:
    """`permissions`: what people of a team cannot do where it is off or hidden."""

    label: str | Promise
    permissions: frozenset[Permission]


def _of(*areas: str) -> frozenset[Permission]:
    return frozenset(permission for permission in P if permission.area in areas)


FEATURES: dict[str, Feature] = {
    "members": Feature(_("Members"), _of("team_member")),
    "charge_points": Feature(_("Charge points"), _of("charge_point", "charge_point_log")),
    "sites": Feature(_("Sites"), _of("site")),
    "charges": Feature(_("Charges of the team"), _of("charge")),
    "charge_keys": Feature(_("Charge keys"), _of("charge_key")),
    "wallet": Feature(_("Wallet and transactions"), _of("wallet") - {P.WALLET_SPEND}),
    "price_groups": Feature(_("Price groups"), _of("price_group")),
}


def feature_of(permission: Permission) -> str | None:
    """The feature that a permission belongs to; none for what is always there."""
    return next((name for name, feature in FEATURES.items() if permission in feature.permissions), None)
