"""`losses` prints and writes what executions would have fetched elsewhere, and what was lost before and after."""

import csv
import json
from pathlib import Path

import pytest

from tests.cli.program import RunCommand, split_lines, write_csv

FILLS_HEADER = "time,venue,symbol,side,quantity,price,kind,fee"

FILLS = (
    "2025-10-10T20:00:00Z,binance,ATOM/USDT,long,6,4,opening,",
    "2025-10-10T21:20:30Z,binance,ATOM/USDT,sell,5,2,liquidation,0.1",
)
"""6 ATOM at 4, of which 5 were sold at 2: 10 of the 20 were lost."""

CANDLES = tuple(
    f"{venue},ATOM/USDT,2025-10-10T21:{minute}:00Z,{price},{price},{price},{price},5000"
    for minute in (19, 20)
    for venue, price in (("binance", 2), ("okx", 3), ("bybit", 3), ("gate", 4), ("kucoin", 5))
)
"""At 21:19 and 21:20 four others paid 3, 3, 4 and 5: in the middle 3 to 4."""

BASE = ("--base", "2025-10-10T21:19Z")


@pytest.fixture
def fills(tmp_path: Path) -> Path:
    """A file of executions."""
    return write_csv(tmp_path / "fills.csv", FILLS, FILLS_HEADER)


@pytest.fixture
def candles(tmp_path: Path) -> Path:
    """A file of candles."""
    return write_csv(tmp_path / "candles.csv", CANDLES)


def test_the_tables_show_the_arithmetic(run: RunCommand, fills: Path, candles: Path) -> None:
    """5 x 3 to 4 are 15 to 20, and 10 were fetched; at 21:19 they were worth 15 to 20 and had cost 20."""
    result = run("losses", "--fills", fills, "--input", candles, *BASE)
    lines = split_lines(result.stdout)
    assert result.exit_code == 0
    assert "fills.csv: 2 lines used" in lines
    assert (
        "3 2025-10-10 21:20:30 Binance ATOM/USDT sold, liquidation 4 USDT 5 2 3 to 5 3 to 4 5.00 to 15.00 5.00 to 10.00"
        in lines
    )
    assert "= 10 USDT = 15.00 to 25.00 = 15.00 to 20.00" in lines
    assert (
        "executed: sell, USDT USDT exchanges median 1 0 would have fetched 15.00 to 20.00 1 10 5.00 to 10.00" in lines
    )
    assert any(line.endswith("5 × (2 − 4) = −10 USDT, long") for line in lines)
    assert any("5 × (3 − 4) = −5 5 × (2 − 4) = −10" in line for line in lines)
    assert "5 × (4 − 4) = 0 5 × (2 − 3) = −5" in lines
    assert "USDT USDT exchanges −5.00 to 0.00 −10.00 to −5.00 – −10" in lines
    assert "USDT: closed before the base 0, from the base on −10; fees 0 and 0.1" in lines
    assert any(
        line.startswith("Still open at the end of the file, in no result: 1 on Binance ATOM/USDT") for line in lines
    )
    assert "- Fees are in no result; they are added up apart, in the quote currency." in lines


def test_the_statement_is_repeated_for_minutes_around_the_base(run: RunCommand, fills: Path, candles: Path) -> None:
    """At 21:20 the same prices hold; at 21:18 there are none, and after 21:20 the sale is before."""
    lines = split_lines(run("losses", "--fills", fills, "--input", candles, *BASE).stdout)
    moved = [line for line in lines if line.startswith("2025-10-10 21:") and "|" in line]
    assert [line.split()[1] for line in moved] == ["21:14", "21:18", "21:19", "21:20", "21:24"]
    assert moved[1].startswith("2025-10-10 21:18 USDT 0.00 | 0.00 (1 not split) 0.00 | 0.00 (1 not split)")
    assert moved[3].startswith("2025-10-10 21:20 USDT −10.00 | 0.00 −5.00 to 0.00 | −10.00 to −5.00")
    assert moved[4].startswith("2025-10-10 21:24 USDT −10.00 | 0.00 −10.00 | 0.00")


