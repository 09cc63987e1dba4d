"""What every market was in each bar: the numbers of the table that follows the pointer along the charts.

The browser holds them all, so that pointing asks the server for nothing. In windows that are drawn by buckets the table
tells least and greatest of each bucket, as the charts do.
"""

from typing import Any

import numpy as np

from dashboard.draw.encoding import encode_array
from dashboard.draw.scene import Scene
from dashboard.draw.traces import compute_bucket_maxima, compute_bucket_minima, compute_bucket_size
from dashboard.text.clock import Zone
from deviation.minute.grid import Floats
from deviation.minute.states import State
from deviation.question import Group
from deviation.result import MarketRow
from deviation.summary import find_minimum

STATE_NAMES = tuple(state.name.lower() for state in State)
"""The names of the states by their number."""


def build_minute_data(scene: Scene, zone: Zone) -> dict[str, Any]:
    """Times, and per market its names, prices, deviations and states, as ``assets/page.js`` reads them.

    ``first`` and ``bar`` are in milliseconds, ``width`` is the number of bars of a bucket, ``at`` the bucket that is
    shown before anybody points at one: the focus venue's deepest. Prices in dollars, deviations as fractions against
    the market's own group, both as 32-bit values with NaN for none; where ``width`` is not 1, ``low`` and ``high``
    stand in their place. ``state`` is the position in ``states`` of each bar, of a bucket the gravest.
    """
    measurement = scene.measurement
    size = measurement.axis.size
    width = compute_bucket_size(size)
    ms = measurement.question.timeframe.ms
    return {
        "first": measurement.axis.first * ms,
        "bar": ms,
        "width": width,
        "count": -(-size // width),
        "size": size,
        "at": _find_deepest_position(scene) // width,
        "zone": zone.value,
        "offset": zone.offset.total_seconds() * 1000,
        "states": STATE_NAMES,
        "rows": [_build_row(scene, row, width) for row in _sort_rows(scene)],
    }


def _sort_rows(scene: Scene) -> list[MarketRow]:
    """The focus venue's row, then spot markets and derivatives in the catalogue's order."""
    order = {venue: build_sort_key for build_sort_key, venue in enumerate(scene.catalogue.venues)}

    def build_sort_key(row: MarketRow) -> tuple[bool, bool, bool, int, str]:
        market = row.market
        group = market.group is Group.USD
        return row is not scene.focus, not row.is_spot, group, order.get(market.venue, len(order)), market.symbol

    return sorted(scene.measurement.rows, key=build_sort_key)


def _build_row(scene: Scene, row: MarketRow, width: int) -> dict[str, Any]:
    price, deviation = row.minutes.price, row.series[row.market.group].d
    return {
        "name": scene.format_name(row),
        "market": row.market.symbol,
        "group": row.market.group.value,
        "focus": row is scene.focus,
        "price": _encode_values(price, width),
        "deviation": _encode_values(deviation, width),
        "state": encode_array(_find_gravest_states(row.minutes.states.astype(np.float64), width)),
    }


def _encode_values(values: Floats, width: int) -> dict[str, dict[str, str]]:
    if width == 1:
        return {"low": encode_array(values.astype(np.float32))}
    return {
        "low": encode_array(compute_bucket_minima(values, width).astype(np.float32)),
        "high": encode_array(compute_bucket_maxima(values, width).astype(np.float32)),
    }


def _find_gravest_states(states: Floats, width: int) -> np.ndarray[Any, np.dtype[np.int8]]:
    """The state of each bucket that is furthest from a vote: states are numbered by that."""
    return compute_bucket_maxima(states, width).astype(np.int8)


def _find_deepest_position(scene: Scene) -> int:
    """The bar that tells most: the focus venue's deepest close, else its lowest trade, else the first close."""
    row = scene.focus
    if row is None:
        return 0
    deepest_at = row.own_summary.depth_at
    return deepest_at if deepest_at is not None else row.low_at or find_minimum(row.minutes.price) or 0
