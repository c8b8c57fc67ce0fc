"""The embedded cluster, really started: passwords, privileges, crashes, and folders it must refuse."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from forecourt.project.embedded import Cluster, ClusterError, account, leftovers
from forecourt.project.embedded.account import Account

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives rights up")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with Cluster(tmp_path_factory.mktemp("installation"), fast=True) as running:
        yield running


def made(folder: Path) -> Path:
    with Cluster(folder, fast=True):
        pass
    return folder


def is_alive(pid: int) -> bool:
    """Not gone, and not a zombie that a container's init leaves lying."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def process_folder(pid: int | None) -> os.stat_result:
    return Path(f"/proc/{pid}").stat()


@pytest.mark.parametrize("over", ["tcp", "socket"])
def test_each_role_opens_the_database_with_its_password_and_not_without(cluster: Cluster, over: str) -> None:
    for role, name in (("owner", "forecourt_owner"), ("product", "forecourt")):
        url = cluster.url(role, over=over)
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT current_user::text").fetchone() == (name,)
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(url, password="guess")


def test_the_product_is_no_superuser_and_makes_nothing(cluster: Cluster) -> None:
    with psycopg.connect(cluster.url("product"), autocommit=True) as connection:
        for forbidden in ("CREATE TABLE mine (id int)", "CREATE DATABASE mine", "CREATE ROLE mine"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(forbidden)


def test_only_the_server_may_enter_its_folders_and_secrets_are_private(cluster: Cluster) -> None:
    modes = {
        path.name: path.stat().st_mode & 0o777
        for path in (cluster.files, cluster.socket_folder, cluster.folder / "secrets.json", cluster.log)
    }
    assert sorted(modes.values()) == [0o600, 0o600, 0o700, 0o700]


@as_root
def test_root_hands_the_server_to_an_unprivileged_account(cluster: Cluster) -> None:
    owner = process_folder(cluster.pid).st_uid
    assert owner == cluster.files.stat().st_uid != 0
    assert "Groups:\t\n" in Path(f"/proc/{cluster.pid}/status").read_text().replace("Groups:\t \n", "Groups:\t\n")


@as_root
def test_it_runs_below_a_folder_closed_to_others_and_leaves_it_closed(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with Cluster(closed / "deep" / "installation", fast=True) as cluster, psycopg.connect(cluster.url("owner")) as connection:
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS id")
        assert process_folder(cluster.pid).st_uid != 0
    assert closed.stat().st_mode & 0o777 == 0o700
    with Cluster(closed / "deep" / "installation", fast=True) as cluster, psycopg.connect(cluster.url("owner")) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (1000,)


@as_root
def test_binaries_below_a_closed_folder_are_copied_to_an_open_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copies = Path("/var/tmp") / f"forecourt-test-{os.getpid()}"
    monkeypatch.setattr(account, "COPIES", copies)
    really = Account.may_reach
    monkeypatch.setattr(Account, "may_reach", lambda self, path: "site-packages" not in str(path) and really(self, path))
    try:
        with Cluster(tmp_path / "installation", fast=True) as cluster:
            assert Path(f"/proc/{cluster.pid}/exe").readlink().is_relative_to(copies)
    finally:
        leftovers.remove_folder(copies)


def test_a_deep_folder_gets_a_short_socket(tmp_path: Path) -> None:
    with Cluster(tmp_path / ("d" * 60) / ("e" * 60), fast=True) as cluster:
        assert len(str(cluster.socket_folder)) < 60
        psycopg.connect(cluster.url("product", over="socket")).close()


def test_what_was_committed_survives_kill_9(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path / "installation").start()
    with psycopg.connect(cluster.url("owner"), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS id")
        assert cluster.pid
        port = cluster.port
        os.kill(cluster.pid, signal.SIGKILL)
    assert cluster._server is not None
    cluster._server.wait()
    with cluster.start() as again, psycopg.connect(again.url("owner")) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (1000,)
        assert again.port == port


def test_a_server_whose_starter_was_killed_shuts_down_and_the_next_start_waits_for_it(tmp_path: Path) -> None:
    start = "print(Cluster(sys.argv[1]).start().pid, flush=True)"
    script = f"import sys, time; from forecourt.project.embedded import Cluster; {start}; time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout
        server = int(starter.stdout.readline())
        starter.kill()
    with Cluster(tmp_path) as cluster:
        assert cluster.pid != server
        assert not is_alive(server)
    assert "not properly shut down" not in cluster.log.read_text()


def test_a_pid_file_that_names_another_process_is_stale(tmp_path: Path) -> None:
    made(tmp_path)
    (tmp_path / "postgres" / "postmaster.pid").write_text(f"{os.getppid()}\n/elsewhere\n{int(time.time())}\n5432\n\n\n\n")
    with Cluster(tmp_path, fast=True) as cluster:
        psycopg.connect(cluster.url("product")).close()


def test_an_interrupted_first_start_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "postgres.unfinished").mkdir()
    (tmp_path / "postgres.unfinished" / "PG_VERSION").write_text("18\n")
    with Cluster(tmp_path, fast=True) as cluster:
        psycopg.connect(cluster.url("product")).close()
    assert not (tmp_path / "postgres.unfinished").exists()


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda folder: (folder / "postgres" / "PG_VERSION").write_text("15\n"), "was made by PostgreSQL 15"),
        (lambda folder: (folder / "postgres" / "PG_VERSION").unlink(), "is not a PostgreSQL cluster"),
        (lambda folder: (folder / "postgres" / "global" / "pg_control").write_bytes(b""), "PostgreSQL does not start"),
        (lambda folder: (folder / "secrets.json").unlink(), "secrets.json is missing"),
        (lambda folder: (folder / "secrets.json").write_text("{"), "is damaged"),
        (
            lambda folder: (folder / "secrets.json").write_text('{"superuser":"a","owner":"b","product":"c","secret_key":"d"}'),
            "are not those of",
        ),
    ],
)
def test_a_folder_that_cannot_be_used_is_refused_in_one_line(tmp_path: Path, damage: object, says: str) -> None:
    made(tmp_path)
    damage(tmp_path)  # type: ignore[operator]
    with pytest.raises(ClusterError, match=says) as refused:
        Cluster(tmp_path, fast=True).start()
    assert "\n" not in str(refused.value)
    assert leftovers.processes_in(tmp_path / "postgres") == []
