"""The command line itself: what it refuses, and that it does not import what it does not need."""

import subprocess
import sys
from pathlib import Path

import pytest

from forecourt.project import cli
from forecourt.project.tests.test_up import environment


def forecourt(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "forecourt.project.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment(**settings), timeout=60, check=False)


@pytest.mark.parametrize("name", ["web", "gateway", "worker"])
def test_a_part_needs_a_database(name: str) -> None:
    done = forecourt(name)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("forecourt: DATABASE_URL is not set")


@pytest.mark.parametrize("command", [["doctor"], ["setup"], ["backup", "f"], ["restore", "f"], ["migrate"], ["demo"]])
def test_a_command_needs_a_running_installation(tmp_path: Path, command: list[str]) -> None:
    done = forecourt(*command, FORECOURT_DATA_DIR=str(tmp_path))
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert f"does not run on {tmp_path}" in done.stderr


def test_a_database_out_of_reach_is_one_line(tmp_path: Path) -> None:
    url = "postgresql://forecourt:secret@127.0.0.1:1/forecourt"
    done = forecourt(
        "migrate", DATABASE_URL=url, FORECOURT_SECRET_KEY="k", DJANGO_SETTINGS_MODULE="forecourt.project.tests.standin_settings"
    )
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "DATABASE_URL does not lead to a database" in done.stderr
    assert "secret" not in done.stderr


def test_help_imports_neither_django_nor_psycopg() -> None:
    script = "import sys; import forecourt.project.cli; print(sorted({'django', 'psycopg', 'granian'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_an_unknown_command_shows_the_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["dance"])
    assert ended.value.code == 2
    assert "invalid choice: 'dance'" in capsys.readouterr().err
