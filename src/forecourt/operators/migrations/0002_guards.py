"""Update times and the audit trail."""

from django.db import migrations

from forecourt.audit.sql import audited
from forecourt.kit import guards


class Migration(migrations.Migration):
    dependencies = [("operators", "0001_initial"), ("audit", "0001_initial")]
    operations = [
        guards.touch("operators_operator", "operators_operatormember"),
        audited("operators_operator", "Operator", is_scope="operator_id"),
        audited("operators_operatormember", "OperatorUser", name="invited_email"),
    ]
