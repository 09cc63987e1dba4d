"""Published facts about real candles are reproduced; skipped without the candles beside the checkout."""

import json
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from analysis.questions import build_question, measure_question
from data.catalogue import load_catalogue
from data.files.source import FileSource
from deviation.measurement import Measurement
from deviation.question import USD, Group, InstrumentKind, Parameters, QuoteHandling
from deviation.report.fairness_json import build_fairness_json
from deviation.report.headline import write_headline
from deviation.report.json_output import build_measurement_json
from deviation.result import MarketRow
from deviation.side import Side
from tests.cli.program import run_main

REAL = Path(__file__).parents[2] / "shared" / "real"
CRASH_FILE, DEPEG_FILE = REAL / "2025-10-10-crash-1m.csv", REAL / "2023-03-usdc-depeg-1m.csv"
COINS_FILE = REAL / "2025-10-10-more-coins-1m.csv"

pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason="no real candles beside the checkout, at ../shared/real")


def _parse_time(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _measure(path: Path, asset: str, start: str, end: str, parameters: Parameters | None = None) -> Measurement:
    edges = _parse_time(start), _parse_time(end)
    return measure_question(FileSource([path]), build_question(load_catalogue(), asset, *edges, parameters=parameters))


def _measure_btc(quote: QuoteHandling) -> Measurement:
    return _measure(DEPEG_FILE, "BTC", "2023-03-11", "2023-03-12", Parameters(quote=quote))


def _select_row(measurement: Measurement, venue: str, symbol: str) -> MarketRow:
    return next(row for row in measurement.select_rows(venue) if row.market.symbol == symbol)


def _select_group(measurement: Measurement, group: Group) -> list[MarketRow]:
    return [row for row in measurement.rows if row.market.group == group]


def test_perpetual_half_below_coinbase(tmp_path: Path) -> None:
    """The DOGE perpetual is 51 % below Coinbase alone at 21:20, and removing it changes no spot number."""
    window = ("DOGE", "2025-10-10T20:48", "2025-10-10T22:30")
    measurement = _measure(CRASH_FILE, *window)
    (perpetual,) = measurement.select_rows("binanceusdm")
    assert perpetual.market.kind is InstrumentKind.DERIVATIVE
    assert perpetual.summaries[USD].firm_min == 0
    against_coinbase = perpetual.summaries[USD].thin.venues["coinbaseexchange"].sides[Side.BELOW]
    assert against_coinbase.deviation == pytest.approx(-0.51, abs=0.005)
    assert measurement.time_at(against_coinbase.at) == _parse_time("2025-10-10T21:20")
    without = tmp_path / "without.csv"
    pl.read_csv(CRASH_FILE).filter(pl.col("venue") != "binanceusdm").write_csv(without)
    spot = [row for row in build_measurement_json(measurement)["rows"] if row["kind"] == "spot"]
    assert len(spot) == 2
    assert build_measurement_json(_measure(without, *window))["rows"] == spot


@pytest.mark.parametrize(
    ("path", "venue", "symbol", "low", "minute"),
    [
        (CRASH_FILE, "coinbaseexchange", "DOGE/USD", 0.15, "2025-10-10T21:18"),
        (CRASH_FILE, "gemini", "DOGE/USD", 0.18188, "2025-10-10T21:42"),
        (CRASH_FILE, "coinbaseexchange", "ATOM/USD", 3.0, "2025-10-10T23:47"),
        (CRASH_FILE, "gemini", "XRP/USD", 2.1, "2025-10-10T21:21"),
        (CRASH_FILE, "binance", "SOL/USDT", 168.79, "2025-10-10T21:28"),
        (CRASH_FILE, "binance", "USDE/USDT", 0.65, "2025-10-10T21:54"),
        (DEPEG_FILE, "kraken", "USDC/USD", 0.874, "2023-03-11T07:15"),
    ],
)
def test_published_lows(path: Path, venue: str, symbol: str, low: float, minute: str) -> None:
    """The low of the UTC day and its minute are the published ones, in the market's own quote."""
    day, asset = minute[:10], symbol.split("/", maxsplit=1)[0]
    next_day = f"{day[:8]}{int(day[8:]) + 1:02}"
    measurement = _measure(path, asset, day, next_day)
    extreme = _select_row(measurement, venue, symbol).low
    assert extreme is not None
    assert extreme.price == low
    assert measurement.time_at(extreme.at) == _parse_time(minute)


def test_crash_minute_of_atom_on_coinbase() -> None:
    """The candle of 21:20 is the published one."""
    start, end = _parse_time("2025-10-10T21:20"), _parse_time("2025-10-10T21:21")
    (candle,) = FileSource([CRASH_FILE]).read_candles(["ATOM"], start, end).filter(venue="coinbaseexchange").to_dicts()
    assert [candle[name] for name in ("open", "high", "low", "close")] == [3.56, 3.594, 3.56, 3.594]


def test_every_bitcoin_series_bottoms_in_one_minute() -> None:
    """On 10 March 2023 the lowest trade of BTC is at 10:48 on every exchange and in every quote."""
    measurement = _measure(DEPEG_FILE, "BTC", "2023-03-10", "2023-03-13")
    assert measurement.groups == ("usdt", "usd", "usdc")
    lows = [row.low for row in measurement.rows if row.low is not None]
    assert len(lows) == 10
    assert {measurement.time_at(low.at) for low in lows} == {_parse_time("2023-03-10T10:48")}


def test_bitcoin_is_stable_while_usdc_falls() -> None:
    """On 11 March 2023 four exchanges trade BTC in USD and four in USDT: all within 1.2 % in dollars, no episode."""
    measurement = _measure_btc(QuoteHandling.USD)
    checked = 0.0
    for group in ("usd", "usdt"):
        rows = _select_group(measurement, group)
        assert [row.market.venue for row in rows] == ["binanceus", "coinbaseexchange", "cryptocom", "kraken"]
        for row in rows:
            for reference in ("usd", "usdt"):
                summary = row.summaries[reference]
                assert 0 <= summary.size < 0.012
                assert summary.episodes == ()
                checked += summary.firm_min
    assert checked > 10_000
    for comparison in (measurement.cross["usdt"]["usd"], measurement.cross["usd"]["usdt"]):
        assert len(comparison.rows) == 4
        assert [comparison.sides[side].reaching for side in Side] == [0, 0]


def test_usdc_markets_deviate_only_unconverted() -> None:
    """Kraken's BTC/USDC is about 14 % above USD exchanges with stablecoins taken as $1, within 2 % at its rate."""
    printed, dollars = (
        _select_row(_measure_btc(quote), "kraken", "BTC/USDC").summaries[USD]
        for quote in (QuoteHandling.AS_IS, QuoteHandling.USD)
    )
    assert printed.above.deviation == pytest.approx(0.14, abs=0.005)
    assert (printed.own_rate, printed.fx_stale_min, printed.fx_single_min) == (None, 0, 0)
    assert dollars.firm_min > 600
    assert dollars.size < 0.02


def test_the_crash_names_the_exchanges_that_are_there() -> None:
    """Of ATOM two USD exchanges have prices: nothing is comparable, and each is measured against the other by name."""
    measurement = _measure(CRASH_FILE, "ATOM", "2025-10-10T20:45", "2025-10-10T23:15")
    coinbase = _select_row(measurement, "coinbaseexchange", "ATOM/USD")
    assert (coinbase.own_summary.firm_min, list(coinbase.own_summary.thin.venues)) == (0, ["gemini"])
    assert measurement.focus == "coinbaseexchange"  # by far the most volume
    headline = write_headline(measurement)
    assert headline[0].startswith("ATOM/USD on Coinbase: only Gemini also has prices, in ")
    assert headline[0].endswith(" Too few exchanges to rank.")


def test_nine_more_coins_begin_to_fall_together() -> None:
    """Three minutes of falls by 1 % begin at 21:12 on 10 October; too few exchanges are there to rank one."""
    assets = ("ADA", "BONK", "CRV", "ENA", "ETC", "LINK", "PEPE", "WLD", "XLM")
    measurements = [_measure(COINS_FILE, asset, "2025-10-10T20:45", "2025-10-10T23:15") for asset in assets]
    content = build_fairness_json(measurements, [], [])
    assert content["path"]["usd"]["run_start"] == "2025-10-10T21:12:00Z"
    assert content["matrix"].keys() == {"usd"}
    cells = content["matrix"]["usd"]
    assert len(cells) == 2 * 9  # Coinbase, and Gemini on four of them
    verdicts = [cell["rank"]["below"]["largest"]["verdict"] for cell in cells]
    assert (verdicts.count("not ranked"), verdicts.count("no data")) == (13, 5)
    assert all(reading["ranked"] == 0 for reading in content["reading"]["usd"].values())


def test_what_the_real_candles_decide_of_the_claims(tmp_path: Path) -> None:
    """Of ATOM to XLM on Coinbase and Gemini, SOL and USDe on Binance: the run at 21:12, scattered lows, USDe at 0.65.

    USDe closed 10% below a dollar at 21:22, and 20% below it at 21:38 (0.8 of 0.9999); its lowest trade came at 21:54.
    """
    store = str(tmp_path / "lake")
    run_main("--store", store, "import", CRASH_FILE, COINS_FILE)
    claims = {
        claim["id"]: claim
        for claim in json.loads(run_main("--store", store, "claims", "--json").stdout)["claims"]
        if any(reading["value"] is not None for part in claim["parts"] for reading in part["readings"])
    }
    decided = {claim_id: claim["verdict"] for claim_id, claim in claims.items() if claim["verdict"] != "not decided"}
    assert decided == {"B7": "mixed", "D3": "mixed", "D4": "mixed", "F8": "contradicted"}
    run, _ = claims["A1"]["parts"]
    assert (run["verdict"], run["readings"][0]["value"]) == ("supported", "2025-10-10T21:12:00Z")
    _, time, low = claims["B7"]["parts"]
    assert [time["readings"][0]["value"], low["readings"][0]["value"]] == ["2025-10-10T21:54:00Z", 0.65]
    depeg = [part["readings"][0]["value"] for part in claims["D4"]["parts"] if "USDe first" in str(part["says"])]
    assert depeg == ["2025-10-10T21:22:00Z", "2025-10-10T21:38:00Z"]
