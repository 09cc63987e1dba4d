"""The finding in two lines (docs/method.md, section 9)."""

from data.schema import Evidence
from deviation.episodes import Direction
from deviation.question import TOLERANCE, Group, QuoteHandling
from deviation.ranks import RankWord
from deviation.report.lows import measure_low_bounds
from deviation.result import MarketRow, Measurement
from deviation.summary import DeviationSummary, ThinSummary, select_side
from deviation.wording import format_clock_time, format_minutes, format_percent, format_price, format_threshold

ILLUSTRATION = "Illustration from published figures, not a measurement"


def write_headline(measurement: Measurement) -> tuple[str, ...]:
    """The finding on the focus venue and, where there is more to say, a second line of durations and ranks."""
    question, row = measurement.question, measurement.focus_row
    if question.origin is Evidence.RECONSTRUCTION:
        return (ILLUSTRATION,)
    if row is None:
        return (f"No statement on {question.asset} on {question.rules.name_of(question.focus)}: no candle of it here.",)
    subject = f"{question.asset}{'' if row.is_spot else ' perpetual'} on {question.rules.name_of(row.market.venue)}"
    firm_groups = [group for group in (row.market.group, row.market.group.other) if row.summaries[group].firm_min]
    if not firm_groups:
        return (_write_thin(subject, measurement, row) + _write_conversion_note(measurement),)
    if all(_measure_size(row.summaries[group]) < question.parameters.enter - TOLERANCE for group in firm_groups):
        first_line, second_line = _write_calm(subject, firm_groups, measurement, row)
    else:
        first_line = _write_deviations(subject, firm_groups, measurement, row)
        second_line = f"{_write_durations(firm_groups, measurement, row)} {_write_rank(measurement, row)}".rstrip()
    if len(firm_groups) == 1 and question.underlying is None:
        first_line += f" No statement against {_format_exchanges(firm_groups[0].other)}: too few traded."
    return (
        first_line + _write_conversion_note(measurement),
        f"{second_line} {_write_lowest_trade(measurement, row)}".rstrip(),
    )


def _measure_size(summary: DeviationSummary | ThinSummary) -> float:
    """The largest deviation on either side, as a positive fraction."""
    return max(summary.height or 0.0, -(summary.depth or 0.0))


def _format_exchanges(group: Group, *, is_own: bool = False) -> str:
    return f"{'other ' if is_own else ''}{group.upper()} exchanges"


def _format_enter(measurement: Measurement) -> str:
    return format_threshold(measurement.question.parameters.enter)


def _write_deviations(subject: str, firm_groups: list[Group], measurement: Measurement, row: MarketRow) -> str:
    if measurement.question.underlying is not None:
        summary = row.summaries[firm_groups[0]]
        finding = f"{format_percent(_measure_size(summary))} {select_side(summary)} fair value"
        return f"{subject}: up to {finding}{_write_listing_note(measurement, row)}"
    findings = [
        f"{format_percent(_measure_size(row.summaries[group]))} {select_side(row.summaries[group])} "
        f"{_format_exchanges(group, is_own=group is row.market.group)}"
        for group in firm_groups
    ]
    deeper = _find_deeper(measurement, row)
    deeper_note = f"; {measurement.question.rules.name_of(deeper.market.venue)} fell further" if deeper else ""
    return f"{subject}: up to {', '.join(findings)}{deeper_note}."


def _write_listing_note(measurement: Measurement, row: MarketRow) -> str:
    listed_elsewhere = any(other.market.venue != row.market.venue for other in measurement.rows)
    return "." if listed_elsewhere else "; no other exchange asked lists it."


def _write_calm(subject: str, firm_groups: list[Group], measurement: Measurement, row: MarketRow) -> tuple[str, str]:
    reference_text = (
        "fair value"
        if measurement.question.underlying
        else f"the others' {measurement.question.timeframe.adjective} closes"
    )
    counts = " and ".join(_format_count(row.summaries[group].sure_min, row.summaries[group]) for group in firm_groups)
    first_line = f"{subject} stayed within {_format_enter(measurement)} of {reference_text}."
    return (
        first_line,
        f"At least {_format_enter(measurement)} below whatever the order of trades: {counts} firm minutes.",
    )


