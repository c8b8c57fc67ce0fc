"""Reference tables, filled by migrations, and the columns of an address."""

from typing import ClassVar

from django.db import models


class Currency(models.Model):
    """ISO 4217. `identifier` is upper case; the API shows it in both cases (partner API §5.6)."""

    id = models.BigAutoField(primary_key=True)
    identifier = models.CharField(max_length=3, unique=True)
    name = models.CharField(max_length=60)
    decimals = models.SmallIntegerField()

    def __str__(self) -> str:
        return self.identifier


class Country(models.Model):
    """ISO 3166-1."""

    id = models.BigAutoField(primary_key=True)
    alpha2 = models.CharField(max_length=2, unique=True)
    name = models.CharField(max_length=60)
    currency = models.ForeignKey(Currency, models.PROTECT, related_name="+")
    time_zone = models.CharField(max_length=40)
    is_eu = models.BooleanField()
    is_sanctioned = models.BooleanField(db_default=False)

    def __str__(self) -> str:
        return self.name


class CountryArea(models.Model):
    """A bidding area or grid area of a country (partner API §11.39)."""

    id = models.BigAutoField(primary_key=True)
    country = models.ForeignKey(Country, models.PROTECT, related_name="areas")
    name = models.CharField(max_length=60)
    external_id = models.CharField(max_length=40, null=True)
    level = models.CharField(max_length=12)  # bidding-area, dso, tso, other

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["country", "level", "name"], name="country_area_once")]


class VatRate(models.Model):
    """The standard VAT rate of a country, as a fraction (0.25), on days `[from_on, until_on)`."""

    id = models.BigAutoField(primary_key=True)
    country = models.ForeignKey(Country, models.PROTECT, related_name="vat_rates")
    rate = models.DecimalField(max_digits=5, decimal_places=4)
    from_on = models.DateField()
    until_on = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["country", "from_on"], name="vat_rate_once"),
            models.CheckConstraint(condition=models.Q(rate__gte=0, rate__lt=1), name="vat_rate_is_a_fraction"),
        ]


class Address(models.Model):
    """Columns of a postal address. Names as the partner API's `Address`; all optional here, each form says what it needs."""

    address1 = models.CharField(max_length=200, blank=True, db_default="", default="")
    address2 = models.CharField(max_length=200, blank=True, db_default="", default="")
    address3 = models.CharField(max_length=200, blank=True, db_default="", default="")
    zip_code = models.CharField(max_length=20, blank=True, db_default="", default="")
    city = models.CharField(max_length=100, blank=True, db_default="", default="")
    province = models.CharField(max_length=100, blank=True, db_default="", default="")
    country = models.ForeignKey(Country, models.PROTECT, null=True, related_name="+")
    country_area = models.ForeignKey(CountryArea, models.PROTECT, null=True, related_name="+")

    class Meta:
        abstract = True
