"""The layout of the picture's parts: facts under the shorter column, ticks that stand apart."""

import numpy as np

from dashboard.charts.comparison.block_layout import arrange_pair
from dashboard.draw.axis import MIN_TICK_DISTANCE, build_price_scale, build_readable_scale


def test_a_fact_stands_under_the_shorter_block() -> None:
    """With one row on the left and three on the right, the fact goes left and the key right."""
    pair_layout = arrange_pair((110.0, 190.0), [120.0], (32.0, 16.0))
    assert pair_layout.facts == ((0,), ())
    assert pair_layout.legend_column == 1
    assert pair_layout.heights_below == (120.0, 32.0)
    assert pair_layout.height == 230.0


def test_two_facts_share_the_columns() -> None:
    """Under blocks alike, the first fact goes left, the second right, and the key under the shorter of them."""
    pair_layout = arrange_pair((100.0, 100.0), [211.0, 96.0], (48.0, 16.0))
    assert pair_layout.facts == ((0,), (1,))
    assert pair_layout.legend_column == 1
    assert pair_layout.height == 311.0


def test_without_facts_the_key_runs_below_both() -> None:
    """A key in one column would make blocks alike higher than a line below both does."""
    pair_layout = arrange_pair((200.0, 200.0), [], (48.0, 16.0))
    assert pair_layout.legend_column is None
    assert pair_layout.legend_height == 16.0
    assert pair_layout.height == 216.0


def test_ticks_give_way_in_a_low_panel() -> None:
    """A log axis of prices keeps its ladder in a high panel, and takes a coarser one in a low panel."""
    closes = [np.array([1.1, 4.2])]
    high_scale, low_scale = (
        build_readable_scale(lambda max_ticks: build_price_scale(closes, max_ticks), 7, height)
        for height in (600.0, 140.0)
    )
    assert len(high_scale.ticks) > len(low_scale.ticks) >= 2
    pixels = 140.0 * np.diff(np.log(low_scale.ticks)) / np.log(low_scale.high / low_scale.low)
    assert pixels.min() >= MIN_TICK_DISTANCE
