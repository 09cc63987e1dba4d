"""How far the numbers depend on the choices behind them: a table per side, and every setting that changes a rank."""

from collections.abc import Callable

from rich.console import Group as Stack
from rich.console import RenderableType

from cli.tables.console import build_table
from cli.tables.fairness import NOT_RANKED_NOTE
from cli.tables.group import SIDE_NOUNS
from dashboard.text.numbers import EN_DASH, format_minute_range
from deviation.question import TOLERANCE, Group, sort_groups
from deviation.sensitivity import MarketSensitivity, RankSensitivity, Sensitivity, ValueRange
from deviation.side import Side
from deviation.wording import format_percent, format_percent_range, format_threshold


def format_sensitivity(sensitivity: Sensitivity, focus: str) -> RenderableType:
    """The ranges of every market against each group of votes; those of the focus are explained."""
    if not sensitivity.ranges:
        return NOT_RANKED_NOTE
    groups = sort_groups(market_range.group for market_range in sensitivity.ranges)
    tables = [part for group in groups for side in Side for part in _build_side_parts(sensitivity, group, side, focus)]
    flips = [line for market_range in sensitivity.ranges for line in _list_flips(sensitivity, market_range)]
    return Stack(
        "",
        f"Over {sensitivity.runs} runs a market: median and volume-weighted median, stablecoins at their price and at "
        "$1,",
        "minimum volume $0, $100, $1,000 and $10,000, and at the defaults without each other exchange in turn:",
        *tables,
        "",
        *(flips or ["No setting changes a rank."]),
    )


def _build_side_parts(sensitivity: Sensitivity, group: Group, side: Side, focus: str) -> list[RenderableType]:
    """One side against one group; nothing where no run reaches the threshold."""
    ranges = [market_range for market_range in sensitivity.ranges if market_range.group == group]
    enter, name_of = sensitivity.question.parameters.enter, sensitivity.question.rules.name_of
    if not any(_reaches(market_range.sides[side].deviation, enter) for market_range in ranges):
        return []
    table = build_table(
        f"{side.capitalize()} {group.upper()} exchanges",
        ("Exchange", "Market"),
        (SIDE_NOUNS[side], f"Minutes ≥ {format_threshold(enter)}"),
        ("Most influential",),
    )
    for market_range in ranges:
        numbers = market_range.sides[side]
        removal = numbers.removal
        if removal is None:
            influence = EN_DASH
        elif removal.deviation is None:
            influence = f"{name_of(removal.venue)}: not comparable without"
        else:
            influence = f"{name_of(removal.venue)}: {format_percent(abs(removal.deviation))} without"
        table.add_row(
            name_of(market_range.market.venue),
            market_range.market.symbol,
            _format_range(numbers.deviation, lambda least, most: format_percent_range(abs(least), abs(most))),
            _format_range(numbers.minutes, format_minute_range) if numbers.deviation.most is not None else EN_DASH,
            influence,
        )
    focus_ranges = [market_range for market_range in ranges if market_range.market.venue == focus]
    return ["", table, *(line for item in focus_ranges for line in _describe_ends(sensitivity, item, side))]


def _reaches(values: ValueRange, enter: float) -> bool:
    return values.most is not None and abs(values.most.value) >= enter - TOLERANCE


def _format_range(values: ValueRange, write: Callable[[float, float], str]) -> str:
    if values.least is None or values.most is None:
        return EN_DASH
    return write(values.least.value, values.most.value)


def _describe_ends(sensitivity: Sensitivity, market_range: MarketSensitivity, side: Side) -> list[str]:
    """The settings at both ends of a range, and those without a comparable minute."""
    rules, deviation = sensitivity.question.rules, market_range.sides[side].deviation
    name, lines = f"{rules.name_of(market_range.market.venue)} {market_range.market.symbol}", []
    if deviation.least is not None and deviation.most is not None:
        lines.append(
            f"{name}: {format_percent(abs(deviation.least.value))} ({deviation.least.setting.describe(rules)}) to "
            f"{format_percent(abs(deviation.most.value))} ({deviation.most.setting.describe(rules)})"
        )
    if market_range.not_firm:
        settings = "; ".join(setting.describe(rules) for setting in market_range.not_firm)
        lines.append(f"{name}: no comparable minute ({settings})")
    return lines


def _list_flips(sensitivity: Sensitivity, market_range: MarketSensitivity) -> list[str]:
    """A line for each rank that a setting changes."""
    rules = sensitivity.question.rules
    name = f"{rules.name_of(market_range.market.venue)} {market_range.market.symbol}"
    ranks = [
        (f"{word} of {SIDE_NOUNS[side].lower()}", rank)
        for side in Side
        for word, rank in (("size", market_range.sides[side].largest), ("length", market_range.sides[side].longest))
    ]
    return [
        f"{name}, {what}: {_describe_flips(sensitivity, rank)}"
        for what, rank in ranks
        if rank is not None and rank.flips
    ]


def _describe_flips(sensitivity: Sensitivity, rank: RankSensitivity) -> str:
    """A rank at the defaults, and the settings that change it, grouped by the rank they give."""
    settings: dict[str, list[str]] = {}
    for flip in rank.flips:
        settings.setdefault(flip.word.value, []).append(flip.setting.describe(sensitivity.question.rules))
    changes = " | ".join(f"{word}: {'; '.join(texts)}" for word, texts in settings.items())
    return f"{rank.word.value} at the defaults | {changes}"
