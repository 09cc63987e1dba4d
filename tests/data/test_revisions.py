from datetime import datetime, timedelta

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from data.schema import REVISION, Evidence, Origin, build_empty_frame
from data.store import CandleStore
from tests.data.frames import LATER, NOW, build_candle, build_candles, build_fetched, get_minute

WIDE = (get_minute(-60), get_minute(60))
LAST = LATER + timedelta(days=1)
ZIP = "archive.example/ATOMUSDT-1m-2025-10-10.zip"
OHLCV = Origin.OHLCV.value

RevisionTuple = tuple[str, str, str, str, datetime, str, float, datetime, float, datetime, int, str, str]


def build_revisions(*rows: RevisionTuple) -> pl.DataFrame:
    """A frame of revisions."""
    return pl.DataFrame(rows, schema=REVISION, orient="row")


def test_each_changed_field_is_one_row(store: CandleStore) -> None:
    """A candle whose low and volume were changed shows both, with the first and the present value and their times."""
    first_candle = build_candle(0, 2.0)
    store.candles.write(build_fetched(first_candle, build_candle(1, 2.0)))
    store.candles.write(build_fetched({**first_candle, "low": 0.5, "volume": 12.0}, build_candle(1, 2.0), at=LATER))
    expected = build_revisions(
        ("binance", "ATOM/USDT", "trade", "1m", get_minute(0), "low", 2.0, NOW, 0.5, LATER, 1, OHLCV, "api.example"),
        (
            "binance",
            "ATOM/USDT",
            "trade",
            "1m",
            get_minute(0),
            "volume",
            10.0,
            NOW,
            12.0,
            LATER,
            1,
            OHLCV,
            "api.example",
        ),
    )
    assert_frame_equal(store.candles.read_revisions(), expected)


def test_the_present_value_has_the_time_when_it_came(store: CandleStore) -> None:
    """A field keeps the time of its own last change when another field changes later."""
    first_candle = build_candle(0, 2.0)
    store.candles.write(build_fetched(first_candle))
    store.candles.write(build_fetched({**first_candle, "low": 0.5}, at=LATER))
    store.candles.write(build_fetched({**first_candle, "low": 0.5, "high": 4.0}, at=LAST))
    revision_rows = store.candles.read_revisions().select("field", "first_seen", "now", "now_at", "changes").rows()
    assert revision_rows == [("high", 2.0, 4.0, LAST, 1), ("low", 2.0, 0.5, LATER, 1)]


def test_a_change_and_its_return_is_told(store: CandleStore) -> None:
    """A low that changed and changed back is a revision of two changes, although its value is the first one."""
    first_candle = build_candle(0, 2.0)
    for low, at in ((2.0, NOW), (0.001, LATER), (2.0, LAST)):
        store.candles.write(build_fetched({**first_candle, "low": low}, at=at))
    revision_rows = (
        store.candles.read_revisions().select("field", "first_seen", "first_seen_at", "now", "now_at", "changes").rows()
    )
    assert revision_rows == [("low", 2.0, NOW, 2.0, LAST, 2)]


def test_nobody_is_accused_by_other_routes_files_or_samples(store: CandleStore) -> None:
    """Other values from another host, origin or file, from an edited file or of the sample are no revisions."""
    store.candles.write(build_fetched(build_candle(0, 2.0), source="api.example"))
    store.candles.write(build_fetched(build_candle(0, 3.0), source="alt.example", at=LATER))
    store.candles.write(build_fetched(build_candle(0, 4.0, origin=Origin.TRADES), source="api.example", at=LATER))
    for origin in (Origin.IMPORTED, Origin.RECONSTRUCTION):
        for close, at in ((5.0, NOW), (6.0, LATER)):
            store.candles.write(build_fetched(build_candle(0, close, origin=origin), source="mine.csv", at=at))
    assert_frame_equal(store.candles.read_revisions(), build_empty_frame(REVISION))


def test_an_archive_issued_again_is_a_revision(store: CandleStore) -> None:
    """Another checksum of the same file with another close is listed under the later checksum."""
    for close, digest, at in ((2.0, "aa", NOW), (2.5, "bb", LATER)):
        row = {**build_candle(0, 2.0, origin=Origin.ARCHIVE), "close": close}
        store.candles.write(build_fetched(row, source=f"{ZIP} sha256:{digest}", at=at))
    revision_rows = store.candles.read_revisions().select("field", "first_seen", "now", "origin", "source").rows()
    assert revision_rows == [("close", 2.0, 2.5, "collected:archive", f"{ZIP} sha256:bb")]