def test_json_has_the_same_numbers(run: RunCommand, fills: Path, candles: Path) -> None:
    """Rows, totals, statement and assumptions, with intervals as lists."""
    content = json.loads(run("losses", "--fills", fills, "--input", candles, *BASE, "--json").stdout)
    row = next(row for row in content["rows"] if row["against"] == "usdt")
    assert (row["reference_worse_by_low"], row["reference_worse_by_high"], row["time"]) == (
        5,
        10,
        "2025-10-10T21:20:30.000Z",
    )
    total = next(total for total in content["totals"] if (total["against"], total["basis"]) == ("usdt", "ranges"))
    assert (total["elsewhere"], total["realised"], total["worse_by"]) == ([15, 25], 10, [5, 15])
    statement = next(
        statement
        for statement in content["statements"]
        if (statement["base"], statement["benchmark"]) == ("2025-10-10T21:19:00Z", "usdt")
    )
    assert statement["totals"][0] == {
        "quote": "USDT",
        "result": -10,
        "before": [-5, 0],
        "after": [-10, -5],
        "realised_before": 0,
        "realised_after": -10,
        "unsplit": 0,
        "unsplit_lines": 0,
        "fees_before": 0,
        "fees_after": 0.1,
    }
    assert statement["lines"][0]["opened"]["kind"] == "opening"
    assert [lot["quantity"] for lot in content["open_lots"]] == [1]
    assert content["sample"] is False


def test_bad_lines_and_lines_without_prices_end_with_1(run: RunCommand, tmp_path: Path, candles: Path) -> None:
    """They are named; what can be compared is."""
    rows = [*FILLS, "2025-10-10 21:20:30,binance,ATOM/USDT,sell,5,2,,", "2025-10-10T22:20Z,okx,XRP/USDT,buy,5,2,,"]
    fills = write_csv(tmp_path / "mixed.csv", rows, FILLS_HEADER)
    result = run("losses", "--fills", fills, "--input", candles)
    lines = split_lines(result.stdout)
    assert result.exit_code == 1
    assert "mixed.csv: 3 lines used, 1 not" in lines
    assert any(line.startswith("line 4: time 2025-10-10 21:20:30 has no time zone") for line in lines)
    assert any(line.startswith("line 5 (USDT): no other exchange's XRP/USDT price") for line in lines)


def test_a_file_without_a_usable_line_ends_with_3(run: RunCommand, tmp_path: Path, candles: Path) -> None:
    """Its first bad lines are named."""
    fills = write_csv(tmp_path / "bad.csv", ["never,binance,ATOM/USDT,sell,5,2,,"], FILLS_HEADER)
    result = run("losses", "--fills", fills, "--input", candles)
    assert result.exit_code == 3
    assert "bad.csv: no line of it can be used" in result.stderr
    assert "line 2: time never" in result.stderr


def test_a_csv_holds_no_formula_and_has_its_metadata_beside_it(run: RunCommand, tmp_path: Path, candles: Path) -> None:
    """A symbol that begins like a formula is none, so its row is left out; every column and assumption is there."""
    rows = [*FILLS, "2025-10-10T21:20:30Z,okx,=CMD()/USDT,buy,5,2,,"]
    fills = write_csv(tmp_path / "formula.csv", rows, FILLS_HEADER)
    out = tmp_path / "losses.csv"
    result = run("losses", "--fills", fills, "--input", candles, "--out", out)
    assert "symbol =CMD()/USDT is not a market" in " ".join(result.stdout.split() + result.stderr.split())
    with out.open(encoding="utf-8") as file:
        written = list(csv.DictReader(file))
    assert {row["symbol"] for row in written} == {"ATOM/USDT"}
    assert {row["origin"] for row in written} == {"real"}
    metadata = json.loads((tmp_path / "losses.csv-metadata.json").read_text(encoding="utf-8"))
    columns = metadata["tableSchema"]["columns"]
    assert [column["name"] for column in columns] == list(written[0])
    assert [column["name"] for column in columns if not column.get("dc:description")] == []
    assert any("first in" in text.lower() for text in metadata["notes"][0]["assumptions"])


