"""Update times and the audit trail."""

from django.db import migrations

from forecourt.audit.sql import audited
from forecourt.kit import guards


class Migration(migrations.Migration):
    dependencies = [("teams", "0001_initial"), ("audit", "0001_initial")]
    operations = [
        guards.touch("teams_team", "teams_teammember"),
        audited("teams_team", "Team", is_scope="team_id"),
        audited("teams_teammember", "TeamMember", name="invited_email"),
    ]