@pytest.mark.parametrize(("timeframe", "length_s"), [("1s", 1), ("1m", 60), ("5m", 300)])
def test_a_candle_that_came_within_ten_minutes_accuses_nobody(
    store: CandleStore, timeframe: str, length_s: int
) -> None:
    """Values of the first ten minutes after a bar are no first-seen values; those fetched after them are."""
    settled = get_minute(0) + timedelta(seconds=length_s, minutes=10)
    young = settled - timedelta(milliseconds=1)
    for close, at in ((2.0, young), (3.0, settled)):
        store.candles.write(build_fetched(build_candle(0, close, timeframe=timeframe), at=at))
    assert_frame_equal(store.candles.read_revisions(), build_empty_frame(REVISION))
    store.candles.write(build_fetched(build_candle(0, 4.0, timeframe=timeframe), at=LATER))
    revision_rows = store.candles.read_revisions().filter(field="close").select("first_seen", "first_seen_at", "now")
    assert revision_rows.rows() == [(3.0, settled, 4.0)]


def test_revisions_are_bounded_by_window_and_assets(store: CandleStore) -> None:
    """Only revisions in the half-open window and of the given assets are listed, sorted by market and time."""
    rows = [build_candle(number, symbol=symbol) for symbol in ("DOGE/USDT", "ATOM/USDT") for number in (0, 1, 200)]
    store.candles.write(build_fetched(*rows))
    store.candles.write(build_fetched(*({**row, "volume": 11.0} for row in rows), at=LATER))
    assert store.candles.read_revisions().select("symbol", "open_time").rows() == [
        (symbol, get_minute(number)) for symbol in ("ATOM/USDT", "DOGE/USDT") for number in (0, 1, 200)
    ]
    part = store.candles.read_revisions(get_minute(1), get_minute(200), ["DOGE"])
    assert part.select("symbol", "open_time").rows() == [("DOGE/USDT", get_minute(1))]
    assert store.candles.read_revisions(get_minute(1))["open_time"].to_list() == [get_minute(1), get_minute(200)] * 2
    assert store.candles.read_revisions(end=get_minute(1))["open_time"].to_list() == [get_minute(0)] * 2


def test_an_absent_store_has_no_revisions(store: CandleStore) -> None:
    """A store that does not exist has an empty frame of the schema."""
    assert_frame_equal(store.candles.read_revisions(), build_empty_frame(REVISION))


def test_kinds_of_price_are_revised_apart(store: CandleStore) -> None:
    """A mark price that differs from the trade price of the same minute is no revision; one that changed is."""
    swap = "ATOM/USDT:USDT"
    store.candles.write(
        build_fetched(build_candle(0, 2.0, symbol=swap), build_candle(0, 2.1, symbol=swap, price="mark"))
    )
    assert store.candles.read_revisions().is_empty()
    store.candles.write(build_fetched({**build_candle(0, 2.1, symbol=swap, price="mark"), "low": 2.0}, at=LATER))
    assert store.candles.read_revisions().select("price", "field", "first_seen", "now").rows() == [
        ("mark", "low", 2.1, 2.0)
    ]


def test_candles_as_first_seen(store: CandleStore) -> None:
    """A read with ``first_seen`` gives the earliest row of the best origin, one without the latest."""
    store.candles.write(build_fetched(build_candle(0, 9.0, origin=Origin.TRADES), at=NOW - timedelta(days=1)))
    for close, at in ((2.0, NOW), (3.0, LATER), (4.0, LAST)):
        store.candles.write(build_fetched(build_candle(0, close), at=at))
    store.candles.write(build_fetched(build_candle(1, 5.0), at=LATER))
    assert_frame_equal(store.read_candles(["ATOM"], *WIDE), build_candles(build_candle(0, 4.0), build_candle(1, 5.0)))
    first_seen = CandleStore(store.uri, first_seen=True).read_candles(["ATOM"], *WIDE)
    assert_frame_equal(first_seen, build_candles(build_candle(0, 2.0), build_candle(1, 5.0)))


def test_the_sample_as_first_seen_stays_the_sample(store: CandleStore) -> None:
    """A read with ``first_seen`` does not mix real candles and the reconstruction."""
    store.candles.write(build_fetched(build_candle(0, 9.0, origin=Origin.RECONSTRUCTION), source="sample"))
    store.candles.write(build_fetched(build_candle(0, 2.0), at=LATER))
    sample_candles = CandleStore(store.uri, first_seen=True).read_candles(
        ["ATOM"], *WIDE, origin=Evidence.RECONSTRUCTION
    )
    assert sample_candles["close"].to_list() == [9.0]
    assert CandleStore(store.uri, first_seen=True).read_candles(["ATOM"], *WIDE)["close"].to_list() == [2.0]
