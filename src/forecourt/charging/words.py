"""Why somebody may not charge here, in words for the driver and for the charge's page."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from forecourt.charging.rules.authorization import Refusal

WORDS: dict[str, Promise] = {
    Refusal.UNKNOWN_KEY: _("This charge key is not known."),
    Refusal.KEY_BLOCKED: _("This charge key is blocked."),
    Refusal.KEY_EXPIRED: _("This charge key is out of date."),
    Refusal.KEY_NOT_FOR_THIS_NETWORK: _("This charge key does not work at this operator’s charge points."),
    Refusal.PRIVATE_CHARGE_POINT: _("This charge point is for members of its team."),
    Refusal.TEAM_BLOCKED: _("This team is blocked."),
    Refusal.TEAM_FROZEN: _("This team is frozen and cannot pay for charging."),
    Refusal.MEMBER_MAY_NOT_PAY: _("You may not pay with this team’s wallet."),
    Refusal.COUNTRY_NOT_ALLOWED: _("The team’s wallet cannot be used in this country."),
    Refusal.OPERATOR_NOT_ALLOWED: _("The team’s wallet cannot be used at this operator’s charge points."),
    Refusal.OUTSIDE_ALLOWED_NETWORKS: _("The team’s wallet cannot be used at this charge point."),
    Refusal.INSUFFICIENT_FUNDS: _("The team’s wallet does not have enough funds."),
    Refusal.CHARGE_POINT_RESERVED: _("This charge point is reserved for somebody else."),
    Refusal.NO_CHARGE_POINT: _("There is no such charge point."),
    Refusal.NOT_ONBOARDED: _("This charge point is not onboarded yet."),
    Refusal.IN_MAINTENANCE: _("This charge point is in maintenance."),
}


def in_words(reason: str | None) -> str | Promise | None:
    """The sentence of a refusal; any other reason as it is."""
    return None if reason is None else WORDS.get(reason, reason)
