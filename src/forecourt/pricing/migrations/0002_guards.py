"""A price version is never changed; update times; the audit trail."""

from django.db import migrations

from forecourt.audit.sql import audited
from forecourt.kit import guards


class Migration(migrations.Migration):
    dependencies = [("pricing", "0001_initial"), ("audit", "0001_initial")]
    operations = [
        guards.touch("pricing_pricegroup", "pricing_pricegrouptag"),
        guards.append_only("pricing_priceversion"),
        audited("pricing_pricegroup", "PriceGroup", ignore=("current_version_id",)),
        audited("pricing_priceversion", "PriceVersion", name="number"),
        audited("pricing_pricegrouptag", "PriceGroupTag"),
    ]
