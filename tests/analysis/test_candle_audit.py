"""Candles of one bar from two sources, or fetched twice from one; expected values are made by hand."""

from datetime import datetime, timedelta

import pytest

from analysis.candle_audit import CandleAudit, audit_candles
from data.schema import Origin, Timeframe
from data.store import CandleStore
from tests.data.frames import LATER, NOW, build_candle, build_coverage, build_fetched, get_minute

ZIP = "archive.example/ATOMUSDT-1m-2025-10-10.zip"
NEXT_ZIP = "archive.example/ATOMUSDT-1m-2025-10-11.zip"
API = "api.example"


def audit(store: CandleStore, **options: object) -> CandleAudit:
    """The audit of ATOM over two hours."""
    return audit_candles(store, ["ATOM"], get_minute(-60), get_minute(60), **options)  # type: ignore[arg-type]


def list_counts(result: CandleAudit) -> list[tuple[object, ...]]:
    """Kind, sources and counts of each comparison."""
    columns = ("kind", "source_a", "source_b", "compared", "equal", "differing")
    return result.comparisons.select(columns).rows()


def list_differences(result: CandleAudit) -> list[tuple[object, ...]]:
    """Kind, minute, field and values of each difference."""
    return result.differences.select("kind", "open_time", "field", "value_a", "value_b").rows()


def test_two_sources_of_one_minute_are_compared_field_by_field(store: CandleStore) -> None:
    """Of three minutes that archive and candles share, one differs in low and volume; a fourth has one source only."""
    shared = [build_candle(number, 2.0, origin=Origin.ARCHIVE) for number in range(3)]
    store.candles.write(build_fetched(*shared, build_candle(3, 2.0, origin=Origin.ARCHIVE), source=f"{ZIP} sha256:aa"))
    others = [build_candle(number, 2.0) for number in range(3)]
    others[1] |= {"low": 1.5, "volume": 12.0}
    store.candles.write(build_fetched(*others, source=API, at=LATER))

    result = audit(store)
    assert list_counts(result) == [("sources", "archive.example", API, 3, 2, 1)]
    assert result.bars == 4
    assert result.differences.select("field", "value_a", "value_b", "relative_difference").rows() == [
        ("low", 2.0, 1.5, -0.25),
        ("volume", 10.0, 12.0, pytest.approx(0.2)),
    ]
    first = result.differences.row(0, named=True)
    assert (first["origin_a"], first["source_a"], first["fetched_at_a"]) == (
        "collected:archive",
        f"{ZIP} sha256:aa",
        NOW,
    )
    assert (first["origin_b"], first["source_b"], first["fetched_at_b"]) == ("collected:ccxt-ohlcv", API, LATER)
    largest = result.comparisons.select("largest_price_difference", "largest_volume_difference", "first", "last")
    assert largest.row(0) == (0.25, pytest.approx(0.2), get_minute(0), get_minute(2))


def test_files_of_one_archive_are_counted_together(store: CandleStore) -> None:
    """Minutes of two days are in two files of an archive, and in one line of the counts."""
    next_day = datetime.fromisoformat("2025-10-11T00:00Z")
    for at, name in ((get_minute(0), ZIP), (next_day, NEXT_ZIP)):
        store.candles.write(build_fetched(build_candle(at=at, origin=Origin.ARCHIVE), source=f"{name} sha256:aa"))
        store.candles.write(build_fetched(build_candle(at=at), source=API))
    result = audit_candles(store, ["ATOM"], get_minute(-60), get_minute(600))
    assert list_counts(result) == [("sources", "archive.example", API, 2, 2, 0)]


def test_files_of_trades_are_counted_together_too(store: CandleStore) -> None:
    """Candles built from daily files of trades have the host as their source; an imported file keeps its name."""
    for day, name in ((get_minute(0), "ATOM-trades-2025-10-10.zip"), (get_minute(600), "ATOM-trades-20251011.csv.gz")):
        trades = build_candle(at=day, origin=Origin.TRADES)
        store.candles.write(build_fetched(trades, source=f"files.example/{name} sha256:aa"))
        imported = build_candle(at=day, origin=Origin.IMPORTED)
        store.candles.write(build_fetched(imported, source="atom-2025-10-10.csv"))
    result = audit_candles(store, ["ATOM"], get_minute(-60), get_minute(601))
    assert list_counts(result) == [("sources", "files.example", "atom-2025-10-10.csv", 2, 2, 0)]


