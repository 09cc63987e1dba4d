"""Rows of a history for tests."""

from datetime import date
from typing import Any

import polars as pl

from data.tables.history import HISTORY_ROW
from data.tables.scans import Universe
from tests.data.scan_frames import MADE_AT


def build_history_row(**values: Any) -> pl.DataFrame:  # noqa: ANN401 - any column of a row
    """The lows of Binance against all others on 3 January 2024, all of them known, with some columns changed."""
    row = {
        "day": date(2024, 1, 3),
        "group": "usdt",
        "venue": "binance",
        "side": "below",
        "assets": 10,
        "gap_99": -0.01,
        "gap_most": -0.03,
        "gap_most_asset": "ATOM",
        "incomplete": 0,
        "sure_most": -0.03,
        "sure_most_asset": "ATOM",
        "universe": Universe.LISTED.value,
        "choices": "{}",
        "focus": "binance",
        "made_at": MADE_AT,
    }
    return pl.DataFrame([row | values], schema=HISTORY_ROW)
