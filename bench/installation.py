"""The installation that is measured: the embedded default with the demo network, started by `forecourt up` like anybody's."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import psycopg

FORECOURT = Path(sys.executable).with_name("forecourt")
SIMULATOR = Path(sys.executable).with_name("forecourt-simulator")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(slots=True)
class Installation:
    """A running installation in `folder`; a context manager. A second start keeps the data."""

    folder: Path
    simulate: int = 0
    seconds_to_ready: float = 0
    _process: subprocess.Popen[str] | None = None
    _run: dict[str, Any] = field(default_factory=dict)

    def __enter__(self) -> "Installation":
        started = time.monotonic()
        command = [
            str(FORECOURT),
            "up",
            "--demo",
            "--data",
            str(self.folder),
            "--web-port",
            str(free_port()),
            "--ocpp-port",
            str(free_port()),
        ]
        if self.simulate:
            command += ["--simulate", str(self.simulate)]
        own = os.environ | {"FORECOURT_PRIVATE_HOSTS": "localhost"}  # where the receiver of webhooks runs
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=own)
        assert self._process.stdout
        for line in self._process.stdout:
            if line.startswith("ready "):
                break
        else:
            raise RuntimeError("forecourt up ended; see its logs in " + str(self.folder))
        self.seconds_to_ready = time.monotonic() - started
        while json.loads((self.folder / "run.json").read_text())["state"] != "running":
            time.sleep(0.05)
        self._run = json.loads((self.folder / "run.json").read_text())
        return self

    def __exit__(self, *_error: object) -> None:
        if self._process:
            self._process.send_signal(signal.SIGTERM)
            self._process.communicate(timeout=60)

    @property
    def demo(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads((self.folder / "demo.json").read_text())
        return content

    @property
    def web(self) -> str:
        return str(self._run["portal"])

    @property
    def ocpp(self) -> str:
        return str(self._run["ocpp"]) + "/{identity}"

    def connect(self, *, as_owner: bool = False) -> "psycopg.Connection[Any]":
        return psycopg.connect(self._run["database_owner_url" if as_owner else "database_url"], autocommit=True)

    def process(self, name: str) -> psutil.Process:
        return psutil.Process(self._run["processes"][name])

    def pause(self, name: str, *, is_paused: bool) -> None:
        """Stop a process where it stands, or let it go on: “worker idle” while the gateway is measured."""
        for one in [self.process(name), *self.process(name).children(recursive=True)]:
            one.send_signal(signal.SIGSTOP if is_paused else signal.SIGCONT)

    def memory_mb(self, name: str | None = None) -> float:
        """The sum of the proportional set sizes of every process, or of those of one part."""
        root = self.process(name) if name else psutil.Process(self._process.pid) if self._process else None
        return sum(_pss(one) for one in [root, *root.children(recursive=True)]) / 1e6 if root else 0.0

    def add_stations(self, count: int, prefix: str) -> tuple[Path, float]:
        """Stations of their own for the benchmark; the file that describes them, and how long adding them took."""
        output = self.folder / f"{prefix}.json"
        if output.exists():
            return output, 0.0
        team = self.demo["stations"][0]["teamId"]
        started = time.monotonic()
        command = [
            FORECOURT,
            "stations",
            "add",
            "--count",
            count,
            "--prefix",
            prefix,
            "--team",
            team,
            "--data",
            self.folder,
            "--output",
            output,
        ]
        subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL)
        return output, time.monotonic() - started

    def load(self, scenario: str, stations: Path, *, seconds: int = 10, rate: int | None = None, processes: int = 1) -> dict[str, Any]:
        """Run the simulator's load generator and return its report."""
        keys = ",".join(key["identifier"] for key in self.demo["charge_keys"] if key["teamId"] == self.demo["stations"][0]["teamId"])
        command = [
            SIMULATOR, "load", scenario, "--stations", stations, "--ocpp", self.ocpp, "--seconds", seconds, "--keys", keys, "--processes", processes, "--json",
        ]  # fmt: skip
        if rate:
            command += ["--rate", rate]
        done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, text=True, check=False)
        report: dict[str, Any] = json.loads(done.stdout)
        if report.get("rate") == 0:  # every run pays for what it charges
            raise RuntimeError(f"no station could charge: the demo's wallets may be empty by now, remove {self.folder}")
        return report

    def cpu_seconds(self, name: str = "web") -> float:
        """What this process and PostgreSQL have used so far, each with all its processes (/proc/PID/stat: user and system)."""
        roots = [self.process(name), self.process("postgresql")]
        times = [one.cpu_times() for root in roots for one in [root, *root.children(recursive=True)]]
        return sum(spent.user + spent.system for spent in times)

    def token(self, which: int = 0) -> str:
        """Of one of the demo's credentials: the first is a Main account's, the second its Sub-account's."""
        credential = self.demo["api_credentials"][which]
        body = json.dumps({"clientId": credential["clientId"], "clientSecret": credential["clientSecret"]}).encode()
        request = urllib.request.Request(f"{self.web}/api/v1/auth/token", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            return str(json.load(answer)["accessToken"])


def _pss(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0


def limit_open_files() -> None:
    """Ten thousand sockets need as many descriptors."""
    import resource

    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def data_folder() -> Path:
    return Path(os.environ.get("FORECOURT_BENCH_DIR", Path(__file__).parents[1] / "build" / "bench"))
