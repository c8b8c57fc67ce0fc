"""Sites: physical places under a team (spec P2.3). In OCPI a Location."""

from typing import ClassVar

from django.db import models

from forecourt.access import OperatorScoped, newest_first
from forecourt.kit.models import PartnerVisible
from forecourt.operators.models import Operator
from forecourt.places.models import Address
from forecourt.teams.models import Team


class Located(models.Model):
    """WGS 84, degrees."""

    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)

    class Meta:
        abstract = True


class Visibility(models.TextChoices):
    PRIVATE = "private"
    PUBLIC = "public"


class Site(OperatorScoped, PartnerVisible, Address, Located):
    """`metadata` holds the descriptive fields of the API's `SiteMetadata`, by their API names."""

    id = models.BigAutoField(primary_key=True)
    operator = models.ForeignKey(Operator, models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, models.PROTECT, related_name="sites")
    name = models.CharField(max_length=120)
    visibility = models.CharField(max_length=8, choices=Visibility.choices)
    classification = models.CharField(max_length=20, null=True, blank=True)  # highway, depot, parking, residential, leisure
    time_zone = models.CharField(max_length=40)
    note = models.TextField(null=True, blank=True)
    metadata = models.JSONField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            *newest_first("site"),
            models.Index(fields=["operator", "updated_at"], name="site_updated"),
            models.Index(fields=["updated_at", "id"], name="site_changes"),
            models.Index(fields=["operator", "partner_external_id"], name="site_external_id"),
        ]
