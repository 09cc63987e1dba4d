"""Reads thousands of bad files of every kind that this program reads, links, and answers of exchanges.

    python -m tests.torture.files.fuzz_files [--cases 20000] [--seconds 600] [--seed 1]
        [--targets verify case toml answer link ...]

Targets are those of `tests.torture.files.fuzz_targets`: all by default, or those whose names begin as given. Cases are
good files with bytes flipped, cut and repeated, values replaced by hostile ones, and values of JSON replaced by those
of other types. Prints how many were read and how many refused, and each failure with its case: an exception that is
none of the program's own, a message that hides or repeats too much, more than 5 seconds of the processor or 1 GiB of
memory. 1,000 cases take a minute of a processor.
"""

import argparse
import json
import math
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random

import click
from hypothesis import strategies as st

from tests.torture.exchanges.answer_mutations import mutate_answer
from tests.torture.files.drawn_cases import draw_cases
from tests.torture.files.fuzz_runner import FuzzReport, run_case
from tests.torture.files.fuzz_targets import Target, build_targets
from tests.torture.files.mutations import MUTATIONS, Mutation, apply_mutations
from tests.torture.files.proof_cases import build_proof_files


def select_targets(targets: dict[str, Target], beginnings: Sequence[str]) -> list[Target]:
    """The targets whose names begin as one of these; all without any."""
    return [target for name, target in targets.items() if not beginnings or name.startswith(tuple(beginnings))]


@dataclass(frozen=True, slots=True)
class FileCase:
    """Which of the targets of a kind is taken, what is done to its good file, and what draws anything else."""

    kind: str
    place: int
    mutations: Sequence[Mutation]
    number: int

    def change(self, target: Target) -> bytes:
        """A bad file for the target: of JSON two of three have other values, the others other bytes."""
        good = target.seeds[self.number % len(target.seeds)]
        if target.is_json and self.place % 3:
            return mutate_answer(good, Random(self.number))  # noqa: S311 - reproducible
        return apply_mutations(self.mutations, good)


def draw_file_cases(kinds: Sequence[str], count: int, number: int) -> list[FileCase]:
    """So many cases of some kinds of targets; ``number`` is the seed of chance."""
    strategy = st.builds(
        FileCase,
        kind=st.sampled_from(kinds),
        place=st.integers(0, 1 << 20),
        mutations=MUTATIONS,
        number=st.integers(0, 1 << 30),
    )
    return draw_cases(strategy, count, number)


def fuzz_targets(targets: Sequence[Target], cases: int, number: int, seconds: float = math.inf) -> FuzzReport:
    """Read so many bad files, or as many as can be read in so many seconds; ``number`` is the seed of chance."""
    report, started_s = FuzzReport(), time.perf_counter()
    kinds = sorted({target.kind for target in targets})
    by_kind = {kind: [target for target in targets if target.kind == kind] for kind in kinds}
    for case in draw_file_cases(kinds, cases, number):
        target = by_kind[case.kind][case.place % len(by_kind[case.kind])]
        data = case.change(target)
        report.add(target.name, run_case(partial(target.read, data), data), repr(data))
        if time.perf_counter() - started_s > seconds:
            break
    return report


def main() -> int:
    """Run the long form; 1 if a case failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=math.inf, help="stop after these, with fewer cases")
    parser.add_argument("--targets", nargs="*", default=())
    options = parser.parse_args()
    started_s = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as work_folder:
        targets = build_targets(build_proof_files(Path(folder)), Path(work_folder))
        selected = select_targets(targets, options.targets)
        report = fuzz_targets(selected, options.cases, options.seed, options.seconds)
    for line in report.format_lines():
        click.echo(line)
    click.echo(
        json.dumps(
            {"tries": report.cases, "failures": len(report.failures), "seconds": round(time.perf_counter() - started_s)}
        )
    )
    return int(bool(report.failures))


if __name__ == "__main__":
    sys.exit(main())
