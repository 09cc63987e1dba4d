"""`index`: rules, parameters, collected index prices and exit codes."""

import json
from pathlib import Path

import pytest

from tests.cli.program import RunCommand, split_lines, write_csv

EVENT = ("--event", "2025-10-10", "--from", "2025-10-10T21:40Z", "--to", "2025-10-10T21:42Z")
HEADER = "venue,symbol,open_time,open,high,low,close,volume,timeframe,price"
OTHERS = ("okx", "bybit", "gate")


@pytest.fixture
def candles(tmp_path: Path) -> Path:
    """WBETH at 4320 and then 2000, its ratio at 1.08 and then 0.5, ETH at 4000 everywhere; calm candles at 1.08."""
    prices = {
        "binance,WBETH/USDT": (4320, 2000),
        "binance,WBETH/ETH": (1.08, 0.5),
        **{f"{venue},ETH/USDT": (4000, 4000) for venue in ("binance", *OTHERS)},
    }
    rows = [
        f"{market},2025-10-10T21:4{i}:00Z,{p},{p},{p},{p},1000,1m,trade"
        for market, closes in prices.items()
        for i, p in enumerate(closes)
    ]
    rows += [
        f"binance,WBETH/ETH,2025-10-10T10:{minute:02}:00Z,1.08,1.08,1.08,1.08,1000,1m,trade" for minute in range(40)
    ]
    rows += [
        f"binanceusdm,WBETH/USDT:USDT,2025-10-10T21:4{i}:00Z,{p},{p},{p},{p},0,1m,{kind}"
        for kind, closes in (("index", (4320, 2010)), ("mark", (4320, 2500)))
        for i, p in enumerate(closes)
    ]
    return write_csv(tmp_path / "candles.csv", rows, HEADER)


def test_the_rules_are_replayed_beside_what_was_collected(run: RunCommand, candles: Path) -> None:
    """0.2 x 2000 + 0.8 x 0.5 x 4000 = 2000; by the staking rate 4320; the index of the futures exchange was 2010."""
    assert run("import", candles).exit_code == 0
    result = run("index", "--asset", "WBETH", *EVENT)
    assert result.exit_code == 0, result.output
    lines = [" ".join(line.split()) for line in split_lines(result.output)]
    assert lines[0] == (
        "WBETH index (rule in force): 2000 USDT at its lowest minute close (21:41); 100% of its fall was Binance's own "
        "book."
    )
    assert "Staking rate: 1.08 ETH per WBETH, the market-implied ratio before the event." in lines
    table = [line for line in lines if line.startswith("Rule in force 2000")]
    assert table == [
        "Rule in force 2000 at 21:41 (2000 to 2000) −54% 0.0% 100% 20% WBETH/USDT + 80% WBETH/ETH × ETH/USDT"
    ]
    assert any(line.startswith("Rule since 11 Oct (staking rate) 4320 at 21:40") for line in lines)
    collected = [line for line in lines if "WBETH/USDT:USDT" in line]
    assert [line.split(" ", 1)[1].rpartition("WBETH/USDT:USDT ")[2] for line in collected] == [
        "index 2010 21:41",
        "mark 2500 21:41",
    ]


def test_the_json_has_every_minute(run: RunCommand, candles: Path) -> None:
    """Values, returns and the split of the fall by market; the same from a file as from the store."""
    content = json.loads(run("index", "--asset", "WBETH", *EVENT, "--input", candles, "--json").output)
    assert content["ratio_source"] == "market-implied pre-event ratio"
    assert content["elsewhere"] == [pytest.approx(4320), pytest.approx(4320)]
    first = content["rules"][0]
    assert first["close"] == [pytest.approx(4320), pytest.approx(2000)]
    assert first["fall"]["own_share"] == pytest.approx(1)
    assert sum(first["fall"]["legs"].values()) == pytest.approx(first["fall"]["return_own"])
    assert first["return"][0] is None
    assert [(item["price"], item["close"]) for item in content["collected"]] == [
        ("index", [4320.0, 2010.0]),
        ("mark", [4320.0, 2500.0]),
    ]


def test_the_staking_rate_and_limits_can_be_set(run: RunCommand, candles: Path) -> None:
    """Rules that have no such limit keep none."""
    arguments = ("--ratio", "1.1", "--clamp", "1", "--floor", "2", "--input", candles, "--json")
    content = json.loads(run("index", "--asset", "WBETH", *EVENT, *arguments).output)
    assert (content["ratio"], content["ratio_source"]) == (1.1, "given")
    assert content["rules"][2]["close"] == [pytest.approx(4400), pytest.approx(4400)]
    assert [(rule["clamp"], rule["drop"], rule["floor"]) for rule in content["rules"]] == [
        (None, None, None),
        (0.01, 0.05, None),
        (None, None, None),
    ]


@pytest.mark.parametrize(
    "arguments",
    [("--asset", "ATOM"), ("--asset", "WBETH", "--ratio", "-1"), ("--asset", "WBETH", "--floor", "nan")],
)
def test_what_makes_no_sense_is_refused(run: RunCommand, candles: Path, arguments: tuple[str, ...]) -> None:
    """An asset without a rule or without a price, or a parameter that is no positive number."""
    assert run("index", *arguments, *EVENT, "--input", candles).exit_code in {2, 3}


def test_a_missing_leg_is_named(run: RunCommand, candles: Path, tmp_path: Path) -> None:
    """Without ETH on the exchange no rule has a value."""
    rows = [line for line in candles.read_text(encoding="utf-8").splitlines()[1:] if "binance,ETH/USDT" not in line]
    result = run("index", "--asset", "WBETH", *EVENT, "--input", write_csv(tmp_path / "less.csv", rows, HEADER))
    assert "WBETH index: no value: no price of ETH/USDT in this data for this window." in result.output
