"""The fairness matrix, its reading aid and placebo days, and the sensitivity, as tables of at most 100 columns."""

from collections.abc import Iterable, Sequence

from rich.console import Group as Stack
from rich.console import RenderableType
from rich.table import Table

from analysis.event import EventMeasurement
from cli.tables.measurement import describe_question, list_assumed_notes
from dashboard.text.numbers import (
    EN_DASH,
    format_bounds,
    format_minute_count,
    format_minute_range,
    format_signed_percent,
)
from deviation.matrix import MatrixCell, ReadingAid, build_matrix, compute_reading_aid, is_rankable
from deviation.measurement import Measurement
from deviation.placebo import PlaceboDay, PlaceboStatus
from deviation.question import Group, Question, Rules
from deviation.ranks import RankWord
from deviation.report.fairness_json import NO_SIGNIFICANCE_NOTE
from deviation.sensitivity import MarketSensitivity, Sensitivity, ValueRange, Verdict
from deviation.window.summary import DeviationSummary
from deviation.wording import format_minutes, format_threshold

ILLUSTRATION_NOTE = "Illustration from published figures: no ranks, no reading aid, no sensitivity are given."


def format_fairness(event: EventMeasurement) -> RenderableType:
    """The matrix as a table per quote group, then the reading aid with its counts on the placebo days before."""
    measurements = event.measurements
    tables = [part for group in Group for part in _build_matrix_parts(measurements, group)]
    aids = [part for group in Group for part in _build_aid_parts(event, group)]
    aids.append(f"{NO_SIGNIFICANCE_NOTE.capitalize()}.")
    aid_parts = aids if is_rankable(measurements) else [ILLUSTRATION_NOTE]
    return Stack(describe_question(measurements[0]), *list_assumed_notes(measurements), *tables, *aid_parts)


def format_sensitivity(sensitivity: Sensitivity) -> RenderableType:
    """A table of ranges per quote group of votes, then every setting that changes a rank."""
    if not sensitivity.ranges:
        return ILLUSTRATION_NOTE
    rules = sensitivity.question.rules
    tables = [part for group in Group for part in _build_range_parts(sensitivity, group)]
    flips = [line for market_range in sensitivity.ranges for line in _list_flips(market_range, rules)]
    return Stack(
        f"Over {sensitivity.runs} runs a market: median and weighted-median, converted and as printed, smallest vote "
        "0, 100, 1,000 and 10,000 USD,\nand at the defaults without each other venue in turn:",
        *tables,
        *(flips or ["No setting changes a rank."]),
    )


def _build_table(title: str, names: Sequence[str], numbers: Iterable[str]) -> Table:
    table = Table(title=title, title_justify="left", box=None, padding=(0, 2, 0, 0), pad_edge=False)
    right = set(numbers)
    for name in names:
        table.add_column(name, justify="right" if name in right else "left")
    return table


def _build_matrix_parts(measurements: Sequence[Measurement], group: Group) -> list[RenderableType]:
    cells = build_matrix(measurements, group)
    if not cells:
        return []
    question = measurements[0].question
    numbers = ("depth", f"≥ {format_threshold(question.parameters.enter)} below", "sure", "alone")
    names = ("asset", "venue", *numbers, "deepest?", "longest?")
    table = _build_table(f"{group.upper()} exchanges, each against the others", names, numbers)
    last_asset = ""
    for cell in cells:
        if cell.row is not None:
            line = _format_matrix_row(cell, cell.row.own_summary, question)
            table.add_row("" if cell.asset == last_asset else cell.asset, *line)
            last_asset = cell.asset
    legend = "sure: below by as much whatever the order of trades; alone: below every other by as much; in minutes"
    return [table, legend, *_list_reasons(cells, question.rules)]


def _format_matrix_row(cell: MatrixCell, summary: DeviationSummary, question: Question) -> list[str]:
    name = question.rules.name_of(cell.venue)
    return [
        f"[bold]{name}[/bold]" if cell.venue == question.focus else name,
        format_signed_percent(summary.depth, space=" "),
        format_minute_count(summary.below_min, summary.firm_min),
        *(
            [format_minutes(summary.sure_min), format_minutes(summary.alone_below_min)]
            if summary.firm_min
            else [EN_DASH, EN_DASH]
        ),
        *(
            [cell.rank.deepest.value, cell.rank.longest.value]
            if cell.rank.reason is None
            else [RankWord.NOT_RANKED.value, ""]
        ),
    ]


def _list_reasons(cells: Sequence[MatrixCell], rules: Rules) -> list[str]:
    """A line for each reason for no rank, with the venues that it concerns, by asset."""
    reasons: dict[str, dict[str, list[str]]] = {}
    for cell in cells:
        if cell.rank.reason is not None:
            reason = str(RankWord.NO_DATA) if cell.row is None else f"{cell.rank.deepest}: {cell.rank.reason}"
            reasons.setdefault(reason, {}).setdefault(cell.asset, []).append(rules.name_of(cell.venue))
    assets_by_reason = {
        why: [f"{asset} {', '.join(names)}" for asset, names in assets.items()] for why, assets in reasons.items()
    }
    return [f"{why}: {'; '.join(assets)}" for why, assets in assets_by_reason.items()]


