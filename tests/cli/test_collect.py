"""`collect` against a replay of venues: what it prints and stores, and its exit codes."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import DEAD_ADDRESS, OKX_ONLY, ReplayedProgram
from tests.collectors.replay_setup import build_evening, to_ms
from tests.replay.faults import alter_row, refuse_location, replace_body, return_outage

WINDOW = ("--from", "2025-10-10T20:00Z", "--to", "2025-10-11T00:00Z")
ATOM_WINDOW = ("--assets", "ATOM", *WINDOW)
TWO_VENUES = ("--venues", "binance,coinbaseexchange")


def test_collect_stores_candles_and_skips_them_next_time(program: ReplayedProgram) -> None:
    """A second run of the same command asks for nothing; assets that are not listed are named."""
    arguments = ("collect", "--assets", "WBETH", *WINDOW, *TWO_VENUES)
    first = program.run_with_replay(*arguments)
    assert first.exit_code == 0
    assert "binance WBETH/USDT: 240 candles, complete" in first.output
    assert "binance WBETH/ETH: 240 candles, complete" in first.output
    assert "Not listed: binance ETH" in first.output
    assert "coinbaseexchange WBETH" in first.output
    repeated = [json.loads(line) for line in program.run_with_replay(*arguments, "--json").stdout.splitlines()]
    assert repeated[-1]["event"] == "summary"
    assert (repeated[-1]["candles"], repeated[-1]["failed"]) == (0, 0)
    content = program.read_status()
    assert ("binance", "WBETH/USDT", 240) in {
        (row["venue"], row["symbol"], row["candles"]) for row in content["candles"]
    }
    assert content["not_had"] == []


def test_collect_other_timeframes(program: ReplayedProgram) -> None:
    """`--timeframe 5m` adds candles of five minutes; a venue without candles of a second is named, with exit code 0."""
    assert program.run_with_replay("collect", *ATOM_WINDOW, *OKX_ONLY).exit_code == 0
    five = program.run_with_replay("collect", *ATOM_WINDOW, *OKX_ONLY, "--timeframe", "5m")
    assert five.exit_code == 0
    assert "okx ATOM/USDT: 48 candles, complete" in five.output
    program.venues = {"bitget": {"ATOM/USDT": build_evening()}}
    none = program.run_with_replay("collect", *ATOM_WINDOW, "--venues", "bitget", "--timeframe", "1s")
    assert none.exit_code == 0
    assert "Not offered: bitget gives no 1s candles: ATOM, USDT, USDC" in none.output
    candle_counts = {
        (row["timeframe"], row["candles"]) for row in program.read_status()["candles"] if row["symbol"] == "ATOM/USDT"
    }
    assert candle_counts == {("1m", 240), ("5m", 48)}


def test_unreachable_venue_exits_with_1(program: ReplayedProgram) -> None:
    """An unreachable venue makes the exit code 1, and `status` lists what is missing."""
    result = program.run("collect", *ATOM_WINDOW, "--venues", "coinbaseexchange", "--mirror", DEAD_ADDRESS)
    assert result.exit_code == 1
    assert "Missing: coinbaseexchange, all markets: unreachable" in result.output
    assert "check the connection, then collect again." in result.output
    assert "720 min of 2025-10-10 20:00 to 2025-10-11 00:00 UTC: ATOM/*, USD" in program.run("status").output
    assert {(row["symbol"], row["outcome"]) for row in program.read_status()["not_had"]} == {
        ("ATOM/*", "unreachable"),
        ("USDT/*", "unreachable"),
        ("USDC/*", "unreachable"),
    }


def test_exchanges_that_all_fail_alike_are_told_in_a_few_lines(program: ReplayedProgram) -> None:
    """Two unreachable exchanges have a line each, and the summary says what to do; `--verbose` says the rest."""
    arguments = ("collect", *ATOM_WINDOW, *TWO_VENUES, "--mirror", DEAD_ADDRESS)
    first_line, *venue_lines, sentence, advice, example, hint = program.run(*arguments).output.splitlines()
    assert first_line == "Contacting 2 exchanges..."
    reason = "unreachable: no list of markets: no connection to 127.0.0.1:9: Connection refused"
    assert sorted(venue_lines) == [f"binance: {reason}", f"coinbaseexchange: {reason}"]
    assert sentence == "None of the 2 exchanges could be reached."
    assert "Check the internet connection." in advice
    assert example.startswith("For example binance: no list of markets: no connection to 127.0.0.1:9")
    assert hint == "--verbose names every exchange and market."
    verbose = program.run(*arguments, "--verbose").output
    assert "Missing: coinbaseexchange ATOM/*, USDT/*, USDC/*: 720 min" in verbose


def test_exchanges_that_all_refuse_are_told_in_one_line(program: ReplayedProgram) -> None:
    """Where every exchange refuses this location, the summary says so, and names what may help."""
    faults = (refuse_location("www.okx.com"), refuse_location("api.binance"), refuse_location("binance.vision"))
    result = program.run_with_replay("collect", *ATOM_WINDOW, "--venues", "binance,okx", faults=faults)
    assert result.exit_code == 1
    assert "All 2 exchanges refused: they do not serve this country or network." in result.output
    assert "--proxy" in result.output


def test_next_run_collects_what_is_missing(program: ReplayedProgram) -> None:
    """After a failed request the same command collects the rest, and the list of what is missing becomes empty."""
    broken = program.run_with_replay(
        "collect", *ATOM_WINDOW, *OKX_ONLY, faults=(return_outage("www.okx.com/api/v5/market"),)
    )
    assert broken.exit_code == 1
    assert "Missing: okx, 2 markets, 480 min" in broken.output
    assert program.run_with_replay("collect", *ATOM_WINDOW, *OKX_ONLY).exit_code == 0
    assert program.read_status()["not_had"] == []


def test_refusal_names_options_that_may_help(program: ReplayedProgram) -> None:
    """Where a venue refuses this location, the output names `--host`, `--proxy` and `--mirror`."""
    result = program.run_with_replay("collect", *ATOM_WINDOW, *OKX_ONLY, faults=(refuse_location("www.okx.com"),))
    assert result.exit_code == 1
    assert "refused: no list of markets: HTTP 451" in result.output
    assert "try --proxy, --host or --mirror" in result.output


def test_placebo_collects_the_seven_days_before(program: ReplayedProgram) -> None:
    """`--placebo` also collects the same hours of the seven days before."""
    days = [bar for day in range(8) for bar in _list_bars_before(day)]
    program.venues = {"okx": {"ATOM/USDT": sorted(days), "USDC/USDT": sorted(days)}}
    result = program.run_with_replay("collect", *ATOM_WINDOW, *OKX_ONLY, "--placebo")
    assert "okx ATOM/USDT: 1,920 candles, complete" in result.output  # 8 days of 4 hours
    atom_row = next(row for row in program.read_status()["candles"] if row["symbol"] == "ATOM/USDT")
    assert (atom_row["first"], atom_row["last"]) == ("2025-10-03T20:00:00Z", "2025-10-10T23:59:00Z")


def test_futures_need_the_derivatives_option(program: ReplayedProgram) -> None:
    """A venue with futures only is a usage error without `--derivatives`."""
    result = program.run("collect", *ATOM_WINDOW, "--venues", "binanceusdm")
    assert result.exit_code == 2
    assert "cannot collect from binanceusdm" in result.output
    assert "Perpetual futures" in program.run("collect", "--help").output
    assert "Perpetual futures" in program.run("follow", "--help").output
    reached = program.run("collect", *ATOM_WINDOW, "--venues", "binanceusdm", "--derivatives", "--mirror", DEAD_ADDRESS)
    assert reached.exit_code == 1
    assert "Missing: binanceusdm, " in reached.output


def test_refetch_keeps_the_first_value(program: ReplayedProgram) -> None:
    """`--refetch` stores revisions; `status --revisions` lists them, and `--as-first-seen` leaves them out."""
    window = ("--from", "2025-10-10T20:00Z", "--to", "2025-10-10T21:00Z")
    arguments = ("collect", "--assets", "ATOM", *window, *OKX_ONLY)
    assert program.run_with_replay(*arguments).exit_code == 0
    assert (
        program.run("status", "--revisions").output == "No exchange has reported a stored candle with other values.\n"
    )
    changed = program.run_with_replay(*arguments, "--refetch", faults=(alter_row("market/history-candles"),))
    assert changed.exit_code == 0
    assert "120 candles: 0 new, 2 with other values than before" in changed.output

    revisions = [row for row in program.read_status("--revisions") if row["symbol"] == "ATOM/USDT"]
    assert {row["field"] for row in revisions} >= {"open", "high", "low", "close"}
    assert len({row["open_time"] for row in revisions}) == 1
    assert all(row["now"] == 2 * row["first_seen"] and row["changes"] == 1 for row in revisions)
    assert "ATOM/USDT" in program.run("status", "--revisions").output

    high = next(row for row in revisions if row["field"] == "high")
    measure_arguments = ("measure", "--asset", "ATOM", *window, "--venues", "okx", "--focus", "okx", "--json")
    exported_file = program.folder / "rows.csv"
    export_arguments = ("export", "--asset", "ATOM", *window, "--what", "candles", "--out", str(exported_file))
    values = {}
    for option in ((), ("--as-first-seen",)):
        assert json.loads(program.run(*measure_arguments, *option).stdout)["rows"][0]["venue"] == "okx"
        program.run(*export_arguments, *option)
        values[option] = max(
            float(line.split(",")[4]) for line in exported_file.read_text(encoding="utf-8").splitlines()[1:]
        )
    assert values[()] == high["now"]
    assert values[("--as-first-seen",)] < high["now"]


def test_as_first_seen_ignores_a_revised_low(program: ReplayedProgram) -> None:
    """A low from a revision counts by default, and does not count with `--as-first-seen`."""
    window = ("--from", "2025-10-10T20:00Z", "--to", "2025-10-10T21:00Z")
    arguments = ("collect", "--assets", "ATOM", *window, *OKX_ONLY)
    program.run_with_replay(*arguments)
    low = min(
        bar.low
        for bar in program.venues["okx"]["ATOM/USDT"]
        if to_ms(_to_time(20)) <= bar.open_ms < to_ms(_to_time(21))
    )
    halved = [bar._replace(low=bar.low / 2) for bar in program.venues["okx"]["ATOM/USDT"]]
    program.venues["okx"]["ATOM/USDT"] = halved
    program.run_with_replay(*arguments, "--refetch")
    measure = ("measure", "--asset", "ATOM", *window, "--focus", "okx", "--json")
    assert json.loads(program.run(*measure).stdout)["rows"][0]["low"] == pytest.approx(low / 2)
    assert json.loads(program.run(*measure, "--as-first-seen").stdout)["rows"][0]["low"] == pytest.approx(low)


def test_as_first_seen_excludes_input(program: ReplayedProgram) -> None:
    """`--as-first-seen` with `--input` is a usage error: a file holds each candle once."""
    result = program.run("measure", "--asset", "ATOM", *WINDOW, "--as-first-seen", "--input", "any.csv")
    assert result.exit_code == 2
    assert "--as-first-seen is for the store" in result.output


def test_status_shows_rejected_responses(program: ReplayedProgram) -> None:
    """`status` counts responses without a usable candle, and `status --set-aside` prints them."""
    odd = replace_body("market/history-candles", '{"code": "0", "data": [["no", "1", "2", "3"]]}')
    result = program.run_with_replay("collect", *ATOM_WINDOW, *OKX_ONLY, faults=(odd,))
    assert result.exit_code == 1
    assert "bad data" in result.output
    assert "2 answers without a usable candle: see `status --set-aside`" in program.run("status").output
    assert '[["no", "1", "2", "3"]]' in program.run("status", "--set-aside").output
    rejected = program.read_status("--set-aside")
    assert {(row["venue"], row["symbol"]) for row in rejected} == {("okx", "ATOM/USDT"), ("okx", "USDC/USDT")}
    assert program.run("status", "--set-aside", "--revisions").exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("collect", *ATOM_WINDOW, "--venues", "nowhere"), "cannot collect from nowhere; venues that can be collected"),
        (("collect", *ATOM_WINDOW, "--host", "bybit"), "is not of the form bybit=api.bytick.com"),
        (("collect", *ATOM_WINDOW, "--host", "bybit=example.org"), "hosts on record: api.bybit.com, api.bytick.com"),
        (("collect", *ATOM_WINDOW, "--host", "nowhere=example.org"), "cannot collect from nowhere"),
        (("collect", *ATOM_WINDOW, "--proxy", "127.0.0.1:1080"), "is no address such as http://HOST:PORT"),
        (
            ("collect", *ATOM_WINDOW, "--mirror", "ftp://127.0.0.1"),
            "--mirror: it should start with http:// or https://",
        ),
        (("collect", "--event", "2025-10-11"), "2025-10-10"),
        (("collect", "--assets", "ATOM"), "say what to collect"),
        (("collect", "--assets", "ATOM", "--from", "2025-10-10T20:00", "--to", "2025-10-10T21:00Z"), "zone"),
        (("collect", "--assets", "ATOM", "--from", "2025-10-10T20:00Z", "--to", "2025-10-10T20:00Z"), "whole minute"),
        (("collect", "--assets", "ATOM", "--from", "2027-10-10T20:00Z", "--to", "2027-10-10T21:00Z"), "is final yet"),
        (("collect", *ATOM_WINDOW, "--timeframe", "3m"), "'3m' is not one of '1s', '1m', '5m'"),
        (("follow", "--once", "--venues", "nowhere"), "cannot collect from nowhere"),
        (("follow", "--once", "--proxy", "1080"), "is no address such as http://HOST:PORT"),
        (("follow", "--every", "0"), "0 is not in the range x>=1"),
        (("status", "--revisions", "--set-aside"), "ask for one at a time"),
    ],
)
def test_usage_error_exits_with_2(program: ReplayedProgram, arguments: tuple[str, ...], message: str) -> None:
    """Bad options print a message without a traceback, and exit with code 2."""
    result = program.run(*arguments)
    assert result.exit_code == 2
    assert message in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize("arguments", [("collect", *ATOM_WINDOW, *OKX_ONLY), ("follow", "--once", *OKX_ONLY)])
def test_unusable_store_exits_with_3(program: ReplayedProgram, arguments: tuple[str, ...]) -> None:
    """Where a file stands in the store's place, the message names the place."""
    Path(program.store).write_text("no folder", encoding="utf-8")
    result = program.run_with_replay(*arguments)
    assert result.exit_code == 3
    assert f"Error: the store at {program.store}" in result.output


def _to_time(hour: int) -> datetime:
    return datetime.fromisoformat(f"2025-10-10T{hour}:00Z")


def _list_bars_before(days: int) -> list[Any]:
    """The bars of the evening, that many days earlier."""
    shift_ms = days * timedelta(days=1) // timedelta(milliseconds=1)
    evening_bars = (
        bar for bar in build_evening() if to_ms(_to_time(20)) <= bar.open_ms < to_ms(_to_time(20)) + 4 * 3_600_000
    )
    return [bar._replace(open_ms=bar.open_ms - shift_ms) for bar in evening_bars]
