"""Histories of earlier versions are read with what they lack unknown, and what was chosen by hand is told apart."""

from datetime import date, timedelta

import polars as pl
from polars.testing import assert_frame_equal

from data.delta.table import StoreTable
from data.store import CandleStore
from data.tables.history import HISTORY_DEFAULTS, HISTORY_ROW
from data.tables.scans import Universe
from tests.data.history_frames import build_history_row
from tests.data.scan_frames import MADE_AT

DAY = date(2024, 1, 3)
LATER = MADE_AT + timedelta(hours=1)


def test_an_older_history_says_nothing_of_what_is_missing(store: CandleStore) -> None:
    """Its rows are read with null; the next day that is saved has its own, in the same table."""
    older_schema = {name: dtype for name, dtype in HISTORY_ROW.items() if name not in HISTORY_DEFAULTS}
    StoreTable(store.history.table.uri, older_schema).append(build_history_row().select(*older_schema))
    unknown = build_history_row(**dict.fromkeys(HISTORY_DEFAULTS))
    assert_frame_equal(store.history.read(DAY, DAY, "binance"), unknown)
    assert store.history.read(DAY, DAY, "binance", choices={}).is_empty()
    later = build_history_row(day=DAY + timedelta(days=1))
    store.history.save(later)
    assert_frame_equal(store.history.read(DAY, DAY + timedelta(days=1), "binance"), pl.concat([unknown, later]))


def test_days_with_exchanges_chosen_by_hand_are_told_apart(store: CandleStore) -> None:
    """A later one of two exchanges does not stand in for one of all, and is read where it is asked for."""
    store.history.save(build_history_row())
    by_hand = build_history_row(choices='{"venues": ["binance", "okx"]}', made_at=MADE_AT + timedelta(hours=1))
    store.history.save(by_hand)
    two = {"venues": ["binance", "okx"]}
    assert_frame_equal(store.history.read(DAY, DAY, "binance"), build_history_row())
    assert_frame_equal(store.history.read(DAY, DAY, "binance", choices={}), build_history_row())
    assert_frame_equal(store.history.read(DAY, DAY, "binance", choices=two), by_hand)
    assert store.history.list_days_like("binance", Universe.LISTED, two) == {DAY}
    assert store.history.list_days_like("binance", Universe.STORED, {}) == set()
    assert store.history.list_days_like("okx", Universe.LISTED, {}) == set()


def test_a_later_day_of_what_the_store_held_stands_behind_one_of_listed_coins(store: CandleStore) -> None:
    """Either is read where it is asked for, and is not to be measured again; of two alike the later one counts."""
    listed, stored = build_history_row(), build_history_row(universe=Universe.STORED.value, made_at=LATER)
    store.history.save(listed)
    store.history.save(stored)
    assert_frame_equal(store.history.read(DAY, DAY, "binance"), listed)
    assert_frame_equal(store.history.read(DAY, DAY, "binance", universe=Universe.STORED), stored)
    assert store.history.list_days_like("binance", Universe.LISTED, {}) == {DAY}
    assert store.history.list_days_like("binance", Universe.STORED, {}) == {DAY}
    again = build_history_row(made_at=LATER + timedelta(hours=1), assets=11)
    store.history.save(again)
    assert_frame_equal(store.history.read(DAY, DAY, "binance"), again)


def test_a_list_of_chosen_exchanges_stands_before_what_the_store_held(store: CandleStore) -> None:
    """And before a day of an earlier version, of which nothing is known."""
    chosen = build_history_row(choices='{"venues": ["binance", "okx"]}')
    unknown = build_history_row(**dict.fromkeys(HISTORY_DEFAULTS), made_at=LATER + timedelta(hours=1))
    for rows in (chosen, build_history_row(universe=Universe.STORED.value, made_at=LATER), unknown):
        store.history.save(rows)
    assert_frame_equal(store.history.read(DAY, DAY, "binance"), chosen)
