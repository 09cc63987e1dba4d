"""What was found, in two lines that say no more than the numbers do (docs/method.md, section 9)."""

import math

import numpy as np

from data.schema import Evidence, Timeframe
from deviation.episodes import Direction
from deviation.lows import bounds
from deviation.question import TOLERANCE, Group, QuoteHandling
from deviation.ranks import Word
from deviation.result import Measurement, Row
from deviation.summary import Summary, Thin

ILLUSTRATION = "Illustration from published figures, not a measurement"


def headline(measurement: Measurement) -> tuple[str, ...]:
    """The finding on the focus venue and, where there is more to say, a second line of durations and ranks."""
    question, row = measurement.question, measurement.focus
    if question.origin is Evidence.RECONSTRUCTION:
        return (ILLUSTRATION,)
    if row is None:
        return (f"No statement on {question.asset} on {question.rules.name(question.focus)}: no candle of it here.",)
    subject = f"{question.asset}{'' if row.spot else ' perpetual'} on {question.rules.name(row.market.venue)}"
    firm = [group for group in (row.market.group, row.market.group.other) if row.against[group].firm_min]
    if not firm:
        return (_thin(subject, measurement, row) + _money(measurement),)
    if all(_size(row.against[group]) < question.parameters.enter - TOLERANCE for group in firm):
        first, second = _calm(subject, firm, measurement, row)
    else:
        first = _strayed(subject, firm, measurement, row)
        second = f"{_durations(firm, measurement, row)} {_standing(measurement, row)}".rstrip()
    if len(firm) == 1 and question.underlying is None:
        first += f" No statement against {_exchanges(firm[0].other)}: too few traded."
    return (first + _money(measurement), f"{second} {_lowest_trade(measurement, row)}".rstrip())


def percent(fraction: float) -> str:
    """A positive fraction in per cent: one decimal below 10, none above, and never a false "100".

    >>> percent(0.0345), percent(0.284), percent(0.9996)
    ('3.5 %', '28 %', '99.9 %')
    """
    value = 100 * fraction
    if 99.5 <= value < 100:  # noqa: PLR2004 - rounding up would say that nothing was left
        return f"{math.floor(10 * value) / 10:.1f} %"
    return f"{value:.1f} %" if value < 9.95 else f"{value:.0f} %"  # noqa: PLR2004 - 9.95 rounds to 10


def price_text(price: float) -> str:
    """A price as a reader wants it: five significant digits, three below a cent, never a rounded-off thousand.

    >>> price_text(0.00100208), price_text(430.65), price_text(102000.0)
    ('0.001', '430.65', '102000')
    """
    digits = 3 if price < 0.01 else max(5, math.ceil(math.log10(price)))  # noqa: PLR2004 - a cent
    return np.format_float_positional(price, precision=digits, fractional=False, trim="-")


def minutes_text(minutes: float) -> str:
    """Minutes as a reader wants them: whole ones as they are, those of shorter bars to a hundredth.

    >>> minutes_text(1440), minutes_text(1.5), minutes_text(1 / 60)
    ('1440', '1.5', '0.02')
    """
    return str(minutes) if isinstance(minutes, int) else f"{minutes:.2f}".rstrip("0").rstrip(".")


def split_words(underlying: str, own: float, elsewhere: float) -> tuple[str, str]:
    """The two quotients whose product is 1 + deviation from fair value, in words (docs/method.md, section 6).

    >>> split_words("ETH", 0.2, 0.99)
    ('80 % below the ratio here', 'ETH here 1.0 % below elsewhere')
    """
    sides = ((abs(quotient - 1), "below" if quotient < 1 else "above") for quotient in (own, elsewhere))
    (ratio, ratio_side), (price, price_side) = sides
    return f"{percent(ratio)} {ratio_side} the ratio here", f"{underlying} here {percent(price)} {price_side} elsewhere"


def clock(measurement: Measurement, position: int) -> str:
    """A minute of the window as the reader's clock shows it, with its day where the window covers several."""
    question, time = measurement.question, measurement.axis.time(position)
    last = measurement.axis.time(measurement.axis.size - 1)
    shown = "%H:%M:%S" if question.timeframe is Timeframe.S1 else "%H:%M"
    return f"{time:{shown}}" if question.start.date() == last.date() else f"{time:%d %b {shown}}"


def side(summary: Summary | Thin) -> Direction:
    """The side of the larger deviation: above where the largest is above and larger in size than the deepest."""
    above = summary.height or 0.0
    return Direction.ABOVE if above > 0 and above > -(summary.depth or 0.0) else Direction.BELOW


def _size(summary: Summary | Thin) -> float:
    """The largest deviation on either side, as a positive fraction."""
    return max(summary.height or 0.0, -(summary.depth or 0.0))


def _exchanges(group: Group, *, own: bool = False) -> str:
    return f"{'other ' if own else ''}{group.upper()} exchanges"


def _enter(measurement: Measurement) -> str:
    return f"{100 * measurement.question.parameters.enter:g} %"


