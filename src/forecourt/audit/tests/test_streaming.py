"""Streams: what arrives, in which order, signed how, and what happens when it does not."""

import base64
import hashlib
import hmac
import http.server
import json
import threading
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from forecourt.access import Actor
from forecourt.audit import operations, queries, rules
from forecourt.audit.models import Event, Stream
from forecourt.audit.operations.streaming import file_of
from forecourt.audit.tests.factories import pend, seal_all
from forecourt.audit.tokens import public_id
from forecourt.kit import outbox
from forecourt.kit.errors import Invalid
from forecourt.notifications.models import OutgoingEmail

AT = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)


@pytest.fixture
def receiver(settings):
    """A local endpoint: what it got, and the status that it answers."""
    seen = SimpleNamespace(requests=[], status=200)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            seen.requests.append((dict(self.headers.items()), body))
            self.send_response(seen.status)
            self.end_headers()

        def log_message(self, *args) -> None: ...

    settings.PRIVATE_HOSTS = {"localhost"}
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=[0.01]).start()
        seen.url = f"http://localhost:{server.server_address[1]}/audit"
        yield seen
        server.shutdown()


def set_stream(cast, url: str, *, organisation_id: int | None, **others) -> tuple[Stream, str]:
    values = {"kind": "https" if url else "file", "url": url, "is_on": True, "from_beginning": True, "at": AT} | others
    return operations.set_stream(actor=cast.actor("ada"), organisation_id=organisation_id, **values)


def ids_in(seen) -> list[str]:
    return [event["id"] for _headers, body in seen.requests for event in json.loads(body)["events"]]


def everything(at: datetime = AT) -> None:
    while operations.deliver(at=at):
        pass


def test_every_event_arrives_once_in_order_and_of_this_organisation_alone(cast, receiver):
    chain = cast.northwind.organisation_id
    set_stream(cast, receiver.url, organisation_id=chain)
    seal_all()
    everything()
    expected = Event.objects.filter(organisation_id=chain).order_by("id").values_list("id", flat=True)
    assert ids_in(receiver) == [public_id(id) for id in expected]
    standing = queries.standing(chain)
    assert (standing.behind, standing.state) == (0, "ok")


def test_the_installation_gets_everybodys(cast, receiver):
    set_stream(cast, receiver.url, organisation_id=None)
    seal_all()
    everything()
    assert ids_in(receiver) == [public_id(id) for id in Event.objects.order_by("id").values_list("id", flat=True)]


def test_a_request_is_signed_as_standard_webhooks_says(cast, receiver):
    _stream, secret = set_stream(cast, receiver.url, organisation_id=cast.northwind.organisation_id)
    seal_all()
    operations.deliver(at=AT)
    headers, body = receiver.requests[0]
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    digest = hmac.digest(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256)
    assert headers["webhook-signature"] == "v1," + base64.b64encode(digest).decode()
    assert json.loads(body)["schema"] == json.loads(body)["events"][0]["schema"] == rules.SCHEMA


def test_a_failure_is_shown_waited_out_and_repeated_with_the_same_id(cast, receiver):
    chain = cast.northwind.organisation_id
    set_stream(cast, receiver.url, organisation_id=chain)
    seal_all()
    receiver.status = 503
    assert operations.deliver(at=AT) == 0
    stream = Stream.objects.get()
    assert (stream.failing_since, stream.last_error, stream.cursor) == (AT, "The receiver answered 503.", 0)
    operations.deliver(at=AT + timedelta(seconds=4))
    assert len(receiver.requests) == 1
    receiver.status = 200
    everything(AT + timedelta(seconds=5))
    assert receiver.requests[0][0]["webhook-id"] == receiver.requests[1][0]["webhook-id"]
    assert queries.standing(chain).state == "ok"


def test_after_three_days_of_failure_it_is_off_and_the_admins_are_told(cast, receiver):
    set_stream(cast, receiver.url, organisation_id=cast.northwind.organisation_id)
    seal_all()
    receiver.status = 500
    operations.deliver(at=AT)
    operations.deliver(at=AT + timedelta(days=3))
    assert not Stream.objects.get().is_on
    outbox.drain("project.tell_admins", at=AT)
    assert list(OutgoingEmail.objects.filter(kind="audit_stream_off").values_list("to", flat=True)) == [cast.ada.email]
    operations.deliver(at=AT + timedelta(days=4))
    assert len(receiver.requests) == 2