def test_three_sources_make_three_pairs(store: CandleStore) -> None:
    """Candles, candles made of trades and a file are compared each with each, the preferred one first."""
    for origin, source in ((Origin.IMPORTED, "mine.csv"), (Origin.TRADES, API), (Origin.OHLCV, API)):
        store.candles.write(build_fetched(build_candle(origin=origin), source=source))
    pairs = audit(store).comparisons.select("origin_a", "origin_b").rows()
    assert sorted(pairs) == [
        ("collected:ccxt-ohlcv", "collected:ccxt-trades"),
        ("collected:ccxt-ohlcv", "imported"),
        ("collected:ccxt-trades", "imported"),
    ]


def test_rounding_of_sums_and_minutes_without_trades_are_equal(store: CandleStore) -> None:
    """Volumes that differ by less than 1e-9 are equal, and so are two candles without volume at other prices."""
    store.candles.write(build_fetched(build_candle(0), {**build_candle(1, 3.0), "volume": 0.0}, source=API))
    trades = ({**build_candle(0), "volume": 10.000000001}, {**build_candle(1, 2.0), "volume": 0.0})
    store.candles.write(build_fetched(*trades, source="alt.example"))
    assert list_counts(audit(store)) == [("sources", "alt.example", API, 2, 2, 0)]
    store.candles.write(build_fetched({**build_candle(0), "volume": 10.0000001}, source="third.example"))
    assert {row[1:3] for row in list_differences(audit(store))} == {(get_minute(0), "volume")}


def test_a_value_of_zero_has_no_relative_difference(store: CandleStore) -> None:
    """Where one source has no volume and the other has some, the volume differs by no finite ratio."""
    store.candles.write(build_fetched({**build_candle(), "volume": 0.0}, source=API))
    store.candles.write(build_fetched(build_candle(), source="zeta.example"))
    assert audit(store).differences.select("field", "value_a", "value_b", "relative_difference").rows() == [
        ("volume", 0.0, 10.0, None)
    ]


def test_only_a_source_fetched_again_after_ten_minutes_shows_a_change(store: CandleStore) -> None:
    """A low that another fetch has otherwise is a change if the first fetch was ten minutes after the end or later.

    Minute 0 ends at 21:21 and was first fetched at 21:30, minute 1 at 21:32, ten minutes after its end.
    """
    store.candles.write(build_fetched(build_candle(0), source=API, at=get_minute(10)))
    store.candles.write(build_fetched(build_candle(1), source=API, at=get_minute(12)))
    changed = [{**build_candle(number), "low": 1.0} for number in (0, 1)]
    store.candles.write(build_fetched(*changed, source=API, at=NOW))
    result = audit(store)
    assert list_differences(result) == [
        ("settling", get_minute(0), "low", 2.0, 1.0),
        ("changed", get_minute(1), "low", 2.0, 1.0),
    ]
    assert list_counts(result) == [("changed", API, API, 1, 0, 1), ("settling", API, API, 1, 0, 1)]


def test_a_second_request_without_another_value_counts_as_equal(store: CandleStore) -> None:
    """Ten minutes were requested twice and one of them changed: nine are equal. A third host was asked once."""
    rows = [build_candle(number) for number in range(10)]
    store.candles.write(build_fetched(*rows, source=API))
    store.candles.write(build_fetched({**rows[4], "close": 1.9}, source=API, at=LATER))
    for asked_at in (NOW, LATER):
        store.coverage.write(build_coverage(0, 10, source=API, asked_at=asked_at))
    store.coverage.write(build_coverage(0, 10, source="alt.example", asked_at=LATER))
    assert list_counts(audit(store)) == [("changed", API, API, 10, 9, 1)]


