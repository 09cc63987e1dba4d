from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import polars as pl
import pytest
from deltalake import DeltaTable, write_deltalake
from polars.testing import assert_frame_equal

from data.delta.table import StoreTable
from data.intervals import merge_span_rows
from data.schema import COVERAGE, SPAN, Origin, Outcome
from data.store import CandleStore
from tests.data.frames import LATER, NOW, build_coverage, get_minute

WIDE = (get_minute(-60), get_minute(60))


def build_spans(*rows: tuple[str, str, int, int]) -> pl.DataFrame:
    """A frame of spans between minute numbers."""
    return pl.DataFrame(
        [
            (venue, symbol, get_minute(first_minute), get_minute(last_minute))
            for venue, symbol, first_minute, last_minute in rows
        ],
        schema=SPAN,
        orient="row",
    )


def test_touching_and_overlapping_spans_become_one() -> None:
    """Overlapping, touching and nested spans of a market are merged; spans with a gap between them are not."""
    touching = build_spans(
        ("okx", "ATOM/USDT", 5, 7),
        ("okx", "ATOM/USDT", 0, 10),
        ("okx", "ATOM/USDT", 10, 12),
        ("okx", "ATOM/USDT", 13, 14),
        ("okx", "ATOM/USDC", 12, 13),
        ("binance", "ATOM/USDT", 0, 3),
        ("binance", "ATOM/USDT", 2, 4),
    )
    expected = build_spans(
        ("binance", "ATOM/USDT", 0, 4),
        ("okx", "ATOM/USDC", 12, 13),
        ("okx", "ATOM/USDT", 0, 12),
        ("okx", "ATOM/USDT", 13, 14),
    )
    assert_frame_equal(merge_span_rows(touching), expected)


def test_covered_spans_are_clipped_to_the_window(store: CandleStore) -> None:
    """Complete spans are clipped to the window of the read."""
    store.coverage.write(build_coverage(0, 30))
    store.coverage.write(build_coverage(30, 50))
    read = store.read_covered_spans(["ATOM"], get_minute(10), get_minute(40))
    assert_frame_equal(read, build_spans(("binance", "ATOM/USDT", 10, 40)))
    assert store.read_covered_spans(["ATOM"], get_minute(50), get_minute(60)).is_empty()
    assert store.read_covered_spans(["DOGE"], *WIDE).is_empty()


def test_only_complete_outcomes_cover(store: CandleStore) -> None:
    """A request with another outcome than complete covers nothing, but is in the log."""
    store.coverage.write(build_coverage(0, 10, outcome=Outcome.PARTLY, asked_at=LATER))
    store.coverage.write(build_coverage(0, 10, outcome=Outcome.UNREACHABLE, asked_at=NOW))
    assert store.read_covered_spans(["ATOM"], *WIDE).is_empty()
    assert store.coverage.read_rows(["ATOM"], *WIDE)["outcome"].to_list() == ["unreachable", "partly"]


def test_an_answer_without_a_candle_covers_only_between_answers_with_candles(store: CandleStore) -> None:
    """It counts from the first to the last complete span of its series, of whatever time, and is missing outside."""
    answers = [(-9, -4), (3, 6), (30, 40)]
    for first, last in answers:
        store.coverage.write(build_coverage(first, last, outcome=Outcome.NO_EVIDENCE))
    window = get_minute(-10), get_minute(50)
    assert store.read_covered_spans(["ATOM"], *window).is_empty()
    for first, last in ((-6, 0), (32, 34)):
        store.coverage.write(build_coverage(first, last, asked_at=LATER))
    assert store.read_covered_spans(["ATOM"], *window).select("start", "end").rows() == [
        (get_minute(-6), get_minute(0)),
        (get_minute(3), get_minute(6)),
        (get_minute(30), get_minute(34)),
    ]
    # The proofs lie outside of this window.
    assert store.read_covered_spans(["ATOM"], get_minute(4), get_minute(9)).rows() == [
        ("binance", "ATOM/USDT", get_minute(4), get_minute(6))
    ]
    outstanding = store.coverage.read_outstanding().select("start", "end", "outcome").rows()
    assert sorted(outstanding) == [
        (get_minute(-9), get_minute(-6), "no-evidence"),
        (get_minute(34), get_minute(40), "no-evidence"),
    ]


