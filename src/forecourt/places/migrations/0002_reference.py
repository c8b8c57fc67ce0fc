"""ISO 3166-1 countries, ISO 4217 currencies, standard VAT rates in Europe with their dates, Nordic and German areas."""

import csv
from datetime import date
from pathlib import Path

from django.db import migrations

HERE = Path(__file__).parent

# Standard rates (fractions) from the day they began to hold. Source: European Commission, VAT rates applied in the
# member states, and the tax authorities of Norway, Switzerland, the United Kingdom and Iceland.
VAT_RATES = {
    "AT": [("2016-01-01", "0.20")], "BE": [("1996-01-01", "0.21")], "BG": [("1999-01-01", "0.20")],
    "CH": [("2018-01-01", "0.077"), ("2024-01-01", "0.081")], "CY": [("2014-01-13", "0.19")], "CZ": [("2013-01-01", "0.21")],
    "DE": [("2007-01-01", "0.19"), ("2020-07-01", "0.16"), ("2021-01-01", "0.19")], "DK": [("1992-01-01", "0.25")],
    "EE": [("2009-07-01", "0.20"), ("2024-01-01", "0.22"), ("2025-07-01", "0.24")], "ES": [("2012-09-01", "0.21")],
    "FI": [("2013-01-01", "0.24"), ("2024-09-01", "0.255")], "FR": [("2014-01-01", "0.20")], "GB": [("2011-01-04", "0.20")],
    "GR": [("2016-06-01", "0.24")], "HR": [("2012-03-01", "0.25")], "HU": [("2012-01-01", "0.27")],
    "IE": [("2012-01-01", "0.23"), ("2020-09-01", "0.21"), ("2021-03-01", "0.23")], "IS": [("2015-01-01", "0.24")],
    "IT": [("2013-10-01", "0.22")], "LT": [("2009-09-01", "0.21")], "LU": [("2015-01-01", "0.17"), ("2023-01-01", "0.16"), ("2024-01-01", "0.17")],
    "LV": [("2012-07-01", "0.21")], "MT": [("2004-01-01", "0.18")], "NL": [("2012-10-01", "0.21")], "NO": [("2005-01-01", "0.25")],
    "PL": [("2011-01-01", "0.23")], "PT": [("2011-01-01", "0.23")], "RO": [("2017-01-01", "0.19"), ("2025-08-01", "0.21")],
    "SE": [("1990-07-01", "0.25")], "SI": [("2013-07-01", "0.22")], "SK": [("2011-01-01", "0.20"), ("2025-01-01", "0.23")],
}  # fmt: skip
BIDDING_AREAS = {
    "DK": ["DK1", "DK2"], "SE": ["SE1", "SE2", "SE3", "SE4"], "NO": ["NO1", "NO2", "NO3", "NO4", "NO5"],
    "DE": ["DE-LU"], "FI": ["FI"], "NL": ["NL"], "BE": ["BE"], "FR": ["FR"], "AT": ["AT"], "PL": ["PL"],
}  # fmt: skip


def load(apps, schema_editor):
    currency, country = apps.get_model("places", "Currency"), apps.get_model("places", "Country")
    with (HERE / "currencies.csv").open() as file:
        currency.objects.bulk_create(currency(**row) for row in csv.DictReader(file))
    currencies = dict(currency.objects.values_list("identifier", "pk"))
    with (HERE / "countries.csv").open() as file:
        country.objects.bulk_create(
            country(
                alpha2=row["alpha2"], name=row["name"], currency_id=currencies[row["currency"]], time_zone=row["time_zone"],
                is_eu=row["is_eu"] == "1", is_sanctioned=row["is_sanctioned"] == "1",
            )
            for row in csv.DictReader(file)
        )  # fmt: skip
    countries = dict(country.objects.values_list("alpha2", "pk"))
    load_rates(apps.get_model("places", "VatRate"), countries)
    area = apps.get_model("places", "CountryArea")
    area.objects.bulk_create(
        area(country_id=countries[alpha2], name=name, external_id=name, level="bidding-area")
        for alpha2, names in BIDDING_AREAS.items()
        for name in names
    )


def load_rates(vat_rate, countries):
    for alpha2, rates in VAT_RATES.items():
        days = [date.fromisoformat(day) for day, _ in rates]
        vat_rate.objects.bulk_create(
            vat_rate(country_id=countries[alpha2], rate=rate, from_on=from_on, until_on=until_on)
            for from_on, until_on, (_, rate) in zip(days, [*days[1:], None], rates, strict=True)
        )


class Migration(migrations.Migration):
    dependencies = [("places", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
