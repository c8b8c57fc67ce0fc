"""`forecourt up` with tiny processes in place of the product: `python -m forecourt.project.tests.standin [up's options]`."""

import http.server
import os
import signal
import sys
import time
from argparse import Namespace
from pathlib import Path

from forecourt.project import cli, processes, up
from forecourt.project.supervisor import Child


class Healthy(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()


def serve(port: int) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        http.server.HTTPServer(("127.0.0.1", port), Healthy).serve_forever()
    finally:
        note(f"port {port} stopped")
    return 0


def work() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        while True:
            time.sleep(60)
    finally:
        note("worker stopped")


def note(line: str) -> None:
    with (Path(os.environ["FORECOURT_DATA_DIR"]) / "notes").open("a") as notes:
        notes.write(line + "\n")


def children(running: up.Up) -> list[Child]:
    web, ocpp = running.wishes.web_port, running.wishes.ocpp_port
    return [
        Child("gateway", lambda: serve(ocpp), is_ready=lambda: up.answers(f"http://127.0.0.1:{ocpp}/healthz")),
        Child("web", lambda: serve(web), is_ready=lambda: up.answers(f"http://127.0.0.1:{web}/healthz")),
        Child("worker", work),
    ]


def run(options: Namespace) -> int:
    greet = lambda running: print(f"ready {running.here.portal}", flush=True)  # noqa: E731
    return up.run(up.Wishes.read(options), up.Parts(prepare, children, greet))


def prepare(running: up.Up) -> None:
    processes.prepare()
    up.bring_to_this_version(running)


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "forecourt.project.tests.standin_settings"
    up.up = run
    sys.exit(cli.main())
