"""
Every index of the log begins with the account that reads: what another account did with the same number costs nothing.

Making them holds up the sealer, not the product: what is recorded waits in `audit_pending`.
"""

from django.db import migrations

_PLACES = ("organisation", "operator")
_COLUMNS = {"kind": "actor_kind", "actor": "actor_id", "item": "entity_id", "team": "team_id"}
INDEXES = (
    "".join(
        f"CREATE INDEX audit_event_by_{place}_{name} ON audit_event ({place}_id, {column}, id DESC);"
        for place in _PLACES
        for name, column in _COLUMNS.items()
    )
    + """
CREATE INDEX audit_event_by_organisation_operator ON audit_event (organisation_id, operator_id, id DESC);
CREATE INDEX audit_event_by_organisation_person ON audit_event (organisation_id, person_id, id DESC) WHERE person_id IS NOT NULL;
CREATE INDEX audit_event_by_operator_person ON audit_event (operator_id, person_id, id DESC) WHERE person_id IS NOT NULL;
DROP INDEX audit_event_by_team, audit_event_by_item, audit_event_by_actor, audit_event_by_person;
"""
)
BACK = """
CREATE INDEX audit_event_by_team ON audit_event (team_id, id DESC);
CREATE INDEX audit_event_by_item ON audit_event (entity_id, entity_type, id DESC);
CREATE INDEX audit_event_by_actor ON audit_event (actor_id, actor_kind, id DESC);
CREATE INDEX audit_event_by_person ON audit_event (person_id, id DESC) WHERE person_id IS NOT NULL;
DROP INDEX audit_event_by_organisation_operator, audit_event_by_organisation_person, audit_event_by_operator_person,
""" + ", ".join(f"audit_event_by_{place}_{name}" for place in _PLACES for name in _COLUMNS)


class Migration(migrations.Migration):
    dependencies = [("audit", "0004_owners")]
    operations = [migrations.RunSQL(INDEXES, BACK)]
