"""Update times and the audit trail."""

from django.db import migrations

from forecourt.audit.sql import audited
from forecourt.kit import guards


class Migration(migrations.Migration):
    dependencies = [("identity", "0001_initial"), ("audit", "0001_initial")]
    operations = [
        guards.touch("identity_person"),
        audited("identity_person", "User", name="email", ignore=("last_login",)),
    ]
