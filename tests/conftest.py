"""Running products, shared by the tests of a session. Each is started once per xdist worker: tests that use them form one group each."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running import Product, attached, clean_environment, started


@pytest.fixture(scope="session")
def own_folder() -> Iterator[Path]:
    """A short path (sockets live below it) that other users may enter: as root, PostgreSQL runs as somebody else."""
    with tempfile.TemporaryDirectory(prefix="fc-e2e-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o711)
        yield Path(name)


@pytest.fixture(scope="session")
def running(own_folder: Path) -> Iterator[Product]:
    """
    The whole product with the demo network and its simulated stations.

    `FORECOURT_TEST_RUNNING` names the folder of one that runs already, for trying tests quickly.
    """
    if there := os.environ.get("FORECOURT_TEST_RUNNING"):
        yield attached(Path(there))
        return
    with started(own_folder / "demo", "--demo", "--simulate", os.environ.get("FORECOURT_TEST_SIMULATE", "5")) as product:
        yield product


@pytest.fixture(scope="session")
def mortal(own_folder: Path) -> Iterator[Product]:
    """One whose processes are killed, for the tests of the group `kill`: nobody else wants to be there."""
    with started(own_folder / "kill", "--demo") as product:
        yield product


@pytest.fixture(scope="session")
def furnished(own_folder: Path) -> Iterator[Product]:
    """A small product, ready in seconds: the cast of `cast.py` and one row of everything, no demo, no simulator. `ids` as in `world.py`."""
    with started(own_folder / "small", within=240) as product:
        run = product.run
        secret = json.loads((product.folder / "secrets.json").read_text())["secret_key"]
        environment = clean_environment(DATABASE_URL=run["database_url"], FORECOURT_SECRET_KEY=secret)
        done = subprocess.run(
            [sys.executable, "-m", "tests.furnish"], env=environment, capture_output=True, text=True, check=False, timeout=240
        )
        assert done.returncode == 0, done.stderr
        product.ids = json.loads(done.stdout)
        yield product
