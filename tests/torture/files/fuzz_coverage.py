"""Fuzzing that is led by the lines that a case reaches: bad files of bad files, where these reach something new.

    python -m tests.torture.files.fuzz_coverage [--runs 20000] [--seconds 600] [--seed 1]
        [--kinds link answer toml candles log fills ...]

The targets are those of `tests.torture.files.fuzz_targets`, a process for each of their kinds; their good files are
what it begins with. Prints the tries and failures of each kind, and a case of each failure, as
`tests.torture.files.fuzz_files` does.

It needs atheris, which is for Linux and macOS and is no requirement of the tests:

    python -m venv --system-site-packages FOLDER && FOLDER/bin/pip install atheris

and then FOLDER/bin/python, of an environment that has the other requirements too.
"""

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from tests.torture.files.fuzz_targets import Target

MISSING = (
    "atheris is not installed: pip install atheris, in an environment of its own, then run this again with its python. "
    "Without it, python -m tests.torture.files.fuzz_files reads cases that are drawn at random."
)

KINDS = ("link", "answer", "toml", "settings", "candles", "log", "fills", "verify", "case")

INSTRUMENTED = ("data", "evidence", "collectors", "dashboard.state", "cli.commands.verify", "tomllib", "zipfile")
"""The packages whose lines count."""

MAX_CASE_BYTES = 1 << 16
MAX_MIB = 4_096
"""The memory with which a process is ended; a single case may take less, see `tests.torture.files.fuzz_runner`."""

SHOWN_FAILURES = 20


def run_kind(kind: str, runs: int, seconds: float, seed: int) -> dict[str, Any]:
    """What came of the runs of the targets of a kind, in a process of its own: ``tries`` and ``failures``."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", __spec__.name, "--child", folder, "--kinds", kind]
        command += ["--runs", str(runs), "--seconds", str(seconds), "--seed", str(seed)]
        result = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - this program
        report = Path(folder) / "report.json"
        if not report.is_file():
            return {"tries": 0, "failures": [f"the process ended: {result.stderr[-1500:]}"]}
        return dict(json.loads(report.read_text(encoding="utf-8")))


def fuzz_kind(kind: str, runs: int, seconds: float, seed: int, folder: Path) -> None:
    """Run the targets of a kind in this process, which ends with it, and write the report to the folder."""
    import atheris  # noqa: PLC0415 - not installed with the tests

    with atheris.instrument_imports(include=list(INSTRUMENTED)):
        from tests.torture.files.fuzz_runner import FuzzReport, run_case  # noqa: PLC0415 - as above
        from tests.torture.files.fuzz_targets import build_targets  # noqa: PLC0415 - as above
        from tests.torture.files.proof_cases import build_proof_files  # noqa: PLC0415 - as above
    for name in ("proof", "work", "corpus"):
        (folder / name).mkdir()
    all_targets = build_targets(build_proof_files(folder / "proof"), folder / "work")
    targets = [target for target in all_targets.values() if target.kind == kind]
    write_corpus(targets, folder / "corpus")
    report, started_s = FuzzReport(), time.perf_counter()

    def read_case(data: bytes) -> None:
        if data:
            target, content = targets[data[0] % len(targets)], data[1:]
            report.add(target.name, run_case(lambda: target.read(content), content), repr(content))
        if report.cases >= runs or time.perf_counter() - started_s > seconds:
            result = {"tries": report.cases, "failures": report.failures[:SHOWN_FAILURES], "slowest": report.slowest_s}
            (folder / "report.json").write_text(json.dumps(result), encoding="utf-8")
            os._exit(0)  # libFuzzer gives nothing back

    options = [f"-seed={seed}", f"-max_len={MAX_CASE_BYTES}", f"-rss_limit_mb={MAX_MIB}", "-verbosity=0"]
    atheris.Setup([sys.argv[0], *options, str(folder / "corpus")], read_case)
    atheris.Fuzz()


def write_corpus(targets: Sequence["Target"], folder: Path) -> None:
    """Write the good files of some targets to a folder, each after a byte that says which target reads it."""
    for number, target in enumerate(targets):
        for place, data in enumerate(target.seeds):
            (folder / f"{number}-{place}").write_bytes(bytes([number]) + data)


def main() -> int:
    """Run the long form; 1 if a case failed, 2 if atheris is not installed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=20_000, help="runs of each kind")
    parser.add_argument("--seconds", type=float, default=math.inf, help="end a kind after these, with fewer runs")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kinds", nargs="*", choices=KINDS, default=KINDS)
    parser.add_argument("--child", type=Path, help="the folder of a process for one kind, which this program starts")
    options = parser.parse_args()
    if find_spec("atheris") is None:
        click.echo(MISSING, err=True)
        return 2
    if options.child is not None:
        fuzz_kind(options.kinds[0], options.runs, options.seconds, options.seed, options.child)
    tries = failures = 0
    for kind in options.kinds:
        result = run_kind(kind, options.runs, options.seconds, options.seed)
        for failure in result["failures"]:
            click.echo(failure)
        click.echo(f"{kind}: {result['tries']:,} tries, {len(result['failures'])} failures")
        tries, failures = tries + result["tries"], failures + len(result["failures"])
    click.echo(json.dumps({"tries": tries, "failures": failures}))
    return int(bool(failures))


if __name__ == "__main__":
    sys.exit(main())
