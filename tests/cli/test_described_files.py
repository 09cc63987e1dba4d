"""Files that do not say whose candles they hold are measured as they are imported: with what the caller says."""

import json
from pathlib import Path

import pytest

from tests.cli.program import RunCommand

WINDOW = ("--from", "2025-10-10T21:20Z", "--to", "2025-10-10T21:30Z")
MARKET = ("--venue", "kraken", "--symbol", "ATOM/USD")


def test_a_file_of_one_market_is_measured_with_its_name_and_zone(run: RunCommand, tmp_path: Path) -> None:
    """23:20 in Berlin is 21:20 in UTC in October; "3,450" is 3.45 with a decimal comma."""
    path = tmp_path / "candles.csv"
    path.write_text(
        "time;open;high;low;close;volume\n"
        "2025-10-10 23:20:00;3,600;3,700;3,450;3,650;120,000\n"
        "2025-10-10 23:21:00;3,600;3,700;3,500;3,650;120,000\n"
        "2025-10-10 23:22:00;3,600;3,700;3,500;3,650;120,000\n",
        encoding="utf-8",
    )
    asked = ("measure", "--asset", "ATOM", *WINDOW, "--json", "--input", str(path))
    refused = run(*asked)
    assert refused.exit_code == 3
    for option in ("--venue", "--symbol", "--times", "--decimal-comma"):
        assert option in refused.output
    measured = run(*asked, *MARKET, "--times", "Europe/Berlin", "--decimal-comma")
    assert measured.exit_code == 0
    (row,) = json.loads(measured.output)["rows"]
    assert (row["venue"], row["symbol"]) == ("kraken", "ATOM/USD")
    assert (row["low"], row["low_at"], row["missing_min"]) == (3.45, "2025-10-10T21:20:00Z", 7)


def test_a_timeframe_tells_the_length_of_rows_and_selects_from_a_file_of_several(
    run: RunCommand, tmp_path: Path
) -> None:
    """The same option describes a file that does not name its bars, and picks from one that does."""
    plain, several = tmp_path / "plain.csv", tmp_path / "several.csv"
    plain.write_text(
        "open_time,open,high,low,close,volume\n"
        + "".join(f"2025-10-10T21:{minute}:00Z,4,4,3.5,4,100\n" for minute in (10, 15, 20, 25)),
        encoding="utf-8",
    )
    several.write_text(
        "venue,symbol,timeframe,open_time,open,high,low,close,volume\n"
        "kraken,ATOM/USD,5m,2025-10-10T21:20:00Z,4,4,3.4,4,100\n"
        "kraken,ATOM/USD,1m,2025-10-10T21:20:00Z,4,4,3.6,4,100\n",
        encoding="utf-8",
    )
    asked = ("measure", "--asset", "ATOM", *WINDOW, "--timeframe", "5m", "--json")
    for arguments, low in (((str(plain), *MARKET), 3.5), ((str(several),), 3.4)):
        measured = run(*asked, "--input", *arguments)
        assert measured.exit_code == 0, measured.output
        (row,) = json.loads(measured.output)["rows"]
        assert row["low"] == low


@pytest.mark.parametrize("option", [("--venue", "kraken"), ("--times", "UTC"), ("--decimal-comma",)])
def test_a_description_without_a_file_is_refused(run: RunCommand, option: tuple[str, ...]) -> None:
    """`--venue` is no filter: who means `--venues` is told."""
    result = run("measure", "--asset", "ATOM", *WINDOW, *option)
    assert result.exit_code == 2
    assert "name it with --input (--venues selects exchanges)" in result.output