def test_switched_on_again_it_goes_on_where_it_stopped(cast, receiver):
    chain = cast.northwind.organisation_id
    set_stream(cast, receiver.url, organisation_id=chain)
    seal_all()
    everything()
    set_stream(cast, receiver.url, organisation_id=chain, is_on=False, from_beginning=False)
    seal_all()
    got = len(ids_in(receiver))
    set_stream(cast, receiver.url, organisation_id=chain, from_beginning=False)
    seal_all()
    everything()
    assert ids_in(receiver)[got:] == [
        public_id(id)
        for id in Event.objects.order_by("id").values_list("id", flat=True)
        if public_id(id) not in ids_in(receiver)[:got] and Event.objects.get(id=id).organisation_id == chain
    ]
    assert len(set(ids_in(receiver))) == len(ids_in(receiver))


def test_another_workers_stream_is_left_alone_until_its_lease_ends(cast, receiver):
    set_stream(cast, receiver.url, organisation_id=cast.northwind.organisation_id)
    seal_all()
    Stream.objects.update(leased_until=AT + timedelta(seconds=60))
    assert operations.deliver(at=AT) == 0
    assert operations.deliver(at=AT + timedelta(seconds=60)) > 0


def test_a_file_gets_a_line_each_and_half_a_line_is_mended(cast, settings, tmp_path):
    settings.AUDIT_STREAM_DIR = str(tmp_path)
    chain = cast.northwind.organisation_id
    set_stream(cast, "", organisation_id=chain)
    seal_all()
    everything()
    file = file_of(chain)
    whole = file.read_bytes()
    file.write_bytes(whole + b'{"schema": 1, "id": "AAA')
    pend(chain, "Site", at=AT)
    seal_all()
    everything()
    lines = [json.loads(line) for line in file.read_bytes().splitlines()]
    assert [line["metadata"]["sequence"] for line in lines] == list(range(1, len(lines) + 1))
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_file_that_cannot_be_written_is_a_failure_like_any_other(cast, settings, tmp_path):
    settings.AUDIT_STREAM_DIR = str(tmp_path / "gone")
    set_stream(cast, "", organisation_id=cast.northwind.organisation_id)
    seal_all()
    assert operations.deliver(at=AT) == 0
    assert "No such file" in Stream.objects.get().last_error


@pytest.mark.parametrize(("url", "field"), [("https://127.0.0.1/x", "url"), ("http://example.com/", "url"), ("", "kind")])
def test_what_may_not_be_asked_is_refused_at_its_field(cast, url, field):
    with pytest.raises(Invalid) as refused:
        set_stream(cast, url, organisation_id=cast.northwind.organisation_id)
    assert (list(refused.value.fields), Stream.objects.count()) == ([field], 0)


def test_a_new_stream_begins_with_what_is_sealed_next(cast, receiver):
    seal_all()
    chain = cast.northwind.organisation_id
    set_stream(cast, receiver.url, organisation_id=chain, from_beginning=False)
    seal_all()
    everything()
    assert len(ids_in(receiver)) == Event.objects.filter(entity_type="AuditStream").count() == 1


def test_the_secret_is_not_in_the_log_and_sending_writes_nothing_there(cast, receiver):
    _stream, secret = set_stream(cast, receiver.url, organisation_id=cast.northwind.organisation_id)
    seal_all()
    everything()
    assert seal_all() == 0
    (event,) = Event.objects.filter(entity_type="AuditStream")
    assert secret not in json.dumps(event.changes)
    assert "cursor" not in event.changes


def test_pauses_double_up_to_an_hour():
    assert [rules.pause_after(n).total_seconds() for n in (1, 2, 3, 40)] == [5, 10, 20, 3600]


def test_a_system_actor_may_have_no_stream_at_all(cast):
    assert queries.standing(cast.northwind.organisation_id) is None
    assert operations.remove_old(actor=Actor.system("audit"), at=AT) == 0
