"""Teams from a file: a dry run, then a run that does each row once."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from forecourt.access import Actor
from forecourt.kit import clock
from forecourt.kit.errors import Invalid
from forecourt.kit.models import OutboxRow
from forecourt.notifications.models import OutgoingEmail
from forecourt.teams.models import Team, TeamMember, TeamRun
from forecourt.teams.operations import importing
from forecourt.teams.operations.runs import continue_run
from forecourt.teams.tests.factories import make_template

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


def numbered(many: int):
    """Every other row's owner has no account yet; the others' is Tom."""
    owners = ("new{0}@example.com", "Tom@example.com")
    lines = (f"Pier {n};professional;pier@example.com;{owners[n % 2].format(n)};Kaj 1;2100;København;DK;ext-{n}\n" for n in range(many))
    return read("name;type;contact_email;owner_email;address1;zip_code;city;country;partner_external_id\n" + "".join(lines))


def test_a_batch_asks_as_much_for_forty_rows_as_for_twenty(cast):
    """Two thousand rows are tried while somebody waits."""

    def asked(many: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            made, problems = importing.check_import(actor=cast.actor("ada"), operator=cast.northwind, rows=numbered(many), at=clock.now())
        assert (made, problems) == (many, [])
        return len(captured.captured_queries)

    make_template(cast.northwind, applies_to="professional", payment_method="invoice")
    assert asked(20) == asked(40)


def test_a_batch_makes_each_team_whole(cast):
    """Its owner, or who is asked to be it, the template, the letter, and what other domains hear of."""
    make_template(cast.northwind, applies_to="professional", payment_method="invoice")
    importing.start_import(actor=cast.actor("ada"), operator=cast.northwind, rows=numbered(2), at=clock.now())
    continue_run(actor=Actor.system("test"), at=clock.now())
    new, toms = Team.objects.filter(name__startswith="Pier ").order_by("pk")
    assert (new.name, new.owner, new.payment_method, new.country.alpha2, new.partner_external_id) == (
        "Pier 0",
        None,
        "invoice",
        "DK",
        "ext-0",
    )
    assert (toms.owner, toms.members.get().state, toms.members.get().can_manage_team_wallet) == (cast.tom, "accepted", True)
    assert OutgoingEmail.objects.get(kind="team_invitation").to == new.members.get().invited_email == "new0@example.com"
    heard = OutboxRow.objects.filter(kind__startswith="teams.").values_list("kind", "payload")
    assert ("teams.member_joined", {"member_id": toms.members.get().pk}) in heard
    assert {payload["team_id"] for kind, payload in heard if kind == "teams.team_created"} >= {new.pk, toms.pk}


def test_an_external_id_is_used_once_also_within_a_file(cast):
    rows = [*numbered(2), numbered(2)[0]]
    made, problems = importing.check_import(actor=cast.actor("ada"), operator=cast.northwind, rows=rows, at=clock.now())
    assert (made, [(line, column) for line, column, _says in problems]) == (2, [(2, "partner_external_id")])


def test_an_external_id_that_is_too_long_is_said_at_its_row(cast):
    (row, good) = numbered(2)
    row["texts"]["partner_external_id"] = "x" * 256
    made, problems = importing.check_import(actor=cast.actor("ada"), operator=cast.northwind, rows=[row, good], at=clock.now())
    assert (made, problems) == (1, [(row["line"], "partner_external_id", "Use at most 255 characters.")])
