"""`collect --check` compares the venue table with what venues send."""

import json
from pathlib import Path

from tests.cli.program import DEAD_ADDRESS, OKX_ONLY, ReplayedProgram
from tests.collectors.replay_setup import build_evening


def test_check_prints_a_verdict_per_fact(program: ReplayedProgram) -> None:
    """Each fact has a verdict, as text or JSON; nothing is stored, and the exit code is 1 if a fact is undecided."""
    program.venues = {"okx": {"ATOM/USDT": build_evening()}}
    arguments = ("collect", "--check", *OKX_ONLY)
    as_text, as_json = program.run_with_replay(*arguments), program.run_with_replay(*arguments, "--json")
    messages = [json.loads(line) for line in as_json.stdout.splitlines()]
    findings = [line for line in messages if line["event"] == "finding"]
    assert {finding["venue"] for finding in findings} == {"okx"}
    assert any((f["fact"], f["verdict"], f["mark"]) == ("history", "as assumed", "P") for f in findings)
    for line, finding in zip(as_text.stdout.splitlines(), findings, strict=False):
        assert "okx" in line
        assert finding["verdict"] in line
    is_open = any(finding["verdict"] == "unclear" for finding in findings)
    assert (as_text.exit_code, as_json.exit_code) == (int(is_open), int(is_open))
    assert not Path(program.store).exists()


def test_check_with_event_is_usage_error(program: ReplayedProgram) -> None:
    """Options that a check would ignore are refused."""
    result = program.run("collect", "--check", "--event", "2025-10-10")
    assert result.exit_code == 2
    assert "leave out event" in result.output


def test_check_of_unreachable_venue_exits_with_1(program: ReplayedProgram) -> None:
    """Facts of a venue that does not answer stay undecided."""
    result = program.run("collect", "--check", "--venues", "gemini", "--mirror", DEAD_ADDRESS)
    assert result.exit_code == 1
    assert "unclear" in result.output


def test_complete_check_exits_with_0(program: ReplayedProgram) -> None:
    """If each fact could be compared, the exit code is 0."""
    assert program.run_with_replay("collect", "--check", "--venues", "coinbaseexchange").exit_code == 0
