"""The fairness matrix, its reading aid and placebo, and the sensitivity, as tables on a terminal of 100 columns."""

from collections.abc import Iterable, Sequence

from rich.console import Group as Stack
from rich.console import RenderableType
from rich.table import Table

from dashboard.fairness import Fairness
from dashboard.text import NONE, asked, signed, taken_as_dollars
from deviation.fairness_answer import NO_TEST
from deviation.matrix import Cell, ReadingAid, matrix, rankable, reading_aid
from deviation.placebo import Found, PlaceboDay
from deviation.question import Group, Question, Rules
from deviation.ranks import Word
from deviation.result import Measurement
from deviation.sensitivity import Range, Sensitivity, Spread, Verdict
from deviation.summary import Summary

ILLUSTRATION = "Illustration from published figures: no ranks, no reading aid, no sensitivity are given."


def fairness_text(found: Fairness) -> RenderableType:
    """A table per quote group, then the reading aid beside the same count on the days before."""
    measurements = found.measurements
    tables = [part for group in Group for part in _matrix(measurements, group)]
    aids = [part for group in Group for part in _reading_aid(found, group)]
    aids.append(f"{NO_TEST.capitalize()}.")
    told = aids if rankable(measurements) else [ILLUSTRATION]
    return Stack(asked(measurements[0]), *taken_as_dollars(measurements), *tables, *told)


def sensitivity_text(found: Sensitivity) -> RenderableType:
    """A table per quote group of votes, then every setting that changes a rank, by name."""
    if not found.ranges:
        return ILLUSTRATION
    rules = found.question.rules
    tables = [part for group in Group for part in _ranges(found, group)]
    flips = [line for one in found.ranges for line in _flips(one, rules)]
    return Stack(
        f"Over {found.runs} runs a market: median and weighted-median, converted and as printed, smallest vote 0, 100, "
        "1000 and 10000 USD,\nand at the defaults without each other venue in turn:",
        *tables,
        *(flips or ["No setting changes a rank."]),
    )


def _table(title: str, names: Sequence[str], numbers: Iterable[str]) -> Table:
    table = Table(title=title, title_justify="left", box=None, padding=(0, 2, 0, 0), pad_edge=False)
    right = set(numbers)
    for name in names:
        table.add_column(name, justify="right" if name in right else "left")
    return table


def _matrix(measurements: Sequence[Measurement], group: Group) -> list[RenderableType]:
    cells = matrix(measurements, group)
    if not cells:
        return []
    question = measurements[0].question
    numbers = ("depth", f"≥ {100 * question.parameters.enter:g} % below", "sure", "alone")
    names = ("asset", "venue", *numbers, "deepest?", "longest?")
    table = _table(f"{group.upper()} exchanges, each against the others", names, numbers)
    last = ""
    for cell in cells:
        if cell.row is not None:
            line = _line(cell, cell.row.own, question)
            table.add_row("" if cell.asset == last else cell.asset, *line)
            last = cell.asset
    legend = "sure: below by as much whatever the order of trades; alone: below every other by as much; in minutes"
    return [table, legend, *_why(cells, question.rules)]


def _line(cell: Cell, own: Summary, question: Question) -> list[str]:
    name = question.rules.name(cell.venue)
    return [
        f"[bold]{name}[/bold]" if cell.venue == question.focus else name,
        signed(own.depth),
        f"{own.below_min} of {own.firm_min}",
        str(own.sure_min),
        str(own.alone_below_min),
        *([cell.rank.deepest.value, cell.rank.longest.value] if cell.rank.why is None else [Word.NOT_RANKED.value, ""]),
    ]


def _why(cells: Sequence[Cell], rules: Rules) -> list[str]:
    """A line for each reason why a venue has no rank on an asset, with the venues of each asset."""
    reasons: dict[str, dict[str, list[str]]] = {}
    for cell in cells:
        if cell.rank.why is not None:
            reason = str(Word.NO_DATA) if cell.row is None else f"{cell.rank.deepest}: {cell.rank.why}"
            reasons.setdefault(reason, {}).setdefault(cell.asset, []).append(rules.name(cell.venue))
    named = {why: [f"{asset} {', '.join(names)}" for asset, names in assets.items()] for why, assets in reasons.items()}
    return [f"{why}: {'; '.join(assets)}" for why, assets in named.items()]


