"""Update times and the audit trail of themes."""

from django.db import migrations

from forecourt.audit.sql import audited
from forecourt.kit import guards


class Migration(migrations.Migration):
    dependencies = [("operators", "0003_accounts_and_themes")]
    operations = [guards.touch("operators_theme"), audited("operators_theme", "Theme")]