@pytest.mark.parametrize(
    "proof",
    [
        {"symbol": "ATOM/USDC"},
        {"venue": "okx"},
        {"price": "mark"},
        {"timeframe": "5m"},
        {"origin": Origin.IMPORTED},
        {"origin": Origin.RECONSTRUCTION},
        {"outcome": Outcome.HISTORY_TOO_SHORT},
    ],
)
def test_only_candles_of_the_same_series_from_the_venue_prove_an_absence(
    store: CandleStore, proof: dict[str, Any]
) -> None:
    """Candles of another market, price, length or origin on both sides show nothing."""
    store.coverage.write(build_coverage(3, 6, outcome=Outcome.NO_EVIDENCE))
    for first, last in ((0, 3), (6, 9)):
        store.coverage.write(build_coverage(first, last, **proof))
    covered = store.read_covered_spans(["ATOM"], get_minute(3), get_minute(6))
    assert covered.is_empty()
    assert store.coverage.read_outstanding().filter(outcome="no-evidence").height == 1


def test_a_coverage_row_written_twice_reads_as_one(store: CandleStore) -> None:
    """Writing the same row of coverage again changes no read."""
    for _ in range(2):
        store.coverage.write(build_coverage(0, 10))
    assert_frame_equal(store.coverage.read_rows(["ATOM"], *WIDE), build_coverage(0, 10))


def test_coverage_rows_overlap_the_window(store: CandleStore) -> None:
    """Rows that overlap the window are read unclipped, those that only touch it are not."""
    store.coverage.write(pl.concat([build_coverage(0, 10), build_coverage(10, 20), build_coverage(20, 30)]))
    assert_frame_equal(store.coverage.read_rows(["ATOM"], get_minute(10), get_minute(20)), build_coverage(10, 20))


@pytest.mark.parametrize(
    "frame",
    [
        build_coverage(0, 1).drop("message"),
        build_coverage(0, 1).cast({"start": pl.Datetime("us", "UTC")}),
        build_coverage(0, 1).with_columns(message=pl.lit(None, pl.String)),
        build_coverage(0, 1).with_columns(outcome=pl.lit("fine")),
        build_coverage(0, 1).with_columns(origin=pl.lit("hearsay")),
        build_coverage(1, 1),
    ],
)
def test_what_is_no_coverage_is_not_stored(store: CandleStore, frame: pl.DataFrame) -> None:
    """Other columns or dtypes, nulls, unknown outcomes or origins and empty spans are refused."""
    with pytest.raises(ValueError, match="coverage"):
        store.coverage.write(frame)
    assert store.read_version() == "-/-/-/-/-"
    assert COVERAGE.keys() == build_coverage(0, 1).schema.keys()


def test_what_was_not_had_and_has_not_come_since_is_wanting(store: CandleStore) -> None:
    """A failed span is outstanding until a complete span covers it; one of an unlisted market never is."""
    hour = [datetime(2025, 10, 10, hour, tzinfo=UTC) for hour in range(20, 24)]
    requests = [
        ("okx", "ATOM/USDT", hour[0], hour[1], "unreachable", 1),
        ("okx", "ATOM/USDT", hour[0], hour[1], "refused", 2),
        ("okx", "ATOM/USDT", hour[1], hour[2], "unreachable", 3),
        ("okx", "ATOM/USDT", hour[1], hour[3], "complete", 4),
        ("okx", "WBETH/*", hour[0], hour[3], "not-listed", 5),
    ]
    rows = [
        {
            "venue": venue,
            "symbol": symbol,
            "start": start,
            "end": end,
            "outcome": outcome,
            "message": "",
            "asked_at": datetime(2026, 1, day, tzinfo=UTC),
            "origin": "collected:ccxt-ohlcv",
            "source": "www.okx.com",
        }
        for venue, symbol, start, end, outcome, day in requests
    ]
    assert store.coverage.read_outstanding().is_empty()
    store.coverage.write(pl.DataFrame(rows, schema=COVERAGE))
    outstanding = store.coverage.read_outstanding()
    assert outstanding.schema == COVERAGE
    assert outstanding.select("symbol", "start", "end", "outcome").rows() == [
        ("ATOM/USDT", hour[0], hour[1], "refused")
    ]


