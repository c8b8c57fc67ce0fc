"""Plug types, and the brands and models that are met in the field."""

import csv
import re
from pathlib import Path

from django.db import migrations

CATALOGUE = Path(__file__).parent / "catalogue.csv"
CONNECTOR_TYPES = {
    "type1": "Type 1 (J1772)", "type2": "Type 2", "type3": "Type 3C", "ccs1": "CCS 1 (Combo 1)", "ccs2": "CCS 2 (Combo 2)",
    "chademo": "CHAdeMO", "gb-t-ac": "GB/T AC", "gb-t-dc": "GB/T DC", "tesla": "Tesla (NACS)", "mcs": "MCS", "schuko": "Schuko",
    "cee-3": "CEE 3-pin", "cee-5": "CEE 5-pin", "type-e": "Type E (French)", "type-j": "Type J (Swiss)", "type-k": "Type K (Danish)",
    "pantograph": "Pantograph", "other": "Other",
}  # fmt: skip


def load(apps, schema_editor):
    connector_type, brand, model = (apps.get_model("network", name) for name in ("ConnectorType", "Brand", "Model"))
    connector_type.objects.bulk_create(connector_type(identifier=key, name=name) for key, name in CONNECTOR_TYPES.items())
    plugs = dict(connector_type.objects.values_list("identifier", "pk"))
    with CATALOGUE.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    names = dict.fromkeys(row["brand"] for row in rows)
    brand.objects.bulk_create(brand(identifier=re.sub(r"[^a-z0-9]+", "-", name.lower()), name=name) for name in names)
    brands = dict(brand.objects.values_list("name", "pk"))
    model.objects.bulk_create(
        model(
            brand_id=brands[row["brand"]],
            identifier=row["identifier"],
            name=row["name"],
            type=row["type"],
            max_w=int(row["max_w"]),
            connector_types=[plugs[plug] for plug in row["connectors"].split("|")],
            reports_release=row["reports_release"] == "true",
            has_remote_unlock=row["has_remote_unlock"] == "true",
        )
        for row in rows
    )


def unload(apps, schema_editor):
    for name in ("Model", "Brand", "ConnectorType"):
        apps.get_model("network", name).objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("network", "0003_reported")]
    operations = [migrations.RunPython(load, unload)]