def _write_durations(firm_groups: list[Group], measurement: Measurement, row: MarketRow) -> str:
    counts = []
    for group in firm_groups:
        summary = row.summaries[group]
        direction = select_side(summary)
        minutes = summary.below_min if direction is Direction.BELOW else summary.above_min
        counts.append((direction, _format_count(minutes, summary)))
    if len({direction for direction, _ in counts}) == 1:
        joined = " and ".join(count for _, count in counts)
        return f"At least {_format_enter(measurement)} {counts[0][0]} for {joined} firm minutes."
    clauses = (f"{direction} for {count}" for direction, count in counts)
    return f"At least {_format_enter(measurement)} {', '.join(clauses)} firm minutes."


def _format_count(minutes: float, summary: DeviationSummary) -> str:
    return f"{format_minutes(minutes)} of {format_minutes(summary.firm_min)}"


def _list_ranked(measurement: Measurement, row: MarketRow) -> list[MarketRow]:
    """The ranked markets of the row's own group."""
    return [
        other
        for other in measurement.rows
        if other.market.group is row.market.group and measurement.ranks[other.market].reason is None
    ]


def _find_deeper(measurement: Measurement, row: MarketRow) -> MarketRow | None:
    """The deepest market of the group where the row is behind it by the lead that a rank needs."""
    if (
        measurement.ranks[row.market].deepest is not RankWord.NOT_DEEPEST
        or select_side(row.own_summary) is Direction.ABOVE
    ):
        return None
    return min(_list_ranked(measurement, row), key=lambda other: other.own_summary.depth or 0.0)


def _write_rank(measurement: Measurement, row: MarketRow) -> str:
    if measurement.question.underlying is not None or select_side(row.own_summary) is Direction.ABOVE:
        return ""
    rank = measurement.ranks[row.market]
    if rank.reason is not None:
        return f"Not ranked: {rank.reason}."
    rank_text = str(rank.deepest)
    if rank.deepest is RankWord.DEEPEST:
        rank_text = "yes"
    elif (deeper := _find_deeper(measurement, row)) is not None:
        depth_text = format_percent(-(deeper.own_summary.depth or 0.0))
        rank_text = f"no, {measurement.question.rules.name_of(deeper.market.venue)} at {depth_text}"
    return f"Deepest of {len(_list_ranked(measurement, row))} {_format_exchanges(row.market.group)}: {rank_text}."


def _write_lowest_trade(measurement: Measurement, row: MarketRow) -> str:
    """The lowest trade, where even its shallow bound is deeper than the deepest close; else ""."""
    bounds = measure_low_bounds(row, row.market.group)
    shallow, deep = bounds.wick_shallow, bounds.wick_deep
    if row.low is None or row.low_at is None or shallow is None or deep is None:
        return ""
    if shallow >= (row.own_summary.depth or 0.0) - TOLERANCE:
        return ""
    shallow_text, deep_text = format_percent(-shallow), format_percent(-deep)
    range_text = shallow_text if shallow_text == deep_text else f"{shallow_text.removesuffix(' %')} to {deep_text}"
    time_text = format_clock_time(measurement.axis, row.low_at)
    return f"Lowest trade {format_price(row.low)} at {time_text}, {range_text} below."


def _write_thin(subject: str, measurement: Measurement, row: MarketRow) -> str:
    """The finding against the one or two markets that traded, which are named."""
    for group in (row.market.group, row.market.group.other):
        thin = row.summaries[group].thin
        position = thin.height_at if select_side(thin) is Direction.ABOVE else thin.depth_at
        if position is None:
            continue
        amount = f"{format_percent(_measure_size(thin))} {select_side(thin)}"
        if measurement.question.underlying is not None:
            return f"{subject}: {amount} fair value by fewer than three markets; not ranked."
        names = [measurement.question.rules.name_of(venue) for venue in measurement.list_voters(row, group, position)]
        only_note = "the only other market traded then" if len(names) == 1 else "the only other markets traded then"
        return f"{subject}: {amount} {' and '.join(names)}, {only_note}; not ranked."
    if row.fair_value is not None and row.fair_value.ratio is None:
        bar_name = measurement.question.timeframe.noun
        return f"No statement on {subject}: no calm {bar_name} gives its ratio to {row.fair_value.underlying}."
    return f"No statement on {subject}: no other exchange traded then."


def _write_conversion_note(measurement: Measurement) -> str:
    """A note on quotes that were not converted at their own market's rate; else ""."""
    if measurement.question.parameters.quote is QuoteHandling.AS_IS:
        return " (Prices as printed, not converted.)"
    if not measurement.fx_assumed:
        return ""
    return f" ({' and '.join(f'1 {quote}' for quote in measurement.fx_assumed)} taken as 1 USD)"
