"""Who gave which member which price."""

from django.db import migrations

from forecourt.audit.sql import audited


class Migration(migrations.Migration):
    dependencies = [("pricing", "0003_defaults_and_tags"), ("audit", "0002_parents")]
    operations = [audited("pricing_memberpricing", "MemberPricing", name="", parent=("teams_teammember", "member_id"))]
