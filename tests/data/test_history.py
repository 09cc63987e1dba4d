from datetime import datetime, timedelta

import polars as pl
from polars.testing import assert_frame_equal

from data.schema import REVISION, Evidence, Origin, empty
from data.store import CandleStore
from tests.data.frames import LATER, NOW, candle, candles, fetched, minute

WIDE = (minute(-60), minute(60))
LAST = LATER + timedelta(days=1)
ZIP = "archive.example/ATOMUSDT-1m-2025-10-10.zip"
OHLCV = Origin.OHLCV.value

Row = tuple[str, str, str, str, datetime, str, float, datetime, float, datetime, int, str, str]


def revisions(*rows: Row) -> pl.DataFrame:
    """A frame of revisions."""
    return pl.DataFrame(rows, schema=REVISION, orient="row")


def test_each_changed_field_is_one_row(store: CandleStore) -> None:
    """A candle whose low and volume were changed shows both, with the first and the present value and their times."""
    seen = candle(0, 2.0)
    store.write_fetched(fetched(seen, candle(1, 2.0)))
    store.write_fetched(fetched({**seen, "low": 0.5, "volume": 12.0}, candle(1, 2.0), at=LATER))
    expected = revisions(
        ("binance", "ATOM/USDT", "trade", "1m", minute(0), "low", 2.0, NOW, 0.5, LATER, 1, OHLCV, "api.example"),
        ("binance", "ATOM/USDT", "trade", "1m", minute(0), "volume", 10.0, NOW, 12.0, LATER, 1, OHLCV, "api.example"),
    )
    assert_frame_equal(store.revisions(), expected)


def test_the_present_value_has_the_time_when_it_came(store: CandleStore) -> None:
    """A field keeps the time of its own last change when another field changes later."""
    seen = candle(0, 2.0)
    store.write_fetched(fetched(seen))
    store.write_fetched(fetched({**seen, "low": 0.5}, at=LATER))
    store.write_fetched(fetched({**seen, "low": 0.5, "high": 4.0}, at=LAST))
    found = store.revisions().select("field", "first_seen", "now", "now_at", "changes").rows()
    assert found == [("high", 2.0, 4.0, LAST, 1), ("low", 2.0, 0.5, LATER, 1)]


def test_a_change_and_its_return_is_told(store: CandleStore) -> None:
    """A low that went and came back is a revision of two changes, though it reads as at first."""
    seen = candle(0, 2.0)
    for low, at in ((2.0, NOW), (0.001, LATER), (2.0, LAST)):
        store.write_fetched(fetched({**seen, "low": low}, at=at))
    found = store.revisions().select("field", "first_seen", "first_seen_at", "now", "now_at", "changes").rows()
    assert found == [("low", 2.0, NOW, 2.0, LAST, 2)]


def test_nobody_is_accused_by_other_routes_files_or_samples(store: CandleStore) -> None:
    """Other values from another host, origin or file, from an edited file or of the sample are no revisions."""
    store.write_fetched(fetched(candle(0, 2.0), source="api.example"))
    store.write_fetched(fetched(candle(0, 3.0), source="alt.example", at=LATER))
    store.write_fetched(fetched(candle(0, 4.0, origin=Origin.TRADES), source="api.example", at=LATER))
    for origin in (Origin.IMPORTED, Origin.RECONSTRUCTION):
        for close, at in ((5.0, NOW), (6.0, LATER)):
            store.write_fetched(fetched(candle(0, close, origin=origin), source="mine.csv", at=at))
    assert_frame_equal(store.revisions(), empty(REVISION))


def test_an_archive_issued_again_is_a_revision(store: CandleStore) -> None:
    """Another checksum of the same file with another close is listed under the later checksum."""
    for close, digest, at in ((2.0, "aa", NOW), (2.5, "bb", LATER)):
        row = {**candle(0, 2.0, origin=Origin.ARCHIVE), "close": close}
        store.write_fetched(fetched(row, source=f"{ZIP} sha256:{digest}", at=at))
    found = store.revisions().select("field", "first_seen", "now", "origin", "source").rows()
    assert found == [("close", 2.0, 2.5, "collected:archive", f"{ZIP} sha256:bb")]


def test_revisions_are_bounded_by_window_and_assets(store: CandleStore) -> None:
    """Only open times of the half-open window and assets asked for are listed, sorted by market and time."""
    rows = [candle(number, symbol=symbol) for symbol in ("DOGE/USDT", "ATOM/USDT") for number in (0, 1, 200)]
    store.write_fetched(fetched(*rows))
    store.write_fetched(fetched(*({**row, "volume": 11.0} for row in rows), at=LATER))
    assert store.revisions().select("symbol", "open_time").rows() == [
        (symbol, minute(number)) for symbol in ("ATOM/USDT", "DOGE/USDT") for number in (0, 1, 200)
    ]
    part = store.revisions(minute(1), minute(200), ["DOGE"])
    assert part.select("symbol", "open_time").rows() == [("DOGE/USDT", minute(1))]
    assert store.revisions(minute(1))["open_time"].to_list() == [minute(1), minute(200)] * 2
    assert store.revisions(end=minute(1))["open_time"].to_list() == [minute(0)] * 2


def test_an_absent_store_has_no_revisions(store: CandleStore) -> None:
    """A store that nobody wrote to answers with no rows in the schema."""
    assert_frame_equal(store.revisions(), empty(REVISION))


def test_kinds_of_price_are_revised_apart(store: CandleStore) -> None:
    """A mark price that differs from the trade price of the same minute is no revision; one that changed is."""
    swap = "ATOM/USDT:USDT"
    store.write_fetched(fetched(candle(0, 2.0, symbol=swap), candle(0, 2.1, symbol=swap, price="mark")))
    assert store.revisions().is_empty()
    store.write_fetched(fetched({**candle(0, 2.1, symbol=swap, price="mark"), "low": 2.0}, at=LATER))
    assert store.revisions().select("price", "field", "first_seen", "now").rows() == [("mark", "low", 2.1, 2.0)]


def test_candles_as_first_seen(store: CandleStore) -> None:
    """A read as first seen gives the earliest row of the winning origin, the usual read the latest."""
    store.write_fetched(fetched(candle(0, 9.0, origin=Origin.TRADES), at=NOW - timedelta(days=1)))
    for close, at in ((2.0, NOW), (3.0, LATER), (4.0, LAST)):
        store.write_fetched(fetched(candle(0, close), at=at))
    store.write_fetched(fetched(candle(1, 5.0), at=LATER))
    assert_frame_equal(store.candles(["ATOM"], *WIDE), candles(candle(0, 4.0), candle(1, 5.0)))
    first = store.candles(["ATOM"], *WIDE, as_first_seen=True)
    assert_frame_equal(first, candles(candle(0, 2.0), candle(1, 5.0)))


def test_the_sample_as_first_seen_stays_the_sample(store: CandleStore) -> None:
    """Reading as first seen mixes no kinds of evidence."""
    store.write_fetched(fetched(candle(0, 9.0, origin=Origin.RECONSTRUCTION), source="sample"))
    store.write_fetched(fetched(candle(0, 2.0), at=LATER))
    kept = store.candles(["ATOM"], *WIDE, origin=Evidence.RECONSTRUCTION, as_first_seen=True)
    assert kept["close"].to_list() == [9.0]
    assert store.candles(["ATOM"], *WIDE, as_first_seen=True)["close"].to_list() == [2.0]