def test_a_source_that_changes_the_price_of_a_minute_without_trades_is_shown(store: CandleStore) -> None:
    """Another price for a minute without volume is a change of that source."""
    for close, at in ((2.0, NOW), (3.0, LATER)):
        store.candles.write(build_fetched({**build_candle(0, close), "volume": 0.0}, source=API, at=at))
    assert {row[2:] for row in list_differences(audit(store))} == {
        (field, 2.0, 3.0) for field in ("open", "high", "low", "close")
    }


def test_a_request_soon_after_the_minute_does_not_count(store: CandleStore) -> None:
    """Of two requests one came five minutes after the end, when the minute may still have changed."""
    store.candles.write(build_fetched(build_candle(), source=API, at=get_minute(6)))
    for asked_at in (get_minute(6), NOW):
        store.coverage.write(build_coverage(0, 1, source=API, asked_at=asked_at))
    assert list_counts(audit(store)) == []
    store.coverage.write(build_coverage(0, 1, source=API, asked_at=NOW + timedelta(days=1)))
    assert list_counts(audit(store)) == [("changed", API, API, 1, 1, 0)]


def test_an_archive_file_issued_again_is_the_same_source(store: CandleStore) -> None:
    """Another checksum of the same file is another fetch, so that another close in it is a change."""
    for close, digest, at in ((2.0, "aa", NOW), (2.5, "bb", LATER)):
        row = {**build_candle(origin=Origin.ARCHIVE), "high": 2.5, "close": close}
        store.candles.write(build_fetched(row, source=f"{ZIP} sha256:{digest}", at=at))
    result = audit(store)
    assert list_differences(result) == [("changed", get_minute(0), "close", 2.0, 2.5)]
    assert result.differences.select("source_a", "source_b").row(0) == (f"{ZIP} sha256:aa", f"{ZIP} sha256:bb")


def test_an_edited_file_is_no_change_of_an_exchange(store: CandleStore) -> None:
    """A file that is imported again with other values has a kind of its own; the sample is left out."""
    for close, at in ((2.0, NOW), (3.0, LATER)):
        for origin in (Origin.IMPORTED, Origin.RECONSTRUCTION):
            store.candles.write(build_fetched(build_candle(0, close, origin=origin), source="mine.csv", at=at))
    result = audit(store)
    assert set(result.differences["kind"]) == {"file"}
    assert list_counts(result) == [("file", "mine.csv", "mine.csv", 1, 0, 1)]


def test_venues_and_lengths_are_chosen(store: CandleStore) -> None:
    """Only the chosen venues are compared, and only bars of the chosen length."""
    for venue in ("binance", "okx"):
        for source in (API, "alt.example"):
            candles = [build_candle(venue=venue), build_candle(venue=venue, timeframe="5m", at=get_minute(0))]
            store.candles.write(build_fetched(*candles, source=source))
    assert audit(store, venues=("okx",)).comparisons["venue"].to_list() == ["okx"]
    assert audit(store).comparisons["compared"].to_list() == [1, 1]
    fives = audit(store, timeframe=Timeframe.M5).comparisons
    assert fives["timeframe"].to_list() == ["5m", "5m"]


def test_assets_are_compared_one_by_one(store: CandleStore) -> None:
    """The markets of two assets are in one result, by exchange and symbol."""
    for symbol in ("DOGE/USDT", "ATOM/USDT"):
        for source in (API, "alt.example"):
            store.candles.write(build_fetched(build_candle(symbol=symbol), source=source))
    result = audit_candles(store, ["DOGE", "ATOM"], get_minute(0), get_minute(1))
    assert result.comparisons["symbol"].to_list() == ["ATOM/USDT", "DOGE/USDT"]


def test_an_empty_store_has_nothing_to_compare(store: CandleStore) -> None:
    """Without a candle all three tables are empty."""
    result = audit(store)
    assert (result.bars, len(result.comparisons), len(result.differences), len(result.findings)) == (0, 0, 0, 0)
