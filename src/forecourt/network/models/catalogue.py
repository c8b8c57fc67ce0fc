"""Brands, models and plug types; no tenant owns them."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from forecourt.kit.models import Stamped


class ConnectorType(models.Model):
    """A kind of plug (partner API `ChargePointConnector`): `type2`, `ccs2`, …"""

    id = models.BigAutoField(primary_key=True)
    identifier = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=60)


class Brand(Stamped):
    id = models.BigAutoField(primary_key=True)
    identifier = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=80)


class Model(Stamped):
    """A charge point model. `reports_release`: whether it says when the cable leaves (idle fees need it)."""

    id = models.BigAutoField(primary_key=True)
    brand = models.ForeignKey(Brand, models.PROTECT, related_name="models")
    identifier = models.CharField(max_length=80, unique=True)
    name = models.CharField(max_length=80)
    type = models.CharField(max_length=5)  # ac, dc, other
    max_w = models.IntegerField()
    connector_types = ArrayField(models.BigIntegerField(), default=list)
    reports_release = models.BooleanField(db_default=True)
    has_remote_unlock = models.BooleanField(db_default=True)

    class Meta:
        ordering: ClassVar = ["brand_id", "name"]
