"""Sentences on the bar of an extreme trade: its bounds, what held for the whole bar, and the trade itself if known."""

import numpy as np
import polars as pl

from dashboard.charts.lowest_minute.ranges import ExtremeBar
from dashboard.draw.price_unit import format_unit_suffix
from dashboard.draw.scene import Scene
from dashboard.text.clock import Zone
from deviation.question import Group
from deviation.report.lows import find_exact_trade
from deviation.result import MarketRow
from deviation.side import Side
from deviation.wording import format_amount, format_clock_time, format_percent, format_price

TRADE_NOUNS = {Side.BELOW: "lowest trade", Side.ABOVE: "highest trade"}


def write_heading(scene: Scene, bar: ExtremeBar) -> str:
    """The heading of a bar: why it is shown, and its time."""
    noun = scene.measurement.question.timeframe.noun
    time = format_clock_time(scene.measurement.axis, bar.position, scene.zone.tzinfo)
    time_text = f"{time} UTC" if scene.zone is Zone.UTC else time
    if bar.is_extreme:
        return f"The {noun} of the {TRADE_NOUNS[bar.side]}: {time_text}"
    return f"The {noun} with the trade that was at least furthest {bar.side}: {time_text}"


def write_sentences(scene: Scene, bar: ExtremeBar, trades: pl.DataFrame) -> list[str]:
    """Sentences on a bar.

    Args:
        scene: the scene, whose focus venue the sentences are about.
        bar: the bar, and the side of the trade.
        trades: frame of `data.schema.LOW_TRADE`.
    """
    row, noun = scene.focus, scene.measurement.question.timeframe.noun
    if row is None:
        return []
    price = float((row.minutes.low if bar.side is Side.BELOW else row.minutes.high)[bar.position])
    subject = f"{scene.format_name(row)}'s {TRADE_NOUNS[bar.side]}"
    price_text = f"{format_price(price)}{format_unit_suffix(scene, row)}"
    bound_texts = [
        f"{text} {_describe_others(row, group)}" for group in row.series if (text := _describe_bounds(row, group, bar))
    ]
    texts = [
        f"{subject}, {price_text}, stood {' and '.join(bound_texts)}, regardless of the sequence of trades within the "
        f"{noun}."
        if bound_texts
        else f"{subject} was {price_text}; fewer than three other exchanges had a price then, so it has no bounds."
    ]
    if row.is_round(price):
        texts.append(f"{price_text} is a round price: the level of a resting order, not an estimate of value.")
    return [*texts, *_describe_whole_bar(scene, row, bar), *_describe_exact_trade(scene, row, bar, trades)]


def _describe_others(row: MarketRow, group: Group) -> str:
    exchanges = f"{group.upper()} exchanges"
    if row.fair_value is not None:
        return f"fair value by {exchanges}"
    return f"other {exchanges}" if group == row.market.group else exchanges


def _describe_bounds(row: MarketRow, group: Group, bar: ExtremeBar) -> str:
    measures = row.series[group].measure_side(bar.side, np.array([bar.position]))
    least, most = float(measures.trade_least[0]), float(measures.trade_most[0])
    return "" if np.isnan([least, most]).any() else describe_bounds(least, most)


def describe_bounds(least: float, most: float) -> str:
    """Two bounds as a phrase, the nearer one first.

    >>> describe_bounds(-0.4, -0.59), describe_bounds(0.01, -0.02), describe_bounds(0.4, 0.4001)
    ('between 40% and 59% below', 'between 1.0% above and 2.0% below', '40% above')
    """
    near, far = (format_percent(abs(value)) for value in (least, most))
    sides = tuple("below" if value < 0 else "above" for value in (least, most))
    if sides[0] != sides[1]:
        return f"between {near} {sides[0]} and {far} {sides[1]}"
    return f"{near} {sides[0]}" if near == far else f"between {near} and {far} {sides[0]}"


def _describe_whole_bar(scene: Scene, row: MarketRow, bar: ExtremeBar) -> list[str]:
    """A sentence on what held throughout the bar; none without a series that defines it."""
    parameters, noun = scene.measurement.question.parameters, scene.measurement.question.timeframe.noun
    sizes = {
        group: bar.side.sign * whole
        for group, series in row.series.items()
        if not np.isnan(whole := float(series.measure_side(bar.side, np.array([bar.position])).whole[0]))
    }
    beyond = {group: size for group, size in sizes.items() if parameters.reaches_enter(size)}
    if beyond:
        text = " and ".join(
            f"{format_percent(size)} {bar.side} {_describe_others(row, group)}" for group, size in beyond.items()
        )
        return [f"It stood at least {text} for the entire {noun}."]
    return [f"It need not have strayed for the entire {noun}."] if sizes else []


def _describe_exact_trade(scene: Scene, row: MarketRow, bar: ExtremeBar, trades: pl.DataFrame) -> list[str]:
    """The lowest trade of the window, where its bar was built from trades."""
    if bar.side is not Side.BELOW or row.low is None or bar.position != row.low.at:
        return []
    trade = find_exact_trade(scene.measurement, row, trades)
    if trade is None:
        return []
    at = trade.at.astimezone(scene.zone.tzinfo)
    amount = f"{format_amount(trade.amount)} {scene.measurement.question.asset}"
    time = f"{at:%H:%M:%S}.{at.microsecond // 1000:03} {scene.zone}"
    price = f"{format_price(trade.price)} {row.market.quote}"
    return [f"The trade itself: {price} at {time}, {amount}, number {trade.trade_id}."]
