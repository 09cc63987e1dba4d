"""The short form of the fuzzing of links; ``python -m tests.torture.files.fuzz_files --targets link``."""

from tests.torture.files.fuzz_files import fuzz_targets
from tests.torture.files.fuzz_targets import LINK_TARGET

CASES = 200


def test_bad_links_open_a_view_with_short_notices() -> None:
    """No exception, no empty window, and no hang."""
    report = fuzz_targets([LINK_TARGET], CASES, 1)
    assert report.failures == []
    assert report.results == {"link/query read": CASES}
