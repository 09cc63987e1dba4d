"""The bars of the lowest and highest trades, and the range in which every market stood in them.

Candles do not give the order of trades within a bar. The bounds of a venue's extreme trade against the others follow
from the ranges of prices alone (docs/method.md, section 4).
"""

from dataclasses import dataclass

import numpy as np

from dashboard.draw.price_unit import choose_price_unit
from dashboard.draw.scene import Scene
from dashboard.draw.side import choose_trade_side
from deviation.question import TOLERANCE
from deviation.result import MarketRow
from deviation.side import Side


@dataclass(frozen=True, slots=True)
class ExtremeBar:
    """A bar that is shown: its position in the window, and the side of the trade that it is shown for.

    ``is_extreme``: it holds the lowest or highest trade of the window; else the one with the furthest nearer bound.
    """

    position: int
    side: Side
    is_extreme: bool


@dataclass(frozen=True, slots=True)
class PriceRange:
    """A market in one bar: the range of its price, and its close, in its quote; NaN where unknown.

    ``factor`` converts them into the money of the chart, NaN without a rate.
    """

    row: MarketRow
    low: float
    high: float
    close: float
    factor: float

    @property
    def drawn(self) -> tuple[float, float, float]:
        """Low, close and high in the money of the chart."""
        return self.low * self.factor, self.close * self.factor, self.high * self.factor


def list_extreme_bars(scene: Scene) -> tuple[ExtremeBar, ...]:
    """At most two bars, the most important first; none where the focus venue has no trade.

    The first is that of the focus row's extreme trade on the side on which it strayed furthest. The second is that of
    the other side, where a trade or a close strayed there too, else the one with the furthest nearer bound.
    """
    row = scene.focus
    if row is None:
        return ()
    side = choose_trade_side(scene.measurement)
    candidates = [_build_extreme_bar(row, side)]
    if _has_strayed(row, side.other):
        candidates.append(_build_extreme_bar(row, side.other))
    bound_at = row.own_summary.get_side(side).trade.at
    if bound_at is not None:
        candidates.append(ExtremeBar(bound_at, side, is_extreme=False))
    by_position: dict[int, ExtremeBar] = {}
    for candidate in candidates:
        if candidate is not None:
            by_position.setdefault(candidate.position, candidate)
    return tuple(by_position.values())[:2]


def _build_extreme_bar(row: MarketRow, side: Side) -> ExtremeBar | None:
    extreme = row.get_extreme(side)
    return None if extreme is None else ExtremeBar(extreme.at, side, is_extreme=True)


def _has_strayed(row: MarketRow, side: Side) -> bool:
    """Whether a close, or a trade by its nearer bound, lies beyond ``enter`` on a side."""
    summary = row.own_summary
    numbers, enter = summary.get_side(side), summary.parameters.enter - TOLERANCE
    return numbers.size >= enter or side.sign * (numbers.trade.least or 0.0) >= enter


def list_price_ranges(scene: Scene, position: int) -> tuple[PriceRange, ...]:
    """The focus venue, then every peer that counts and has a range: own group first, in order of their lows."""
    row, measurement, unit = scene.focus, scene.measurement, choose_price_unit(scene)
    if row is None:
        return ()
    low, high, close = (float(values[position]) for values in (row.minutes.low, row.minutes.high, row.minutes.close))
    focus_range = PriceRange(row, low, high, close, unit.convert_at(row, position, 1.0))
    family_of = measurement.question.rules.family_of
    peers = [
        _build_peer_range(other, position, unit.convert_at(other, position, 1.0))
        for other in measurement.rows
        if other.is_spot
        and family_of(other.market.venue) != family_of(row.market.venue)
        and bool(other.minutes.voting[position])
    ]
    known_peers = [peer for peer in peers if not np.isnan([peer.low, peer.high]).any()]
    order = {group: place for place, group in enumerate((row.market.group, *measurement.groups))}
    order[row.market.group] = -1
    return (
        focus_range,
        *sorted(known_peers, key=lambda peer: (order[peer.row.market.group], peer.low)),
    )


def list_drawn_ranges(scene: Scene, position: int) -> tuple[PriceRange, ...]:
    """The ranges that can be shown in the money of the chart."""
    return tuple(item for item in list_price_ranges(scene, position) if not np.isnan(item.drawn).any())


def _build_peer_range(row: MarketRow, position: int, factor: float) -> PriceRange:
    """A peer in one bar; its range is computed for that bar alone, not for the whole window."""
    index = row.minutes.span.start + position
    bar = row.minutes.with_span(slice(index, index + 1))
    return PriceRange(row, float(bar.range_low[0]), float(bar.range_high[0]), float(bar.close[0]), factor)
