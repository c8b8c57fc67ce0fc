"""Settlements and lines are never changed."""

from django.db import migrations

from forecourt.audit.sql import audited
from forecourt.kit import guards


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial"), ("audit", "0001_initial")]
    operations = [
        guards.append_only("billing_settlement"),
        guards.append_only("billing_chargeline"),
        audited("billing_feeagreement", "FeeAgreement", name="id"),
    ]
