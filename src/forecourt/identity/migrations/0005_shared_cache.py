"""What throttles count, shared by all processes: UNLOGGED, since losing it in a crash costs nobody anything."""

from django.db import migrations

MAKE = """
CREATE UNLOGGED TABLE identity_cache (cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL);
CREATE INDEX identity_cache_expires ON identity_cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = [("identity", "0004_my_account")]
    operations = [migrations.RunSQL(MAKE, "DROP TABLE identity_cache")]
