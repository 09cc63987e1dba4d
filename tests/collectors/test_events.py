"""Every event of the library is collected from a replay of its exchanges and measured; the numbers are by hand."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from analysis.questions import build_question, measure_question
from cli.collect_request import build_collect_request
from collectors.request import CollectionSummary
from data.schema import CANDLE, CANDLE_DEFAULTS, Outcome
from data.store import CandleStore
from deviation.measurement import Measurement
from deviation.ranks import RankWord
from deviation.report.headline import write_headline
from deviation.result import MarketRow
from deviation.side import Side
from tests.collectors import event_markets
from tests.collectors.all_venues import build_archives, build_trades_by_venue
from tests.collectors.event_markets import CATALOGUE, MARGIN, Markets
from tests.collectors.replay_setup import FAST_VENUES, NOW, ReplayRun, open_store


def collect_event(folder: Path, event: str, markets: Markets, window: str | None = None) -> CandleStore:
    """A store with everything that the event asks for around one of its windows, from its own exchanges."""
    run = ReplayRun(
        open_store(folder), markets, build_trades_by_venue(markets), build_archives(markets), table=FAST_VENUES
    )
    start, end = event_markets.get_window(event, window)
    request = build_collect_request(CATALOGUE, event, (), start - MARGIN, end + MARGIN, ())
    assert set(markets) <= set(request.venues)
    summary, _ = run.collect(request=request)
    _check_markets(summary, markets)
    return run.store


def _check_markets(summary: CollectionSummary, markets: Markets) -> None:
    """Every replayed market came whole, and no other."""
    came = {(result.venue, result.symbol) for result in summary.results if result.candles}
    assert came == {(venue, symbol) for venue in markets for symbol in markets[venue]}
    outcomes = {result.outcome for result in summary.results if result.candles}
    assert outcomes == {Outcome.COMPLETE}


def measure_event(store: CandleStore, event: str, asset: str, window: str | None = None) -> Measurement:
    """The answer for an asset in a window, with the event's own focus."""
    start, end = event_markets.get_window(event, window)
    return measure_question(store, build_question(CATALOGUE, asset, start, end, event=event))


def find_row(measurement: Measurement, venue: str, symbol: str) -> MarketRow:
    """The row of a market."""
    return next(row for row in measurement.rows if (row.market.venue, row.market.symbol) == (venue, symbol))


def read_time(measurement: Measurement, position: int | None) -> str:
    """The time of a position, such as ``14:18``."""
    time = measurement.time_at(position)
    return "" if time is None else f"{time:%H:%M}"


def test_kraken_2021(tmp_path: Path) -> None:
    """Kraken at 700 is 54.5% below the median of 1,540 for two minutes, in one throughout, and 54.2% below 1,530."""
    store = collect_event(tmp_path, "2021-02-22", event_markets.build_kraken_2021())
    measurement = measure_event(store, "2021-02-22", "ETH")
    row = find_row(measurement, "kraken", "ETH/USD")
    below = row.own_summary.below
    assert below.deviation == pytest.approx(-84 / 154)  # 700 / 1540 - 1
    assert (below.minutes, read_time(measurement, below.at)) == (2, "14:18")
    assert below.jackknife.deviation == pytest.approx(-84 / 154)  # without any one: 1530 to 1546, 1540 stays inside
    assert below.next.deviation == pytest.approx(700 / 1530 - 1)
    assert below.whole.minutes == 1
    assert below.whole.deviation == pytest.approx(-84 / 154)
    assert measurement.ranks[row.market][Side.BELOW].largest.word is RankWord.LARGEST
    assert row.low is not None
    assert (row.low.price, measurement.focus) == (700.0, "kraken")
    assert write_headline(measurement)[0].startswith("ETH/USD on Kraken: up to 55% below other USD exchanges.")


def test_candles_of_kraken_2021_are_made_of_trades(tmp_path: Path) -> None:
    """Its candles of then come from trades, and those of Binance from files."""
    store = collect_event(tmp_path, "2021-02-22", event_markets.build_kraken_2021())
    origins = {(row["venue"], row["origin"]) for row in store.candles.read_holdings().to_dicts()}
    assert ("kraken", "collected:ccxt-trades") in origins
    assert ("binance", "collected:archive") in origins
    assert {origin for venue, origin in origins if venue == "kraken"} == {"collected:ccxt-trades"}


