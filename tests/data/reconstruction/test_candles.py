"""The reconstruction meets the published figures of 10-11 October 2025 and is a plausible set of candles."""

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from data.reconstruction.candles import list_assumed_markets, reconstruct_candles
from data.reconstruction.figures import read_shape
from data.schema import CANDLE, Evidence

DAY = (datetime(2025, 10, 10, tzinfo=UTC), datetime(2025, 10, 11, tzinfo=UTC))
CRASH = (datetime(2025, 10, 10, 21, 10, tzinfo=UTC), datetime(2025, 10, 10, 21, 40, tzinfo=UTC))
CALM = (datetime(2025, 10, 9, tzinfo=UTC), datetime(2025, 10, 10, 12, tzinfo=UTC))
MINUTES = 64 * 60
OFFSHORE = ("okx", "bybit", "bitget", "gate", "kucoin")
DOLLAR = ("coinbaseexchange", "kraken", "gemini", "bitstamp", "bitfinex")
SHARED_ASSETS = ("ATOM", "DOGE", "XRP", "ETH", "SOL")

# Lowest trades of 10 October 2025 as published: venue, symbol, low, minute (None where none is published).
DAY_LOWS = [
    ("binance", "ATOM/USDT", 0.001, "21:20"),
    ("binance", "ATOM/USDC", 1.590, "21:20"),
    ("coinbaseexchange", "ATOM/USD", 3.000, "23:47"),
    ("kraken", "ATOM/USD", 3.000, "21:20"),
    ("gemini", "ATOM/USD", 3.000, "23:26"),
    ("binance", "DOGE/USDT", 0.0950, None),
    ("coinbaseexchange", "DOGE/USD", 0.1500, "21:18"),
    ("gemini", "DOGE/USD", 0.18188, "21:42"),
    ("binance", "XRP/USDT", 1.2543, None),
    ("coinbaseexchange", "XRP/USD", 1.771, None),
    ("gemini", "XRP/USD", 2.100, "21:21"),
    ("bitstamp", "XRP/USD", 1.58, None),
    ("binance", "WBETH/USDT", 430.65, None),
    ("binance", "BNSOL/USDT", 34.90, "21:43"),
    ("binance", "SOL/USDT", 168.79, "21:28"),
    ("coinbaseexchange", "SOL/USD", 176.85, None),
    ("gemini", "SOL/USD", 172.10, "21:29"),
    ("binance", "ETH/USDT", 3435.0, None),
    ("coinbaseexchange", "ETH/USD", 3510.0, None),
    ("gemini", "ETH/USD", 3681.0, "21:14"),
]


@pytest.fixture(scope="module")
def sample() -> pl.DataFrame:
    """The reconstruction, made once."""
    return reconstruct_candles()


Span = tuple[datetime, datetime]


def select_market(sample: pl.DataFrame, venue: str, symbol: str, span: Span | None = None) -> pl.DataFrame:
    """The candles of one market, within the half-open ``span`` if given."""
    rows = sample.filter(pl.col("venue") == venue, pl.col("symbol") == symbol)
    return rows if span is None else rows.filter(pl.col("open_time").is_between(*span, closed="left"))


def format_number(value: object) -> float:
    """A statistic of a column, which is there and a number."""
    assert isinstance(value, float)
    return value