def _strayed(subject: str, firm: list[Group], measurement: Measurement, row: Row) -> str:
    if measurement.question.underlying is not None:
        summary = row.against[firm[0]]
        return f"{subject}: up to {percent(_size(summary))} {side(summary)} fair value{_listing(measurement, row)}"
    findings = [
        f"{percent(_size(row.against[group]))} {side(row.against[group])} "
        f"{_exchanges(group, own=group is row.market.group)}"
        for group in firm
    ]
    deeper = _deeper(measurement, row)
    further = f"; {measurement.question.rules.name(deeper.market.venue)} fell further" if deeper else ""
    return f"{subject}: up to {', '.join(findings)}{further}."


def _listing(measurement: Measurement, row: Row) -> str:
    elsewhere = any(other.market.venue != row.market.venue for other in measurement.rows)
    return "." if elsewhere else "; no other exchange asked lists it."


def _calm(subject: str, firm: list[Group], measurement: Measurement, row: Row) -> tuple[str, str]:
    others = (
        "fair value"
        if measurement.question.underlying
        else f"the others' {measurement.question.timeframe.adjective} closes"
    )
    counts = " and ".join(_of(row.against[group].sure_min, row.against[group]) for group in firm)
    first = f"{subject} stayed within {_enter(measurement)} of {others}."
    return first, f"At least {_enter(measurement)} below whatever the order of trades: {counts} firm minutes."


def _durations(firm: list[Group], measurement: Measurement, row: Row) -> str:
    counts = []
    for group in firm:
        summary = row.against[group]
        direction = side(summary)
        minutes = summary.below_min if direction is Direction.BELOW else summary.above_min
        counts.append((direction, _of(minutes, summary)))
    if len({direction for direction, _ in counts}) == 1:
        joined = " and ".join(count for _, count in counts)
        return f"At least {_enter(measurement)} {counts[0][0]} for {joined} firm minutes."
    clauses = (f"{direction} for {count}" for direction, count in counts)
    return f"At least {_enter(measurement)} {', '.join(clauses)} firm minutes."


def _of(minutes: float, summary: Summary) -> str:
    return f"{minutes_text(minutes)} of {minutes_text(summary.firm_min)}"


def _ranked(measurement: Measurement, row: Row) -> list[Row]:
    """The ranked markets of the row's own group."""
    return [
        other
        for other in measurement.rows
        if other.market.group is row.market.group and measurement.ranks[other.market].why is None
    ]


def _deeper(measurement: Measurement, row: Row) -> Row | None:
    """The deepest market of the group where the row is behind it by the lead that a rank needs."""
    if measurement.ranks[row.market].deepest is not Word.NOT_DEEPEST or side(row.own) is Direction.ABOVE:
        return None
    return min(_ranked(measurement, row), key=lambda other: other.own.depth or 0.0)


def _standing(measurement: Measurement, row: Row) -> str:
    if measurement.question.underlying is not None or side(row.own) is Direction.ABOVE:
        return ""
    rank = measurement.ranks[row.market]
    if rank.why is not None:
        return f"Not ranked: {rank.why}."
    answer = str(rank.deepest)
    if rank.deepest is Word.DEEPEST:
        answer = "yes"
    elif (deeper := _deeper(measurement, row)) is not None:
        answer = f"no, {measurement.question.rules.name(deeper.market.venue)} at {percent(-(deeper.own.depth or 0.0))}"
    return f"Deepest of {len(_ranked(measurement, row))} {_exchanges(row.market.group)}: {answer}."


def _lowest_trade(measurement: Measurement, row: Row) -> str:
    """Named where even the mildest bound of the lowest trade is deeper than the deepest close."""
    mild, harsh = bounds(row, row.market.group).wick_shallow, bounds(row, row.market.group).wick_deep
    if row.low is None or row.low_at is None or mild is None or harsh is None:
        return ""
    if mild >= (row.own.depth or 0.0) - TOLERANCE:
        return ""
    least, most = percent(-mild), percent(-harsh)
    span = least if least == most else f"{least.removesuffix(' %')} to {most}"
    return f"Lowest trade {price_text(row.low)} at {clock(measurement, row.low_at)}, {span} below."


def _thin(subject: str, measurement: Measurement, row: Row) -> str:
    """Against the one or two markets that traded, by name; never ranked."""
    for group in (row.market.group, row.market.group.other):
        thin = row.against[group].thin
        position = thin.height_at if side(thin) is Direction.ABOVE else thin.depth_at
        if position is None:
            continue
        amount = f"{percent(_size(thin))} {side(thin)}"
        if measurement.question.underlying is not None:
            return f"{subject}: {amount} fair value by fewer than three markets; not ranked."
        names = [measurement.question.rules.name(venue) for venue in measurement.voters_at(row, group, position)]
        only = "the only other market traded then" if len(names) == 1 else "the only other markets traded then"
        return f"{subject}: {amount} {' and '.join(names)}, {only}; not ranked."
    if row.fair_value is not None and row.fair_value.ratio is None:
        one = measurement.question.timeframe.one
        return f"No statement on {subject}: no calm {one} gives its ratio to {row.fair_value.underlying}."
    return f"No statement on {subject}: no other exchange traded then."


def _money(measurement: Measurement) -> str:
    """How quotes became dollars, where it was not at their own market's rate."""
    if measurement.question.parameters.quote is QuoteHandling.AS_IS:
        return " (Prices as printed, not converted.)"
    if not measurement.fx_assumed:
        return ""
    return f" ({' and '.join(f'1 {quote}' for quote in measurement.fx_assumed)} taken as 1 USD)"
