"""A process that dies at any step of streaming, removing or exporting: nothing is missing after the next run, and what comes twice is known."""

import csv
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from forecourt.access import Actor, Scope
from forecourt.audit import jobs, operations, queries, signing
from forecourt.audit.events import LogExportFinished
from forecourt.audit.models import Event, LogExport, Stream, Tombstone
from forecourt.audit.operations import exporting, removing, streaming
from forecourt.audit.queries import EventFilter
from forecourt.audit.tests.factories import pend, seal_all
from forecourt.audit.tokens import public_id
from forecourt.files.models import StoredFile
from forecourt.kit import clock
from forecourt.kit.models import OutboxRow

AT = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
LATER = AT + streaming.LEASE
SYSTEM = Actor.system("audit")


class Killed(BaseException):
    """As after kill -9 no `except Exception` is run, and what is not committed is gone."""


def dies(monkeypatch, module, name: str, *, before: bool, time: int = 1) -> None:
    """The process dies when this is called for the `time`th time: before it does anything, or when it has, in its transaction."""
    real, calls = getattr(module, name), []

    def dying(*args, **kwargs):
        calls.append(name)
        if len(calls) != time:
            return real(*args, **kwargs)
        if before:
            raise Killed
        with transaction.atomic():
            real(*args, **kwargs)
            raise Killed

    monkeypatch.setattr(module, name, dying)


@pytest.fixture
def chain(cast) -> int:
    """Northwind's, with old events in two runs, parted by one about money, and recent ones."""
    organisation: int = cast.northwind.organisation_id
    seal_all()
    for entity in ("Site", "Site", "WalletTransaction", "Site"):
        pend(organisation, entity, at=clock.now() - timedelta(days=1098))
        seal_all()
    for _number in range(6):
        pend(organisation, "Site", at=clock.now())
    seal_all()
    return organisation


@pytest.fixture(params=["https", "file"])
def arrived(request, chain, settings, tmp_path, monkeypatch):
    """A stream of three events at a time; the ids of events that have arrived, in order."""
    settings.AUDIT_STREAM_DIR = str(tmp_path)
    monkeypatch.setattr(streaming, "AT_ONCE", 3)
    https = {"url": "https://audit.example.com/", "secret_encrypted": b"sealed"} if request.param == "https" else {}
    Stream.objects.create(kind=request.param, organisation_id=chain, is_on=True, **https)
    bodies: list[bytes] = []

    async def post(client, batch, timestamp):
        bodies.append(batch.body())
        return ""

    monkeypatch.setattr(streaming, "_post", post)

    def ids() -> list[str]:
        if request.param == "https":
            return [event["id"] for body in bodies for event in json.loads(body)["events"]]
        file = streaming.file_of(chain)
        return [json.loads(line)["id"] for line in file.read_bytes().splitlines()] if file.exists() else []

    return ids


def everything(at: datetime) -> None:
    while operations.deliver(at=at):
        pass


STEPS = {
    "it has taken the stream": ("_next", True, 0),
    "it is about to send": ("_send_all", True, 0),
    "all has arrived and nothing is noted": ("_record", True, 3),
    "the cursor is moved and not committed": ("_record", False, 3),
}


@pytest.mark.parametrize("time", [1, 2])
@pytest.mark.parametrize("step", STEPS)
def test_a_stream_goes_on_without_a_gap_and_repeats_at_most_what_was_under_way(arrived, chain, monkeypatch, step, time):
    name, before, repeated = STEPS[step]
    with monkeypatch.context() as patch:
        dies(patch, streaming, name, before=before, time=time)
        with pytest.raises(Killed):
            everything(AT)
    assert operations.deliver(at=AT) == 0, "it is another worker's until the lease ends"
    everything(LATER)
    expected = [public_id(id) for id in Event.objects.filter(organisation_id=chain).order_by("id").values_list("id", flat=True)]
    assert list(dict.fromkeys(arrived())) == expected
    assert len(arrived()) == len(expected) + repeated
    assert queries.standing(chain).state == "ok"


@pytest.mark.parametrize("time", [1, 2])
@pytest.mark.parametrize(("module", "name", "before"), [(signing, "sign", True), (removing, "_remove", False)])
def test_removing_goes_on_where_it_stopped_and_the_chain_holds_in_between(chain, monkeypatch, module, name, before, time):
    total = Event.objects.count()
    with monkeypatch.context() as patch:
        dies(patch, module, name, before=before, time=time)
        with pytest.raises(Killed):
            operations.remove_old(actor=SYSTEM, at=clock.now())
    gone = total - Event.objects.count()
    assert gone == {1: 0, 2: 2}[time]  # whole runs
    assert queries.verify()[1] == []
    assert operations.remove_old(actor=SYSTEM, at=clock.now()) == 3 - gone
    assert (queries.verify()[1], Tombstone.objects.count()) == ([], 2)


def rows_of(file: StoredFile) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(bytes(file.content))) as archive:
        return [row["Event ID"] for row in csv.DictReader(io.StringIO(archive.read("audit-log.csv").decode("utf-8-sig")))]


@pytest.mark.parametrize("step", ["_write", "announce"])
def test_an_export_that_died_is_made_once_when_its_job_runs_again(cast, chain, monkeypatch, step):
    scope = Scope(organisation_ids=frozenset([chain]))
    export = operations.ask_for_export(actor=SYSTEM, person_id=cast.ada.pk, scope=scope, filters=EventFilter(), at=clock.now())
    with monkeypatch.context() as patch:
        dies(patch, exporting, step, before=False)
        with pytest.raises(Killed):
            jobs.make_export(export.pk)
    assert (LogExport.objects.get().state, StoredFile.objects.count()) == ("running", 0)
    for _run in range(2):  # the second finds that it is ready
        jobs.make_export(export.pk)
    file = StoredFile.objects.get()
    assert sorted(rows_of(file)) == sorted(public_id(id) for id in Event.objects.filter(organisation_id=chain).values_list("id", flat=True))
    assert OutboxRow.objects.filter(kind=LogExportFinished.kind).count() == 1


def test_an_export_that_is_never_made_again_is_given_up(cast, chain, monkeypatch):
    scope, asked = Scope(organisation_ids=frozenset([chain])), clock.now() - jobs.PATIENCE
    operations.ask_for_export(actor=SYSTEM, person_id=cast.ada.pk, scope=scope, filters=EventFilter(), at=asked)
    jobs.give_up(timestamp=0)
    assert LogExport.objects.get().state == "failed"
    operations.ask_for_export(actor=SYSTEM, person_id=cast.ada.pk, scope=scope, filters=EventFilter(), at=clock.now())
