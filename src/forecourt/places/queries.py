"""Reads of reference tables."""

from datetime import date
from decimal import Decimal

from django.db.models import Q

from forecourt.places.models import VatRate


def vat_rate_on(country_id: int, day: date) -> Decimal:
    """The standard VAT rate of a country on a day, as a fraction; zero where none is known (outside Europe)."""
    rate = (
        VatRate.objects.filter(Q(until_on=None) | Q(until_on__gt=day), country_id=country_id, from_on__lte=day)
        .values_list("rate", flat=True)
        .first()
    )
    return rate or Decimal(0)
