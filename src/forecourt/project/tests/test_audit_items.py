"""The audit log calls every kind of item that it records by a name for people."""

import pytest
from django.db import connection

from forecourt.project.audit_items import ITEMS

pytestmark = pytest.mark.django_db
_RECORDED = """
SELECT tgrelid::regclass::text, encode(tgargs, 'escape') FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
WHERE NOT tgisinternal AND p.proname LIKE 'audit%' AND tgnargs > 0
"""


def test_every_audited_table_has_a_name_for_people() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_RECORDED)
        recorded = {table: arguments.split("\\000")[0] for table, arguments in cursor.fetchall()}
    assert len(recorded) > 25
    assert {table: entity for table, entity in recorded.items() if entity not in {item.entity for item in ITEMS}} == {}
