"""
Kill -9 of a receiver of webhooks, and of the worker in the middle of delivery and of a job that somebody asked for: every change
arrives at least once, the job is done in the end, and once.
"""

import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from tests.running import Browser, Product, eventually
from tests.test_kill import kill

pytestmark = [pytest.mark.slow, pytest.mark.timeout(540), pytest.mark.xdist_group("kill")]
CHANGED = 2_000  # charges
SLOWLY = 0.3  # seconds for a delivery of at most a hundred
KNOWN = 8  # deliveries that arrived before somebody dies
AGAIN = 120.0  # seconds: a dead worker's lease ends after 30, a failed delivery is tried again after 60
TAKEN_UP = 120.0  # seconds: a worker that is silent for 30 is dead, and they are looked for every minute
IN_HAND = "SELECT id FROM procrastinate_jobs WHERE task_name = 'audit.make_export' AND status = 'doing'"
LETTERS = "SELECT count(*) FROM notifications_outgoingemail WHERE kind = 'audit_export'"
TOUCH = """
UPDATE charging_charge SET state = state WHERE id IN (
  SELECT c.id FROM charging_charge c JOIN integrations_credential k USING (organisation_id)
  WHERE k.client_id = %s ORDER BY c.id LIMIT %s)
RETURNING id, to_char(updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
"""


@dataclass
class Receiver:
    """A program of a partner, and what it was sent: complete lines of `file`."""

    file: Path
    port: int = 0
    process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    def start(self) -> None:
        self.port = self.port or free_port()
        command = [sys.executable, str(Path(__file__).with_name("hook_receiver.py")), str(self.port), str(self.file), str(SLOWLY)]
        self.process = subprocess.Popen(command)
        eventually(self.answers)

    def answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def end(self, how: signal.Signals = signal.SIGKILL) -> None:
        assert self.process
        self.process.send_signal(how)
        self.process.wait(10)

    @property
    def deliveries(self) -> list[bytes]:
        return self.file.read_bytes().splitlines() if self.file.exists() else []

    @property
    def told(self) -> list[tuple[int, str]]:
        return [(int(entry["entityId"]), entry["eventTime"]) for line in self.deliveries for entry in json.loads(line)["entries"]]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def receivers(own_folder: Path) -> Iterator[list[Receiver]]:
    both = [Receiver(own_folder / name) for name in ("first.jsonl", "second.jsonl")]
    for receiver in both:
        receiver.start()
    yield both
    for receiver in both:
        receiver.end()


def listen(product: Product, which: int, receiver: Receiver) -> list[tuple[int, str]]:
    """The key's webhook is set up; then charges of its account change, all at once. Which, and when."""
    api = product.api(which)
    body = {"webhookUrl": f"http://localhost:{receiver.port}/", "webhookSecret": "a-secret-of-a-receiver", "eventTypes": ["charges"]}
    answer = api.session.put(f"{api.base}/webhooks/config", json=body, timeout=10)
    assert answer.status_code == 200, answer.text
    return product.rows(TOUCH, product.demo["api_credentials"][which]["clientId"], CHANGED)


def is_failing(product: Product, receiver: Receiver) -> bool:
    query = "SELECT failing_since IS NOT NULL FROM integrations_webhookconfig WHERE url LIKE %s"
    return product.rows(query, f"%:{receiver.port}/") == [(True,)]


def hears_of(receiver: Receiver, changes: Collection[tuple[int, str]]) -> None:
    eventually(lambda: set(changes) <= set(receiver.told), within=AGAIN, every=0.5, says=f"some changes never arrived at {receiver.port}")


@contextmanager
def export_under_way(product: Product, person: Browser) -> Iterator[None]:
    """Until the block ends the job of an export of the audit log waits in the middle: for the table that it reads."""
    with psycopg.connect(product.run["database_owner_url"]) as holder:
        holder.execute("LOCK TABLE audit_event IN ACCESS EXCLUSIVE MODE")
        person.post("/audit/exports")
        eventually(lambda: product.rows(IN_HAND), says="no worker took the export in hand")
        yield


def made(product: Product) -> list[tuple[str]]:
    return [state for state in product.rows("SELECT state FROM audit_export") if state != ("running",)]


def test_the_receiver_and_the_worker_die_in_the_middle_and_everything_is_told_and_done(mortal: Product, receivers: list[Receiver]):
    first, second = receivers
    admin = Browser(mortal, mortal.user("admin"))
    changed = {0: listen(mortal, 0, first), 3: listen(mortal, 3, second)}
    assert min(map(len, changed.values())) > 10 * KNOWN
    eventually(lambda: min(len(receiver.deliveries) for receiver in receivers) >= KNOWN, within=60)
    first.end()
    eventually(lambda: is_failing(mortal, first), within=30)
    first.start()
    with export_under_way(mortal, admin):
        kill(mortal, "worker")
    assert not set(changed[3]) <= set(second.told), "it was too late: the worker had nothing left to do"
    for receiver, which in ((first, 0), (second, 3)):
        hears_of(receiver, changed[which])
    eventually(lambda: made(mortal), within=TAKEN_UP, every=0.5, says="the export was never taken up")
    is_made_once(mortal, admin)


def is_made_once(product: Product, person: Browser) -> None:
    assert product.rows("SELECT state FROM audit_export") == [("ready",)]
    eventually(lambda: product.rows(LETTERS) == [(1,)])
    (address,) = set(re.findall(r'href="(/files/[^"]+)"', person.get("/audit/exports").text))
    assert person.get(address).content.startswith(b"PK")
