"""Listings, rejected pages and runs."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from data.schema import REJECTED_PAGE, RUN, RunOutcome, build_empty_frame
from data.store import CandleStore
from data.tables.rejected_pages import RejectedPageRecord
from data.tables.runs import RunRecord
from tests.data.frames import LATER, NOW, build_coverage, get_minute

MARKETS_JSON = '{"ATOM/USDT": {"id": "ATOMUSDT", "note": "€"}}'


def add_page(store: CandleStore, **other: Any) -> None:  # noqa: ANN401 - any field of the page, also of a wrong type
    """Add a rejected page, with some of its fields changed."""
    page = {
        "venue": "okx",
        "symbol": "ATOM/USDT",
        "price": "trade",
        "start": get_minute(0),
        "end": get_minute(300),
        "asked_at": NOW,
        "source": "www.okx.com",
        "message": "row 3 is no candle",
        "body": '{"data": [[]]}',
        **other,
    }
    store.rejected_pages.add(RejectedPageRecord(**page))


def log_run(store: CandleStore, ended_at: datetime, **other: Any) -> None:  # noqa: ANN401 - any field of a run
    """Log a run of a minute."""
    run = {"kind": "follow", "outcome": RunOutcome.DONE, "began_at": ended_at - timedelta(minutes=1), **other}
    store.runs.add(RunRecord(ended_at=ended_at, **run))


def test_absent_tables_read_as_empty_and_are_not_created(store: CandleStore) -> None:
    """Before the first write each table reads as empty, and no file is created."""
    assert store.listings.read_newest("okx", NOW) is None
    assert_frame_equal(store.rejected_pages.read_rows(), build_empty_frame(REJECTED_PAGE))
    assert_frame_equal(store.runs.read_rows(), build_empty_frame(RUN))
    assert not Path(store.uri).exists()


def test_newest_listing_of_a_venue_is_read_if_new_enough(store: CandleStore) -> None:
    """The latest listing of a venue is read if it is newer than the given time."""
    store.listings.add("okx", MARKETS_JSON, listed_at=NOW, source="www.okx.com")
    store.listings.add("okx", "{}", listed_at=NOW - timedelta(hours=1), source="www.okx.com")
    store.listings.add("binance", "[]", listed_at=LATER, source="api.binance.com")
    assert store.listings.read_newest("okx", NOW - timedelta(days=1)) == MARKETS_JSON
    assert store.listings.read_newest("okx", NOW) is None
    assert store.listings.read_newest("binance", NOW) == "[]"
    assert store.listings.read_newest("kraken", NOW - timedelta(days=1)) is None


def test_rejected_pages_are_stored_unchanged(store: CandleStore) -> None:
    """Rejected pages are read back with all fields, sorted by ``asked_at``."""
    add_page(store, asked_at=LATER)
    add_page(store, venue="kraken", message="no JSON", body="<html>")
    expected = pl.DataFrame(
        [
            (
                "kraken",
                "ATOM/USDT",
                "trade",
                get_minute(0),
                get_minute(300),
                NOW,
                "www.okx.com",
                "no JSON",
                "<html>",
            ),
            (
                "okx",
                "ATOM/USDT",
                "trade",
                get_minute(0),
                get_minute(300),
                LATER,
                "www.okx.com",
                "row 3 is no candle",
                '{"data": [[]]}',
            ),
        ],
        schema=REJECTED_PAGE,
        orient="row",
    )
    assert_frame_equal(store.rejected_pages.read_rows(), expected)


@pytest.mark.parametrize(
    ("body", "size"), [("x" * 1_000_001, 1_000_000), ("é" * 600_000, 1_000_000), ("€" * 400_000, 999_999)]
)
def test_a_long_page_is_cut_to_a_megabyte(store: CandleStore, body: str, size: int) -> None:
    """A body is cut to a million bytes at a boundary of characters."""
    add_page(store, body=body)
    text = store.rejected_pages.read_rows()["body"][0]
    assert len(text.encode()) == size
    assert body.startswith(text)


def test_lone_surrogate_in_a_page_becomes_a_question_mark(store: CandleStore) -> None:
    """A lone surrogate, as malformed JSON escapes produce it, is replaced, and the page is stored."""
    add_page(store, body="a\ud800b")
    assert store.rejected_pages.read_rows()["body"].to_list() == ["a?b"]


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("message", None, "message is null"),
        ("start", datetime(2025, 10, 10), "start has no time zone"),  # noqa: DTZ001 - that is what is refused
        ("price", 3, "this row is none of"),
    ],
)
def test_invalid_rejected_pages_are_refused(store: CandleStore, field: str, value: object, fault: str) -> None:
    """A null, a naive time or a value of another type is refused before anything is written."""
    with pytest.raises(ValueError, match=fault):
        add_page(store, **{field: value})
    assert not Path(store.uri).exists()


def test_runs_come_newest_first(store: CandleStore) -> None:
    """The runs that ended last are read, newest first, up to the limit."""
    log_run(store, NOW, window=(get_minute(0), get_minute(5)), candles=1000, new=990, revised=2, holder="host:12")
    log_run(store, LATER, kind="maintenance", outcome=RunOutcome.FAILED, message="disk full")
    log_run(store, NOW + timedelta(minutes=5), outcome=RunOutcome.SKIPPED)
    began = timedelta(minutes=1)
    expected = pl.DataFrame(
        [
            ("maintenance", LATER - began, LATER, None, None, "failed", 0, 0, 0, "disk full", ""),
            (
                "follow",
                NOW + timedelta(minutes=4),
                NOW + timedelta(minutes=5),
                None,
                None,
                "skipped",
                0,
                0,
                0,
                "",
                "",
            ),
            ("follow", NOW - began, NOW, get_minute(0), get_minute(5), "done", 1000, 990, 2, "", "host:12"),
        ],
        schema=RUN,
        orient="row",
    )
    assert_frame_equal(store.runs.read_rows(), expected)
    assert_frame_equal(store.runs.read_rows(2), expected.head(2))


def test_outcome_of_a_run_must_be_known(store: CandleStore) -> None:
    """An outcome can be given as text, and an unknown one is refused."""
    log_run(store, NOW, outcome="could not have everything")
    assert store.runs.read_rows()["outcome"].to_list() == ["could not have everything"]
    with pytest.raises(ValueError, match="fine"):
        log_run(store, NOW, outcome="fine")


def test_logs_do_not_change_the_version(store: CandleStore) -> None:
    """Writing a run, a rejected page or a listing leaves the version of the store, and so cached results, unchanged."""
    store.coverage.write(build_coverage(0, 1))
    version = store.read_version()
    log_run(store, NOW)
    add_page(store)
    store.listings.add("okx", MARKETS_JSON, listed_at=NOW, source="www.okx.com")
    assert store.read_version() == version
