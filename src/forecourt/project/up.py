"""`forecourt up`: the whole product on one machine, with a PostgreSQL of its own unless `DATABASE_URL` names another."""

import http.client
import json
import os
import socket
import sys
import time
from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from forecourt.project import migrating, processes, runfile
from forecourt.project.console import answer, say
from forecourt.project.embedded import Cluster, ClusterError, Secrets
from forecourt.project.embedded.cluster import free_port
from forecourt.project.embedded.secrets import write_private
from forecourt.project.refusal import Refusal
from forecourt.project.runfile import RunFile
from forecourt.project.supervisor import Child, Stop, Supervisor

MOST_SIMULATED = 60  # stations of the demo network; the others are left to whoever writes a station

OURSELVES = (sys.executable, "-m", "forecourt.project.cli")
WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - how to reach them from here


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line asks for."""

    folder: Path
    web_port: int
    ocpp_port: int
    bind: str = "127.0.0.1"
    demo: bool = False
    simulate: int = 0

    @classmethod
    def read(cls, options: Namespace) -> "Wishes":
        """:raises Refusal: if a number is none, or a port is out of range."""
        web = processes.number("FORECOURT_WEB_PORT", 8080) if options.web_port is None else options.web_port
        ocpp = processes.number("FORECOURT_OCPP_PORT", 9000) if options.ocpp_port is None else options.ocpp_port
        bind = options.bind or os.environ.get("FORECOURT_BIND") or "127.0.0.1"
        for port in (web, ocpp):
            if not 0 <= port <= 65535:
                raise Refusal(f"{port} is not a port: choose one up to 65535, or 0 for any free one.")
        if web == ocpp != 0:
            raise Refusal(f"Portal and stations cannot share port {web}: choose two with --web-port and --ocpp-port.")
        if not 0 <= options.simulate <= MOST_SIMULATED:
            raise Refusal(f"{options.simulate} stations cannot be simulated: choose from 0 to {MOST_SIMULATED} with --simulate.")
        return cls(runfile.chosen_folder(options.data), web or free_port(), ocpp or free_port(), bind, options.demo, options.simulate)


@dataclass(frozen=True, slots=True)
class Parts:
    """What is run: replaced by tests of the supervision itself."""

    prepare: Callable[["Up"], None]
    children: Callable[["Up"], list[Child]]
    greet: Callable[["Up"], None]


def up(options: Namespace) -> int:
    """
    Run until SIGTERM or SIGINT.

    :raises Refusal: if it cannot start.
    """
    return run(Wishes.read(options), Parts(prepare, children, greet))


def run(wishes: Wishes, parts: Parts) -> int:
    """Start everything on a folder that nobody else uses, and stay until asked to end."""
    if not wishes.folder.exists():
        check_ports(wishes)  # nothing is made where nothing can start
    with runfile.alone_on(wishes.folder):
        check_ports(wishes)
        caller = dict(os.environ)
        again = Up(wishes, parts).run()
    if again:
        sys.stdout.flush()
        same_ports = ["--web-port", str(wishes.web_port), "--ocpp-port", str(wishes.ocpp_port)]
        os.execve(sys.executable, [*sys.orig_argv, *same_ports], caller)  # noqa: S606 - ourselves
    return 0


class Up:
    """One run of an installation."""

    def __init__(self, wishes: Wishes, parts: Parts) -> None:
        self.wishes, self.folder, self._parts = wishes, wishes.folder, parts
        self.supervisor = Supervisor(self.folder / "logs", say, self._processes_changed)
        self.cluster = None if os.environ.get("DATABASE_URL") else Cluster(self.folder, say=self._say_and_listen)
        self.run_file: RunFile | None = None
        self._again = False
        self._restart_at, self._restart_wait = 0.0, 0.2

    def run(self) -> bool:
        """Start, serve, stop. Returns whether to do it all again, after a restore."""
        try:
            self._start()
            self._serve()
        except Stop:
            say("Stopping.")
        finally:
            self.supervisor.stop()
            if self.cluster:
                self.cluster.stop()
            runfile.place(self.folder).unlink(missing_ok=True)
        return self._again

    @property
    def here(self) -> RunFile:
        """What we say about ourselves; known once the database answers."""
        assert self.run_file, "asked before the database was there"
        return self.run_file

    def _start(self) -> None:
        (self.folder / "logs").mkdir(mode=0o700, exist_ok=True)
        self._settle_secrets()
        if self.cluster:
            self.cluster.start()
        self.run_file = self._described()
        self.run_file.write(self.folder)
        os.environ |= runfile.environment(self.folder, self.here) | {"FORECOURT_BIND": self.wishes.bind}
        if self.cluster:
            os.environ.pop("DATABASE_DIRECT_URL", None)
        if self.cluster and self.cluster.socket_folder.parent == self.folder:  # one in /tmp may be tidied away
            os.environ["DATABASE_URL"] = self.cluster.url("product", over="socket")
        os.environ.pop("DATABASE_OWNER_URL", None)  # the running product never has it
        self._parts.prepare(self)
        self.supervisor.start(self._parts.children(self))
        self.supervisor.wait_until_ready()
        self.run_file = replace(self.here, state="running")
        self.run_file.write(self.folder)
        self._parts.greet(self)

    def _settle_secrets(self) -> None:
        """The folder keeps the secret key, so that a backup always has the one in use."""
        path, key = self.folder / "secrets.json", os.environ.get("FORECOURT_SECRET_KEY")
        if not path.exists() and not (self.folder / "postgres").exists():
            made = Secrets.made()
            replace(made, secret_key=key or made.secret_key).write(path)
        if key and path.exists() and Secrets.read(path).secret_key != key:
            raise Refusal(f"FORECOURT_SECRET_KEY is not the key in {path}, which this installation's data is encrypted with: unset it.")

    def _serve(self) -> None:
        while True:
            self.supervisor.tick()
            self._keep_database()
            if runfile.is_locked(self.folder / "restoring"):
                self._wait_for_restore()
                self._again = True
                return

    def _wait_for_restore(self) -> None:
        say("Pausing for a restore.")
        self.supervisor.stop()
        self.run_file = replace(self.here, state="paused", processes={})
        self.run_file.write(self.folder)
        while runfile.is_locked(self.folder / "restoring"):
            self.supervisor.tick()
            self._keep_database()
        say("Starting again after the restore.")

    def _keep_database(self) -> None:
        """Start PostgreSQL again if it died, at once and then with growing patience."""
        if self.cluster is None or self.cluster.pid or time.monotonic() < self._restart_at:
            return
        say("PostgreSQL ended, starting it again.")
        try:
            self.cluster.start()
            self._restart_wait = 0.2
        except ClusterError as error:
            say(str(error))
        self._restart_at, self._restart_wait = time.monotonic() + self._restart_wait, min(self._restart_wait * 2, 10.0)
        self._processes_changed(self.here.processes)

    def _described(self) -> RunFile:
        wishes, host = self.wishes, _host(self.wishes.bind)
        portal = os.environ.get("FORECOURT_PUBLIC_URL") or f"http://{host}:{wishes.web_port}"
        ocpp = os.environ.get("FORECOURT_OCPP_PUBLIC_URL") or f"ws://{host}:{wishes.ocpp_port}/ocpp"
        product = self.cluster.url("product") if self.cluster else os.environ["DATABASE_URL"]
        owner = self.cluster.url("owner") if self.cluster else os.environ.get("DATABASE_OWNER_URL") or product
        portal = portal.rstrip("/")
        return RunFile(
            os.getpid(), "starting", portal, f"{portal}/api/v1", ocpp.rstrip("/"), wishes.web_port, wishes.ocpp_port, product, owner
        )

    def _processes_changed(self, pids: dict[str, int]) -> None:
        if self.run_file:
            database = self.cluster.pid if self.cluster else None
            others = {name: pid for name, pid in pids.items() if name != "postgresql"}
            self.run_file = replace(self.run_file, processes=others | ({"postgresql": database} if database else {}))
            self.run_file.write(self.folder)

    def _say_and_listen(self, text: str) -> None:
        say(text)
        self.supervisor.raise_if_asked_to_end()


def prepare(up: Up) -> None:
    """The product before its processes: imported once, its schema current, the demo network loaded if asked for."""
    wishes = up.wishes
    if wishes.simulate and not wishes.demo and not (up.folder / "simulated.json").exists():
        raise Refusal(f"There are no simulated stations in {up.folder}: start with --demo as well.")
    processes.prepare_all()
    bring_to_this_version(up)
    if wishes.demo and not (up.folder / "demo.json").exists():
        say("Loading the demo network; this takes up to a minute.")
        if up.supervisor.run_once(Child("demo", (*OURSELVES, "demo"), environment=_as_owner(up))):
            raise Refusal(
                "The demo network could not be loaded: the reason stands above. It needs an empty installation: choose another folder with --data."
            )


def bring_to_this_version(up: Up) -> None:
    """
    Migrations in a process of their own, if any are missing; grants always.

    :raises Refusal: if the database is newer, or a migration fails.
    """
    with migrating.open_database(up.here.database_owner_url, "DATABASE_URL") as connection:
        missing = migrating.difference(connection).missing
        if not missing:
            migrating.grant(connection, up.here.database_url)
    if missing and up.supervisor.run_once(Child("migrate", (*OURSELVES, "migrate"), environment=_as_owner(up))):
        raise Refusal("The database could not be brought to this version: the reason stands above.")


def _as_owner(up: Up) -> dict[str, str]:
    return {"DATABASE_OWNER_URL": up.here.database_owner_url}


def children(up: Up) -> list[Child]:
    """In the order they are stopped in."""
    web, gateway = (f"http://{_host(up.wishes.bind)}:{port}/healthz" for port in (up.wishes.web_port, up.wishes.ocpp_port))
    fleet = [Child("simulator", simulator(up.wishes))] if up.wishes.simulate else []
    return [
        *fleet,
        Child("gateway", processes.gateway, is_ready=lambda: answers(gateway)),
        Child("web", processes.web, is_ready=lambda: answers(web, host=urlsplit(up.here.portal).netloc)),
        Child("worker", processes.worker),
    ]


def greet(up: Up) -> None:
    """How to go on: the setup link of an empty installation, the demo's sign-ins, and the line that says all is ready."""
    up.supervisor.run_once(Child("setup", print_setup_link))
    if (up.folder / "demo.json").exists():
        for user in json.loads((up.folder / "demo.json").read_text())["users"]:
            answer(f"sign in as {user['email']} with {user['password']} ({user['role']}, {user['operator']})")
    answer(f"ready {up.here.portal}")


