"""docs/security.md names tests, scripts and modules that exist, and every attacker has something in the way."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")


def read_attackers() -> list[list[str]]:
    """The rows of the table: who, what stands in the way, tests, and what is not promised."""
    (section,) = re.findall(r"^## Who might attack.*?\n(.*?)^## ", PAGE, re.DOTALL | re.MULTILINE)
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_every_file_that_the_page_names_exists() -> None:
    """Tests, scripts of the torture and modules."""
    names = set(re.findall(r"`([\w/]+/[\w/]+\.py)`", PAGE))
    assert len(names) > 25
    assert sorted(name for name in names if not (ROOT / name).is_file()) == []


def test_every_attacker_is_met_by_tests_or_by_a_plain_no() -> None:
    """Each row says what is not promised, and has a test unless nothing stands in the way."""
    rows = read_attackers()
    assert len(rows) > 10
    assert [who for who, _, _, limit in rows if not limit] == []
    assert [who for who, way, tests, _ in rows if not tests and way != "nothing of ours"] == []


def test_the_page_says_how_to_report() -> None:
    """In private, with what to say and what to expect, and without an address that somebody would have to keep."""
    (section,) = re.findall(r"^## How to report\n(.*)", PAGE, re.DOTALL | re.MULTILINE)
    assert "in private" in section
    assert len(re.findall(r"\d+", section)) >= 4
    assert not re.search(r"\S@\S+\.\w", section)
