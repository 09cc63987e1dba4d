"""Histories of earlier versions are read with what they lack unknown, and what was chosen by hand is told apart."""

from datetime import date, timedelta
from typing import Any

import polars as pl
from polars.testing import assert_frame_equal

from data.delta.table import StoreTable
from data.store import CandleStore
from data.tables.history import HISTORY_DEFAULTS, HISTORY_ROW
from data.tables.scans import Universe
from tests.data.scan_frames import MADE_AT

DAY = date(2025, 6, 1)


def build_row(**values: Any) -> pl.DataFrame:  # noqa: ANN401 - any column of a row
    """The lows of Binance on one day."""
    row = {
        "day": DAY,
        "group": "usdt",
        "venue": "binance",
        "side": "below",
        "assets": 10,
        "gap_most": -0.04,
        "incomplete": 2,
        "sure_most": -0.03,
        "sure_most_asset": "ATOM",
        "universe": Universe.LISTED.value,
        "choices": "{}",
        "focus": "binance",
        "made_at": MADE_AT,
    }
    return pl.DataFrame([row | values], schema=HISTORY_ROW)


def test_an_older_history_says_nothing_of_what_is_missing(store: CandleStore) -> None:
    """Its rows are read with null; the next day that is saved has its own, in the same table."""
    older_schema = {name: dtype for name, dtype in HISTORY_ROW.items() if name not in HISTORY_DEFAULTS}
    StoreTable(store.history.table.uri, older_schema).append(build_row().select(*older_schema))
    unknown = build_row(**dict.fromkeys(HISTORY_DEFAULTS))
    assert_frame_equal(store.history.read(DAY, DAY, "binance"), unknown)
    assert store.history.read(DAY, DAY, "binance", choices={}).is_empty()
    later = build_row(day=DAY + timedelta(days=1))
    store.history.save(later)
    assert_frame_equal(store.history.read(DAY, DAY + timedelta(days=1), "binance"), pl.concat([unknown, later]))


def test_days_with_exchanges_chosen_by_hand_are_told_apart(store: CandleStore) -> None:
    """A later one of two exchanges is what was measured last, and does not stand in for one of all."""
    store.history.save(build_row())
    by_hand = build_row(choices='{"venues": ["binance", "okx"]}', made_at=MADE_AT + timedelta(hours=1))
    store.history.save(by_hand)
    assert_frame_equal(store.history.read(DAY, DAY, "binance"), by_hand)
    assert_frame_equal(store.history.read(DAY, DAY, "binance", choices={}), build_row())
    two = {"venues": ["binance", "okx"]}
    assert store.history.list_days_like("binance", Universe.LISTED, two) == {DAY}
    assert store.history.list_days_like("binance", Universe.STORED, {}) == set()
    assert store.history.list_days_like("okx", Universe.LISTED, {}) == set()
