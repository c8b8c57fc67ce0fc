"""
`make bench`: every figure we promise, measured on the embedded default with the load generator on the same machine.

Prints a table and writes build/bench.json. `--only NAME` runs one; `--size full` takes the big sizes.
"""

import argparse
import json
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from http.cookiejar import CookieJar
from pathlib import Path

from bench import access, audit, backlog, http, million, scim, webhooks
from bench.installation import Installation, data_folder, limit_open_files
from forecourt.project.up import MOST_SIMULATED


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured and what is promised; `at_least` or `at_most`."""

    name: str
    value: float
    unit: str
    at_least: float | None = None
    at_most: float | None = None

    @property
    def holds(self) -> bool:
        return (self.at_least is None or self.value >= self.at_least) and (self.at_most is None or self.value <= self.at_most)

    @property
    def promise(self) -> str:
        return f"≥ {self.at_least:,.0f}" if self.at_least is not None else f"≤ {self.at_most:,.0f}" if self.at_most is not None else ""


@dataclass(frozen=True, slots=True)
class Size:
    idle: int
    charges: int
    backlog: int
    seconds: int
    events: int


SCOPED = {"an Admin": "nordlys", "a Sub-account's Admin": "nordlys-se"}  # as the demo's credentials are ordered
SIZES = {"small": Size(2_000, 200_000, 3_000, 8, 1_000_000), "full": Size(10_000, 1_000_000, 20_000, 20, 10_000_000)}


def meter_values(at: Installation, size: Size) -> Iterator[Figure]:
    stations, _ = at.add_stations(1_000, "BM")
    backlog.seconds_to_drain(at)  # a worker that is paused in the middle of a batch keeps its locks
    at.pause("worker", is_paused=True)
    try:
        closed = at.load("metervalues", stations, seconds=size.seconds)
        steady = at.load("metervalues", stations, seconds=size.seconds, rate=5_000)
    finally:
        at.pause("worker", is_paused=False)
    yield Figure("MeterValues, durable, 1,000 stations", closed["rate"], "messages/s", at_least=15_000)
    yield Figure("MeterValues at 5,000/s: p99", steady["p99_ms"], "ms", at_most=100)
    yield Figure("MeterValues: errors", closed["errors"] + steady["errors"], "", at_most=0)


def whole_mix(at: Installation, size: Size) -> Iterator[Figure]:
    stations, _ = at.add_stations(1_000, "BX")
    report = at.load("mix", stations, seconds=size.seconds)
    yield Figure("whole 1.6J mix, 1,000 stations", report["rate"], "messages/s", at_least=8_000)
    yield Figure("whole mix: errors", report["errors"], "", at_most=0)


def connections(at: Installation, size: Size) -> Iterator[Figure]:
    stations, seconds = at.add_stations(size.idle, "BI")
    if seconds:
        yield Figure(f"adding {size.idle:,} stations", seconds, "s", at_most=20)
    back = at.load("reconnect", stations, processes=2)
    yield Figure(f"{size.idle:,} stations reconnect and boot", back["seconds"], "s", at_most=60)
    yield Figure("refused or lost while reconnecting", back["refused"] + (size.idle - back["ready"]), "", at_most=0)
    at.load("idle", stations, seconds=size.seconds, processes=2)
    yield Figure(f"gateway after {size.idle:,} connections", at.memory_mb("gateway"), "MB", at_most=350)


def settling(at: Installation, size: Size) -> Iterator[Figure]:
    backlog.seconds_to_drain(at)
    at.pause("worker", is_paused=True)
    backlog.make(at, size.backlog)
    at.pause("worker", is_paused=False)
    yield Figure("charges settled, one worker", size.backlog / backlog.seconds_to_drain(at), "charges/s", at_least=500)
    stations, _ = at.add_stations(1_000, "BM")
    alone = at.load("metervalues", stations, seconds=size.seconds)["rate"]
    at.pause("worker", is_paused=True)
    backlog.make(at, size.backlog * 2)
    at.pause("worker", is_paused=False)
    beside = at.load("metervalues", stations, seconds=size.seconds)["rate"]
    yield Figure("gateway while a backlog drains, of alone", 100 * beside / alone, "%", at_least=67)
    backlog.seconds_to_drain(at)


def partner_api(at: Installation, size: Size) -> Iterator[Figure]:
    """Per core: requests for each CPU second of web and PostgreSQL together (docs/domains/integrations.md)."""
    charges, teams = million.ensure(at, size.charges), million.ensure_teams(at, 2_000)
    with at.connect(as_owner=True) as connection:
        connection.execute("UPDATE integrations_credential SET rate_limit = 1000000000")
    headers = {"Authorization": f"Bearer {at.token()}"}
    for resource in ("charges", "charge-points", "teams"):
        path, name = f"/api/v1/{resource}", f"GET /{resource} at {charges:,} charges, {teams:,} teams"
        http.measure(at.web, [f"{path}?perPage=10"], headers, seconds=2, connections=8)  # every thread has its connection
        ten, per_core = _per_core(at, [f"{path}?perPage=10"], headers, size.seconds)
        calm = http.measure(at.web, [f"{path}?perPage=10"], headers, seconds=4, connections=1)
        hundred = http.measure(at.web, [f"{path}?perPage=100"], headers, seconds=4, connections=1)
        yield Figure(f"{name}: 10 rows, per core", per_core, "requests/s", at_least=1_200)
        yield Figure(f"GET /{resource}: 10 rows, on the wall, client included", ten.rate, "requests/s")
        yield Figure(f"GET /{resource}: 10 rows: p95", calm.percentile(0.95), "ms", at_most=30)
        yield Figure(f"GET /{resource}: 100 rows: p95", hundred.percentile(0.95), "ms", at_most=80)
        if resource == "charges":
            turns = [f"{path}?perPage=10&page={page}" for page in range(200)]  # twice as many rows as a process remembers
            _, anew = _per_core(at, turns, headers, size.seconds)
            yield Figure("GET /charges: 10 rows, each time others, per core", anew, "requests/s")
        yield Figure(f"GET /{resource}: bad answers", ten.bad + calm.bad + hundred.bad, "", at_most=0)
    yield _sub_account(at, headers, size)


def _per_core(at: Installation, paths: Sequence[str], headers: dict[str, str], seconds: float) -> tuple[http.Measured, float]:
    before = at.cpu_seconds()
    measured = http.measure(at.web, paths, headers, seconds=seconds, connections=8)
    return measured, measured.requests / (at.cpu_seconds() - before)


def _sub_account(at: Installation, headers: dict[str, str], size: Size) -> Figure:
    """A scoped caller's page costs what the Main account's does; in turns, so that both meet the same machine."""
    costs: dict[bool, float] = {False: 0, True: 0}
    asked = {False: headers, True: {"Authorization": f"Bearer {at.token(1)}"}}
    for is_sub_account in (False, True) * 3:
        costs[is_sub_account] += 1 / _per_core(at, ["/api/v1/charges?perPage=10"], asked[is_sub_account], size.seconds / 4)[1]
    return Figure("GET /charges: CPU for a Sub-account, of the Main account's", 100 * costs[True] / costs[False], "%", at_most=120)


def portal_lists(at: Installation, size: Size) -> Iterator[Figure]:
    charges = million.ensure(at, size.charges)
    pages = ["/charges/", "/charge-points/", "/transactions/", "/teams/"]
    for who, email in (("an Admin", "admin.nordlys@demo.example"), ("a Sub-account's Admin", "admin.nordlys-se@demo.example")):
        cookie = _sign_in(at.web, email)
        for path in pages:
            measured = http.measure(at.web, [path], {"Cookie": cookie}, seconds=3, connections=1)
            yield Figure(f"{path} at {charges:,} charges for {who}: p95", measured.percentile(0.95), "ms", at_most=100)
            yield Figure(f"{path} for {who}: bad answers", measured.bad, "", at_most=0)


def scoped_lists(at: Installation, size: Size) -> Iterator[Figure]:
    """Reading a part costs what reading the whole does, at the same number of rows a page: portal and partner API."""
    charges, teams = million.ensure(at, size.charges), million.ensure_teams(at, 2_000)
    million.ensure_teams(at, 200, which=1)
    with at.connect(as_owner=True) as connection:
        connection.execute("UPDATE integrations_credential SET rate_limit = 1000000000")
    people = {who: {"Cookie": _sign_in(at.web, f"admin.{name}@demo.example")} for who, name in SCOPED.items()}
    keys = {who: {"Authorization": f"Bearer {at.token(which)}"} for which, who in enumerate(SCOPED)}
    for resource in access.RESOURCES:
        for callers, path in ((people, f"/{resource}/"), (keys, f"/api/v1/{resource}?perPage=10")):
            for who, percent, bad in access.ratios(at, callers, path=path, seconds=size.seconds / 4):
                name = f"{path} at {charges:,} charges, {teams:,} teams"
                yield Figure(f"{name}: CPU for {who}, of an Admin's", percent, "%", at_most=120)
                yield Figure(f"{path} for {who}: bad answers", bad, "", at_most=0)


def audit_log(at: Installation, size: Size) -> Iterator[Figure]:
    """The published set of filters, as a Main account's and a Sub-account's Admin; what recording costs a write; how far the sealer is behind."""
    events = audit.ensure(at, size.events)
    asked = [f"/audit/?{query}" for query in audit.filters(at)]
    for who, email in (("an Admin", "admin.nordlys@demo.example"), ("a Sub-account's Admin", "admin.nordlys-se@demo.example")):
        headers = {"Cookie": _sign_in(at.web, email)}
        http.measure(at.web, asked, headers, seconds=3, connections=1)
        before = at.cpu_seconds()
        measured = http.measure(at.web, asked, headers, seconds=size.seconds, connections=1)  # in turn: every filter counts alike
        cpu = (at.cpu_seconds() - before) / measured.requests
        one_by_one = {path: sorted(measured.latencies_ms[place :: len(asked)]) for place, path in enumerate(asked)}
        slowest = max(asked, key=lambda path: one_by_one[path][len(one_by_one[path]) // 2])
        name = f"audit log, {len(asked)} filters, {events:,} events, {who}"
        yield Figure(f"{name}: p95", measured.percentile(0.95), "ms", at_most=100)
        yield Figure(f"{name}: CPU for a page", 1000 * cpu, "ms")
        yield Figure(f"slowest for {who}, median: {slowest}", one_by_one[slowest][len(one_by_one[slowest]) // 2], "ms", at_most=100)
        yield Figure(f"audit log for {who}: bad answers", measured.bad, "", at_most=0)
    for what, microseconds in audit.microseconds_per_audited_write(at):
        yield Figure(f"audited over unaudited: {what}", microseconds, "µs", at_most=50)
    rows, seconds = audit.seconds_to_seal(at)
    yield Figure(f"{rows:,} events recorded at once are sealed", rows / seconds, "events/s", at_least=1_000)


def provisioning(at: Installation, size: Size) -> Iterator[Figure]:
    """A directory sends 1,000 people for the first time, one request after another (docs/domains/scim.md)."""
    seconds, refused = scim.seconds_to_create(at, 1_000)
    yield Figure("SCIM: 1,000 users made", seconds, "s", at_most=30)
    yield Figure("SCIM: users refused", refused, "", at_most=0)


def webhook_deliveries(at: Installation, size: Size) -> Iterator[Figure]:
    """A delivery is an entry (bench/webhooks.py). A POST for each is the dearest, so that is shown also per CPU second of worker and PostgreSQL."""
    at.add_stations(1_000, "BM")
    with webhooks.listening(at, 1_000) as receiver:
        for keys, each in ((1, 10_000), (200, 50), (1_000, 10)):
            done = webhooks.deliver(at, receiver, keys=keys, each=each)
            name = f"webhooks, keys × entries: {keys:,} × {each:,}, {done.posts:,} POSTs"
            yield Figure(name, done.entries / done.seconds, "entries/s", at_least=1_000)
        used = at.cpu_seconds("worker")
        rounds = sorted(webhooks.deliver(at, receiver, keys=1_000, each=1).seconds for _ in range(5))
        used = at.cpu_seconds("worker") - used
        yield Figure("webhooks, 1,000 keys × 1, a POST for each: median of 5", 1_000 / rounds[2], "entries/s")
        yield Figure("webhooks, a POST for each, per core", 5_000 / used, "entries/s", at_least=1_000)
        done = webhooks.change(at, receiver, 1_000)
        yield Figure("1,000 charge points change at once: the last is delivered after", done.seconds, "s", at_most=10)


def _sign_in(web: str, email: str) -> str:
    jar = CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    opener.open(f"{web}/accounts/login/").read()
    token = next(cookie.value for cookie in jar if cookie.name == "csrftoken")
    form = {"login": email, "password": "demo-password", "csrfmiddlewaretoken": token}
    opener.open(urllib.request.Request(f"{web}/accounts/login/", urllib.parse.urlencode(form).encode(), {"Referer": web})).read()
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)


def starting(folder: Path) -> Iterator[Figure]:
    """On existing data, with 100 stations: those that the demo has to simulate, and others beside them."""
    with Installation(folder, simulate=MOST_SIMULATED) as at:
        yield Figure("forecourt up on existing data", at.seconds_to_ready, "s", at_most=10)
        stations, _seconds = at.add_stations(100 - MOST_SIMULATED, "BU")
        at.load("idle", stations, seconds=20)
        yield Figure("all processes with 100 stations", at.memory_mb(), "MB", at_most=600)


BENCHES: dict[str, Callable[[Installation, Size], Iterator[Figure]]] = {
    "metervalues": meter_values, "mix": whole_mix, "connections": connections, "settling": settling, "api": partner_api, "portal": portal_lists, "access": scoped_lists,
    "audit": audit_log, "scim": provisioning, "webhooks": webhook_deliveries,
}  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--size", choices=SIZES, default="small")
    parser.add_argument("--only", choices=[*BENCHES, "starting"])
    options = parser.parse_args()
    limit_open_files()
    folder = data_folder()
    folder.mkdir(parents=True, exist_ok=True)
    figures: list[Figure] = []
    chosen = {name: bench for name, bench in BENCHES.items() if options.only in (None, name)}
    if chosen:
        with Installation(folder) as at:
            for bench in chosen.values():
                figures += _shown(bench(at, SIZES[options.size]))
    if options.only in (None, "starting"):
        figures += _shown(starting(folder))
    written = folder.parent / "bench.json"
    written.write_text(json.dumps([asdict(figure) | {"holds": figure.holds} for figure in figures], indent=1, ensure_ascii=False))
    print(f"written to {written}")
    return 0 if all(figure.holds for figure in figures) else 1


def _shown(figures: Iterator[Figure]) -> Iterator[Figure]:
    for figure in figures:
        mark = " " if figure.holds else "✗"
        print(f"{mark} {figure.name:<72} {figure.value:>12,.1f} {figure.unit:<12} {figure.promise}", flush=True)
        yield figure


if __name__ == "__main__":
    raise SystemExit(main())