def test_frames_without_price_and_timeframe_mean_trades_by_the_minute(store: CandleStore) -> None:
    """Coverage with an absent or null kind of price or timeframe is that of one-minute trade candles."""
    store.coverage.write(build_coverage(0, 10).drop("price", "timeframe"))
    store.coverage.write(build_coverage(10, 20).with_columns(price=pl.lit(None, pl.String)))
    assert_frame_equal(
        store.coverage.read_rows(["ATOM"], *WIDE), pl.concat([build_coverage(0, 10), build_coverage(10, 20)])
    )


def test_only_trades_by_the_minute_cover(store: CandleStore) -> None:
    """Complete coverage of mark prices or of other timeframes does not make minutes quiet, but is in the log."""
    store.coverage.write(
        pl.concat([build_coverage(0, 10, price="mark"), build_coverage(0, 20, timeframe="1h"), build_coverage(0, 5)])
    )
    assert store.read_covered_spans(["ATOM"], *WIDE)["end"].to_list() == [get_minute(5)]
    log = store.coverage.read_rows(["ATOM"], *WIDE).select("price", "timeframe").rows()
    assert sorted(log) == [("mark", "1m"), ("trade", "1h"), ("trade", "1m")]


def test_prices_are_wanting_apart(store: CandleStore) -> None:
    """A failed span of the mark price is outstanding until that of the mark price, not of trades, is complete."""
    refused = build_coverage(0, 10, price="mark", outcome=Outcome.REFUSED)
    store.coverage.write(pl.concat([refused, build_coverage(0, 10, outcome=Outcome.REFUSED)]))
    assert store.coverage.read_outstanding()["price"].to_list() == ["mark", "trade"]
    store.coverage.write(build_coverage(0, 10, asked_at=LATER))
    assert_frame_equal(store.coverage.read_outstanding(), refused)
    store.coverage.write(pl.concat([build_coverage(0, 5, price="mark"), build_coverage(5, 10, price="mark")]))
    assert store.coverage.read_outstanding().is_empty()


def test_only_the_minutes_that_have_not_come_are_wanting(store: CandleStore) -> None:
    """The minutes of failed spans outside of complete spans are outstanding, each once however often it failed."""
    for first, last in ((0, 10), (-1, 5), (5, 11), (20, 30), (20, 28)):
        store.coverage.write(build_coverage(first, last, outcome=Outcome.PARTLY))
    store.coverage.write(
        pl.concat([build_coverage(0, 4), build_coverage(4, 10), build_coverage(20, 25), build_coverage(26, 30)])
    )
    assert store.coverage.read_outstanding().select("start", "end").rows() == [
        (get_minute(-1), get_minute(0)),
        (get_minute(10), get_minute(11)),
        (get_minute(25), get_minute(26)),
    ]


def test_of_failures_that_overlap_each_minute_bears_the_latest(store: CandleStore) -> None:
    """A minute that failed twice is outstanding once, with the latest reason."""
    store.coverage.write(build_coverage(0, 10, outcome=Outcome.REFUSED))
    store.coverage.write(build_coverage(4, 12, outcome=Outcome.UNREACHABLE, asked_at=LATER))
    assert store.coverage.read_outstanding().select("start", "end", "outcome").rows() == [
        (get_minute(0), get_minute(4), "refused"),
        (get_minute(4), get_minute(12), "unreachable"),
    ]


