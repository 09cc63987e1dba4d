"""The two or three numbers of the printed picture."""

from dataclasses import dataclass

from dashboard.charts.timeline.deviation_marks import describe_others, select_shaded_group
from dashboard.draw.price_unit import format_unit_suffix
from dashboard.draw.scene import Scene
from dashboard.draw.side import choose_side, choose_trade_side
from dashboard.text.clock import Zone
from deviation.result import MarketRow
from deviation.side import Side
from deviation.wording import format_clock_time, format_minutes, format_percent, format_price, format_threshold


@dataclass(frozen=True, slots=True)
class KeyNumber:
    """A number, and the words under it."""

    text: str
    caption: str


def list_key_numbers(scene: Scene) -> list[KeyNumber]:
    """Largest deviation, its length, and the extreme trade of the focus row; none on the reconstruction."""
    row = scene.focus
    if row is None or scene.is_illustration:
        return []
    group, numbers = select_shaded_group(row), []
    has_strayed = group is not None and row.summaries[group].reaches_enter
    side = choose_side(scene.measurement) if has_strayed else choose_trade_side(scene.measurement)
    if group is not None:
        summary = row.summaries[group]
        extreme, others = summary.get_side(side), describe_others(row, group)
        least = side.sign * (extreme.trade.least or 0.0)
        if not has_strayed and least >= summary.parameters.enter:
            trade = "lowest" if side is Side.BELOW else "highest"
            caption = f"{trade} trade {side} {others}, at least"
            numbers.append(KeyNumber(format_percent(least), caption))
        elif extreme.at is not None:
            noun = "discount to" if side is Side.BELOW else "premium over"
            caption = f"largest {noun} {others}, {_format_time(scene, extreme.at)}"
            numbers.append(KeyNumber(format_percent(extreme.size), caption))
        enter = format_threshold(summary.parameters.enter)
        noun = scene.measurement.question.timeframe.noun
        caption = f"comparable {noun}s at least {enter} {side}"
        text = f"{format_minutes(extreme.minutes)} of {format_minutes(summary.firm_min)}"
        numbers.append(KeyNumber(text, caption))
    return [*numbers, *_list_trade(scene, row, choose_trade_side(scene.measurement))]


def _list_trade(scene: Scene, row: MarketRow, side: Side) -> list[KeyNumber]:
    extreme = row.get_extreme(side)
    if extreme is None:
        return []
    noun = "lowest" if side is Side.BELOW else "highest"
    text = f"{format_price(extreme.price)}{format_unit_suffix(scene, row)}"
    quote = "" if format_unit_suffix(scene, row) else f" in {row.market.quote}"
    caption = f"{noun} trade on {scene.format_name(row)}{quote}, {_format_time(scene, extreme.at)}"
    return [KeyNumber(text, caption)]


def _format_time(scene: Scene, position: int) -> str:
    text = format_clock_time(scene.measurement.axis, position, scene.zone.tzinfo)
    return f"{text} UTC" if scene.zone is Zone.UTC else text
