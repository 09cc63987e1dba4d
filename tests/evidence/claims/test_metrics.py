"""Each metric on candles made by hand: five USDT exchanges at 100, of which one strays."""

from datetime import datetime, timedelta

import polars as pl
import pytest
from pydantic import TypeAdapter

from data.catalogue import load_catalogue
from data.schema import COVERAGE, LOW_TRADE, Origin
from data.store import CandleStore
from evidence.claims.facts import ClaimFacts
from evidence.claims.reading import NEVER, Final, Reading
from evidence.claims.schema import Subject
from evidence.claims.subjects import read_subject
from tests.evidence.claims.candles import (
    EVENT,
    LATER,
    LENGTH,
    START,
    build_candles,
    build_coverage,
    build_facts,
    minute,
)

SUBJECT = TypeAdapter(Subject)

CONTEXT = {"venues": load_catalogue().venues, "windows": load_catalogue().get_event(EVENT).windows}

OTHERS = ("okx", "bybit", "bitget", "gate")


def build_others(symbol: str = "ATOM/USDT") -> list[pl.DataFrame]:
    """Four exchanges at 100 throughout."""
    return [build_candles(venue, symbol, {}) for venue in OTHERS]


def build_subject(metric: str, **fields: object) -> Subject:
    """Binance's ATOM/USDT in the crash window, unless other fields are given."""
    values: dict[str, object] = {"assets": ("ATOM",), "venues": ("binance",), "groups": ("usdt",), "window": "crash"}
    return SUBJECT.validate_python({"metric": metric} | values | fields, context=CONTEXT)


def read_one(facts: ClaimFacts, metric: str, **fields: object) -> Reading:
    """The only reading of a subject."""
    (reading,) = read_subject(build_subject(metric, **fields), facts)
    return reading


def fall(absent: tuple[int, ...] = (), quiet: tuple[int, ...] = ()) -> pl.DataFrame:
    """Binance closes at 80 in minutes 10 to 13 and at 90 in minute 14; in minute 11 it trades down to 40."""
    closes = {10: 80.0, 11: 80.0, 12: 80.0, 13: 80.0, 14: 90.0}
    return build_candles("binance", "ATOM/USDT", closes, lows={11: 40.0}, absent=absent, quiet=quiet)


def test_deviation_and_its_ranges(store: CandleStore) -> None:
    """20% below, in every setting and whichever exchange is left out; in five minutes at least 2% below."""
    facts = build_facts(store, fall(), *build_others())
    deviation = read_one(facts, "deviation")
    values = (deviation.value, deviation.least, deviation.most, deviation.jackknife, deviation.lag)
    assert values == pytest.approx((-0.2, -0.2, -0.2, -0.2, -0.2))
    assert deviation.final is Final.EXACT
    assert deviation.details == "comparable in 30 of 30 minutes"
    minutes = read_one(facts, "minutes")
    assert (minutes.value, minutes.least, minutes.most, minutes.jackknife, minutes.lag) == (5, 5, 5, 5, 5)
    assert read_one(facts, "minutes", size=0.15).value == 4
    assert read_one(facts, "first-beyond", size=0.2).value == minute(10)
    assert read_one(facts, "first-beyond", size=0.3).value == NEVER
    assert deviation.view is not None
    assert (deviation.view.page, deviation.view.asset, deviation.view.focus) == ("explorer", "ATOM", "binance")
    assert (deviation.view.start, deviation.view.end) == (START, START + timedelta(minutes=LENGTH))


def test_whole_minutes_need_the_highest_trade_below(store: CandleStore) -> None:
    """A minute whose range begins at the close before is not below throughout; the next ones are."""
    facts = build_facts(store, fall(), *build_others())
    minutes = read_one(facts, "minutes")
    assert minutes.whole == 4  # not minute 10, which began at 100


def test_ranks(store: CandleStore) -> None:
    """The only exchange that strayed is largest and longest; no setting changes it."""
    facts = build_facts(store, fall(), *build_others())
    size, length = read_one(facts, "rank-size"), read_one(facts, "rank-length")
    assert (size.value, size.doubts) == ("largest", ())
    assert (length.value, length.doubts) == ("longest", ())
    assert size.details is not None
    assert size.details.startswith("20% below for 5 minutes")
    others = read_subject(build_subject("rank-size", venues=("okx",)), facts)
    assert [reading.value for reading in others] == ["not largest"]


