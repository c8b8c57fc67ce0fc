"""Update times and the audit trail of what an operator sets for teams, and of their people."""

from django.db import migrations

from forecourt.audit.sql import audited
from forecourt.kit import guards


class Migration(migrations.Migration):
    dependencies = [("teams", "0003_members_and_templates"), ("audit", "0001_initial")]
    operations = [
        guards.touch("teams_membergroup", "teams_memberfee", "teams_nestedteam", "teams_teamtemplate", "teams_featuregroup"),
        audited("teams_membergroup", "TeamMemberProfile"),
        audited("teams_memberfee", "TeamMemberFee", name="amount_minor"),
        audited("teams_nestedteam", "NestedTeam", name="note"),
        audited("teams_teamtemplate", "TeamTemplate"),
        audited("teams_featuregroup", "FeatureGroup"),
        audited("teams_operatorwalletrule", "OperatorWalletRule", name="operator_id"),
    ]