def _build_aid_parts(event: EventMeasurement, group: Group) -> list[RenderableType]:
    question = event.measurements[0].question
    aid = compute_reading_aid(event.measurements, question.focus, group)
    name = question.rules.name_of(question.focus)
    if not aid.ranked and all(day.statuses[group] is not PlaceboStatus.RANKED for day in event.placebo):
        return [f"{name} is ranked on no asset among {group.upper()} exchanges."]
    names = ("window", "deepest on", "longest on", "even share", "note")
    table = _build_table(f"{name} among {group.upper()} exchanges, and in the same window before", names, names[1:4])
    table.add_row(f"{question.start:%Y-%m-%d %H:%M}", *_format_aid_counts(aid), "as asked")
    for day in event.placebo:
        table.add_row(f"{day.start:%Y-%m-%d %H:%M}", *_format_placebo_day(day, group))
    return [table, *([_describe_even_share(aid)] if aid.ranked else [])]


def _format_aid_counts(aid: ReadingAid) -> list[str]:
    n = len(aid.ranked)
    return [f"{aid.deepest_count} of {n}", f"{aid.longest_count} of {n}", f"{aid.even_share:.2f} of {n}"]


def _format_placebo_day(day: PlaceboDay, group: Group) -> list[str]:
    if day.statuses[group] is PlaceboStatus.RANKED:
        return [*_format_aid_counts(day.aids[group]), day.note or ""]
    return [EN_DASH, EN_DASH, EN_DASH, day.statuses[group].value]


def _describe_even_share(aid: ReadingAid) -> str:
    venues = ", ".join(f"{ranked_asset.asset} {ranked_asset.venue_count}" for ranked_asset in aid.ranked)
    return f"even share: the sum of 1/N, N being the venues ranked on each asset ({venues})"


def _build_range_parts(sensitivity: Sensitivity, group: Group) -> list[RenderableType]:
    ranges = [market_range for market_range in sensitivity.ranges if market_range.group is group]
    if all(market_range.depth.most is None for market_range in ranges):
        return []
    rules = sensitivity.question.rules
    below = f"min ≥ {format_threshold(sensitivity.question.parameters.enter)} below"
    table = _build_table(
        f"Against {group.upper()} exchanges",
        ("venue", "market", "depth", below, "moved most", "to"),
        ("depth", below, "to"),
    )
    for market_range in ranges:
        removal = market_range.removal
        table.add_row(
            rules.name_of(market_range.market.venue),
            market_range.market.symbol,
            _format_depth_range(market_range.depth),
            _format_minute_range(market_range),
            EN_DASH if removal is None else f"without {rules.name_of(removal.venue)}",
            EN_DASH if removal is None else format_signed_percent(removal.depth, space=" "),
        )
    return [
        table,
        *(
            line
            for market_range in ranges
            if market_range.market.venue == sensitivity.question.focus
            for line in _describe_range_ends(market_range, rules)
        ),
    ]


def _format_depth_range(spread: ValueRange) -> str:
    if spread.least is None or spread.most is None:
        return EN_DASH
    return format_bounds(spread.least.value, spread.most.value, space=" ")


def _format_minute_range(market_range: MarketSensitivity) -> str:
    least, most = market_range.below_min.least, market_range.below_min.most
    if least is None or most is None or market_range.depth.most is None:
        return EN_DASH
    return format_minute_range(least.value, most.value)


def _describe_range_ends(market_range: MarketSensitivity, rules: Rules) -> list[str]:
    """Lines on the settings at the ends of the focus venue's range of depths, and on those without a firm minute."""
    name = f"{rules.name_of(market_range.market.venue)} {market_range.market.symbol}"
    lines = []
    if market_range.depth.least is not None and market_range.depth.most is not None:
        shallowest, deepest = market_range.depth.least, market_range.depth.most
        lines.append(
            f"{name}: {format_signed_percent(shallowest.value, space=' ')} ({shallowest.setting.describe(rules)}) "
            f"to {format_signed_percent(deepest.value, space=' ')} ({deepest.setting.describe(rules)})"
        )
    if market_range.not_firm:
        lines.append(
            f"{name}: no firm minute ({'; '.join(setting.describe(rules) for setting in market_range.not_firm)})"
        )
    return lines


def _list_flips(market_range: MarketSensitivity, rules: Rules) -> list[str]:
    name = f"{rules.name_of(market_range.market.venue)} {market_range.market.symbol}"
    verdicts = [("deepest?", market_range.deepest), ("longest?", market_range.longest)]
    return [
        _describe_flip(name, question_text, verdict, rules)
        for question_text, verdict in verdicts
        if verdict is not None and verdict.flips
    ]


def _describe_flip(name: str, question_text: str, verdict: Verdict, rules: Rules) -> str:
    """A rank at the defaults, and the settings that change it, grouped by the rank they give."""
    settings: dict[str, list[str]] = {}
    for flip in verdict.flips:
        settings.setdefault(flip.word.value, []).append(flip.setting.describe(rules))
    changes = " | ".join(f"{'; '.join(texts)}: '{word}'" for word, texts in settings.items())
    return f"{name}, {question_text} '{verdict.word.value}' | {changes}"
