"""Prints a digest of the first cases of each script that fuzzes: the same in every process, if chance has a seed.

python -m tests.torture.files.case_digests
"""

import hashlib
import json
import tempfile
from collections.abc import Iterable
from pathlib import Path
from random import Random

import click

from dashboard.web.app import create_app
from data.catalogue import load_catalogue
from tests.dashboard.memory_store import MemoryStore, RecordedActions
from tests.torture.exchanges.answer_mutations import mutate_answer
from tests.torture.exchanges.fuzz_venues import draw_case
from tests.torture.files.fuzz_files import draw_file_cases
from tests.torture.files.fuzz_imports import draw_import_cases
from tests.torture.files.import_seeds import build_seeds
from tests.torture.files.proof_cases import build_proof_files
from tests.torture.server.endpoint_addresses import list_long_addresses, list_near_addresses, list_random_addresses
from tests.torture.server.endpoint_bodies import build_bodies, mutate_bodies
from tests.torture.server.probe import Probe

CASES = 50
PAGE = json.dumps([[1760126400000 + 60_000 * number, "3.0", "3.5", "2.5", "3.25", "10"] for number in range(9)])


def build_digests(seed: int) -> dict[str, str]:
    """The digest of the cases of each script, by its name."""
    with Probe(create_app(MemoryStore(), load_catalogue(), RecordedActions())) as probe:
        bodies = build_bodies(json.loads(probe.client.get("/_dash-dependencies").text))
    answers = (mutate_answer(PAGE.encode(), Random(seed + number)) for number in range(CASES))  # noqa: S311
    return {
        "good files": _digest(build_seeds()),
        "pictures": _digest(_list_proof_files()),
        "imports": _digest(draw_import_cases(CASES, seed)),
        "files": _digest(draw_file_cases(("case", "verify"), CASES, seed)),
        "bodies": _digest(mutate_bodies(bodies, CASES, seed)),
        "addresses": _digest([*list_random_addresses(CASES, seed), *list_near_addresses(CASES, seed)]),
        "long addresses": _digest(list_long_addresses()),
        "collections": _digest(map(draw_case, range(seed, seed + CASES))),
        "answers": _digest(answers),
    }


def _list_proof_files() -> list[tuple[str, bytes]]:
    with tempfile.TemporaryDirectory() as folder:
        return list(build_proof_files(Path(folder)).files.items())


def _digest(cases: Iterable[object]) -> str:
    return hashlib.sha256("\n".join(map(repr, cases)).encode("utf-8", "surrogatepass")).hexdigest()


if __name__ == "__main__":
    click.echo(json.dumps(build_digests(5)))