def test_bitstamp_2019(tmp_path: Path) -> None:
    """Bitstamp at 6,250 is 12.6% below 7,150 for eleven minutes, and 12.0% below whichever exchange is left out."""
    store = collect_event(tmp_path, "2019-05-17", event_markets.build_bitstamp_2019())
    measurement = measure_event(store, "2019-05-17", "BTC")
    row = find_row(measurement, "bitstamp", "BTC/USD")
    below = row.own_summary.below
    assert below.deviation == pytest.approx(-900 / 7150)
    assert (below.minutes, read_time(measurement, below.at)) == (11, "02:58")
    assert below.jackknife.deviation == pytest.approx(-850 / 7100)
    assert row.own_summary.firm_min == 55
    assert measurement.ranks[row.market][Side.BELOW].largest.word is RankWord.LARGEST
    assert find_row(measurement, "coinbaseexchange", "BTC/USD").own_summary.below.minutes == 0  # 7,100 / 7,150: 0.7%


def test_binanceus_2021(tmp_path: Path) -> None:
    """A wick to 8,200 that no close shows is 87.1% below at least and 87.4% at most; Kraken's close is 10% below."""
    store = collect_event(tmp_path, "2021-10-21", event_markets.build_binanceus_2021())
    measurement = measure_event(store, "2021-10-21", "BTC")
    row = find_row(measurement, "binanceus", "BTC/USD")
    below = row.own_summary.below
    assert (below.deviation, below.minutes, below.whole.minutes) == (0.0, 0, 0)
    assert read_time(measurement, below.trade.at) == "11:34"
    assert below.trade.least == pytest.approx(8200 / 63_600 - 1)
    assert below.trade.most == pytest.approx(8200 / 65_000 - 1)
    headline = write_headline(measurement)[0]
    assert headline.startswith("BTC/USD on Binance.US stayed within 2% of other USD exchanges' closing prices")
    assert "lowest trade 8200 at 11:34, at least 87% below" in headline
    kraken = find_row(measurement, "kraken", "BTC/USD")
    assert kraken.own_summary.below.deviation == pytest.approx(-0.1)  # 57,600 / 64,000 - 1
    assert kraken.own_summary.below.minutes == 1
    assert measurement.ranks[kraken.market][Side.BELOW].largest.word is RankWord.LARGEST


def test_binanceus_2023_is_above(tmp_path: Path) -> None:
    """BTC/USDT on Binance.US closes twice as high as the others, with a trade 393% above; its BTC/USD does not move."""
    store = collect_event(tmp_path, "2023-06-21", event_markets.build_binanceus_2023())
    measurement = measure_event(store, "2023-06-21", "BTC")
    row = find_row(measurement, "binanceus", "BTC/USDT")
    above = row.own_summary.above
    assert above.deviation == pytest.approx(1.0)
    assert (above.minutes, read_time(measurement, above.at)) == (1, "06:50")
    assert above.trade.least == pytest.approx(138_070 / 28_000 - 1)
    assert row.own_summary.below.minutes == 0
    assert measurement.ranks[row.market][Side.ABOVE].largest.word is RankWord.LARGEST
    assert find_row(measurement, "binanceus", "BTC/USD").own_summary.above.minutes == 0
    assert "BTC/USDT on Binance.US: up to 100% above other USDT exchanges." in write_headline(measurement)[0]


def test_usdc_2024(tmp_path: Path) -> None:
    """The close of USDC on Binance is 4% below for a minute, its lowest trade 26% below."""
    store = collect_event(tmp_path, "2024-01-03", event_markets.build_usdc_2024())
    measurement = measure_event(store, "2024-01-03", "USDC")
    row = find_row(measurement, "binance", "USDC/USDT")
    below = row.own_summary.below
    assert below.deviation == pytest.approx(-0.04)
    assert below.minutes == 1
    assert below.trade.least == pytest.approx(-0.26)
    assert below.trade.most == pytest.approx(-0.26)
    assert read_time(measurement, below.trade.at) == "12:10"
    assert below.whole.minutes == 0


def test_usd1_2025_is_of_the_pair(tmp_path: Path) -> None:
    """BTC/USD1 is alone in its group, and 30% below USDT exchanges also at the price of USD1; BTC/USDT stays."""
    store = collect_event(tmp_path, "2025-12-24", event_markets.build_usd1_2025(), "morning")
    measurement = measure_event(store, "2025-12-24", "BTC", "morning")
    row = find_row(measurement, "binance", "BTC/USD1")
    assert row.own_summary.firm_min == 0
    against = row.summaries["usdt"]
    assert against.below.deviation == pytest.approx(-0.3)
    assert against.below.minutes == 1
    assert against.below.trade.least == pytest.approx(24_111.22 / 87_000 - 1)
    assert against.own_rate is not None
    assert against.own_rate.symbol == "USD1/USDT"
    assert against.own_rate.sides[Side.BELOW].deviation == pytest.approx(-0.3)
    assert measurement.fx_assumed == ("USD1",)
    assert "its BTC/USD1 was up to 30% below USD exchanges" in write_headline(measurement)[0]
    usdt_row = find_row(measurement, "binance", "BTC/USDT")
    assert usdt_row.own_summary.below.minutes == usdt_row.own_summary.above.minutes == 0


