import json

import pytest
from django.db import connection

from forecourt.audit import jobs
from forecourt.audit.models import Event
from forecourt.audit.tests.factories import seal_all
from forecourt.project import cli


def _tamper() -> int:
    first = Event.objects.order_by("id")[0]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE audit_event SET entity_id = 0 WHERE id = %s", [first.id])
    return first.id


def test_the_nightly_check_fails_loudly(cast):
    seal_all()
    jobs.verify_chains(timestamp=0)
    id = _tamper()
    with pytest.raises(jobs.ChainBroken, match=f"event {id}"):
        jobs.verify_chains(timestamp=0)


@pytest.fixture
def command(cast, monkeypatch, capsys):
    """`forecourt audit …` in this test's database: its exit status and what it printed."""
    seal_all()
    monkeypatch.setattr(cli, "_prepare", lambda options: None)

    def run(*arguments: str) -> tuple[int, str]:
        status = cli.main(["audit", *arguments])
        return status, capsys.readouterr().out

    return run


def test_the_command_names_the_first_bad_row(command):
    assert command("verify")[0] == 0
    id = _tamper()
    status, said = command("verify")
    assert status == 1
    assert f"event {id}: its content is not what was sealed" in said


def test_heads_are_signed_and_checked_again(command, tmp_path):
    file = tmp_path / "heads.json"
    assert command("heads", "--output", str(file))[0] == 0
    assert command("verify", "--heads", str(file))[0] == 0
    document = json.loads(file.read_text())
    document["heads"][0]["sequence"] += 1
    file.write_text(json.dumps(document))
    assert command("verify", "--heads", str(file))[0] == 2
