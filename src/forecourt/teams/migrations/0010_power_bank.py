"""Team settings for PowerBank and for single countries (spec §2.5)."""

from django.db import migrations, models
from django.db.models import Q, Value

PERCENT = models.DecimalField(max_digits=5, decimal_places=2, null=True)
IS_A_PART = Q(power_bank_operator_percent__range=(0, 100))


class Migration(migrations.Migration):
    dependencies = [("teams", "0009_join_requests")]

    operations = [
        migrations.AddField("team", "power_bank", models.BooleanField(db_default=False, default=False)),
        migrations.AddField("team", "power_bank_operator_percent", PERCENT),
        migrations.AddField("teamtemplate", "power_bank", models.BooleanField(null=True)),
        migrations.AddField(
            "teamtemplate", "power_bank_operator_percent", models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
        ),
        migrations.AddField("teamtemplate", "country_settings", models.JSONField(default=dict, db_default=Value({}, models.JSONField()))),
        migrations.AddConstraint("team", models.CheckConstraint(condition=IS_A_PART, name="team_share_is_a_part")),
        migrations.AddConstraint("teamtemplate", models.CheckConstraint(condition=IS_A_PART, name="team_template_share_is_a_part")),
    ]
