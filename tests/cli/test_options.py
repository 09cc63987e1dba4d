"""Global options before a command's name, after it, or both."""

import json
from pathlib import Path

import pytest

from cli.main import main
from tests.cli.program import run_main, write_csv

NO_CANDLE = "no real candle of DOGE from 2025-10-10T21:20Z"
TIMING = "ATOM: measured in"


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run in a folder without a settings file, and without a store in the environment."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PLUMBLINE_STORE", raising=False)


def read_store_option(*words: str) -> str:
    """The store that `status --json` names when called with these words."""
    store: str = json.loads(run_main(*words, "--json").stdout)["store"]
    return store


@pytest.mark.parametrize("command", ["", *sorted(main.commands)])
def test_help_lists_global_options(command: str) -> None:
    """The help of the program and of each command lists all three."""
    lines = run_main(*command.split(), "--help").output.splitlines()
    listed = {line.split()[0] for line in lines if line.startswith("  --")}
    assert {"--store", "--verbose", "--quiet"} <= listed


def test_last_store_wins() -> None:
    """`--store` may stand before and after the command; the last one wins."""
    assert read_store_option("--store", "before", "status") == "before"
    assert read_store_option("status", "--store", "after") == "after"
    assert read_store_option("--store", "before", "status", "--store", "after") == "after"
    assert read_store_option("status", "--store", "first", "--store", "second") == "second"
    assert read_store_option("--store", "", "status", "--store", "after") == "after"


def test_store_option_overrides_environment_and_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Options override the environment, which overrides the settings file."""
    Path("plumbline.toml").write_text('store = "file"\n', encoding="utf-8")
    assert read_store_option("status") == "file"
    monkeypatch.setenv("PLUMBLINE_STORE", "environment")
    assert read_store_option("status") == "environment"
    assert read_store_option("--store", "before", "status") == "before"
    assert read_store_option("status", "--store", "after") == "after"


def test_empty_store_is_usage_error() -> None:
    """An empty `--store` is a usage error in either place."""
    for words in (("--store", "", "status"), ("status", "--store", "")):
        result = run_main(*words)
        assert (result.exit_code, result.output.startswith("Error: --store: ")) == (2, True)


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        ("", "", [NO_CANDLE]),
        ("--quiet", "", []),
        ("", "--quiet", []),
        ("--verbose", "", [TIMING, NO_CANDLE]),
        ("", "--verbose", [TIMING, NO_CANDLE]),
        ("--quiet", "--verbose", [TIMING, NO_CANDLE]),
        ("--verbose", "--quiet", []),
        ("--verbose --quiet", "", []),
        ("", "--quiet --verbose", [TIMING, NO_CANDLE]),
        ("", "--quiet --verbose --quiet", []),
    ],
)
def test_last_verbosity_wins(before: str, after: str, lines: list[str]) -> None:
    """`--quiet` and `--verbose` may stand in either place; the last one decides which notes are printed."""
    rows = [f"{venue},ATOM/USDT,2025-10-10T21:20:00Z,100,101,99,100,50" for venue in ("binance", "bybit", "gate")]
    write_csv(Path("candles.csv"), rows)
    window = ("--from", "2025-10-10T21:20Z", "--to", "2025-10-10T21:21Z")
    command = ("lows", "--asset", "ATOM", "--asset", "DOGE", "--input", "candles.csv", *window, "--json")
    result = run_main(*before.split(), *command, *after.split())
    assert result.exit_code == 1
    assert [remark for remark in (TIMING, NO_CANDLE) if remark in result.stderr] == lines
    assert bool(result.stderr) is bool(lines)


@pytest.mark.parametrize("number", ["sNaN", "NaN", "1e999999999", "1e400", "x" * 5_000])
def test_what_is_no_finite_number_is_bad_usage(number: str) -> None:
    """Decimals know numbers that are none, and ones that no float holds; what is repeated of them is cut."""
    result = run_main("measure", "--asset", "ATOM", "--event", "2025-10-10", "--enter", number)
    assert result.exit_code == 2
    assert number[:150] in result.stderr
    assert "number" in result.stderr
    assert len(result.stderr) < 700


def test_a_name_or_symbol_of_the_command_line_is_repeated_short_and_visible(tmp_path: Path) -> None:
    """Neither a terminal nor a log is filled or turned by it."""
    path = write_csv(tmp_path / "a.csv", [])
    for words in (("--venue", "x" * 5_000), ("--symbol", "x" * 5_000), ("--new-venue", "kra\u202eken")):
        result = run_main("--store", tmp_path / "lake", "import", path, *words)
        assert result.exit_code == 2
        assert "\u202e" not in result.stderr
        assert len(result.stderr) < 700
