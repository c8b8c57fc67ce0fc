"""One default of a type for an operator's teams; a tag's name is once per operator."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("pricing", "0002_guards")]
    operations = [
        migrations.AddConstraint(
            "pricegroup",
            models.UniqueConstraint(
                fields=["operator", "type"],
                condition=Q(is_default=True, deleted_at=None, team=None),
                name="one_default_of_a_type_per_operator",
            ),
        ),
        migrations.AddConstraint(
            "pricegrouptag",
            models.UniqueConstraint(fields=["operator", "name"], condition=Q(deleted_at=None), name="price_group_tag_name_once"),
        ),
    ]
