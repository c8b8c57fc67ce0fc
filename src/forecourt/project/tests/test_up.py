"""`forecourt up`, really run, with tiny processes in place of the product's (`standin.py`)."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from forecourt.project import up
from forecourt.project.tests.test_embedded import is_alive

STANDIN = (sys.executable, "-m", "forecourt.project.tests.standin", "up")


def environment(**more: str) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_", "FORECOURT_", "DJANGO_"))}
    return clean | more


class Running:
    """A `forecourt up` in a process of its own."""

    def __init__(self, folder: Path, *options: str, **settings: str) -> None:
        self.folder = folder
        command = [*STANDIN, "--data", str(folder), "--web-port", "0", "--ocpp-port", "0", *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(**settings))

    @property
    def says(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "run.json").read_text())
        return found

    def ready(self) -> "Running":
        assert self.process.stdout
        for line in self.process.stdout:
            if line.startswith("ready http://"):
                return self
        raise AssertionError(self.process.communicate()[1])

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(how)
        self.process.communicate(timeout=30)
        return self.process.returncode


@pytest.fixture
def start() -> Iterator[Callable[..., Running]]:
    started: list[Running] = []

    def start(folder: Path, *options: str, **settings: str) -> Running:
        started.append(Running(folder, *options, **settings))
        return started[-1]

    yield start
    for running in started:
        if running.process.poll() is None:
            running.end()


def until(true: Callable[[], bool], within: float = 20) -> None:
    deadline = time.monotonic() + within
    while not true():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def answers(running: Running) -> bool:
    with psycopg.connect(running.says["database_url"], connect_timeout=5) as connection:
        return connection.execute("SELECT 1").fetchone() == (1,)


def refused(folder: Path, *options: str, **settings: str) -> str:
    """The one line of a start that is refused."""
    done = subprocess.run(
        [*STANDIN, "--data", str(folder), *options], capture_output=True, text=True, env=environment(**settings), timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    lines = [line for line in done.stderr.splitlines() if not line.startswith("forecourt |")]
    assert len(lines) == 1, done.stderr
    return lines[0]


def test_it_starts_says_where_it_is_and_stops_in_order(tmp_path: Path, start: Callable[..., Running]) -> None:
    running = start(tmp_path).ready()
    says = running.says
    assert (says["pid"], says["state"]) == (running.process.pid, "running")
    assert set(says["processes"]) == {"gateway", "web", "worker", "postgresql"}
    assert (tmp_path / "run.json").stat().st_mode & 0o777 == 0o600
    assert answers(running)
    assert running.end() == 0
    stopped = (tmp_path / "notes").read_text().splitlines()
    assert stopped == [f"port {says['ocpp_port']} stopped", f"port {says['web_port']} stopped", "worker stopped"]
    assert not (tmp_path / "run.json").exists()
    assert not any(is_alive(pid) for pid in says["processes"].values())
    assert "database system is shut down" in (tmp_path / "logs" / "postgresql.log").read_text()


def test_ctrl_c_ends_it_too_and_a_second_start_keeps_the_data(tmp_path: Path, start: Callable[..., Running]) -> None:
    first = start(tmp_path).ready()
    with psycopg.connect(first.says["database_owner_url"]) as connection:
        connection.execute("INSERT INTO auth_group (name) VALUES ('kept')")
    assert first.end(signal.SIGINT) == 0
    with psycopg.connect(start(tmp_path).ready().says["database_url"]) as connection:
        assert connection.execute("SELECT name FROM auth_group").fetchall() == [("kept",)]


@pytest.mark.parametrize("name", ["gateway", "web", "worker"])
def test_a_child_that_is_killed_is_started_again(tmp_path: Path, start: Callable[..., Running], name: str) -> None:
    running = start(tmp_path).ready()
    before = running.says["processes"]
    os.kill(before[name], signal.SIGKILL)
    until(lambda: running.says["processes"].get(name, before[name]) != before[name])
    after = running.says["processes"]
    assert {child for child in before if before[child] != after[child]} == {name}


def test_postgresql_is_started_again_at_the_same_address(tmp_path: Path, start: Callable[..., Running]) -> None:
    running = start(tmp_path).ready()
    before = running.says
    os.kill(before["processes"]["postgresql"], signal.SIGKILL)
    until(lambda: running.says["processes"].get("postgresql", before["processes"]["postgresql"]) != before["processes"]["postgresql"])
    assert running.says["database_url"] == before["database_url"]
    assert answers(running)


def test_nothing_outlives_a_supervisor_that_is_killed_and_the_next_start_works(tmp_path: Path, start: Callable[..., Running]) -> None:
    running = start(tmp_path).ready()
    pids = running.says["processes"]
    running.process.kill()
    running.process.communicate()
    again = start(tmp_path).ready()
    assert not any(is_alive(pid) for pid in pids.values())
    assert answers(again)


def test_a_second_start_on_the_same_folder_is_refused(tmp_path: Path, start: Callable[..., Running]) -> None:
    running = start(tmp_path).ready()
    assert f"already runs on {tmp_path} (pid {running.process.pid}" in refused(tmp_path)
    assert answers(running)


def test_a_taken_port_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        line = refused(tmp_path / "new", "--ocpp-port", port)
    assert f"Port {port} on 127.0.0.1 cannot be used (address already in use)" in line
    assert "--ocpp-port" in line
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("options", "settings", "says"),
    [
        ([], {"FORECOURT_WEB_PORT": "many"}, "FORECOURT_WEB_PORT must be a whole number"),
        (["--web-port", "99999"], {}, "99999 is not a port"),
        (["--simulate", "61"], {}, "61 stations cannot be simulated"),
        (["--simulate", "-1"], {}, "-1 stations cannot be simulated"),
        (["--web-port", "7000", "--ocpp-port", "7000"], {}, "cannot share port 7000"),
        (["--bind", "192.0.2.1"], {}, "Port 8080 on 192.0.2.1 cannot be used"),
        (
            ["--web-port", "0", "--ocpp-port", "0"],
            {"DATABASE_URL": "postgresql://127.0.0.1:1/none"},
            "DATABASE_URL does not lead to a database",
        ),
        (["--web-port", "0", "--ocpp-port", "0"], {"DATABASE_URL": "nonsense"}, "DATABASE_URL does not lead to a database"),
    ],
)
def test_a_bad_setting_is_refused(tmp_path: Path, options: list[str], settings: dict[str, str], says: str) -> None:
    assert says in refused(tmp_path, *options, **settings)


def test_a_database_newer_than_the_code_is_refused_and_left_alone(tmp_path: Path, start: Callable[..., Running]) -> None:
    running = start(tmp_path).ready()
    with psycopg.connect(running.says["database_owner_url"]) as connection:
        connection.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('auth', '0099_future', now())")
    running.end()
    assert "newer than this Forecourt (it has auth 0099_future)" in refused(tmp_path, "--web-port", "0", "--ocpp-port", "0")
    assert not (tmp_path / "run.json").exists()


def test_a_secret_key_other_than_the_folders_is_refused(tmp_path: Path, start: Callable[..., Running]) -> None:
    assert start(tmp_path, FORECOURT_SECRET_KEY="chosen").ready().end() == 0
    assert json.loads((tmp_path / "secrets.json").read_text())["secret_key"] == "chosen"
    assert "FORECOURT_SECRET_KEY is not the key in" in refused(
        tmp_path, "--web-port", "0", "--ocpp-port", "0", FORECOURT_SECRET_KEY="other"
    )


def test_the_simulator_gets_the_first_stations_and_the_keys(tmp_path: Path) -> None:
    known = {"stations": [{"identity": f"S{number}"} for number in range(5)], "charge_keys": ["A", "B"]}
    (tmp_path / "simulated.json").write_text(json.dumps(known))
    command = up.simulator(up.Wishes(tmp_path, 8080, 9000, simulate=2))
    assert command[command.index("--ocpp") + 1] == "ws://127.0.0.1:9000/ocpp/{identity}"
    assert command[command.index("--keys") + 1] == "A,B"
    chosen = Path(command[command.index("--stations") + 1])
    assert [station["identity"] for station in json.loads(chosen.read_text())] == ["S0", "S1"]


def test_a_database_of_ones_own_is_used_and_none_is_made(tmp_path: Path, start: Callable[..., Running]) -> None:
    server = start(tmp_path / "server").ready()
    urls = {"DATABASE_URL": server.says["database_url"], "DATABASE_OWNER_URL": server.says["database_owner_url"]}
    running = start(tmp_path / "client", **urls).ready()
    assert running.says["database_url"] == urls["DATABASE_URL"]
    assert not (tmp_path / "client" / "postgres").exists()
    assert running.end() == 0
    assert answers(server)
