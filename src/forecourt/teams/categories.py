"""What kind of customer a team is (spec P2.1: tag/category). The identifier is public and stable (partner API §11.14)."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CATEGORIES: dict[str, str | Promise] = {
    "housing-association": _("Housing association"),
    "company": _("Company"),
    "hotel": _("Hotel"),
    "retail": _("Retail"),
    "parking": _("Parking"),
    "public-sector": _("Public sector"),
    "fleet": _("Fleet"),
    "household": _("Household"),
    "other": _("Other"),
}


def category_name(identifier: str) -> str:
    """The catalogue's name; a category from before the catalogue is its own name."""
    return str(CATEGORIES.get(identifier, identifier))