def test_too_few_exchanges_give_no_rank_and_no_deviation(store: CandleStore) -> None:
    """With two others no minute is comparable; the reason names them and how far it was."""
    facts = build_facts(store, fall(), *build_others()[:2])
    deviation, rank = read_one(facts, "deviation"), read_one(facts, "rank-size")
    assert deviation.value is None
    assert deviation.why is not None
    assert deviation.why.startswith("no minute has prices of three other exchanges; 30 minutes of one or two")
    assert "up to 20% below the others" in deviation.why
    assert rank.value is None


def test_lows_and_falls(store: CandleStore) -> None:
    """Low 40 in minute 11, 60% below the close before the window; closes fell 20% within an hour."""
    facts = build_facts(store, fall(), *build_others())
    assert read_one(facts, "low").value == 40.0
    assert read_one(facts, "low-time").value == minute(11)
    assert read_one(facts, "high").value == 100.0
    assert read_one(facts, "fall").value == pytest.approx(-0.6)
    assert read_one(facts, "open-to-low").value == pytest.approx(-0.6)
    assert read_one(facts, "fall-60").value == pytest.approx(-0.2)
    assert read_one(facts, "reached", size=0.1).value == minute(10)
    assert read_one(facts, "reached", size=0.5).value == NEVER  # closes only
    assert read_one(facts, "low-gap").value == pytest.approx(-0.6)
    assert read_one(facts, "low-gap", peers=("okx", "gate")).value == pytest.approx(-0.6)
    assert read_one(facts, "low-premium").value == pytest.approx(1.5)


def test_a_named_peer_without_a_low_leaves_a_gap_open(store: CandleStore) -> None:
    """KuCoin has no candle, and may have been lower: the gap may be smaller."""
    facts = build_facts(store, fall(), *build_others())
    gap = read_one(facts, "low-gap", peers=("okx", "kucoin"))
    assert gap.value == pytest.approx(-0.6)
    assert (gap.final, gap.why) == (Final.LOWER_BOUND, "no low of KuCoin in the data")
    assert read_one(facts, "low-gap", peers=("kucoin",)).value is None


def test_missing_minutes_make_a_low_a_bound(store: CandleStore) -> None:
    """A minute that is not in the data may hold a lower trade, and makes later minutes uncertain."""
    facts = build_facts(store, fall(absent=(5,)), *build_others())
    low, time = read_one(facts, "low"), read_one(facts, "low-time")
    assert (low.value, low.final) == (40.0, Final.UPPER_BOUND)
    assert low.why == "1 of 30 minutes of ATOM/USDT on Binance are not in the data"
    assert time.final is Final.OPEN
    assert read_one(facts, "reached", size=0.1).final is Final.OPEN
    assert read_one(facts, "low-gap").final is Final.UPPER_BOUND
    assert read_one(facts, "low-premium").final is Final.LOWER_BOUND


def test_quiet_minutes_are_counted_and_missing_ones_leave_them_open(store: CandleStore) -> None:
    """Two candles of volume 0 are quiet; a minute without a candle is missing."""
    facts = build_facts(store, fall(quiet=(20, 21)), build_candles("okx", "ATOM/USDT", {}, absent=(3,)))
    quiet = read_one(facts, "quiet")
    assert (quiet.value, quiet.final) == (2, Final.EXACT)
    missing = read_one(facts, "quiet", venues=("okx",))
    assert (missing.value, missing.final) == (0, Final.LOWER_BOUND)


def test_the_low_against_another_exchange_in_the_same_minute(store: CandleStore) -> None:
    """Low 40 while Coinbase traded 90 to 100 and USDT cost a dollar: between 55.6% and 60% below."""
    coinbase = build_candles("coinbaseexchange", "ATOM/USD", {11: 95.0}, lows={11: 90.0}, highs={11: 100.0})
    rate = build_candles("kraken", "USDT/USD", {}, price=1.0)
    facts = build_facts(store, fall(), coinbase, rate)
    gap = read_one(facts, "aligned-gap", peers=("coinbaseexchange",))
    assert (gap.value, gap.most) == pytest.approx((40 / 90 - 1, 40 / 100 - 1))
    assert gap.details == "at 21:21"