def test_a_list_of_markets_that_came_later_settles_the_one_that_failed(store: CandleStore) -> None:
    """A failure to list markets is settled by a later request for a market of the asset."""
    unlisted = build_coverage(0, 20, outcome=Outcome.UNREACHABLE).with_columns(symbol=pl.lit("ATOM/*"))
    store.coverage.write(pl.concat([unlisted, unlisted.with_columns(symbol=pl.lit("XRP/*"))]))
    store.coverage.write(build_coverage(0, 8, asked_at=LATER))
    store.coverage.write(build_coverage(8, 15, outcome=Outcome.REFUSED, asked_at=LATER))
    assert sorted(store.coverage.read_outstanding().select("symbol", "start", "end").rows()) == [
        ("ATOM/*", get_minute(15), get_minute(20)),
        ("ATOM/USDT", get_minute(8), get_minute(15)),
        ("XRP/*", get_minute(0), get_minute(20)),
    ]


def test_stores_from_before_price_and_timeframe_go_on(store: CandleStore) -> None:
    """A table without the columns is read with their defaults, and the first write adds them."""
    old = build_coverage(0, 10, outcome=Outcome.REFUSED).drop("price", "timeframe")
    write_deltalake(f"{store.uri}/coverage", pl.concat([old, build_coverage(0, 3).drop("price", "timeframe")]))
    assert_frame_equal(
        store.coverage.read_rows(["ATOM"], *WIDE),
        pl.concat([build_coverage(0, 3), build_coverage(0, 10, outcome=Outcome.REFUSED)]),
    )
    assert store.read_covered_spans(["ATOM"], *WIDE)["end"].to_list() == [get_minute(3)]
    assert_frame_equal(store.coverage.read_outstanding(), build_coverage(3, 10, outcome=Outcome.REFUSED))
    store.coverage.write(build_coverage(3, 10, price="mark"))
    assert [field.name for field in DeltaTable(f"{store.uri}/coverage").schema().fields] == [*COVERAGE]
    assert store.read_covered_spans(["ATOM"], *WIDE)["end"].to_list() == [get_minute(3)]
    assert store.coverage.read_rows(["ATOM"], *WIDE)["price"].to_list() == ["mark", "trade", "trade"]


def test_two_writers_add_the_columns_once(store: CandleStore) -> None:
    """A writer with a version of the table from before the columns were added can write."""
    uri = f"{store.uri}/coverage"
    write_deltalake(uri, build_coverage(0, 3).drop("price", "timeframe"))
    opened = [DeltaTable(uri)]
    store.coverage.write(build_coverage(3, 5))
    fresh = StoreTable.open
    with patch.object(StoreTable, "open", lambda table: opened.pop() if opened else fresh(table)):
        store.coverage.write(build_coverage(5, 7))
    assert opened == []
    assert store.read_covered_spans(["ATOM"], *WIDE)["end"].to_list() == [get_minute(7)]


def test_no_assets_have_no_coverage(store: CandleStore) -> None:
    """A read of no asset returns no row."""
    store.coverage.write(build_coverage(0, 10))
    assert store.coverage.read_rows([], *WIDE).is_empty()
    assert store.read_covered_spans([], *WIDE).is_empty()


def test_the_sample_does_not_hide_what_is_missing(store: CandleStore) -> None:
    """A failed request and a failed list of markets are outstanding beside a complete sample; a file ends it."""
    failed = [build_coverage(0, 10, symbol=symbol, outcome=Outcome.UNREACHABLE) for symbol in ("ATOM/*", "ATOM/USDT")]
    store.coverage.write(pl.concat(failed))
    store.coverage.write(build_coverage(0, 10, origin=Origin.RECONSTRUCTION, asked_at=LATER))
    assert store.coverage.read_outstanding()["symbol"].to_list() == ["ATOM/*", "ATOM/USDT"]
    store.coverage.write(build_coverage(0, 10, origin=Origin.IMPORTED, asked_at=LATER))
    assert store.coverage.read_outstanding().is_empty()
