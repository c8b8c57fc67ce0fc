"""Teams from a file: a dry run, then a run that does each row once."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from forecourt.access import Actor
from forecourt.kit import clock
from forecourt.kit.errors import Invalid
from forecourt.teams.models import Team, TeamMember, TeamRun
from forecourt.teams.operations import importing
from forecourt.teams.operations.runs import continue_run

HEADER = "name;type;contact_email;owner_email;address1;zip_code;city;vat_number\n"
GOOD = "Pier;professional;pier@example.com;new@example.com;Kaj 1;2100;København;\n"
BAD = "Dock;boat;dock;;;;;DK1\n"


def read(text: str):
    return importing.read_rows(text.encode("utf-8-sig"))


def test_a_dry_run_says_what_is_wrong_where_and_changes_nothing(cast):
    before = Team.objects.count()
    made, problems = importing.check_import(
        actor=cast.actor("ada"), operator=cast.northwind, rows=read(HEADER + GOOD + BAD), at=clock.now()
    )
    assert (made, Team.objects.count()) == (1, before)
    assert {(line, column) for line, column, _says in problems} == {(3, "address1"), (3, "zip_code"), (3, "city")}


def test_a_row_is_checked_as_the_form_checks_it(cast):
    row = "Dock;private;dock;;Kaj 1;2100;København;DK1\n"
    _made, problems = importing.check_import(actor=cast.actor("ada"), operator=cast.northwind, rows=read(HEADER + row), at=clock.now())
    assert {column for _line, column, _says in problems} == {"contact_email", "vat_number"}


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"nonsense;type\n", b"name;type\nPier;private\n"])
def test_a_file_that_cannot_be_read_is_told_at_the_file(content):
    with pytest.raises(Invalid) as raised:
        importing.read_rows(content)
    assert "file" in raised.value.fields


def test_a_run_makes_each_row_once_and_keeps_the_report(cast):
    run = importing.start_import(actor=cast.actor("ada"), operator=cast.northwind, rows=read(HEADER + GOOD + BAD), at=clock.now())
    while continue_run(actor=Actor.system("test"), at=clock.now()):
        pass
    run.refresh_from_db()
    assert (run.done, run.position, bool(run.finished_at), {problem[0] for problem in run.problems}) == (1, 2, True, {3})
    pier = Team.objects.get(name="Pier")
    assert TeamMember.objects.get(team=pier).invited_email == "new@example.com"


def test_a_worker_that_dies_in_a_batch_repeats_nothing(cast):
    importing.start_import(actor=cast.actor("ada"), operator=cast.northwind, rows=read(HEADER + GOOD), at=clock.now())
    with transaction.atomic():
        continue_run(actor=Actor.system("test"), at=clock.now())
        transaction.set_rollback(True)  # killed before its commit
    assert (Team.objects.filter(name="Pier").count(), TeamRun.objects.get().position) == (0, 0)
    continue_run(actor=Actor.system("test"), at=clock.now())
    assert not continue_run(actor=Actor.system("test"), at=clock.now())
    assert Team.objects.filter(name="Pier").count() == 1


def test_each_row_costs_the_same_few_questions(cast):
    """Two thousand rows are tried while somebody waits: what one more row costs is what counts."""

    def asked(many: int) -> int:
        rows = [HEADER, *(GOOD.replace("Pier", f"Pier {number}").replace("new@", f"new{number}@") for number in range(many))]
        with CaptureQueriesContext(connection) as captured:
            made, _problems = importing.check_import(
                actor=cast.actor("ada"), operator=cast.northwind, rows=read("".join(rows)), at=clock.now()
            )
        assert made == many
        return len(captured.captured_queries)

    asked(1)  # what is remembered from row to row is read once
    assert asked(3) - asked(1) == 2 * 14