def test_the_path_of_a_group(store: CandleStore) -> None:
    """All five fall by 2% a minute from minute 12 to 15 and rise then: the run starts in 12, the bottom is 15."""
    closes = {12: 98.0, 13: 96.0, 14: 94.0, 15: 92.0, 16: 93.0}
    markets = [build_candles(venue, "ATOM/USDT", closes, price=100.0) for venue in ("binance", *OTHERS)]
    facts = build_facts(store, *markets)
    path = {"venues": ()}
    assert read_one(facts, "onset", **path).value == minute(12)
    assert read_one(facts, "run-start", **path).value == minute(12)
    assert read_one(facts, "bottom", **path).value == minute(15)
    assert read_one(facts, "median-low", **path).value == 92.0
    assert read_one(facts, "bottom", **path).details == "5 exchanges"
    absent = read_one(facts, "bottom", venues=(), groups=("krw",))
    assert (absent.value, absent.why) == (None, "no spot price in the data")


def test_a_reference_price_needs_three_exchanges(store: CandleStore) -> None:
    """One exchange's closes are no median."""
    facts = build_facts(store, fall())
    low = read_one(facts, "median-low", venues=())
    assert (low.value, low.why) == (None, "a median is that of at least 3 exchanges; the data has 1")


def test_the_market_is_at_least_three_coins(store: CandleStore) -> None:
    """Three coins fall by 2% a minute from minute 12 on; of two of them alone nothing is said."""
    closes = {12: 98.0, 13: 96.0, 14: 94.0}
    coins = [build_candles("okx", f"{coin}/USDT", closes) for coin in ("ATOM", "DOGE", "XRP")]
    facts = build_facts(store, *coins)
    market = {"venues": (), "groups": ("usdt",)}
    run = read_one(facts, "market-run-start", assets="stored", **market)
    assert (run.value, run.details) == (minute(12), "3 coins: ATOM, DOGE, XRP")
    two = read_one(facts, "market-bottom", assets=("ATOM", "DOGE"), **market)
    assert (two.value, two.why) == (None, "the market is the median of at least 3 coins; the data has ATOM, DOGE")


def test_stored_coins_are_neither_stablecoins_nor_wrapped(store: CandleStore) -> None:
    """ETH and SOL are coins, though ratio markets are quoted in them."""
    symbols = ("ETH/USDT", "SOL/USDT", "USDC/USDT", "USDE/USDT", "WBETH/USDT", "ATOM/USDT:USDT")
    facts = build_facts(store, *(build_candles("okx", symbol, {}) for symbol in symbols))
    assert facts.list_assets(build_subject("low", assets="stored")) == ("ETH", "SOL")


def test_volume_and_deviation_by_rank(store: CandleStore) -> None:
    """Closes of 100, 99, 96, 91 and 84 in one minute; the larger the volume, the lower the close.

    Against the two middle ones of the others the first three are not below at all, the fourth is 5.2% below 96, the
    last 12.5%: ranks 2, 2, 2, 4, 5 against 1 to 5, a correlation of 8 / sqrt(10 * 8).
    """
    venues = ("binance", *OTHERS)
    markets = [
        build_candles(venue, "ATOM/USDT", {10: 100.0 - place**2}, volume=1000.0 * (place + 1))
        for place, venue in enumerate(venues)
    ]
    reading = read_one(build_facts(store, *markets), "volume-correlation", venues=())
    assert reading.value == pytest.approx(8 / 80**0.5)
    assert reading.details == "5 exchanges; reported volume is not depth"


def test_dollar_gap_and_isolated_fall(store: CandleStore) -> None:
    """Lowest USDT trade 40, lowest USD trade 80, a dollar a USDT: -50%; and 60% on one alone."""
    rate = build_candles("kraken", "USDT/USD", {}, price=1.0)
    usd = build_candles("kraken", "ATOM/USD", {}, lows={3: 80.0})
    facts = build_facts(store, fall(), *build_others(), usd, rate)
    everyone: dict[str, object] = {"venues": (), "groups": ()}
    assert read_one(facts, "low-usdt-usd", **everyone).value == pytest.approx(-0.5)
    isolated = read_one(facts, "isolated-fall", **everyone)
    assert isolated.subject == "ATOM on Binance"
    assert isolated.value == pytest.approx(-0.6)