def _reading_aid(found: Fairness, group: Group) -> list[RenderableType]:
    question = found.measurements[0].question
    aid = reading_aid(found.measurements, question.focus, group)
    name = question.rules.name(question.focus)
    if not aid.ranked and all(day.found[group] is not Found.RANKED for day in found.placebo):
        return [f"{name} is ranked on no asset among {group.upper()} exchanges."]
    names = ("window", "deepest on", "longest on", "even share", "note")
    table = _table(f"{name} among {group.upper()} exchanges, and in the same window before", names, names[1:4])
    table.add_row(f"{question.start:%Y-%m-%d %H:%M}", *_counts(aid), "as asked")
    for day in found.placebo:
        table.add_row(f"{day.start:%Y-%m-%d %H:%M}", *_placebo(day, group))
    return [table, *([_even_share(aid)] if aid.ranked else [])]


def _counts(aid: ReadingAid) -> list[str]:
    n = len(aid.ranked)
    return [f"{aid.deepest} of {n}", f"{aid.longest} of {n}", f"{aid.even_share:.2f} of {n}"]


def _placebo(day: PlaceboDay, group: Group) -> list[str]:
    if day.found[group] is Found.RANKED:
        return [*_counts(day.aids[group]), day.note or ""]
    return [NONE, NONE, NONE, day.found[group].value]


def _even_share(aid: ReadingAid) -> str:
    venues = ", ".join(f"{one.asset} {one.venues}" for one in aid.ranked)
    return f"even share: the sum of 1/N, N being the venues ranked on each asset ({venues})"


def _ranges(found: Sensitivity, group: Group) -> list[RenderableType]:
    ranges = [one for one in found.ranges if one.group is group]
    if all(one.depth.most is None for one in ranges):
        return []
    rules, enter = found.question.rules, 100 * found.question.parameters.enter
    below = f"min ≥ {enter:g} % below"
    table = _table(
        f"Against {group.upper()} exchanges",
        ("venue", "market", "depth", below, "moved most", "to"),
        ("depth", below, "to"),
    )
    for one in ranges:
        moved = one.removal
        table.add_row(
            rules.name(one.market.venue),
            one.market.symbol,
            _depths(one.depth),
            _minutes(one.below_min),
            NONE if moved is None else f"without {rules.name(moved.venue)}",
            NONE if moved is None else signed(moved.depth),
        )
    return [table, *(line for one in ranges if one.market.venue == found.question.focus for line in _ends(one, rules))]


def _depths(spread: Spread) -> str:
    if spread.least is None or spread.most is None:
        return NONE
    return f"{signed(spread.least.value)} to {signed(spread.most.value)}"


def _minutes(spread: Spread) -> str:
    return NONE if spread.least is None or spread.most is None else f"{spread.least.value} to {spread.most.value}"


def _ends(one: Range, rules: Rules) -> list[str]:
    """Which settings gave the ends of the focus venue's ranges, and which left it without a firm minute."""
    name = f"{rules.name(one.market.venue)} {one.market.symbol}"
    lines = []
    if one.depth.least is not None and one.depth.most is not None:
        least, most = one.depth.least, one.depth.most
        lines.append(
            f"{name}: {signed(least.value)} ({least.setting.text(rules)}) "
            f"to {signed(most.value)} ({most.setting.text(rules)})"
        )
    if one.not_firm:
        lines.append(f"{name}: no firm minute ({'; '.join(setting.text(rules) for setting in one.not_firm)})")
    return lines


def _flips(one: Range, rules: Rules) -> list[str]:
    name = f"{rules.name(one.market.venue)} {one.market.symbol}"
    found = [("deepest?", one.deepest), ("longest?", one.longest)]
    return [_flip(name, what, verdict, rules) for what, verdict in found if verdict is not None and verdict.flips]


def _flip(name: str, what: str, verdict: Verdict, rules: Rules) -> str:
    """One rank's word at the defaults, and the settings that change it, those of one word together."""
    settings: dict[str, list[str]] = {}
    for flip in verdict.flips:
        settings.setdefault(flip.word.value, []).append(flip.setting.text(rules))
    said = " | ".join(f"{'; '.join(texts)}: '{word}'" for word, texts in settings.items())
    return f"{name}, {what} '{verdict.word.value}' | {said}"
