"""`forecourt-simulator run | load`: the command line."""

import argparse
import asyncio
import logging
import signal
import sys
from pathlib import Path

import msgspec
import uvloop

from simulator.fleet import read_stations, run_fleet
from simulator.load.run import Plan, run_processes
from simulator.load.scenarios import SCENARIOS
from simulator.load.tally import Report
from simulator.sockets import TooFewFiles


def main(arguments: list[str] | None = None) -> int:
    """Exit status 0; 1 if the system does not allow so many sockets; 2 if the arguments or the file of stations make no sense."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.do is _load and SCENARIOS[options.scenario].needs_keys and not options.keys:
        parser.error(f"{options.scenario} needs --keys to authorise with")
    logging.basicConfig(level=logging.INFO if options.verbose else logging.WARNING, format="%(asctime)s %(message)s")
    logging.getLogger("picows").setLevel(logging.CRITICAL)
    try:
        options.specs = read_stations(options.stations)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{options.stations}: {error}\n")
        return 2
    try:
        options.do(options)
    except TooFewFiles as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _run(options: argparse.Namespace) -> None:
    async def until_signalled() -> None:
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        if options.duration is not None:
            loop.call_later(options.duration, stop.set)
        await run_fleet(options.specs, options.ocpp, options.keys, speed=options.speed, seed=options.seed, stop=stop)

    uvloop.run(until_signalled())


def _load(options: argparse.Namespace) -> None:
    plan = Plan(options.scenario, options.specs, options.ocpp, options.keys, options.seconds, options.rate)
    report = run_processes(plan, options.processes)
    sys.stdout.write((msgspec.json.encode(report).decode() if options.json else _table(report)) + "\n")


def _table(report: Report) -> str:
    return "\n".join(f"{name:<11}{value}" for name, value in msgspec.structs.asdict(report).items())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="forecourt-simulator", description="Simulated OCPP 1.6J charge stations, and a load generator.")
    commands = parser.add_subparsers(required=True)

    run = commands.add_parser("run", help="stations that behave, with drivers who come and go")
    _add_shared(run)
    run.add_argument("--speed", type=_positive, default=1.0, help="people are so much quicker and batteries so much smaller (default 1)")
    run.add_argument("--seed", type=int, default=1, help="what happens follows from it (default 1)")
    run.add_argument("--duration", type=_positive, help="seconds, then a clean end (default: until SIGINT or SIGTERM)")
    run.set_defaults(do=_run)

    load = commands.add_parser("load", help="measure a central system")
    load.add_argument("scenario", choices=SCENARIOS)
    _add_shared(load)
    load.add_argument("--seconds", type=_positive, default=10.0, help="how long to measure (default 10)")
    load.add_argument("--rate", type=_positive, help="messages a second in all; without it, each follows the answer")
    load.add_argument("--processes", type=_count, default=1, help="split the stations over so many processes (default 1)")
    load.add_argument("--json", action="store_true", help="print the report as JSON")
    load.set_defaults(do=_load)
    return parser


def _add_shared(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--stations", type=Path, required=True, metavar="FILE", help="JSON: a list of stations, or an object with `stations`"
    )
    command.add_argument("--ocpp", required=True, metavar="URL", help="the central system, with {identity}")
    command.add_argument("--keys", type=_keys, default=[], metavar="K1,K2", help="charge keys to authorise with")
    command.add_argument("--verbose", action="store_true", help="say when stations come and go")


def _keys(text: str) -> list[str]:
    return [key.strip() for key in text.split(",") if key.strip()]


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _positive(text: str) -> float:
    number = float(text)
    if number <= 0:
        raise argparse.ArgumentTypeError("must be above 0")
    return number


if __name__ == "__main__":
    sys.exit(main())
