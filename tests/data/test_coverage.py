from datetime import UTC, datetime

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from data.coverage import merged
from data.schema import COVERAGE, SPAN, Outcome
from data.store import CandleStore
from tests.data.frames import LATER, NOW, covered, minute

WIDE = (minute(-60), minute(60))


def spans(*rows: tuple[str, str, int, int]) -> pl.DataFrame:
    """A frame of spans between minute numbers."""
    return pl.DataFrame(
        [(venue, symbol, minute(first), minute(last)) for venue, symbol, first, last in rows], schema=SPAN, orient="row"
    )


def test_touching_and_overlapping_spans_become_one() -> None:
    """Per market, spans that overlap, touch or lie within each other are one; a gap keeps them apart."""
    given = spans(
        ("okx", "ATOM/USDT", 5, 7),
        ("okx", "ATOM/USDT", 0, 10),
        ("okx", "ATOM/USDT", 10, 12),
        ("okx", "ATOM/USDT", 13, 14),
        ("okx", "ATOM/USDC", 12, 13),
        ("binance", "ATOM/USDT", 0, 3),
        ("binance", "ATOM/USDT", 2, 4),
    )
    expected = spans(
        ("binance", "ATOM/USDT", 0, 4),
        ("okx", "ATOM/USDC", 12, 13),
        ("okx", "ATOM/USDT", 0, 12),
        ("okx", "ATOM/USDT", 13, 14),
    )
    assert_frame_equal(merged(given), expected)


def test_covered_spans_are_clipped_to_the_window(store: CandleStore) -> None:
    """What is covered never reaches beyond the window that was asked for."""
    store.write_coverage(covered(0, 30))
    store.write_coverage(covered(30, 50))
    read = store.covered(["ATOM"], minute(10), minute(40))
    assert_frame_equal(read, spans(("binance", "ATOM/USDT", 10, 40)))
    assert store.covered(["ATOM"], minute(50), minute(60)).is_empty()
    assert store.covered(["DOGE"], *WIDE).is_empty()


def test_only_complete_outcomes_cover(store: CandleStore) -> None:
    """A request that ended in anything but complete covers nothing, yet stays in the log."""
    store.write_coverage(covered(0, 10, outcome=Outcome.PARTLY, asked_at=LATER))
    store.write_coverage(covered(0, 10, outcome=Outcome.UNREACHABLE, asked_at=NOW))
    assert store.covered(["ATOM"], *WIDE).is_empty()
    assert store.coverage(["ATOM"], *WIDE)["outcome"].to_list() == ["unreachable", "partly"]


def test_a_coverage_row_written_twice_reads_as_one(store: CandleStore) -> None:
    """Writing the same row of coverage again changes no answer."""
    for _ in range(2):
        store.write_coverage(covered(0, 10))
    assert_frame_equal(store.coverage(["ATOM"], *WIDE), covered(0, 10))


def test_coverage_rows_overlap_the_window(store: CandleStore) -> None:
    """The log gives rows that share a minute with the window, whole, and none that only touch it."""
    store.write_coverage(pl.concat([covered(0, 10), covered(10, 20), covered(20, 30)]))
    assert_frame_equal(store.coverage(["ATOM"], minute(10), minute(20)), covered(10, 20))


@pytest.mark.parametrize(
    "frame",
    [
        covered(0, 1).drop("message"),
        covered(0, 1).cast({"start": pl.Datetime("us", "UTC")}),
        covered(0, 1).with_columns(message=pl.lit(None, pl.String)),
        covered(0, 1).with_columns(outcome=pl.lit("fine")),
        covered(0, 1).with_columns(origin=pl.lit("hearsay")),
        covered(1, 1),
    ],
)
def test_what_is_no_coverage_is_not_stored(store: CandleStore, frame: pl.DataFrame) -> None:
    """Other columns or dtypes, nulls, unknown outcomes or origins and empty spans are refused."""
    with pytest.raises(ValueError, match="coverage"):
        store.write_coverage(frame)
    assert store.version() == "-/-"
    assert COVERAGE.keys() == covered(0, 1).schema.keys()


def test_what_was_not_had_and_has_not_come_since_is_wanting(store: CandleStore) -> None:
    """A refusal is wanting until a complete span holds it; what is not listed never is; the last answer stands."""
    hour = [datetime(2025, 10, 10, hour, tzinfo=UTC) for hour in range(20, 24)]
    asked = [
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
        for venue, symbol, start, end, outcome, day in asked
    ]
    assert store.wanting().is_empty()
    store.write_coverage(pl.DataFrame(rows, schema=COVERAGE))
    wanting = store.wanting()
    assert wanting.schema == COVERAGE
    assert wanting.select("symbol", "start", "end", "outcome").rows() == [("ATOM/USDT", hour[0], hour[1], "refused")]
