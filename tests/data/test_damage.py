"""Whatever bit of a store flips, what is read is what was written, or refused; see `tests.torture.store.damage`."""

import random
from collections import Counter
from pathlib import Path

from tests.torture.store.damage import fill_store, flip_random_bits


def test_a_flipped_bit_is_never_read_as_another_value(tmp_path: Path) -> None:
    """Sixty bits of random files; those of data files are always noticed."""
    uri = str(tmp_path / "lake")
    fill_store(uri)
    results = Counter(
        ("data" if path.suffix == ".parquet" and "_delta_log" not in path.parts else "other", result)
        for path, result in flip_random_bits(uri, 60, random.Random(20251010))  # noqa: S311 - repeatable, no secret
    )
    assert {result for _, result in results} <= {"same", "refused"}
    assert {result for kind, result in results if kind == "data"} == {"refused"}
