"""The same store gives the same bytes in every process: short form of ``tests.torture.truth.versions``."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parent.parent
COMMAND = (sys.executable, "-m", "tests.torture.truth.versions", "--evenings", "1", "--without-sample")


def run_script(hash_seed: str, threads: str, disabled: str) -> list[str]:
    """The lines of the script in a process with this order of sets, so many threads of polars, and no such features."""
    settings = {"PYTHONHASHSEED": hash_seed, "POLARS_MAX_THREADS": threads, "NPY_DISABLE_CPU_FEATURES": disabled}
    done = subprocess.run(  # noqa: S603 - our own script
        COMMAND, cwd=ROOT, env={**os.environ, **settings}, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


def test_bytes_do_not_depend_on_hashes_threads_or_processor() -> None:
    """JSON, tables and pages are the same with another order of sets, other threads, and an old processor."""
    lines = run_script("1", "1", "")
    assert len(lines) > 30
    assert any(line.startswith("1/measurement.json ") for line in lines)
    config: Any = np.show_config(mode="dicts")
    assert run_script("2", "4", " ".join(config["SIMD Extensions"].get("found", []))) == lines
