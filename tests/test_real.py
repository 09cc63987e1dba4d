"""Published facts about real candles are reproduced; skipped without the candles beside the checkout."""

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from analysis.questions import build_question, measure_question
from data.catalogue import load_catalogue
from data.files.source import FileSource
from deviation.measurement import Measurement
from deviation.question import Group, InstrumentKind, Parameters, QuoteHandling
from deviation.report.json_output import build_measurement_json
from deviation.result import MarketRow

REAL = Path(__file__).parents[2] / "shared" / "real"
CRASH_FILE, DEPEG_FILE = REAL / "2025-10-10-crash-1m.csv", REAL / "2023-03-usdc-depeg-1m.csv"

pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason="no real candles beside the checkout, at ../shared/real")


def _parse_time(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _measure_doge(path: Path) -> Measurement:
    start, end = _parse_time("2025-10-10T20:48"), _parse_time("2025-10-10T22:30")
    return measure_question(FileSource([path]), build_question(load_catalogue(), "DOGE", start, end))


def _measure_btc(quote: QuoteHandling, *venues: str) -> Measurement:
    start, end = _parse_time("2023-03-11"), _parse_time("2023-03-12")
    parameters = Parameters(quote=quote)
    return measure_question(
        FileSource([DEPEG_FILE]),
        build_question(load_catalogue(), "BTC", start, end, parameters=parameters, venues=tuple(venues)),
    )


def _select_row(measurement: Measurement, venue: str, group: Group) -> MarketRow:
    return next(row for row in measurement.select_rows(venue) if row.market.group is group)


def test_perpetual_half_below_coinbase(tmp_path: Path) -> None:
    """The DOGE perpetual is 51 % below Coinbase alone at 21:20, and removing it changes no spot number."""
    measurement = _measure_doge(CRASH_FILE)
    (perpetual,) = measurement.select_rows("binanceusdm")
    thin = perpetual.summaries[Group.USD].thin
    assert perpetual.market.kind is InstrumentKind.DERIVATIVE
    assert thin.depth == pytest.approx(-0.51, abs=0.005)
    assert thin.depth_at is not None
    assert measurement.time_at(thin.depth_at) == _parse_time("2025-10-10T21:20")
    assert measurement.list_voters(perpetual, Group.USD, thin.depth_at) == ("coinbaseexchange",)
    without = tmp_path / "without.csv"
    pl.read_csv(CRASH_FILE).filter(pl.col("venue") != "binanceusdm").write_csv(without)
    spot = [row for row in build_measurement_json(measurement)["venues"] if row["kind"] == "spot"]
    assert len(spot) == 2
    assert build_measurement_json(_measure_doge(without))["venues"] == spot


@pytest.mark.parametrize(
    ("venue", "symbol", "low", "minute"),
    [
        ("coinbaseexchange", "DOGE/USD", 0.15, "21:18"),
        ("gemini", "DOGE/USD", 0.18188, "21:42"),
        ("coinbaseexchange", "ATOM/USD", 3.0, "23:47"),
        ("gemini", "XRP/USD", 2.1, "21:21"),
        ("binance", "SOL/USDT", 168.79, "21:28"),
        ("binance", "USDE/USDT", 0.65, "21:54"),
    ],
)
def test_published_lows(venue: str, symbol: str, low: float, minute: str) -> None:
    """The low of the UTC day and its minute are the published ones."""
    start, end = _parse_time("2025-10-10"), _parse_time("2025-10-11")
    asset = symbol.split("/", maxsplit=1)[0]
    measurement = measure_question(FileSource([CRASH_FILE]), build_question(load_catalogue(), asset, start, end))
    (row,) = (row for row in measurement.select_rows(venue) if row.market.symbol == symbol)
    assert row.low == low
    assert measurement.time_at(row.low_at) == _parse_time(f"2025-10-10T{minute}")


def test_crash_minute_of_atom_on_coinbase() -> None:
    """The candle of 21:20 is the published one."""
    start, end = _parse_time("2025-10-10T21:20"), _parse_time("2025-10-10T21:21")
    (candle,) = FileSource([CRASH_FILE]).read_candles(["ATOM"], start, end).filter(venue="coinbaseexchange").to_dicts()
    assert [candle[name] for name in ("open", "high", "low", "close")] == [3.56, 3.594, 3.56, 3.594]


def test_converted_bitcoin_is_stable_while_usdc_falls() -> None:
    """On 11 March 2023 every firm minute in USD and USDT is within 1.2 % in dollars, without an episode."""
    measurement = _measure_btc(QuoteHandling.USD)
    checked = 0.0
    for row in measurement.rows:
        if row.market.symbol not in {"BTC/USD", "BTC/USDT"}:
            continue
        for summary in row.summaries.values():
            assert summary.depth is not None
            assert summary.height is not None
            assert -0.012 < summary.depth <= summary.height < 0.012
            assert summary.episodes == ()
            checked += summary.firm_min
    assert checked > 10_000


def test_usdc_market_deviates_only_unconverted() -> None:
    """Kraken's BTC/USDC is about 14 % above USD venues as printed, and within 2 % in dollars."""
    venues = ("kraken:BTC/USDC", "binanceus", "coinbaseexchange", "cryptocom")
    printed = _select_row(_measure_btc(QuoteHandling.AS_IS, *venues), "kraken", Group.USDT).summaries[Group.USD]
    dollars = _select_row(_measure_btc(QuoteHandling.USD, *venues), "kraken", Group.USDT).summaries[Group.USD]
    assert printed.height == pytest.approx(0.14, abs=0.005)
    assert dollars.depth is not None
    assert dollars.height is not None
    assert -0.02 < dollars.depth < dollars.height < 0.02