def test_the_default_window_of_usd1_holds_the_disputed_times() -> None:
    """09:15 UTC on both days, 16:00 UTC, and late Wednesday until 08:00 UTC lie in the default window."""
    start, end = event_markets.get_window("2025-12-24")
    day = datetime(2025, 12, 24, tzinfo=UTC)
    hours = (9.25, 16, 20, 24 + 7.9, 24 + 9.25)
    assert all(start <= day + timedelta(hours=hour) < end for hour in hours)


def test_bithumb_2026_against_the_other_exchange_in_won(tmp_path: Path) -> None:
    """Bithumb is 16% below Upbit for five minutes, all of them thin; a minute under 140,000 won does not count."""
    store = collect_event(tmp_path, "2026-02-06", event_markets.build_bithumb_2026())
    measurement = measure_event(store, "2026-02-06", "BTC")
    row = find_row(measurement, "bithumb", "BTC/KRW")
    assert (row.market.group, row.own_summary.firm_min, row.state_counts.small_min) == ("krw", 0, 1)
    thin = row.own_summary.thin
    assert (thin.minutes, thin.sides[Side.BELOW].minutes) == (59, 5)
    assert thin.sides[Side.BELOW].deviation == pytest.approx(-0.16)
    by_venue = {venue: sides.sides[Side.BELOW].deviation for venue, sides in thin.venues.items()}
    assert by_venue == {"upbit": pytest.approx(-0.16)}
    assert measurement.ranks[row.market][Side.BELOW].largest.word is RankWord.NOT_RANKED
    assert write_headline(measurement)[0] == (
        "BTC/KRW on Bithumb: only Upbit also has prices, in 59 minutes: up to 16% below Upbit (10:30). "
        "Too few exchanges to rank."
    )
    assert row.summaries["usdt"].firm_min == 0
    assert row.summaries["usdt"].no_rate_min == 59


def test_bithumb_2026_in_dollars(tmp_path: Path) -> None:
    """With a series of USD/KRW at 1,400 Bithumb is 16.6% below USDT exchanges, and 16% at its own price of USDT."""
    store = collect_event(tmp_path, "2026-02-06", event_markets.build_bithumb_2026())
    start, end = event_markets.get_window("2026-02-06")
    _store_rate(store, start, end)
    measurement = measure_event(store, "2026-02-06", "BTC")
    row = find_row(measurement, "bithumb", "BTC/KRW")
    against = row.summaries["usdt"]
    assert (against.firm_min, against.fx_single_min) == (59, 59)
    assert against.below.deviation == pytest.approx(81_732_000 / (70_000 * 1400) - 1)
    assert against.below.minutes == 5
    assert against.own_rate is not None
    own = against.own_rate.sides[Side.BELOW]
    assert (against.own_rate.symbol, own.minutes) == ("USDT/KRW", 5)
    assert own.deviation == pytest.approx(81_732_000 / (70_000 * 1390) - 1)  # -16%
    upbit = find_row(measurement, "upbit", "BTC/KRW").summaries["usdt"]
    assert upbit.below.minutes == 0
    assert upbit.below.deviation == pytest.approx(97.3 / 98 - 1)


def _store_rate(store: CandleStore, start: datetime, end: datetime) -> None:
    """Candles of USD/KRW at 1,400 over the window, as from an imported file."""
    times = pl.datetime_range(start, end, "1m", closed="left", eager=True)
    frame = pl.DataFrame({"open_time": times}).with_columns(
        venue=pl.lit("fixing"), symbol=pl.lit("USD/KRW"), volume=pl.lit(1000.0)
    )
    frame = frame.with_columns(pl.lit(1400.0).alias(name) for name in ("open", "high", "low", "close"))
    frame = frame.with_columns(pl.lit(value).alias(name) for name, value in CANDLE_DEFAULTS.items())
    store.write_candles(
        frame.select(pl.col(name).cast(dtype) for name, dtype in CANDLE.items()), source="rates.csv", fetched_at=NOW
    )


def test_markets_in_won_are_asked_for_this_event_alone(tmp_path: Path) -> None:
    """The same exchanges, asked without the event's quotes, give no market in won."""
    markets = event_markets.build_bithumb_2026()
    run = ReplayRun(open_store(tmp_path), {"upbit": markets["upbit"]}, table=FAST_VENUES)
    start, end = event_markets.get_window("2026-02-06")
    request = build_collect_request(CATALOGUE, "2026-02-06", (), start, end, ())
    summary, _ = run.collect(request=replace(request, quotes=()))
    assert {(result.symbol, result.outcome) for result in summary.results} == {
        (f"{asset}/*", Outcome.NOT_LISTED) for asset in ("BTC", "USDT", "USDC")
    }