def test_a_fall_of_all_is_not_isolated(store: CandleStore) -> None:
    """The others fell by 70% as well."""
    markets = [build_candles(venue, "ATOM/USDT", {}, lows={9: 30.0}) for venue in OTHERS]
    facts = build_facts(store, build_candles("binance", "ATOM/USDT", {}, lows={9: 5.0}), *markets)
    assert read_one(facts, "isolated-fall", venues=(), groups=()).value == 0.0


def test_a_revision_needs_two_late_fetches(store: CandleStore) -> None:
    """Fetched once nothing can be said; fetched twice with other values it is a change."""
    market = build_candles("binance", "ATOM/USDT", {11: 80.0}, origin=Origin.OHLCV)
    store.write_candles(market, source="api.example.org", fetched_at=LATER)
    facts = build_facts(store)
    once = read_one(facts, "revisions")
    assert (once.value, once.why) == (None, "no candle was fetched twice from one source")
    changed = build_candles("binance", "ATOM/USDT", {11: 81.0}, origin=Origin.OHLCV)
    store.write_candles(changed, source="api.example.org", fetched_at=LATER + timedelta(days=1))
    assert read_one(build_facts(store), "revisions").value == 1.0


def test_the_same_candle_twice_is_no_revision(store: CandleStore) -> None:
    """Both requests are on record, so that the store knows that nothing was changed."""
    market = build_candles("binance", "ATOM/USDT", {11: 80.0}, origin=Origin.OHLCV)
    for asked_at in (LATER, LATER + timedelta(days=1)):
        store.write_candles(market, source="api.example.org", fetched_at=asked_at)
        rows = [build_coverage("binance", "ATOM/USDT", asked_at)]
        store.coverage.write(pl.DataFrame(rows, schema=COVERAGE))
    reading = read_one(build_facts(store), "revisions")
    assert (reading.value, reading.details) == (0.0, "of 30 that were fetched twice")


def test_the_lowest_trade_with_its_time(store: CandleStore) -> None:
    """Read from the trades that a candle was built from, to the millisecond; the minute is what claims name."""
    at = datetime.fromisoformat("2025-10-10T21:20:37.689+00:00")
    trade = ("binance", "ATOM/USDT", "1m", minute(10), at, 0.001, 5.0, "7", "api.example.org", LATER)
    store.lowest_trades.write(pl.DataFrame([trade], schema=LOW_TRADE, orient="row"))
    facts = build_facts(store, fall())
    assert read_one(facts, "trade-price").value == 0.001
    time = read_one(facts, "trade-time")
    assert (time.value, time.details) == (minute(10), "5 ATOM at 0.001, 21:20:37.689")
    assert read_one(facts, "trade-price", venues=("okx",)).why == "no candle of it was built from trades"


def test_mark_and_index_prices(store: CandleStore) -> None:
    """The lowest price of each kind; a series that lacks minutes is a bound."""
    symbol = "ATOM/USDT:USDT"
    mark = build_candles("binanceusdm", symbol, {}, lows={10: 1.6}, kind="mark")
    index = build_candles("binanceusdm", symbol, {}, lows={10: 1.4}, kind="index", absent=(2,))
    facts = build_facts(store, mark, index)
    subject = {"venues": ("binanceusdm",)}
    assert (read_one(facts, "mark-low", **subject).value, read_one(facts, "mark-low", **subject).final) == (
        1.6,
        "exact",
    )
    assert (read_one(facts, "index-low", **subject).value, read_one(facts, "index-low", **subject).final) == (
        1.4,
        "upper bound",
    )
    assert read_one(facts, "index-low").why == "no index price of it in the data"


def test_what_is_absent_is_said_by_name(store: CandleStore) -> None:
    """An asset, an exchange and a quote that the store lacks each are a reading without a value."""
    facts = build_facts(store, *build_others())
    assert read_one(facts, "low").why == "no such market in the data"
    assert read_one(facts, "low").subject == "ATOM on Binance"
    assert read_one(facts, "low", assets=("DOGE",)).why == "no real price of it in the data"
    assert read_one(facts, "low", venues=(), groups=("usd",)).subject == "ATOM/USD"
