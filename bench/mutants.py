"""Mutation test of `deviation/`: makes single changes to it and reports whether a test fails on each.

``python -m bench.mutants --sample 300``: a sample of all changes, drawn with a fixed seed, each in a copy of the
project in a temporary folder. Prints place and outcome of each. The score and the reviewed survivors are in
docs/quality.md.
"""

import argparse
import ast
import copy
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Queue

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "deviation"
COPIED_PATHS = ("data", "deviation", "dashboard", "tests", "pyproject.toml")
TEST_TIMEOUT_S = 300
"""Limit of a run of the tests; a change that makes them exceed it counts as noticed."""

TESTS = (
    "tests/deviation/test_answers.py",
    "tests/deviation/minute/test_order_statistics.py",
    "tests/deviation/report",
    "tests/analysis",
    "tests/deviation/test_timeframes.py",
    "tests/deviation/test_oracle.py",
    "tests/deviation/minute/test_weights.py",
    "tests/deviation/test_matrix.py",
    "tests/deviation/test_sensitivity.py",
    "tests/deviation/test_properties.py",
)
"""Tests of the method, the fastest to fail first. The SQL oracle is left out: it tests the same as the other one."""

OPERATOR_SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.And: ast.Or,
    ast.Or: ast.And,
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: the number of its node in ``ast.walk``, its number among the changes to the node, a description."""

    file: Path
    node: int
    choice: int
    line: int
    change: str


def list_mutants(file: Path) -> Iterator[Mutant]:
    """Every single change to a file, except to strings, annotations and decorators."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    skipped_ids = {
        id(part) for node in ast.walk(tree) for annotation in _list_skipped_nodes(node) for part in ast.walk(annotation)
    }
    for number, node in enumerate(ast.walk(tree)):
        if id(node) in skipped_ids:
            continue
        for choice, change in enumerate(_list_changes(node)):
            yield Mutant(file, number, choice, getattr(node, "lineno", 0), change)


def _list_skipped_nodes(node: ast.AST) -> Iterator[ast.AST]:
    yield from (
        node_field for name in ("annotation", "returns") if (node_field := getattr(node, name, None)) is not None
    )
    yield from getattr(node, "decorator_list", ())


def _list_changes(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Compare):
        return [_describe_swap(op) for op in node.ops if type(op) in OPERATOR_SWAPS]
    if isinstance(node, ast.BinOp | ast.AugAssign | ast.BoolOp) and type(node.op) in OPERATOR_SWAPS:
        return [_describe_swap(node.op)]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Invert | ast.Not):
        return [f"{type(node.op).__name__} dropped"]
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return [f"{node.value} turned" if isinstance(node.value, bool) else f"{node.value} plus 1"]
    if isinstance(node, ast.IfExp):
        return ["branches exchanged"]
    return []


def _describe_swap(op: ast.AST) -> str:
    return f"{type(op).__name__} to {OPERATOR_SWAPS[type(op)].__name__}"


def apply_mutant(mutant: Mutant) -> str:
    """The file's source with the change made."""
    tree = ast.parse(mutant.file.read_text(encoding="utf-8"))
    node = list(ast.walk(tree))[mutant.node]
    if isinstance(node, ast.Compare):
        node.ops[mutant.choice] = OPERATOR_SWAPS[type(node.ops[mutant.choice])]()  # type: ignore[call-overload]
    elif isinstance(node, ast.BinOp | ast.AugAssign | ast.BoolOp):
        node.op = OPERATOR_SWAPS[type(node.op)]()  # type: ignore[assignment]
    elif isinstance(node, ast.UnaryOp):
        operand = copy.copy(node.operand)
        vars(node).clear()
        node.__class__ = operand.__class__  # type: ignore[assignment]
        vars(node).update(vars(operand))
    elif isinstance(node, ast.Constant):
        node.value = not node.value if isinstance(node.value, bool) else node.value + 1  # type: ignore[operator]
    elif isinstance(node, ast.IfExp):
        node.body, node.orelse = node.orelse, node.body
    return ast.unparse(ast.fix_missing_locations(tree))


def is_noticed(mutant: Mutant, project_copy: Path) -> bool:
    """Whether a test fails on the change; the copy of the project is restored afterwards."""
    target = project_copy / mutant.file.relative_to(ROOT)
    target.write_text(apply_mutant(mutant), encoding="utf-8")
    try:
        return not run_tests(project_copy, sorted(TESTS, key=lambda path: f"test_{mutant.file.stem}" not in path))
    finally:
        shutil.copy(mutant.file, target)


def run_tests(project_copy: Path, tests: Sequence[str]) -> bool:
    """Whether the tests pass in a copy of the project, in time."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", *tests]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        result = subprocess.run(  # noqa: S603 - our own tests
            command, cwd=project_copy, env=environment, capture_output=True, timeout=TEST_TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    return result.returncode == 0


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, default=0, help="how many changes, drawn at random; all if left out")
    parser.add_argument("--workers", type=int, default=1, help="how many at once")
    parser.add_argument("--only", default="", help="only files whose name begins so")
    arguments = parser.parse_args()
    all_mutants = [
        mutant
        for file in sorted((ROOT / PACKAGE).rglob("*.py"))
        if file.name.startswith(arguments.only)
        for mutant in list_mutants(file)
    ]
    sample = (
        random.Random(1).sample(all_mutants, arguments.sample)  # noqa: S311 - a sample
        if 0 < arguments.sample < len(all_mutants)
        else all_mutants
    )
    copies: Queue[Path] = Queue()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(arguments.workers) as pool:
        for worker in range(arguments.workers):
            project_copy = Path(folder) / str(worker)
            project_copy.mkdir()
            for name in COPIED_PATHS:
                source = ROOT / name
                (shutil.copytree if source.is_dir() else shutil.copy)(source, project_copy / name)
            copies.put(project_copy)
        if not run_tests(Path(folder) / "0", TESTS):
            sys.exit(f"without any change the tests fail or take longer than {TEST_TIMEOUT_S} s")

        def try_mutant(numbered: tuple[int, Mutant]) -> bool:
            number, mutant = numbered
            project_copy = copies.get()
            try:
                was_noticed = is_noticed(mutant, project_copy)
            finally:
                copies.put(project_copy)
            outcome = "noticed" if was_noticed else "survived"
            print(f"{number} {outcome}: {mutant.file.relative_to(ROOT)}:{mutant.line}: {mutant.change}", flush=True)
            return was_noticed

        noticed_count = sum(pool.map(try_mutant, enumerate(sample, 1)))
    print(f"{noticed_count} of {len(sample)} changes were noticed, of {len(all_mutants)} possible ones")


if __name__ == "__main__":
    main()
