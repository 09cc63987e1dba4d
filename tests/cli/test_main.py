"""Commands on files and on the store: results, exit codes, and messages without a traceback."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from data.version import VERSION
from tests.cli.program import RunCommand, write_csv

ROOT = Path(__file__).parents[2]
WINDOW = ("--from", "2025-10-10T21:20Z", "--to", "2025-10-10T21:22Z")
CLOSES_BY_VENUE = {"binance": (90, 99), "bitget": (100, 100), "bybit": (100, 100), "gate": (101, 100)}


@pytest.fixture
def candles(tmp_path: Path) -> Path:
    """Two minutes of four venues; in the first, Binance closes 10 % below the median of the others."""
    rows = [
        f"{venue},ATOM/USDT,2025-10-10T21:2{i}:00Z,100,101,{close - 1},{close},50"
        for venue, closes in CLOSES_BY_VENUE.items()
        for i, close in enumerate(closes)
    ]
    return write_csv(tmp_path / "candles.csv", rows)


def test_version(run: RunCommand) -> None:
    """`--version` names the program and its version."""
    assert run("--version").output == f"plumbline, version {VERSION}\n"


def test_import_measure_export_forget(run: RunCommand, candles: Path, tmp_path: Path) -> None:
    """An imported file can be measured, exported unchanged, and forgotten."""
    imported = run("import", candles)
    assert imported.exit_code == 0
    assert "binance ATOM/USDT: 2 candles" in imported.output
    assert "0 new, 8 already there" in run("import", candles).output

    measured = json.loads(run("measure", "--asset", "ATOM", *WINDOW, "--json").output)
    assert (measured["window"], measured["choices"]) == (None, {"window": "chosen by hand"})
    assert measured["parameters"] == {
        "reference": "median",
        "enter": 0.02,
        "exit": 0.01,
        "confirm": 3,
        "min_vote": 100.0,
    }
    binance = measured["rows"][0]
    below, above = (binance["against"]["usdt"][side] for side in ("below", "above"))
    assert (binance["venue"], below["deviation"], above["deviation"]) == ("binance", pytest.approx(-0.1), 0)
    assert (binance["low"], binance["low_at"]) == (89.0, "2025-10-10T21:20:00Z")
    assert (binance["high"], binance["high_at"]) == (101.0, "2025-10-10T21:20:00Z")
    assert binance["rank"]["below"] == {
        "largest": {"verdict": "largest", "why": None},
        "longest": {"verdict": "too close to call", "why": None},
    }

    exported_file = tmp_path / "out.csv"
    assert run("export", "--asset", "ATOM", *WINDOW, "--what", "candles", "--out", exported_file).exit_code == 0
    repeated = run("measure", "--asset", "ATOM", *WINDOW, "--json", "--input", exported_file)
    assert json.loads(repeated.output) == measured

    assert "8 rows dropped" in run("forget", "candles.csv").output
    assert run("measure", "--asset", "ATOM", *WINDOW).exit_code == 3
    assert run("forget", "candles.csv").exit_code == 3


def test_export_deviation(run: RunCommand, candles: Path, tmp_path: Path) -> None:
    """A row per market, group and minute, as CSV and as Parquet; what was chosen by hand is printed."""
    run("import", candles)
    for name in ("rows.csv", "rows.parquet"):
        arguments = ("--asset", "ATOM", *WINDOW, "--what", "deviation", "--out", tmp_path / name)
        output = run("export", *arguments).output
        assert "16 rows of ATOM, real" in output
        assert "Chosen by hand: window 2025-10-10 21:20 to 2025-10-10 21:22 UTC." in output
    with (tmp_path / "rows.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    first_row = next(row for row in rows if row["venue"] == "binance")
    assert (first_row["group"], first_row["against"]) == ("usdt", "usdt")
    assert (first_row["state"], first_row["votes"], first_row["reference"]) == ("voting", "3", "100.0")
    assert (first_row["reference_low"], first_row["reference_high"]) == ("100.0", "100.0")
    assert first_row["choices"] == "Chosen by hand: window 2025-10-10 21:20 to 2025-10-10 21:22 UTC"
    assert pl.read_parquet(tmp_path / "rows.parquet")["d"].null_count() == 8  # nothing votes in USD


def test_tables(run: RunCommand, candles: Path) -> None:
    """Without `--json`, `measure` prints a headline and tables per group, and `lows` a table of lows."""
    run("import", candles)
    text = run("measure", "--asset", "atom", *WINDOW).output
    assert text.splitlines()[:3] == [
        "ATOM/USDT on Binance: up to 10% below other USDT exchanges.",
        (
            "At least 2% below in 1 of 2 comparable minutes: 1 whichever exchange is left out, 1 allowing for a "
            "minute's lag, 0 for the whole minute."
        ),
        "The largest of 4 USDT exchanges.",
    ]
    assert "One-minute prices cannot show the cause." in text
    lows = run("lows", "--asset", "ATOM", *WINDOW)
    assert "Binance 89 21:20 4,500" in " ".join(lows.output.split())
    low = json.loads(run("lows", "--asset", "ATOM", *WINDOW, "--json").output)["groups"]["usdt"]["low"]
    assert (low["lowest"]["venue"], low["lowest"]["price"], low["second"]["price"]) == ("binance", 89.0, 99.0)


def test_lows_names_assets_without_candles(run: RunCommand, candles: Path) -> None:
    """Assets of the event without candles are named, and the exit code is 1."""
    run("import", candles)
    result = run("lows", "--event", "2025-10-10", "--window", "crash")
    assert result.exit_code == 1
    assert "no real candle of WBETH from 2025-10-10T21:10Z" in result.output


def test_reconstruction_only_on_request(run: RunCommand) -> None:
    """Real candles are the default; the reconstruction needs `--origin` and is labelled as an illustration."""
    without_candles = run("measure", "--asset", "ATOM", "--event", "2025-10-10")
    assert without_candles.exit_code == 3
    assert "`collect --assets ATOM --from 2025-10-10T20:45:00Z --to 2025-10-10T23:15:00Z`" in without_candles.output
    sample = run("measure", "--asset", "ATOM", "--event", "2025-10-10", "--origin", "reconstruction", "--json")
    content = json.loads(sample.stdout)
    assert content["headline"][0].startswith("Published: ATOM/USDT fell to 0.001 on Binance at 21:20; ")
    verdicts = {row["rank"][side]["largest"]["verdict"] for row in content["rows"] for side in ("below", "above")}
    assert (verdicts, content["choices"]) == ({"not ranked"}, {"origin": "reconstruction"})
    assert (content["event"], content["window"]) == ("2025-10-10", "both-sides")
    assert run("measure", "--asset", "ATOM", "--event", "2025-10-10").exit_code == 3
    assert "rows dropped" in run("forget", "--sample").output


def test_focus_without_candles(run: RunCommand, candles: Path) -> None:
    """Nothing stands in for a focus without candles: the headline says so, and the exchanges with prices are named."""
    run("import", candles)
    lines = run("measure", "--asset", "ATOM", *WINDOW, "--focus", "kraken").output.splitlines()
    assert lines[:2] == [
        "No price of ATOM on Kraken is in this data for this window.",
        "Prices of Binance, Bitget, Bybit, Gate are: choose one with --focus.",
    ]


def test_status(run: RunCommand, candles: Path, tmp_path: Path) -> None:
    """`status` lists the candles in the store, also as JSON; for an empty store it says how to fill it."""
    assert "It holds no candle yet" in run("status").output
    run("import", candles)
    assert "candles.csv" in run("status").output
    content = json.loads(run("status", "--json").output)
    assert content["store"] == str(tmp_path / "lake")
    assert [row["candles"] for row in content["candles"]] == [2, 2, 2, 2]
    assert content["not_had"] == []


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("measure", "--asset", "ATOM"), 2, "say which window"),
        (("measure", "--asset", "ATOM", "--from", "2025-10-10T21:20Z"), 2, "give both --from and --to"),
        (("measure", "--asset", "ATOM", "--from", "2025-10-10T21:20"), 2, "has no time zone"),
        (("measure", "--asset", "ATOM", *WINDOW, "--window", "crash"), 2, "not both"),
        (("measure", "--asset", "ATOM", "--event", "2020-03-12"), 2, "no event '2020-03-12'"),
        (("measure", "--asset", "ATOM", "--event", "2025-10-10", "--window", "x"), 2, "has no window 'x'"),
        (
            ("measure", "--asset", "ATOM", *WINDOW, "--enter", "1", "--exit", "2"),
            2,
            "exit must be above 0 and at most enter",
        ),
        (("measure", "--asset", "ATOM", *WINDOW, "--enter", "0"), 2, "enter must be above 0"),
        (("measure", "--asset", "ATOM", *WINDOW, "--enter", "-1"), 2, "enter must be above 0"),
        (("lows", "--asset", "ATOM", *WINDOW, "--exit", "0"), 2, "exit must be above 0"),
        (("measure", "--asset", "ATOM", *WINDOW, "--confirm", "0"), 2, "confirm must be at least 1 minute"),
        (("measure", "--asset", "ATOM", *WINDOW, "--min-vote", "-1"), 2, "min-vote must be 0 or more"),
        (("measure", *WINDOW, "--min-vote", "nan"), 2, "min-vote must be 0 or more"),
        (("measure", "--asset", "ATOM", *WINDOW[:2], "--to", "2025-10-10T21:20Z"), 2, "is empty"),
        (("measure", "--asset", "ATOM", *WINDOW[:2], "--to", "2025-10-10T21:20:59Z"), 2, "is empty"),
        (("measure", "--asset", "ATOM", *WINDOW[:2], "--to", "2025-10-10T21:00Z"), 2, "is empty"),
        (("measure", "--asset", "ATOM", *WINDOW, "--exclude", "krakn"), 2, "the nearest known one is kraken"),
        (("measure", "--asset", "ATOM", *WINDOW, "--exclude", "okx:ATOM/USDT"), 2, "venue 'okx:ATOM/USDT' is unknown"),
        (("measure", "--asset", "ATOM", *WINDOW, "--enter", "much"), 2, "'much' is no number"),
        (("measure", "--asset", "ATOM", *WINDOW, "--input", "nowhere.csv"), 3, "nowhere.csv"),
        (("import", "nowhere.csv"), 3, "nowhere.csv"),
        (("forget",), 2, "say what to forget"),
        (("lows", *WINDOW), 2, "say which assets"),
        (("collect", "--assets", "ATOM"), 2, "say what to collect"),
        (("collect", "--event", "nothing"), 2, "no event 'nothing'"),
    ],
)
def test_usage_errors(run: RunCommand, arguments: tuple[str, ...], code: int, message: str) -> None:
    """A mistake prints a message without a traceback, and exits with its code."""
    result = run(*arguments)
    assert result.exit_code == code
    assert message in result.output
    assert "Traceback" not in result.output


def test_window_edges_are_rounded_down(run: RunCommand, candles: Path) -> None:
    """Seconds of an edge are dropped, with a note."""
    run("import", candles)
    edges = ("--from", "2025-10-10T21:20:30Z", "--to", "2025-10-11T05:22:59+08:00")
    result = run("measure", "--asset", "ATOM", *edges, "--json")
    assert json.loads(result.stdout)["from"] == "2025-10-10T21:20:00Z"
    assert "2025-10-10T21:20:30Z rounded down to 2025-10-10T21:20Z" in result.stderr
    assert "rounded down to 2025-10-10T21:22Z" in result.stderr


def test_import_skips_a_bad_file(run: RunCommand, candles: Path, tmp_path: Path) -> None:
    """The valid file is imported, the invalid one refused with its line, and the exit code is 1."""
    bad = write_csv(tmp_path / "bad.csv", ["binance,ATOM/USDT,2025-10-10T21:20:00Z,1,2,3,1,5"])
    result = run("import", bad, candles)
    assert result.exit_code == 1
    assert "bad.csv" in result.output
    assert "line 2" in result.output
    assert "8 new" in result.output


def test_import_takes_a_contradicting_file_only_to_replace(run: RunCommand, candles: Path, tmp_path: Path) -> None:
    """It is refused with exit code 3 and names the earlier file; with the option it is taken."""
    run("import", candles)
    other = tmp_path / "other.csv"
    other.write_text(candles.read_text(encoding="utf-8").replace(",101,", ",102,"), encoding="utf-8")
    result = run("import", other)
    assert result.exit_code == 3
    assert "8 minutes with other values than in candles.csv" in result.stderr
    assert run("import", other, "--replace").exit_code == 0


def test_import_dry_run_shows_what_is_recognised_and_stores_nothing(run: RunCommand, tmp_path: Path) -> None:
    """It ends with 3 and names the option while one is missing, with 0 when the file could be imported."""
    path = tmp_path / "a.csv"
    path.write_text("time,open,high,low,close,volume\n2025-10-10 21:20,4,4.5,3.5,4.25,10\n", encoding="utf-8")
    market = ("--venue", "kraken", "--symbol", "ATOM/USD")
    needy = run("import", path, "--dry-run", *market)
    assert needy.exit_code == 3
    assert "candles (CSV): times without a zone" in needy.output
    assert "--times UTC or --times ZONE" in needy.output
    shown = run("import", path, "--dry-run", *market, "--times", "UTC")
    assert shown.exit_code == 0
    assert "2025-10-10 21:20:00 UTC" in shown.output
    assert "1 new" in run("import", path, *market, "--times", "UTC").output


def test_import_options_settle_what_a_file_leaves_open(run: RunCommand, tmp_path: Path) -> None:
    """Length of bars, kind of price and decimal commas are options; without them the file is refused by their name."""
    path = tmp_path / "a.csv"
    row = "1760131200;3,900;4,500;3,500;4,250;1760131500"
    path.write_text(f"open_time;open;high;low;close;close_time\n{row}\n", encoding="utf-8")
    options = ["--venue", "kraken", "--symbol", "ATOM/USD"]
    for words in (["--decimal-comma"], ["--price", "index"], ["--timeframe", "5m"]):
        result = run("import", path, *options)
        assert result.exit_code == 3
        assert " ".join(words) in result.stderr
        options += words
    assert "kraken ATOM/USD (index, 5m): 1 candle" in run("import", path, *options).output


def test_heavy_packages_are_imported_on_demand() -> None:
    """Importing the program loads no package that only collecting, following or the page needs."""
    heavy = ("ccxt", "dash", "plotly", "kaleido", "apscheduler", "waitress")
    code = f"import sys, app; print([name for name in {heavy!r} if name in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 - our own program
    assert result.stdout == "[]\n"