def build_time(hour: int, minute: int) -> datetime:
    """A minute of 10 October 2025."""
    return datetime(2025, 10, 10, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(("venue", "symbol", "low", "minute"), DAY_LOWS)
def test_published_low_is_met_exactly(
    sample: pl.DataFrame, venue: str, symbol: str, low: float, minute: str | None
) -> None:
    """The lowest trade of the day is the published one, in one minute only: the published minute if there is one."""
    day = select_market(sample, venue, symbol, DAY)
    lowest = day.filter(pl.col("low") == day["low"].min())
    assert lowest["low"].to_list() == [low]
    assert minute in {None, lowest["open_time"][0].strftime("%H:%M")}


@pytest.mark.parametrize(
    ("venue", "symbol", "candle"),
    [
        ("binance", "ATOM/USDT", {"open": 1.863, "high": 2.283, "low": 0.001, "close": 1.997}),
        ("coinbaseexchange", "ATOM/USD", {"open": 3.560, "high": 3.594, "low": 3.560, "close": 3.594}),
        ("kraken", "ATOM/USD", {"open": 3.3745, "low": 3.000, "close": 3.3239}),
    ],
)
def test_published_candle_of_2120_is_met_exactly(
    sample: pl.DataFrame, venue: str, symbol: str, candle: dict[str, float]
) -> None:
    """The ATOM candles that are published for 21:20 stand in the sample as they are."""
    row = select_market(sample, venue, symbol).row(by_predicate=pl.col("open_time") == build_time(21, 20), named=True)
    assert {field: row[field] for field in candle} == candle


def test_coinbase_atom_low_of_the_crash_window(sample: pl.DataFrame) -> None:
    """Coinbase's ATOM traded no lower than 3.560 from 21:10 to 21:40, although the day's low came later."""
    assert select_market(sample, "coinbaseexchange", "ATOM/USD", CRASH)["low"].min() == 3.560


def test_wbeth_low_is_in_its_published_minutes(sample: pl.DataFrame) -> None:
    """WBETH's low is published as at about 21:40-21:43."""
    rows = select_market(sample, "binance", "WBETH/USDT").filter(pl.col("low") == 430.65)
    assert build_time(21, 40) <= rows["open_time"][0] <= build_time(21, 43)


@pytest.mark.parametrize("venue", OFFSHORE)
def test_offshore_atom_lows_are_in_the_published_band(sample: pl.DataFrame, venue: str) -> None:
    """The other offshore venues' ATOM/USDT lows lie at 1.5-1.6."""
    assert 1.5 <= format_number(select_market(sample, venue, "ATOM/USDT", DAY)["low"].min()) <= 1.6


@pytest.mark.parametrize("venue", DOLLAR)
def test_dollar_atom_stayed_at_or_above_three(sample: pl.DataFrame, venue: str) -> None:
    """No USD venue traded ATOM below 3 on the day."""
    assert format_number(select_market(sample, venue, "ATOM/USD", DAY)["low"].min()) >= 3.0


def test_coinbase_atom_stayed_15_to_29_percent_above_binance_then_converged(sample: pl.DataFrame) -> None:
    """From 21:25 to 23:40 Coinbase's closes are 15-29 % above Binance's, at 00:30 within 3 %."""
    above = (
        select_market(sample, "coinbaseexchange", "ATOM/USD")
        .join(select_market(sample, "binance", "ATOM/USDT"), on="open_time", suffix="_binance")
        .select("open_time", above=pl.col("close") / pl.col("close_binance") - 1)
    )
    stretch = above.filter(pl.col("open_time").is_between(build_time(21, 25), build_time(23, 40), closed="left"))
    assert stretch.height == 135
    assert format_number(stretch["above"].is_between(0.15, 0.29).mean()) >= 0.95
    later = above.filter(pl.col("open_time") == build_time(23, 59) + timedelta(minutes=31))
    assert abs(later["above"].item()) < 0.03


@pytest.mark.parametrize(("symbol", "least", "most"), [("WBETH/ETH", 1.077, 1.079), ("BNSOL/SOL", 1.073, 1.077)])
def test_calm_ratio_is_in_the_published_band(sample: pl.DataFrame, symbol: str, least: float, most: float) -> None:
    """The ratio markets trade at the published fair value, and the USDT markets imply the same."""
    wrapped, underlying = symbol.split("/")
    ratios = select_market(sample, "binance", symbol, CALM)["close"]
    implied = (
        select_market(sample, "binance", f"{wrapped}/USDT", CALM)["close"]
        / select_market(sample, "binance", f"{underlying}/USDT", CALM)["close"]
    )
    assert ratios.is_between(least, most).all()
    assert least <= format_number(implied.median()) <= most


@pytest.mark.parametrize(("symbol", "most"), [("WBETH/USDT", -0.88), ("BNSOL/USDT", -0.82)])
def test_wrapped_lows_are_far_below_fair_value(sample: pl.DataFrame, symbol: str, most: float) -> None:
    """430.65 is about 89 % and 34.90 about 83 % below ETH or SOL at the calm ratio."""
    fair_of = {"WBETH/USDT": ("ETH/USDT", 1.078), "BNSOL/USDT": ("SOL/USDT", 1.075)}
    underlying, ratio = fair_of[symbol]
    low = select_market(sample, "binance", symbol).sort("low").row(0, named=True)
    fair = (
        select_market(sample, "binance", underlying).filter(pl.col("open_time") == low["open_time"])["close"].item()
        * ratio
    )
    assert low["low"] / fair - 1 == pytest.approx(most - 0.01, abs=0.01)


def test_wrapped_assets_are_on_binance_only(sample: pl.DataFrame) -> None:
    """No other venue lists WBETH or BNSOL."""
    wrapped = sample.filter(pl.col("symbol").str.contains("^(WBETH|BNSOL)/"))
    assert wrapped["venue"].unique().to_list() == ["binance"]
    assert set(wrapped["symbol"].unique()) == {"WBETH/USDT", "WBETH/ETH", "BNSOL/USDT", "BNSOL/SOL"}


def test_markets_are_the_promised_ones(sample: pl.DataFrame) -> None:
    """Five assets on eleven venues in their group's quote, and the extra markets beside them."""
    expected = {(venue, f"{asset}/USDT") for venue in ("binance", *OFFSHORE) for asset in SHARED_ASSETS}
    expected |= {(venue, f"{asset}/USD") for venue in DOLLAR for asset in SHARED_ASSETS}
    expected |= {("binance", s) for s in ("ATOM/USDC", "WBETH/USDT", "WBETH/ETH", "BNSOL/USDT", "BNSOL/SOL")}
    expected |= {(venue, "USDT/USD") for venue in ("kraken", "coinbaseexchange", "bitstamp", "bitfinex")}
    assert set(sample.select("venue", "symbol").unique().iter_rows()) == expected


def test_every_minute_of_the_span_is_there_for_every_market(sample: pl.DataFrame) -> None:
    """From 9 October 00:00 to 11 October 16:00, exclusive, each market has each minute once."""
    spans = sample.group_by("venue", "symbol").agg(
        first=pl.col("open_time").min(),
        last=pl.col("open_time").max(),
        minutes=pl.col("open_time").n_unique(),
        rows=pl.len(),
    )
    assert spans["first"].unique().to_list() == [datetime(2025, 10, 9, tzinfo=UTC)]
    assert spans["last"].unique().to_list() == [datetime(2025, 10, 11, 15, 59, tzinfo=UTC)]
    assert spans["minutes"].unique().to_list() == [MINUTES]
    assert spans["rows"].unique().to_list() == [MINUTES]


def test_frame_has_the_schema_of_a_candle_and_its_order(sample: pl.DataFrame) -> None:
    """Columns, dtypes, constants and order are those that the store expects."""
    assert dict(sample.schema) == CANDLE
    assert sample.null_count().sum_horizontal().item() == 0
    assert sample.select("timeframe", "price", "origin").unique().rows() == [("1m", "trade", "reconstruction")]
    assert_frame_equal(sample, sample.sort("venue", "symbol", "open_time"))


def test_two_runs_are_equal_to_the_bit(sample: pl.DataFrame) -> None:
    """The generator has no clock and no hidden state."""
    assert_frame_equal(reconstruct_candles(), sample, check_exact=True)


def test_prices_and_volumes_are_whole_steps(sample: pl.DataFrame) -> None:
    """No price has more than five decimals and no volume more than four, so last-bit differences cannot show."""
    prices = pl.col("open", "high", "low", "close")
    assert sample.select((prices == prices.round(5)).all()).row(0) == (True, True, True, True)
    assert (sample["volume"] == sample["volume"].round(4)).all()


def test_candles_are_valid(sample: pl.DataFrame) -> None:
    """Low <= open, close <= high, all prices above 0, no negative volume; each open is the close before it."""
    body = sample.select(
        bottom=pl.min_horizontal("open", "close"), top=pl.max_horizontal("open", "close"), low="low", high="high"
    )
    assert (body["low"] <= body["bottom"]).all()
    assert (body["high"] >= body["top"]).all()
    assert (sample["low"] > 0).all()
    assert (sample["volume"] >= 0).all()
    before = sample.with_columns(before=pl.col("close").shift(1).over("venue", "symbol")).drop_nulls("before")
    assert (before["open"] == before["before"]).all()


def test_calm_venues_agree(sample: pl.DataFrame) -> None:
    """On the calm days each traded close lies within 0.3 % of the median of all venues."""
    calm = sample.filter(
        pl.col("open_time").is_between(*CALM, closed="left"),
        pl.col("volume") > 0,
        pl.col("symbol").str.contains("^(ATOM|DOGE|XRP|ETH|SOL)/USDT?$"),
    ).with_columns(asset=pl.col("symbol").str.split("/").list.first())
    off = calm.select((pl.col("close") / pl.col("close").median().over("asset", "open_time") - 1).abs())
    assert format_number(off["close"].max()) < 0.003


def test_tether_stays_near_one_dollar(sample: pl.DataFrame) -> None:
    """USDT/USD stays between 0.995 and 1.005."""
    tether = sample.filter(pl.col("symbol") == "USDT/USD")
    assert tether["low"].is_between(0.995, 1.005).all()
    assert tether["high"].is_between(0.995, 1.005).all()


def test_quiet_minutes_are_on_thin_venues_and_flat(sample: pl.DataFrame) -> None:
    """Gemini, Bitstamp and Bitfinex have many ATOM minutes without a trade, Kraken some, Binance none."""
    quiet = sample.filter(pl.col("volume") == 0)
    atom = quiet.filter(pl.col("symbol") == "ATOM/USD")["venue"].value_counts()
    counts = dict(atom.iter_rows())
    assert min(counts[venue] for venue in ("gemini", "bitstamp", "bitfinex")) > 500
    assert counts["kraken"] > 0
    assert quiet.filter(pl.col("venue") == "binance").is_empty()
    flat = pl.all_horizontal(pl.col("high", "low", "close") == pl.col("open"))
    assert quiet.select(flat).to_series().all()


def test_thin_venues_have_small_minutes(sample: pl.DataFrame) -> None:
    """Now and then a thin venue trades less than 100 USD in a minute."""
    gemini = select_market(sample, "gemini", "ATOM/USD")
    usd = gemini["volume"] * gemini["close"]
    assert usd.is_between(0, 100, closed="none").sum() > 20


def test_anchored_minutes_are_traded(sample: pl.DataFrame) -> None:
    """Minutes with a published figure are never quiet."""
    anchors = pl.DataFrame(
        [(a.venue, a.symbol, a.minute) for a in read_shape("2025-10-10").anchors],
        schema={"venue": pl.String(), "symbol": pl.String(), "open_time": CANDLE["open_time"]},
        orient="row",
    )
    rows = anchors.join(sample, on=["venue", "symbol", "open_time"])
    assert rows.height == anchors.height
    assert (rows["volume"] > 0).all()


def test_binance_is_the_largest_and_the_crash_the_busiest(sample: pl.DataFrame) -> None:
    """Binance turns over most of every shared asset, and 21:10-21:40 more a minute than the calm days."""
    day = sample.filter(pl.col("symbol").str.contains("^(ATOM|DOGE|XRP|ETH|SOL)/USDT?$")).with_columns(
        asset=pl.col("symbol").str.split("/").list.first(), usd=pl.col("volume") * pl.col("close")
    )
    largest = day.group_by("asset", "venue").agg(pl.col("usd").sum()).sort("usd").group_by("asset").last()
    assert largest["venue"].unique().to_list() == ["binance"]
    crash = day.filter(pl.col("open_time").is_between(*CRASH, closed="left"))["usd"].mean()
    calm = day.filter(pl.col("open_time").is_between(*CALM, closed="left"))["usd"].mean()
    assert format_number(crash) > 10 * format_number(calm)


def test_assumed_markets_are_those_without_a_figure_of_their_own(sample: pl.DataFrame) -> None:
    """A market is assumed unless a figure names its venue; the offshore band of ATOM names none."""
    markets = set(sample.select("venue", "symbol").unique().iter_rows())
    named = {(venue, symbol) for venue, symbol, _, _ in DAY_LOWS}
    named |= {("binance", "WBETH/ETH"), ("binance", "BNSOL/SOL")}
    assert list_assumed_markets(Evidence.RECONSTRUCTION) == markets - named
    assert ("okx", "ATOM/USDT") in list_assumed_markets(Evidence.RECONSTRUCTION)
    assert ("binance", "ATOM/USDT") not in list_assumed_markets(Evidence.RECONSTRUCTION)


def test_every_anchor_names_its_source_and_evidence() -> None:
    """Each figure in the file has a source and an evidence mark."""
    shape = read_shape("2025-10-10")
    figures = [(a.source, a.evidence) for a in shape.anchors] + [(b.source, b.evidence) for b in shape.bands]
    assert all(source for source, _ in figures)
    assert {evidence for _, evidence in figures} == {"C", "S", "D", "unmarked", "assumed"}
