"""The layout of blocks side by side with facts and key, and the number of ticks of a scale."""

import numpy as np

from dashboard.charts.comparison.block_arrangement import arrange_pair
from dashboard.draw.axis import MIN_TICK_DISTANCE, build_price_scale, build_readable_scale


def test_a_fact_goes_below_the_shorter_block() -> None:
    """The only fact goes below the shorter left block, and the key below the right one."""
    pair_layout = arrange_pair((110.0, 190.0), [120.0], (32.0, 16.0))
    assert pair_layout.facts == ((0,), ())
    assert pair_layout.key_column == 1
    assert pair_layout.heights_below == (120.0, 32.0)
    assert pair_layout.height == 230.0


def test_two_facts_share_the_columns() -> None:
    """Below blocks of one height, the first fact goes left, the second right, and the key below the shorter column."""
    pair_layout = arrange_pair((100.0, 100.0), [211.0, 96.0], (48.0, 16.0))
    assert pair_layout.facts == ((0,), (1,))
    assert pair_layout.key_column == 1
    assert pair_layout.height == 311.0


def test_without_facts_the_key_runs_below_both() -> None:
    """Below blocks of one height, a key as wide as both adds less height than one in a column."""
    pair_layout = arrange_pair((200.0, 200.0), [], (48.0, 16.0))
    assert pair_layout.key_column is None
    assert pair_layout.key_height == 16.0
    assert pair_layout.height == 216.0


def test_a_low_panel_has_fewer_ticks() -> None:
    """A log scale of prices has fewer ticks in a low panel, at least `MIN_TICK_DISTANCE` apart."""
    closes = [np.array([1.1, 4.2])]
    high_scale, low_scale = (
        build_readable_scale(lambda max_ticks: build_price_scale(closes, max_ticks), 7, height)
        for height in (600.0, 140.0)
    )
    assert len(high_scale.ticks) > len(low_scale.ticks) >= 2
    pixels = 140.0 * np.diff(np.log(low_scale.ticks)) / np.log(low_scale.high / low_scale.low)
    assert pixels.min() >= MIN_TICK_DISTANCE
