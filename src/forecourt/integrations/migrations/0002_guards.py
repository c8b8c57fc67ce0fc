"""Update times and the audit trail."""

from django.db import migrations

from forecourt.audit.sql import audited
from forecourt.kit import guards


class Migration(migrations.Migration):
    dependencies = [("integrations", "0001_initial"), ("audit", "0001_initial")]
    operations = [
        guards.touch("integrations_credential"),
        audited("integrations_credential", "ApiCredential", ignore=("last_used_at",)),
    ]
