"""Writers that are killed at random moments leave a store that is whole, and go on."""

from pathlib import Path
from random import Random

import pytest

from tests.torture.store.kills import kill_action, prepare_actions

KILLS = 2


@pytest.mark.parametrize("name", ["import", "revision", "compaction", "vacuum", "migration"])
def test_a_killed_writer_loses_and_tears_nothing(name: str, tmp_path: Path) -> None:
    """What was there is read, no file is damaged, and the next run ends as if none had been killed."""
    (action,) = (action for action in prepare_actions(tmp_path) if action.name == name)
    faults, _ = kill_action(action, KILLS, tmp_path, Random(20251010))  # noqa: S311 - repeatable, and no secret
    assert faults == []
