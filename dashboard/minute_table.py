"""What every market was in each bar: the numbers of the table that follows the pointer along the charts.

The browser holds them all, so that pointing asks the server for nothing. In windows that are drawn by buckets the table
tells least and greatest of each bucket, as the charts do.
"""

from typing import Any

import numpy as np

from dashboard.clock import Zone
from dashboard.panels import bucket, greatest_of, least_of
from dashboard.scene import Scene
from dashboard.wire import typed
from deviation.grid import Floats
from deviation.minutes import State
from deviation.question import Group
from deviation.result import Row
from deviation.summary import first_least

STATES = tuple(state.name.lower() for state in State)
"""The names of the states by their number."""


def minute_data(scene: Scene, zone: Zone) -> dict[str, Any]:
    """Times, and per market its names, prices, deviations and states, as ``assets/page.js`` reads them.

    ``first`` and ``bar`` are in milliseconds, ``width`` is the number of bars of a bucket, ``at`` the bucket that is
    shown before anybody points at one: the focus venue's deepest. Prices in dollars, deviations as fractions against
    the market's own group, both as 32-bit values with NaN for none; where ``width`` is not 1, ``low`` and ``high``
    stand in their place. ``state`` is the position in ``states`` of each bar, of a bucket the gravest.
    """
    measurement = scene.measurement
    size = measurement.axis.size
    width = bucket(size)
    ms = measurement.question.timeframe.ms
    return {
        "first": measurement.axis.first * ms,
        "bar": ms,
        "width": width,
        "count": -(-size // width),
        "size": size,
        "at": _deepest(scene) // width,
        "zone": zone.value,
        "offset": zone.offset.total_seconds() * 1000,
        "states": STATES,
        "rows": [_row(scene, row, width) for row in _rows(scene)],
    }


def _rows(scene: Scene) -> list[Row]:
    """The focus venue's row, then spot markets and derivatives in the catalogue's order."""
    order = {venue: place for place, venue in enumerate(scene.catalogue.venues)}

    def place(row: Row) -> tuple[bool, bool, bool, int, str]:
        market = row.market
        group = market.group is Group.USD
        return row is not scene.focus, not row.spot, group, order.get(market.venue, len(order)), market.symbol

    return sorted(scene.measurement.rows, key=place)


def _row(scene: Scene, row: Row, width: int) -> dict[str, Any]:
    price, deviation = row.minutes.price, row.series[row.market.group].d
    return {
        "name": scene.name(row),
        "market": row.market.symbol,
        "group": row.market.group.value,
        "focus": row is scene.focus,
        "price": _sent(price, width),
        "deviation": _sent(deviation, width),
        "state": typed(_gravest(row.minutes.state.astype(np.float64), width)),
    }


def _sent(values: Floats, width: int) -> dict[str, dict[str, str]]:
    if width == 1:
        return {"low": typed(values.astype(np.float32))}
    return {
        "low": typed(least_of(values, width).astype(np.float32)),
        "high": typed(greatest_of(values, width).astype(np.float32)),
    }


def _gravest(states: Floats, width: int) -> np.ndarray[Any, np.dtype[np.int8]]:
    """The state of each bucket that is furthest from a vote: states are numbered by that."""
    return greatest_of(states, width).astype(np.int8)


def _deepest(scene: Scene) -> int:
    """The bar that tells most: the focus venue's deepest close, else its lowest trade, else the first close."""
    row = scene.focus
    if row is None:
        return 0
    found = row.own.depth_at
    return found if found is not None else row.low_at or first_least(row.minutes.price) or 0
