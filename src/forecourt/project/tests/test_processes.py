"""What the processes do before they serve."""

import subprocess
import sys


def test_the_worker_steps_back_behind_gateway_and_web() -> None:
    script = "import os; from forecourt.project import processes; before = os.nice(0); processes._step_back(); print(os.nice(0) - before)"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout == "15\n"
