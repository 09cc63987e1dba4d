"""The data of the table beside the pointer: price, deviation and state of every market in each bar.

The browser has all of it, so that pointing needs no request. In windows that are drawn by buckets the table shows the
least and the greatest value of each bucket, as the charts do.
"""

from typing import Any

import numpy as np

from dashboard.draw.encoding import encode_array
from dashboard.draw.price_unit import choose_price_unit
from dashboard.draw.scene import Scene
from dashboard.draw.side import choose_trade_side
from dashboard.draw.traces import compute_bucket_maxima, compute_bucket_minima, compute_bucket_size
from deviation.minute.grid import Floats
from deviation.minute.states import State
from deviation.question import sort_groups
from deviation.result import MarketRow

STATE_LABELS = {
    State.VOTING: "counted",
    State.SMALL: "low volume",
    State.QUIET: "no trades",
    State.MISSING: "missing",
}
"""The states in few letters; the page writes all but the first."""


def build_minute_data(scene: Scene) -> dict[str, Any]:
    """Times, and names, prices, deviations and states of each market, for ``assets/explorer.js``.

    ``first``, ``bar`` and ``offset`` are in milliseconds. ``width`` is the number of bars per bucket and ``at`` the
    bucket that is shown first, that of the focus venue's largest deviation. Prices are in the money of the chart and
    deviations are fractions against the market's own group, both as 32-bit values with NaN for none: ``low`` alone
    where ``width`` is 1, else ``low`` and ``high``. ``state`` is the index in ``states``, of a bucket the one furthest
    from a vote. ``groups`` are the ids and headings of the tables.
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
        "at": _find_first_shown(scene) // width,
        "zone": scene.zone.value,
        "offset": scene.zone.offset.total_seconds() * 1000,
        "states": [STATE_LABELS[state] for state in State],
        "groups": [[group, f"{group.upper()} exchanges"] for group in scene.measurement.groups],
        "rows": [_build_row(scene, row, width) for row in _sort_rows(scene)],
    }


def _sort_rows(scene: Scene) -> list[MarketRow]:
    """The focus row, then spot markets, then derivatives; by group and the catalogue's order of venues."""
    order = {venue: index for index, venue in enumerate(scene.catalogue.venues)}
    groups = sort_groups(row.market.group for row in scene.measurement.rows)

    def build_sort_key(row: MarketRow) -> tuple[bool, bool, int, int, str]:
        market = row.market
        venue_index = order.get(market.venue, len(order))
        return row is not scene.focus, not row.is_spot, groups.index(market.group), venue_index, market.symbol

    return sorted(scene.measurement.rows, key=build_sort_key)


def _build_row(scene: Scene, row: MarketRow, width: int) -> dict[str, Any]:
    price = choose_price_unit(scene).convert(row, row.minutes.close)
    deviation = row.series[row.market.group].d
    return {
        "name": scene.format_name(row),
        "market": row.market.symbol,
        "group": row.market.group,
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
    """The state of each bucket that is furthest from a vote, which is the one with the highest number."""
    return compute_bucket_maxima(states, width).astype(np.int8)


def _find_first_shown(scene: Scene) -> int:
    """The position of the focus venue's largest deviation, else of its trade furthest off; 0 without any."""
    row = scene.focus
    if row is None:
        return 0
    at = row.own_summary.get_side(row.own_summary.larger_side).at
    extreme = row.get_extreme(choose_trade_side(scene.measurement))
    return at if at is not None else extreme.at if extreme is not None else 0