def print_setup_link() -> int:
    """Print the one-time link by which an empty installation is set up; nothing for one that is."""
    processes.prepare()
    from forecourt.project.setup import setup_link

    link = setup_link(os.environ["FORECOURT_PUBLIC_URL"])
    if link:
        answer(f"Set this installation up at {link}")
    return 0


def answers(url: str, *, host: str | None = None) -> bool:
    """Whether GET is answered with 200 within a second."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=1)
    try:
        connection.request("GET", parts.path, headers={"Host": host or parts.netloc})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def check_ports(wishes: Wishes) -> None:
    """:raises Refusal: if somebody listens on a port that we need, or the address is not ours."""
    for port, option in ((wishes.web_port, "--web-port"), (wishes.ocpp_port, "--ocpp-port")):
        try:
            with socket.create_server((wishes.bind, port), family=socket.AF_INET6 if ":" in wishes.bind else socket.AF_INET):
                pass
        except OSError as error:
            reason = os.strerror(error.errno or 0).lower()
            raise Refusal(
                f"Port {port} on {wishes.bind} cannot be used ({reason}): stop what uses it, or choose another with {option}."
            ) from None


def simulator(wishes: Wishes) -> list[str]:
    """The command line of the simulator on the first stations of `simulated.json`."""
    known = json.loads((wishes.folder / "simulated.json").read_text())
    stations, keys = (known["stations"], known.get("charge_keys", [])) if isinstance(known, dict) else (known, [])
    chosen = wishes.folder / "simulating.json"
    write_private(chosen, json.dumps(stations[: wishes.simulate]))
    address = f"ws://{_host(wishes.bind)}:{wishes.ocpp_port}/ocpp/{{identity}}"
    return [
        sys.executable,
        "-m",
        "simulator.cli",
        "run",
        "--stations",
        str(chosen),
        "--ocpp",
        address,
        *(["--keys", ",".join(keys)] if keys else []),
    ]


def _host(bind: str) -> str:
    host = WILDCARDS.get(bind, bind)
    return f"[{host}]" if ":" in host else host
