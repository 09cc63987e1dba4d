"""`orders` prints what a log says; `chart --orders` draws it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import pytest

from dashboard.sheet.renderer import FileFormat, Renderer
from tests.cli.program import RunCommand, write_csv
from tests.dashboard.text_boxes import collect_annotation_text

HEADER = "time,symbol,side,reduceOnly,http_status,code,message"

ROWS = [
    "2025-10-10T21:20:01Z,ATOMUSDT,SELL,true,400,-2022,ReduceOnly Order is rejected.",
    "2025-10-10T21:20:02Z,ATOMUSDT,SELL,false,200,,",
    "2025-10-10T21:20:03Z,DOGEUSDT,SELL,false,503,,Unknown error",
    "2025-10-10T21:21:03Z,ATOMUSDT,SELL,false,400,-9999,=1+1",
]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log of four events."""
    return write_csv(tmp_path / "log.csv", ROWS, HEADER)


def test_the_counts_of_a_log_are_printed_with_what_its_codes_mean(run: RunCommand, log: Path) -> None:
    """Refusal rate, classes, official meaning, the notes, the skew."""
    result = run("orders", log, "--orders-venue", "binance", "--orders-skew", "-0.5")
    assert result.exit_code == 0
    assert "1 of 2 attempted orders refused, 50% (95% interval 9.5-91%); 2 more with an unknown status" in result.output
    assert "Reduce-only: 1 of 1 attempted reduce-only order refused" in result.output
    assert "every time of the log moved by -0.5 s" in result.output
    assert "conflicts with the open orders or the position" in result.output
    assert "not in the table: =1+1" in result.output
    assert "mean a conflict with the account's open orders or position, not overload" in result.output


def test_json_holds_all_of_it(run: RunCommand, log: Path) -> None:
    """Counts by class, rates with intervals, codes with source, minutes, and how the log was read."""
    result = run("orders", log, "--orders-venue", "binance", "--asset", "atom", "--to", "2025-10-10T21:21Z", "--json")
    content = json.loads(result.output)
    assert content["events"] == 2
    assert content["classes"]["matching-risk"] == 1
    assert content["refusals"]["all"]["wilson_95"] == pytest.approx([0.094531, 0.905469], abs=1e-6)
    assert content["codes"][0]["source"].startswith("https://developers.binance.com")
    assert [minute["minute"] for minute in content["minutes"]] == ["2025-10-10T21:20:00Z"]
    assert (content["zone"], content["skew_s"], content["bad_lines"]) == (None, 0.0, [])


def test_a_log_with_bad_lines_shows_the_good_ones_and_ends_with_1(run: RunCommand, tmp_path: Path) -> None:
    """The bad line by number and reason."""
    path = write_csv(tmp_path / "log.csv", [*ROWS, "x,y"], HEADER)
    result = run("orders", path, "--orders-venue", "binance")
    assert result.exit_code == 1
    assert "4 events, 1 bad line" in result.output
    assert "has 2 fields, the header has 7" in result.output


def test_what_a_log_does_not_say_is_asked_for_by_the_name_of_its_option(run: RunCommand, tmp_path: Path) -> None:
    """Exchange, zone and columns; nothing can be told of a log without an event in the window."""
    path = write_csv(tmp_path / "log.csv", [row.replace("Z,", ",") for row in ROWS], HEADER)
    assert "--orders-times UTC or" in run("orders", path, "--orders-venue", "binance").output
    zoned = run("orders", path, "--orders-times", "UTC")
    assert (zoned.exit_code, "--orders-venue NAME" in zoned.output) == (3, True)
    odd = write_csv(tmp_path / "odd.csv", ["2025-10-10T21:20:01Z,-2010"], "wann,was")
    assert "--orders-columns time=NAME,code=NAME" in run("orders", odd, "--orders-venue", "binance").output
    mapped = run("orders", odd, "--orders-venue", "binance", "--orders-columns", "time=wann,code=was")
    assert "1 of 1 attempted order refused" in mapped.output
    assert run("orders", odd, "--orders-columns", "time").exit_code == 2
    nothing = run("orders", odd, "--orders-venue", "okx", "--orders-columns", "time=wann,code=was", "--asset", "DOGE")
    assert nothing.exit_code == 3


def test_classed_events_are_written_and_a_formula_stays_text(run: RunCommand, log: Path, tmp_path: Path) -> None:
    """An apostrophe before =1+1, none before -2022; the moved times stand in the metadata."""
    out = tmp_path / "events.csv"
    run("orders", log, "--orders-venue", "binance", "--orders-skew", "2", "--out", out)
    lines = out.read_text(encoding="utf-8").splitlines()
    assert ",-2022,ReduceOnly Order is rejected.,matching-risk,refused" in lines[1]
    assert lines[4].endswith(",-9999,'=1+1,unknown,undetermined")
    assert json.loads(Path(f"{out}-metadata.json").read_text(encoding="utf-8"))["skew_s"] == 2


def test_the_picture_has_the_lanes_of_the_log(
    run: RunCommand, log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`chart --orders` writes a sheet of its own kind; options of a log without one are refused."""
    drawn: list[go.Figure] = []

    def draw(_: Renderer, figure: go.Figure, file_format: FileFormat, manifest: Mapping[str, Any]) -> bytes:
        del file_format, manifest
        drawn.append(figure)
        return b"picture"

    monkeypatch.setattr(Renderer, "__enter__", lambda self: self)
    monkeypatch.setattr(Renderer, "draw", draw)
    rows = [
        f"{venue},ATOM/USDT,2025-10-10T21:2{minute}:00Z,100,101,98,99,50"
        for venue in ("binance", "bybit", "gate", "okx")
        for minute in range(2)
    ]
    assert run("import", write_csv(tmp_path / "candles.csv", rows)).exit_code == 0
    window = ("--event", "2025-10-10", "--window", "crash")
    words = ("chart", "--asset", "ATOM", *window, "--out", tmp_path)
    result = run(*words, "--orders", log, "--orders-venue", "binance")
    assert result.exit_code == 0
    assert (tmp_path / "plumbline_ATOM_binance_2025-10-10T2110Z-2140Z_orders.png").read_bytes() == b"picture"
    text = collect_annotation_text(drawn[0]).replace("\n", " ")
    assert "ATOM on Binance: 50% of 2 attempted orders refused" in text
    assert "--orders log.csv --orders-venue binance" in text
    assert "name it with --orders FILE" in run(*words, "--orders-venue", "binance").output
    assert run(*words, "--orders", log, "--orders-venue", "binance", "--size", "print").exit_code == 2
