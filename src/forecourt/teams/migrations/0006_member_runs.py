"""Many invitations to a team are a run, too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("teams", "0005_runs_and_rights")]

    operations = [
        migrations.AlterField(
            model_name="teamrun",
            name="kind",
            field=models.CharField(choices=[("import", "Import"), ("template", "Template"), ("members", "Members")], max_length=10),
        ),
    ]
