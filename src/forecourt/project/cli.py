"""The command line. Every import that costs time stands inside the command that needs it."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from forecourt.project.console import answer, complain
from forecourt.project.refusal import Refusal

REFUSED = 2
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 0; 2 with one line for what an administrator can mend; anything else is a bug and shows its traceback."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["manage"]:
        return _manage(given[1:])
    options = _parser().parse_args(given)
    try:
        return int(options.do(options) or 0)
    except Refusal as refusal:
        complain(str(refusal))
        return REFUSED
    except KeyboardInterrupt:
        return INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="forecourt", description="The open, self-hosted hub for companies that operate electric-vehicle charge points."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_up(commands.add_parser("up", help="start everything on this machine"))
    for name, does in (("web", "portal and partner API"), ("gateway", "the stations' sockets"), ("worker", "jobs and periodic runs")):
        commands.add_parser(name, help=f"run one part: {does}").set_defaults(do=_process(name))
    migrate = commands.add_parser("migrate", help="bring the database to this version")
    migrate.add_argument("--check", action="store_true", help="change nothing; exit status 1 if something is missing")
    _with_data(migrate, _migrate)
    _with_data(commands.add_parser("doctor", help="check that the books and the installation are in order"), _doctor)
    _with_data(commands.add_parser("setup", help="print the one-time link that sets up an empty installation"), _setup)
    _with_data(commands.add_parser("demo", help="load the demo network into an empty installation"), _demo)
    _with_data(commands.add_parser("rotate-keys", help="encrypt stored secrets anew with the newest key"), _rotate_keys)
    backup = commands.add_parser("backup", help="write database, files and secret key of a running installation to one file")
    backup.add_argument("file", type=Path, metavar="FILE")
    _with_data(backup, _backup)
    restore = commands.add_parser("restore", help="replace a running installation by what a backup holds")
    restore.add_argument("file", type=Path, metavar="FILE")
    _with_data(restore, _restore)
    _add_stations(commands.add_parser("stations", help="stations in bulk"))
    _add_audit(commands.add_parser("audit", help="prove the audit log"))
    commands.add_parser("manage", help="Django's own commands, for developers", add_help=False)
    return parser


def _add_up(command: argparse.ArgumentParser) -> None:
    command.add_argument("--web-port", type=int, metavar="N", help="portal and API (default 8080; 0: any free one)")
    command.add_argument("--ocpp-port", type=int, metavar="N", help="stations (default 9000; 0: any free one)")
    command.add_argument("--bind", metavar="ADDRESS", help="listen there (default 127.0.0.1; 0.0.0.0: on every address)")
    command.add_argument("--demo", action="store_true", help="load the demo network first, if it is not there yet")
    command.add_argument("--simulate", type=int, default=0, metavar="N", help="run N simulated stations of the demo network, at most 60")
    _with_data(command, _up)


def _add_stations(command: argparse.ArgumentParser) -> None:
    add = command.add_subparsers(required=True, metavar="ACTION").add_parser(
        "add", help="create many stations at once and write them as JSON"
    )
    add.add_argument("--count", type=int, required=True, metavar="N")
    add.add_argument("--prefix", required=True, metavar="P", help="identities are P00000, P00001 …")
    add.add_argument("--team", type=int, required=True, metavar="ID", help="the team that owns them")
    add.add_argument("--password", metavar="W", help="the same for all (default: one of its own for each)")
    add.add_argument("--output", type=Path, required=True, metavar="FILE")
    _with_data(add, _stations)


def _add_audit(command: argparse.ArgumentParser) -> None:
    actions = command.add_subparsers(required=True, metavar="ACTION")
    verify = actions.add_parser("verify", help="compute every hash again; exit status 1 and the first bad row if a chain is broken")
    verify.add_argument("--organisation", type=int, metavar="ID", help="only this organisation's chain (0: what belongs to none)")
    verify.add_argument("--heads", type=Path, metavar="FILE", help="heads printed earlier: the chains must still hold them")
    _with_data(verify, _audit("verify"))
    heads = actions.add_parser("heads", help="print the signed heads of all chains, to be kept outside")
    heads.add_argument("--output", type=Path, metavar="FILE", help="write there instead")
    _with_data(heads, _audit("heads"))


def _with_data(command: argparse.ArgumentParser, do: Callable[[argparse.Namespace], int | None]) -> None:
    command.add_argument("--data", metavar="DIR", help="the installation's folder (default: $FORECOURT_DATA_DIR or ./forecourt-data)")
    command.set_defaults(do=do)


def _up(options: argparse.Namespace) -> int:
    from forecourt.project.up import up

    return up(options)


def _process(name: str) -> Callable[[argparse.Namespace], int]:
    def run(options: argparse.Namespace) -> int:
        from forecourt.project import processes

        if not os.environ.get("DATABASE_URL"):
            raise Refusal("DATABASE_URL is not set: `forecourt up` brings its own database, the other commands need an address.")
        return int(getattr(processes, name)())

    return run


def _migrate(options: argparse.Namespace) -> int:
    from forecourt.project import migrating, runfile

    if options.data or not (os.environ.get("DATABASE_URL") or os.environ.get("DATABASE_OWNER_URL")):
        runfile.adopt_environment(options.data)
    return migrating.migrate(check=options.check)


def _doctor(options: argparse.Namespace) -> int:
    _prepare(options)
    from forecourt.project.doctor import run

    return int(run())


def _rotate_keys(options: argparse.Namespace) -> int:
    _prepare(options)
    from forecourt.kit.secrets import CannotDecrypt
    from forecourt.project.rotating import rotate

    try:
        answer(f"{rotate()} secrets encrypted anew.")
    except CannotDecrypt as error:
        raise Refusal(f"A stored secret ({error}) was encrypted by a key that FORECOURT_ENCRYPTION_KEYS does not list.") from error
    return 0


def _setup(options: argparse.Namespace) -> int:
    _prepare(options)
    from django.conf import settings

    from forecourt.project.setup import setup_link

    answer(setup_link(settings.PUBLIC_URL) or "This installation is set up already.")
    return 0


def _demo(options: argparse.Namespace) -> int:
    folder = _prepare(options)
    from django.conf import settings

    from forecourt.project import demo

    demo.load(data_dir=folder, portal_url=settings.PUBLIC_URL, ocpp_url=settings.OCPP_PUBLIC_URL + "/{identity}")
    return 0


def _stations(options: argparse.Namespace) -> int:
    _prepare(options)
    from forecourt.project import stations_command

    return int(stations_command.run(options) or 0)


def _audit(name: str) -> Callable[[argparse.Namespace], int]:
    def run(options: argparse.Namespace) -> int:
        _prepare(options)
        from forecourt.project import audit_command

        return int(getattr(audit_command, name)(options))

    return run


def _backup(options: argparse.Namespace) -> int:
    from forecourt.project import backup, runfile

    folder = runfile.adopt_environment(options.data, as_owner=True)
    backup.write(options.file, folder)
    return 0


def _restore(options: argparse.Namespace) -> int:
    from forecourt.project import restore

    restore.restore(options.file, options.data)
    return 0


def _prepare(options: argparse.Namespace) -> Path:
    from forecourt.project import processes, runfile

    folder = runfile.adopt_environment(options.data)
    processes.prepare()
    return folder


def _manage(arguments: list[str]) -> int:
    from forecourt.project import runfile

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forecourt.project.settings")
    if "DATABASE_URL" not in os.environ and (running := runfile.RunFile.read(runfile.chosen_folder(None))):
        os.environ |= runfile.environment(runfile.chosen_folder(None), running)
    from django.core.management import execute_from_command_line

    execute_from_command_line(["forecourt manage", *arguments])
    return 0


if __name__ == "__main__":
    sys.exit(main())
