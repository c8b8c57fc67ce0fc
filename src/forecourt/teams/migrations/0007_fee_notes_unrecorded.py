"""What was agreed about a fee is words about a person: they are erased with the person, so the audit trail does not keep them."""

from django.db import migrations

from forecourt.audit.sql import audited

BEFORE = audited("teams_memberfee", "TeamMemberFee", name="amount_minor")
AFTER = audited("teams_memberfee", "TeamMemberFee", name="amount_minor", ignore=("agreed_note",))


class Migration(migrations.Migration):
    dependencies = [("teams", "0006_member_runs")]
    operations = [migrations.RunSQL(BEFORE.reverse_sql, BEFORE.sql), AFTER]
