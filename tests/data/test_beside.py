"""The tables beside candles and coverage: lists of markets, bad pages and runs."""

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
    """Keep a page aside, with some of its fields changed."""
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


def test_nothing_is_read_or_created_before_the_first_write(store: CandleStore) -> None:
    """Each table reads as empty and leaves the disk alone."""
    assert store.listings.read_newest("okx", NOW) is None
    assert_frame_equal(store.rejected_pages.read_rows(), build_empty_frame(REJECTED_PAGE))
    assert_frame_equal(store.runs.read_rows(), build_empty_frame(RUN))
    assert not Path(store.uri).exists()


def test_the_newest_list_of_a_venue_is_given_while_it_is_new_enough(store: CandleStore) -> None:
    """The list given last is read if it is newer than the time asked for; each venue has its own."""
    store.listings.add("okx", MARKETS_JSON, listed_at=NOW, source="www.okx.com")
    store.listings.add("okx", "{}", listed_at=NOW - timedelta(hours=1), source="www.okx.com")
    store.listings.add("binance", "[]", listed_at=LATER, source="api.binance.com")
    assert store.listings.read_newest("okx", NOW - timedelta(days=1)) == MARKETS_JSON
    assert store.listings.read_newest("okx", NOW) is None
    assert store.listings.read_newest("binance", NOW) == "[]"
    assert store.listings.read_newest("kraken", NOW - timedelta(days=1)) is None


def test_a_bad_page_is_kept_as_it_came(store: CandleStore) -> None:
    """A page kept aside comes back with where, what, when and why; pages stand in the order of asking."""
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
    ("body", "kept"), [("x" * 1_000_001, 1_000_000), ("é" * 600_000, 1_000_000), ("€" * 400_000, 999_999)]
)
def test_a_long_page_is_cut_to_a_megabyte(store: CandleStore, body: str, kept: int) -> None:
    """A body is cut to a million bytes, before the character that would go beyond."""
    add_page(store, body=body)
    text = store.rejected_pages.read_rows()["body"][0]
    assert len(text.encode()) == kept
    assert body.startswith(text)


def test_half_a_character_in_a_page_is_kept_as_a_question_mark(store: CandleStore) -> None:
    """A lone surrogate, as broken JSON escapes give it, cannot be stored as text and does not stop the keeping."""
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
def test_what_is_no_bad_page_is_not_kept(store: CandleStore, field: str, value: object, fault: str) -> None:
    """A null, a naive time or another type in a row is refused before anything is written."""
    with pytest.raises(ValueError, match=fault):
        add_page(store, **{field: value})
    assert not Path(store.uri).exists()


def test_runs_come_newest_first(store: CandleStore) -> None:
    """The log gives the runs that ended last, newest first, as many as asked for."""
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


def test_a_run_ends_in_a_known_way(store: CandleStore) -> None:
    """An outcome may be given by its text, and must be a known one."""
    log_run(store, NOW, outcome="could not have everything")
    assert store.runs.read_rows()["outcome"].to_list() == ["could not have everything"]
    with pytest.raises(ValueError, match="fine"):
        log_run(store, NOW, outcome="fine")


def test_logs_are_no_content(store: CandleStore) -> None:
    """What is kept of an answer stays good when a run is logged, a page kept aside or a list kept."""
    store.coverage.write(build_coverage(0, 1))
    version = store.read_version()
    log_run(store, NOW)
    add_page(store)
    store.listings.add("okx", MARKETS_JSON, listed_at=NOW, source="www.okx.com")
    assert store.read_version() == version
