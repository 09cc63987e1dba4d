"""The options that every command takes: before its name, after it, or both."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.main import main

HEADER = "venue,symbol,open_time,open,high,low,close,volume"
STAND_IN = "no candle of ATOM on kraken here"
TIMING = "ATOM: measured in"


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A current folder without a settings file, and no store in the environment."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PLUMBLINE_STORE", raising=False)


def run_command(*words: str) -> Result:
    """The result of the command line with these words."""
    return CliRunner().invoke(main, words, catch_exceptions=False)


def read_store_option(*words: str) -> str:
    """The store that `status` speaks of, when called with these words."""
    found: str = json.loads(run_command(*words, "--json").stdout)["store"]
    return found


@pytest.mark.parametrize("command", ["", *sorted(main.commands)])
def test_every_help_lists_the_global_options(command: str) -> None:
    """The program's help and that of each command name all three."""
    lines = run_command(*command.split(), "--help").output.splitlines()
    listed = {line.split()[0] for line in lines if line.startswith("  --")}
    assert {"--store", "--verbose", "--quiet"} <= listed


def test_the_later_store_counts() -> None:
    """A store is taken before and after the command; of several the last one counts."""
    assert read_store_option("--store", "before", "status") == "before"
    assert read_store_option("status", "--store", "after") == "after"
    assert read_store_option("--store", "before", "status", "--store", "after") == "after"
    assert read_store_option("status", "--store", "first", "--store", "second") == "second"
    assert read_store_option("--store", "", "status", "--store", "after") == "after"


def test_a_store_after_the_command_wins_over_environment_and_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Flags in either place come before the environment, and that before the settings file."""
    Path("plumbline.toml").write_text('store = "file"\n', encoding="utf-8")
    assert read_store_option("status") == "file"
    monkeypatch.setenv("PLUMBLINE_STORE", "environment")
    assert read_store_option("status") == "environment"
    assert read_store_option("--store", "before", "status") == "before"
    assert read_store_option("status", "--store", "after") == "after"


def test_a_bad_store_is_told_plainly_in_either_place() -> None:
    """A store without a name is bad usage, wherever it stands."""
    for words in (("--store", "", "status"), ("status", "--store", "")):
        result = run_command(*words)
        assert (result.exit_code, result.output.startswith("Error: --store: ")) == (2, True)


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        ("", "", [STAND_IN]),
        ("--quiet", "", []),
        ("", "--quiet", []),
        ("--verbose", "", [STAND_IN, TIMING]),
        ("", "--verbose", [STAND_IN, TIMING]),
        ("--quiet", "--verbose", [STAND_IN, TIMING]),
        ("--verbose", "--quiet", []),
        ("--verbose --quiet", "", []),
        ("", "--quiet --verbose", [STAND_IN, TIMING]),
        ("", "--quiet --verbose --quiet", []),
    ],
)
def test_the_later_of_quiet_and_verbose_counts(before: str, after: str, lines: list[str]) -> None:
    """Either is taken in both places, and of several the last one decides what is said beside the result."""
    rows = [f"{venue},ATOM/USDT,2025-10-10T21:20:00Z,100,101,99,100,50" for venue in ("binance", "bybit", "gate")]
    Path("candles.csv").write_text("\n".join([HEADER, *rows]), encoding="utf-8")
    window = ("--from", "2025-10-10T21:20Z", "--to", "2025-10-10T21:21Z", "--focus", "kraken")
    command = ("measure", "--asset", "ATOM", "--input", "candles.csv", *window, "--json")
    result = run_command(*before.split(), *command, *after.split())
    assert result.exit_code == 0
    assert [remark for remark in (STAND_IN, TIMING) if remark in result.stderr] == lines
    assert bool(result.stderr) is bool(lines)
