"""The finding in sentences (docs/method.md, section 9): the same on every page, picture, terminal and in the JSON."""

from datetime import UTC, tzinfo

from data.schema import Evidence, Timeframe
from deviation.measurement import Measurement
from deviation.question import TOLERANCE, USD
from deviation.ranks import RankWord
from deviation.report.cross_text import write_cross
from deviation.report.headline_text import SentenceContext
from deviation.report.published import write_published
from deviation.result import MarketRow
from deviation.side import Side
from deviation.window.side_summary import SideSummary
from deviation.window.summary import DeviationSummary
from deviation.wording import (
    format_minutes,
    format_percent,
    format_price,
    join_names,
)

LEVEL = 0.0005
"""Fractions below this read as 0.0%."""


def write_headline(measurement: Measurement, zone: tzinfo = UTC) -> tuple[str, ...]:
    """The finding on the focus venue, a sentence each, the most important first; times are in ``zone``."""
    question, row = measurement.question, measurement.focus_row
    if question.origin is Evidence.RECONSTRUCTION:
        return write_published(measurement, zone)
    if row is None:
        name = question.rules.name_of(measurement.focus)
        return (f"No price of {question.asset} on {name} is in this data for this window.",)
    context = SentenceContext(measurement, row, zone)
    if row.fair_value is not None:
        return _write_fair_value(context)
    if row.own_summary.firm_min:
        sentences = _write_strayed(context) if row.own_summary.reaches_enter else _write_calm(context)
    elif row.own_summary.thin.minutes:
        sentences = _write_thin(context)
    else:
        sentences = _write_nobody(context)
    return (*sentences, *_write_across(context))


def _write_strayed(context: SentenceContext) -> tuple[str, ...]:
    """The deviation, its length, the rank, and the venue's other markets that strayed."""
    summary = context.row.own_summary
    sides = _list_strayed_sides(summary)
    amounts = " and ".join(f"{format_percent(summary.get_side(side).size)} {side}" for side in sides)
    leader = _find_leader(context, sides[0])
    leader_text = ""
    if leader is not None:
        leader_size = format_percent(leader.own_summary.get_side(sides[0]).size)
        leader_text = f"; {context.name_of(leader)} further still ({leader_size})"
    return (
        f"{context.subject}: up to {amounts} {context.others}{leader_text}.",
        *(_write_length(context, summary, side) for side in sides),
        *_write_rank(context, sides[0]),
        *(f"Its {other}." for other in _list_other_markets(context)),
    )


def _write_calm(context: SentenceContext) -> tuple[str, ...]:
    summary = context.row.own_summary
    parameters = summary.parameters
    parts = [f"{context.subject} stayed within {context.enter} of {context.others}' closing prices"]
    if summary.split_min:
        parts.append(f"in {format_minutes(summary.split_min)} minutes those disagreed with each other by more")
    for side, noun in ((Side.BELOW, "lowest"), (Side.ABOVE, "highest")):
        bounds = summary.get_side(side).trade
        if bounds.at is not None and bounds.least is not None and parameters.reaches_enter(side.sign * bounds.least):
            prices = context.row.minutes.low if side is Side.BELOW else context.row.minutes.high
            price, time = format_price(float(prices[bounds.at])), context.format_time(bounds.at)
            parts.append(f"{noun} trade {price} at {time}, at least {format_percent(abs(bounds.least))} {side}")
    parts.extend(f"its {other}" for other in _list_other_markets(context))
    return (f"{'; '.join(parts)}.",)


def _list_strayed_sides(summary: DeviationSummary) -> list[Side]:
    """The sides that reach `enter`, the larger first."""
    sides = (summary.larger_side, summary.larger_side.other)
    return [side for side in sides if summary.parameters.reaches_enter(summary.get_side(side).size)]


