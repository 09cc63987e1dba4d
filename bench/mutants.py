"""How much of the method the tests hold: single changes to `deviation/`, and whether some test fails on each.

``python -m bench.mutants --sample 300``: a sample of all changes, drawn with a fixed seed, each in a copy of the
project in a temporary folder. Each is printed with its place and its fate. The score and the survivors that were looked
at stand in docs/quality.md.
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
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Queue

ROOT = Path(__file__).resolve().parent.parent
ROOM = "deviation"
COPIED = ("data", "deviation", "dashboard", "tests", "pyproject.toml")
SLOWEST_S = 300
"""A change that makes the tests run longer has been noticed."""

TESTS = (
    "answers",
    "order",
    "lows",
    "question",
    "timeframes",
    "oracle",
    "weights",
    "matrix",
    "sensitivity",
    "properties",
)
"""Modules of tests/deviation, those first that fail soonest; the SQL oracle is left out: it repeats the other one."""

SWAPS: dict[type[ast.AST], type[ast.AST]] = {
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
    """One change: the number of the node in its file, of several at one node which, and what it says."""

    file: Path
    node: int
    place: int
    line: int
    change: str


def mutants(file: Path) -> Iterator[Mutant]:
    """Every single change to a file; text, annotations and decorators stay."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    kept = {id(part) for node in ast.walk(tree) for annotation in _annotations(node) for part in ast.walk(annotation)}
    for number, node in enumerate(ast.walk(tree)):
        if id(node) in kept:
            continue
        for place, change in enumerate(_changes(node)):
            yield Mutant(file, number, place, getattr(node, "lineno", 0), change)


def _annotations(node: ast.AST) -> Iterator[ast.AST]:
    yield from (found for name in ("annotation", "returns") if (found := getattr(node, name, None)) is not None)
    yield from getattr(node, "decorator_list", ())


def _changes(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Compare):
        return [_swap(op) for op in node.ops if type(op) in SWAPS]
    if isinstance(node, ast.BinOp | ast.AugAssign | ast.BoolOp) and type(node.op) in SWAPS:
        return [_swap(node.op)]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Invert | ast.Not):
        return [f"{type(node.op).__name__} dropped"]
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return [f"{node.value} turned" if isinstance(node.value, bool) else f"{node.value} plus 1"]
    if isinstance(node, ast.IfExp):
        return ["branches exchanged"]
    return []


def _swap(op: ast.AST) -> str:
    return f"{type(op).__name__} to {SWAPS[type(op)].__name__}"


def changed(mutant: Mutant) -> str:
    """The file's source with the change made."""
    tree = ast.parse(mutant.file.read_text(encoding="utf-8"))
    node = list(ast.walk(tree))[mutant.node]
    if isinstance(node, ast.Compare):
        node.ops[mutant.place] = SWAPS[type(node.ops[mutant.place])]()  # type: ignore[call-overload]
    elif isinstance(node, ast.BinOp | ast.AugAssign | ast.BoolOp):
        node.op = SWAPS[type(node.op)]()  # type: ignore[assignment]
    elif isinstance(node, ast.UnaryOp):
        inner = copy.copy(node.operand)
        vars(node).clear()
        node.__class__ = inner.__class__  # type: ignore[assignment]
        vars(node).update(vars(inner))
    elif isinstance(node, ast.Constant):
        node.value = not node.value if isinstance(node.value, bool) else node.value + 1  # type: ignore[operator]
    elif isinstance(node, ast.IfExp):
        node.body, node.orelse = node.orelse, node.body
    return ast.unparse(ast.fix_missing_locations(tree))


def noticed(mutant: Mutant, copied: Path) -> bool:
    """Whether a test fails on the change, in a copy of the project that is as before afterwards."""
    place = copied / mutant.file.relative_to(ROOT)
    place.write_text(changed(mutant), encoding="utf-8")
    of_its_own = sorted(TESTS, key=lambda name: name != mutant.file.stem)
    tests = [f"tests/deviation/test_{name}.py" for name in of_its_own]
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", *tests]
    quiet = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(command, cwd=copied, env=quiet, capture_output=True, timeout=SLOWEST_S, check=False)  # noqa: S603 - our own tests
    except subprocess.TimeoutExpired:
        return True
    finally:
        shutil.copy(mutant.file, place)
    return done.returncode != 0


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, default=0, help="how many changes, drawn at random; all if left out")
    parser.add_argument("--workers", type=int, default=1, help="how many at once")
    parser.add_argument("--only", default="", help="only files whose name begins so")
    asked = parser.parse_args()
    every = [
        mutant
        for file in sorted((ROOT / ROOM).glob("*.py"))
        if file.name.startswith(asked.only)
        for mutant in mutants(file)
    ]
    drawn = random.Random(1).sample(every, asked.sample) if 0 < asked.sample < len(every) else every  # noqa: S311 - a sample
    copies: Queue[Path] = Queue()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(asked.workers) as pool:
        for worker in range(asked.workers):
            copied = Path(folder) / str(worker)
            copied.mkdir()
            for name in COPIED:
                source = ROOT / name
                (shutil.copytree if source.is_dir() else shutil.copy)(source, copied / name)
            copies.put(copied)

        def tried(numbered: tuple[int, Mutant]) -> bool:
            number, mutant = numbered
            copied = copies.get()
            try:
                found = noticed(mutant, copied)
            finally:
                copies.put(copied)
            fate = "noticed" if found else "survived"
            print(f"{number} {fate}: {mutant.file.relative_to(ROOT)}:{mutant.line}: {mutant.change}", flush=True)
            return found

        killed = sum(pool.map(tried, enumerate(drawn, 1)))
    print(f"{killed} of {len(drawn)} changes were noticed, of {len(every)} possible ones")


if __name__ == "__main__":
    main()
