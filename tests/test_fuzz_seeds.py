"""Cases of fuzzing can be had again by their seed, in another process too."""

import os
import subprocess
import sys


def test_the_same_seed_gives_the_same_cases_in_every_process() -> None:
    """Two processes that hash texts differently, so that sets have other orders, draw the same cases."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.torture.files.case_digests"],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
        )
        for hash_seed in ("1", "2")
    ]
    first, second = (process.communicate()[0] for process in processes)
    assert first == second
    assert '"addresses"' in first