def _find_leader(context: SentenceContext, side: Side) -> MarketRow | None:
    if not context.row.is_spot:
        return None
    return context.measurement.group_ranks[context.row.market.group].find_size_leader(context.row, side)


def _write_length(context: SentenceContext, summary: DeviationSummary, side: Side) -> str:
    numbers = summary.get_side(side)
    robust = numbers.robust_minutes
    return (
        f"At least {context.enter} {side} in {format_minutes(numbers.minutes)} of {format_minutes(summary.firm_min)} "
        f"comparable minutes: {format_minutes(robust.jackknife)} whichever exchange is left out, "
        f"{format_minutes(robust.lag)} allowing for {_name_lag(context)}, "
        f"{format_minutes(robust.whole)} for the whole {context.timeframe.noun}."
    )


def _name_lag(context: SentenceContext) -> str:
    if context.timeframe is Timeframe.S1:
        return f"a lag of {context.measurement.question.lag_bars} seconds"
    return "a minute's lag" if context.timeframe is Timeframe.M1 else f"a lag of one {context.timeframe.noun}"


def _write_rank(context: SentenceContext, side: Side) -> tuple[str, ...]:
    """The rank of the size; that of the length where an exchange that was seen in part leaves it open."""
    if not context.row.is_spot:
        return ()
    measurement, group = context.measurement, context.row.market.group
    rank = measurement.ranks[context.row.market][side]
    count = measurement.group_ranks[group].contender_count
    verdict = rank.largest
    if verdict.word is RankWord.LARGEST:
        sentences = [f"The largest of {count} {group.upper()} exchanges{context.choice_remark}."]
    elif verdict.word is RankWord.CLOSE:
        sentences = [f"Too close to call among {count}."]
    elif verdict.leader is not None:
        leader, window = verdict.leader, format_minutes(measurement.question.duration_min)
        size = format_percent(leader.own_summary.get_side(side).size)
        firm = format_minutes(leader.own_summary.firm_min)
        sentences = [
            (
                f"Not the largest: {context.name_of(leader)} was up to {size} {side} (comparable in {firm} of {window} "
                "minutes)."
            )
        ]
    else:
        sentences = [f"Not ranked: {verdict.why}."]
    if rank.longest.word is RankWord.NOT_SETTLED:
        sentences.append(f"Not settled: which lasted longest ({rank.longest.why}).")
    return tuple(sentences)


def _list_other_markets(context: SentenceContext) -> list[str]:
    """The venue's other spot markets that strayed against their own group, else against `usd`, in words."""
    results = []
    for other in context.measurement.select_rows(context.row.market.venue):
        if other.market == context.row.market or not other.is_spot:
            continue
        for group, summary in sorted(other.summaries.items(), key=lambda item: item[0] != other.market.group):
            if group not in {other.market.group, USD} or not summary.reaches_enter:
                continue
            side = summary.larger_side
            exchanges = f"{'other ' if group == other.market.group else ''}{group.upper()} exchanges"
            results.append(f"{other.market.symbol} was up to {format_percent(summary.size)} {side} {exchanges}")
            break
    return results


def _write_thin(context: SentenceContext) -> tuple[str, ...]:
    """The finding against each of the few exchanges that have prices, by name."""
    thin, findings = context.row.own_summary.thin, []
    for venue, numbers in thin.venues.items():
        side = max(Side, key=lambda side: abs(numbers.sides[side].deviation or 0.0))
        extreme = numbers.sides[side]
        name = context.measurement.question.rules.name_of(venue)
        if extreme.at is None:
            findings.append(f"level with {name}")
        else:
            size = format_percent(abs(extreme.deviation or 0.0))
            findings.append(f"{size} {side} {name} ({context.format_time(extreme.at)})")
    names = join_names([context.measurement.question.rules.name_of(venue) for venue in thin.venues])
    has = "also has prices" if len(thin.venues) == 1 else "also have prices"
    return (
        (
            f"{context.subject}: only {names} {has}, in {format_minutes(thin.minutes)} minutes: up to "
            f"{', '.join(findings)}. Too few exchanges to rank."
        ),
    )


