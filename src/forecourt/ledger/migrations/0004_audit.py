"""Who imported or corrected which exchange rate: the platform's own, so it has no scope."""

from django.db import migrations

from forecourt.audit.sql import audited


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_holds"), ("audit", "0002_parents")]
    operations = [audited("ledger_exchangerate", "ExchangeRate", name="base")]
