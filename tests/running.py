"""A real `forecourt up` in a folder of its own, for tests that look at the whole product from outside."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import requests

T = TypeVar("T")
COMMAND = (sys.executable, "-m", "forecourt.project.cli")
OWN = {
    "FORECOURT_DESIGN": "1",
    "FORECOURT_PRIVATE_HOSTS": "localhost",  # an identity provider of a test may run here
    "FORECOURT_TERMS_URL": "https://example.com/terms",
}


def eventually(look: Callable[[], T], within: float = 20, *, every: float = 0.05, says: str = "it never happened") -> T:
    """What `look` gives as soon as it gives something true."""
    deadline = time.monotonic() + within
    while not (found := look()):
        assert time.monotonic() < deadline, says
        time.sleep(every)
    return found


def clean_environment(**more: str) -> dict[str, str]:
    """Ours without what belongs to the tests' own database. Tests use every core, and wait for the worker: it does not step back."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_", "FORECOURT_", "DJANGO_"))}
    return kept | {"PYTHONUNBUFFERED": "1", "FORECOURT_WORKER_NICE": "0"} | more


class Product:
    """One running installation. Everything is asked as a stranger would: over HTTP, over the socket, by its commands."""

    def __init__(self, folder: Path, process: "subprocess.Popen[bytes] | None" = None) -> None:
        self.folder, self.process, self.log = folder, process, folder.with_suffix(".log")
        self.ids: dict[str, dict[str, Any]] = {}

    @property
    def run(self) -> dict[str, Any]:
        return dict(json.loads((self.folder / "run.json").read_text()))

    @property
    def demo(self) -> dict[str, Any]:
        return dict(json.loads((self.folder / "demo.json").read_text()))

    @property
    def portal(self) -> str:
        return str(self.run["portal"])

    def is_ready(self) -> bool:
        if self.process is None or self.process.poll() is not None:
            raise AssertionError(f"forecourt up ended:\n{self.log.read_text()[-3000:]}")
        return any(line.startswith("ready http") for line in self.log.read_text().splitlines())

    def command(self, *arguments: str, check: bool = True) -> "subprocess.CompletedProcess[str]":
        """A command of the command line, on this installation."""
        command = [*COMMAND, *arguments, "--data", str(self.folder)]
        done = subprocess.run(command, capture_output=True, text=True, env=clean_environment(), timeout=90, check=False)
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """What is in the database, as the product's own role reads it."""
        with psycopg.connect(self.run["database_url"], connect_timeout=5) as connection:
            return connection.execute(query, values).fetchall()

    def user(self, role: str, operator: str | None = None) -> dict[str, Any]:
        """A person of the demo with this role; of the first operator unless another is named."""
        return next(user for user in self.demo["users"] if user["role"] == role and operator in (None, user["operator"]))

    def api(self, credential: int = 0) -> "Api":
        return Api(self.demo["api"], self.demo["api_credentials"][credential])

    def end(self, how: signal.Signals = signal.SIGINT) -> int:
        assert self.process, "somebody else's"
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.process.wait(60)


class Api:
    """The partner API with one credential."""

    def __init__(self, base: str, credential: dict[str, Any]) -> None:
        self.base, self.operator, self.session = base, str(credential["operator"]), requests.Session()
        names = {"clientId": credential["clientId"], "clientSecret": credential["clientSecret"]}
        token = self.session.post(f"{base}/auth/token", json=names, timeout=10).json()["accessToken"]
        self.session.headers["Authorization"] = f"Bearer {token}"

    def ask(self, path: str, **query: Any) -> requests.Response:
        return self.session.get(self.base + path, params=query, timeout=10)

    def get(self, path: str, **query: Any) -> Any:
        response = self.ask(path, **query)
        assert response.status_code == 200, (path, response.status_code, response.text)
        return response.json()


class Browser:
    """A signed-in person without JavaScript."""

    def __init__(self, product: Product, user: dict[str, Any]) -> None:
        self.portal, self.session = product.portal, requests.Session()
        self.session.get(f"{self.portal}/accounts/login/", timeout=10)
        answer = self.post("/accounts/login/", login=user["email"], password=user["password"])
        assert "sessionid" in self.session.cookies, answer.text[:2000]

    def get(self, path: str) -> requests.Response:
        return self.session.get(self.portal + path, timeout=10)

    def post(self, path: str, **fields: str) -> requests.Response:
        token = str(self.session.cookies["csrftoken"])
        fields = {"csrfmiddlewaretoken": token, **fields}
        return self.session.post(self.portal + path, data=fields, headers={"Referer": self.portal + path}, timeout=10)


@contextmanager
def started(folder: Path, *options: str, within: float = 300) -> Iterator[Product]:
    """`forecourt up` on free ports until the block ends, then Ctrl-C."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    command = [*COMMAND, "up", "--data", str(folder), "--web-port", "0", "--ocpp-port", "0", *options]
    with folder.with_suffix(".log").open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env=clean_environment(**OWN))
    product = Product(folder, process)
    try:
        eventually(product.is_ready, within, every=0.2, says="forecourt up was never ready")
        yield product
    finally:
        try:
            product.end()
        except subprocess.TimeoutExpired:
            process.kill()
            raise


def attached(folder: Path) -> Product:
    """One that somebody started."""
    return Product(folder)
