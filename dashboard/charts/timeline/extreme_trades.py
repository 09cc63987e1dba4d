"""The lowest and highest trades that stand apart from all closes: arrows beyond the axis, and labels on it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from dashboard.draw.axis import Scale
from dashboard.draw.price_unit import PriceUnit, choose_price_unit, format_unit_suffix
from dashboard.draw.scene import Scene
from deviation.result import MarketRow
from deviation.side import Side
from deviation.wording import format_clock_time, format_price


@dataclass(frozen=True, slots=True)
class ExtremeTrade:
    """The lowest or highest trade of a market: its position in the window, its price as drawn, and its label."""

    side: Side
    position: int
    price: float
    text: str
    colour: str


def find_off_scale_trades(scene: Scene, scale: Scale) -> list[ExtremeTrade]:
    """Clear trades beyond the axis on either side: the focus venue's, and the others' furthest if it lies further."""
    ends = {Side.BELOW: scale.low, Side.ABOVE: scale.high}
    return [trade for side, end in ends.items() for trade in _list_extremes(scene, side, end)]


def find_clear_trades(scene: Scene) -> list[ExtremeTrade]:
    """The focus venue's lowest and highest trade, each where it lies beyond all its closes by at least ``enter``."""
    row = scene.highlighted_row
    if row is None:
        return []
    unit = choose_price_unit(scene)
    return [trade for side in Side if (trade := _build_clear_trade(scene, unit, row, side)) is not None]


def _list_extremes(scene: Scene, side: Side, end: float) -> Iterator[ExtremeTrade]:
    """The trades of one side beyond an end of the axis."""
    unit, focus = choose_price_unit(scene), scene.highlighted_row
    focus_trade = None if focus is None else _build_clear_trade(scene, unit, focus, side, end)
    if focus_trade is not None:
        yield focus_trade
    trades = (_build_clear_trade(scene, unit, row, side, end) for row in scene.other_rows)
    others = [trade for trade in trades if trade is not None]
    furthest = max(others, key=lambda trade: side.sign * trade.price, default=None)
    if furthest is not None and (focus_trade is None or side.sign * furthest.price > side.sign * focus_trade.price):
        yield furthest


def _build_clear_trade(
    scene: Scene, unit: PriceUnit, row: MarketRow, side: Side, end: float | None = None
) -> ExtremeTrade | None:
    """The extreme trade of a row; None where it is not beyond all its closes, or has no rate in its minute.

    With the ``end`` of an axis, None also where it is not beyond that, which is known without the closes.
    """
    extreme = row.get_extreme(side)
    price = float("nan") if extreme is None else unit.convert_at(row, extreme.at, extreme.price)
    if extreme is None or np.isnan(price) or (end is not None and side.sign * (price - end) <= 0):
        return None
    closes = unit.convert(row, row.minutes.vote)
    if not np.isnan(closes).all():
        furthest = np.nanmin(closes) if side is Side.BELOW else np.nanmax(closes)
        if side.sign * (price / furthest - 1) <= scene.measurement.question.parameters.enter:
            return None
    return ExtremeTrade(side, extreme.at, price, _write_label(scene, row, side), scene.select_colour(row))


def _write_label(scene: Scene, row: MarketRow, side: Side) -> str:
    """The trade as printed, with its time; trades of other venues have their names."""
    extreme = row.get_extreme(side)
    if extreme is None:
        return ""
    noun = "lowest trade" if side is Side.BELOW else "highest trade"
    subject = noun if row is scene.highlighted_row else f"{scene.format_name(row)} {noun}"
    time = format_clock_time(scene.measurement.axis, extreme.at, scene.zone.tzinfo)
    return f"{subject} <b>{format_price(extreme.price)}{format_unit_suffix(scene, row)}</b> at {time}"