def test_the_sample_is_marked_everywhere(run: RunCommand, fills: Path) -> None:
    """It says that it supports nothing, in every title too; the event gives base and rules."""
    result = run("losses", "--fills", fills, "--event", "2025-10-10", "--origin", "reconstruction")
    lines = split_lines(result.stdout)
    assert lines[0].startswith("Sample prices made from published figures: they support no claim")
    assert [line for line in lines if line.startswith(("Totals", "Published", "Result", "The executions"))] == []
    assert sum(line.startswith("Sample, no evidence: ") for line in lines) >= 6
    assert "Sample, no evidence: Result before and after 2025-10-10 21:18 UTC (below 0 is a loss)" in lines
    content = json.loads(
        run("losses", "--fills", fills, "--event", "2025-10-10", "--origin", "reconstruction", "--json").stdout
    )
    assert content["sample"] is True
    assert content["assumptions"][0] == lines[0]
    assert {row["origin"] for row in content["rows"]} == {"reconstruction"}
    assert {rule["rule"] for rule in content["rules"]} == {"depeg-difference", "relief-programme"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--event", "2099"), "no event '2099'"),
        (("--min-vote", "-1"), "min-vote must be 0 or more"),
        (("--base", "yesterday"), "is no time"),
        (("--times", "Mars"), "is no time zone"),
    ],
)
def test_bad_usage_ends_with_2(run: RunCommand, fills: Path, options: tuple[str, ...], message: str) -> None:
    """The message says what is wrong."""
    result = run("losses", "--fills", fills, *options)
    assert result.exit_code == 2
    assert message in result.stderr


LOG_HEADER = "time,exchange,symbol,side,quantity,price,reduce_only,http_status,code,message"

LOG = (
    "2025-10-10T21:19:10Z,binance,ATOM/USDT,SELL,5,,true,400,-2022,=1+1",
    "2025-10-10T21:19:20Z,binance,ATOM/USDT,SELL,5,,true,400,-2022,again",
    "2025-10-10T21:19:30Z,binance,ATOM/USDT,BUY,5,,false,400,-2010,other",
    "never,binance,ATOM/USDT,BUY,5,,false,400,-2010,other",
)


def test_refused_orders_count_once_and_show_what_was_executed_later(
    run: RunCommand, tmp_path: Path, fills: Path, candles: Path
) -> None:
    """5 ATOM would have fetched 15 to 20 at 21:19; the 5 sold at 21:20 fetched 10. The bad line is named."""
    log = write_csv(tmp_path / "log.csv", LOG, LOG_HEADER)
    result = run("losses", "--fills", fills, "--orders", log, "--input", candles)
    lines = split_lines(result.stdout)
    assert result.exit_code == 1
    assert "2 refused orders that would have reduced a position, at 1 position; 1 order left out" in lines
    assert "line 4: not known to reduce a position: it was not reduce-only" in lines
    assert any(line.startswith("line 5: time never") for line in lines)
    assert any(
        line.startswith("2 2025-10-10 21:19:10 Binance ATOM/USDT") and "sell refused, -2022" in line for line in lines
    )
    assert "refused: sell, USDT USDT exchanges median 1 1 would have fetched 15.00 to 20.00 1 10 5.00 to 10.00" in lines
    assert "and 1 repeated attempt: --verbose shows all, --json too" in lines


def test_a_log_alone_is_enough_and_one_of_both_is_needed(run: RunCommand, tmp_path: Path, candles: Path) -> None:
    """Without executions there is no statement; without any file the command says what it needs."""
    log = write_csv(tmp_path / "log.csv", LOG[:2], LOG_HEADER)
    result = run("losses", "--orders", log, "--input", candles)
    assert result.exit_code == 0
    assert "What was closed" not in result.stdout
    nothing = run("losses")
    assert (nothing.exit_code, "--fills FILE, --orders FILE, or both" in nothing.stderr) == (2, True)


def test_a_log_that_does_not_name_its_exchange_or_zone_says_what_to_give(
    run: RunCommand, tmp_path: Path, candles: Path
) -> None:
    """The message names the option of this command, and the option helps."""
    header = LOG_HEADER.replace("exchange,", "")
    log = write_csv(tmp_path / "log.csv", [LOG[0].replace("binance,", "")], header)
    result = run("losses", "--orders", log, "--input", candles)
    assert (result.exit_code, "--orders-venue" in result.stderr) == (3, True)
    assert run("losses", "--orders", log, "--orders-venue", "binance", "--input", candles).exit_code == 0
