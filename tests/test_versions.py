"""The same store gives the same bytes in every process: short form of ``tests.torture.versions``."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
COMMAND = (sys.executable, "-m", "tests.torture.versions", "--evenings", "1", "--without-sample")


def run_script(hash_seed: str, threads: str) -> list[str]:
    """The lines of the script in a process with this order of sets and so many threads of polars."""
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "POLARS_MAX_THREADS": threads}
    done = subprocess.run(COMMAND, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)  # noqa: S603 - our own script
    return done.stdout.splitlines()


def test_bytes_do_not_depend_on_hashes_or_threads() -> None:
    """JSON, tables and pages are the same with another order of sets and another number of threads."""
    lines = run_script("1", "1")
    assert len(lines) > 30
    assert any(line.startswith("1/measurement.json ") for line in lines)
    assert run_script("2", "4") == lines