def _write_nobody(context: SentenceContext) -> tuple[str, ...]:
    row = context.row
    name, quote = context.name_of(row), row.market.quote
    price = f"{context.measurement.question.asset}/{quote} price of at least {context.floor} {quote} a minute"
    if not row.state_counts.voting_min:
        return (f"No {price} on {name} is in this data for this window.",)
    if row.series[row.market.group].votes.any():
        return (f"In no minute of this window is a {price} in this data both on {name} and on another exchange.",)
    return (f"No other exchange's {price} is in this data for this window.",)


def _write_across(context: SentenceContext) -> tuple[str, ...]:
    """What all exchanges of the row's group share against those of another group, and whether it is the quote's."""
    sentences: list[str] = []
    own_group = context.row.market.group
    for group in context.measurement.cross[own_group]:
        sentences.extend(write_cross(context.measurement, own_group, group, context.row))
        summary = context.row.summaries[group]
        if any(_vanishes_at_own_rate(summary, side) for side in _list_strayed_sides(summary)):
            sentences.append(
                f"{context.row.market.quote} itself was priced differently on {context.name_of(context.row)}."
            )
    return tuple(dict.fromkeys(sentences))


def _vanishes_at_own_rate(summary: DeviationSummary, side: Side) -> bool:
    """Whether the exchange's own price of the quote takes more than half of the deviation away."""
    own_rate = summary.own_rate
    if own_rate is None or not own_rate.minutes:
        return False
    return abs(own_rate.sides[side].deviation or 0.0) < summary.get_side(side).size / 2 - TOLERANCE


def _write_fair_value(context: SentenceContext) -> tuple[str, ...]:
    """The finding on an asset that is measured by its underlying; against its own group where that is firm."""
    row, asset = context.row, context.measurement.question.asset
    subject, fair_value = f"{asset} on {context.name_of(row)}", row.fair_value
    if fair_value is None or fair_value.ratio is None:
        underlying = "its underlying" if fair_value is None else fair_value.underlying
        return (f"{subject}: no price before the event in this data gives its ratio to {underlying}.",)
    basis = f"({fair_value.underlying} on other exchanges x the ratio before the event)"
    group = next((group for group, summary in row.summaries.items() if summary.firm_min), None)
    if group is None:
        return (
            (
                f"{subject}: fewer than three other exchanges have {fair_value.underlying} prices in this data for "
                "this window to estimate its fair value."
            ),
        )
    summary = row.summaries[group]
    if not summary.reaches_enter:
        return (f"{subject} stayed within {context.enter} of its estimated fair value {basis}.",)
    sides = _list_strayed_sides(summary)
    amounts = " and ".join(f"{format_percent(summary.get_side(side).size)} {side}" for side in sides)
    return (
        f"{subject}: up to {amounts} its estimated fair value {basis}.",
        *(_write_length(context, summary, side) for side in sides),
        *_write_fair_value_split(context, summary.below),
    )


def _write_fair_value_split(context: SentenceContext, below: SideSummary) -> tuple[str, ...]:
    row, split, fair_value = context.row, context.row.fair_value_split, context.row.fair_value
    if split is None or fair_value is None or split.at != below.at:
        return ()
    name, asset, underlying = context.name_of(row), context.measurement.question.asset, fair_value.underlying
    ratio_part, underlying_part = (
        f"{format_percent(abs(part))} {'below' if part < 0 else 'above'}" if abs(part) >= LEVEL else "level with"
        for part in (split.ratio_part, split.underlying_part)
    )
    return (
        (
            f"Of the {format_percent(below.size)}: {asset}/{underlying} on {name} stood {ratio_part} its usual ratio; "
            f"{underlying} itself was {underlying_part} other exchanges there."
        ),
    )
