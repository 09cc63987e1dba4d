"""Values, expectations and results of claims in words, the same in the terminal, on the page and in JSON."""

from datetime import datetime

from deviation.question import Parameters
from deviation.wording import format_minutes, format_percent, format_price, format_threshold
from evidence.claims.compare import Outcome
from evidence.claims.judge import Basis, JudgedReading, PartResult
from evidence.claims.reading import Reading, Unit, Value
from evidence.claims.schema import Arithmetic, Expectation, Metric, Query, Subject
from evidence.claims.verdict import Verdict

METRIC_TEXTS = {
    Metric.DEVIATION: "largest deviation {side} the other exchanges",
    Metric.MINUTES: "minutes at least {size} {side} the other exchanges",
    Metric.RANK_SIZE: "rank of the largest deviation {side}",
    Metric.RANK_LENGTH: "rank of the time {side}",
    Metric.FIRST_BEYOND: "first minute at least {size} {side} the other exchanges",
    Metric.REACHED: "first minute at least {size} below the price before the window",
    Metric.LOW: "lowest trade",
    Metric.LOW_TIME: "minute of the lowest trade",
    Metric.HIGH: "highest trade",
    Metric.FALL: "lowest trade against the price before the window",
    Metric.OPEN_TO_LOW: "lowest trade against the first price of the window",
    Metric.FALL_60: "deepest fall of the close within an hour",
    Metric.LOW_GAP: "lowest trade against the lowest one of the others",
    Metric.LOW_PREMIUM: "lowest trade of the others against its own",
    Metric.ALIGNED_GAP: "lowest trade against the others in the same minute",
    Metric.QUIET: "minutes without a trade",
    Metric.MARK_LOW: "lowest mark price",
    Metric.INDEX_LOW: "lowest index price",
    Metric.TRADE_PRICE: "price of the lowest trade",
    Metric.TRADE_TIME: "minute of the lowest trade, from trades",
    Metric.REVISIONS: "candles that the exchange later gave with other values",
    Metric.RULE_LOW: "lowest value of the replayed index at the end of a minute",
    Metric.RULE_OWN_SHARE: "share of the replayed index's fall that the exchange's own books explain",
    Metric.RULE_FIRST_BEYOND: "first minute of the replayed index at least {size} {side} the other exchanges",
    Metric.RULE_LAST_BEYOND: "last minute of the replayed index at least {size} {side} the other exchanges",
    Metric.ONSET: "first minute with a median return of -1%",
    Metric.RUN_START: "start of three minutes with a median return of -1%",
    Metric.BOTTOM: "minute of the lowest median close",
    Metric.MEDIAN_LOW: "lowest median close",
    Metric.VOLUME_CORRELATION: "rank correlation of volume before and deviation",
    Metric.LOW_USDT_USD: "lowest USDT trade in dollars against the lowest USD trade",
    Metric.ISOLATED_FALL: "deepest fall of one exchange while the others held",
    Metric.MARKET_RUN_START: "start of three minutes with a median return of -1%, over all coins",
    Metric.MARKET_BOTTOM: "minute of the lowest price, over all coins",
}
"""What a metric is, with places for its side and size."""

PERCENT_METRICS = {
    Metric.DEVIATION,
    Metric.FALL,
    Metric.OPEN_TO_LOW,
    Metric.FALL_60,
    Metric.LOW_GAP,
    Metric.LOW_PREMIUM,
    Metric.ALIGNED_GAP,
    Metric.RULE_OWN_SHARE,
    Metric.LOW_USDT_USD,
    Metric.ISOLATED_FALL,
}
"""Metrics whose values are fractions."""

BASIS_TEXTS = {
    Basis.SAMPLE: "The sample is assumed between published figures and decides nothing; collect or import real prices.",
    Basis.BY_HAND: "With exchanges chosen by hand no verdict is given.",
}


def format_date(date: str) -> str:
    """A day or a month of publication.

    >>> format_date("2025-10-12"), format_date("2026-01")
    ('12 Oct 2025', 'Jan 2026')
    """
    is_day = date.count("-") > 1
    time = datetime.strptime(date, "%Y-%m-%d" if is_day else "%Y-%m")  # noqa: DTZ007 - a date has no zone
    return f"{time.day} {time:%b %Y}" if is_day else f"{time:%b %Y}"


def format_value(value: Value | None, unit: Unit) -> str:
    """A value as people write it; a dash without one.

    >>> format_value(-0.3333, Unit.PERCENT), format_value(12, Unit.MINUTES), format_value(None, Unit.TIME)
    ('-33%', '12 minutes', '–')
    """
    if value is None:
        return "\N{EN DASH}"
    if isinstance(value, datetime):
        return f"{value:%d %b %H:%M}"
    if isinstance(value, str):
        return value
    if unit is Unit.PERCENT:
        return f"{'-' if value < 0 else ''}{format_percent(abs(value))}"
    if unit is Unit.MINUTES:
        return f"{format_minutes(value)} {'minute' if value == 1 else 'minutes'}"
    return format_price(value) if unit is Unit.PRICE and value > 0 else _write_number(value)


def describe_range(reading: Reading) -> str | None:
    """The range of a value over all settings; None without one."""
    if reading.least is None or reading.most is None:
        return None
    unit = Unit.PERCENT if reading.unit is Unit.WORD else reading.unit
    return f"{format_value(reading.least, unit)} to {format_value(reading.most, unit)}"


def describe_subject(subject: Subject) -> str:
    """What a query reads."""
    size = format_threshold(Parameters().enter if subject.size is None else subject.size)
    return METRIC_TEXTS[subject.metric].format(side=subject.side.value, size=size)


def describe_expectation(expect: Expectation, unit: Unit) -> str:
    """What is said of a value."""
    if expect.within is not None:
        return f"from {expect.within.start:%d %b %H:%M} to before {expect.within.end:%H:%M}"
    if expect.word is not None:
        return expect.word
    other = expect.before or expect.after
    if other is not None:
        assets = "" if isinstance(other.assets, str) else f" of {', '.join(other.assets)}"
        return f"{'before' if expect.before else 'after'} the {describe_subject(other)}{assets}"
    return _describe_number(expect, unit)


def _describe_number(expect: Expectation, unit: Unit) -> str:
    """What is said of a number."""
    limits = {
        "at most": expect.at_most,
        "at least": expect.at_least,
        "less than": expect.below,
        "more than": expect.above,
    }
    for words, limit in limits.items():
        if limit is not None:
            return f"{words} {format_value(limit, unit)}"
    if expect.between is not None:
        least, most = expect.between
        return f"{format_value(least, unit)} to {format_value(most, unit)}"
    tolerance = f" \N{PLUS-MINUS SIGN} {format_value(expect.tolerance, unit)}" if expect.tolerance else ""
    return f"{format_value(expect.equals, unit)}{tolerance}"


def describe_query(query: Query) -> str:
    """What a query reads, what must hold, and for how many."""
    numbers = {
        "all": "",
        "always": ", without exception",
        "any": ", for any",
        "most": ", for most",
        "mean": ", on average",
    }
    how_many = numbers.get(str(query.holds_for), f", for at least {query.holds_for}")
    subject = describe_subject(query)
    expectation = describe_expectation(query.expect, find_unit(query.metric))
    return f"{subject[0].upper()}{subject[1:]}: {expectation}{how_many}"


def find_unit(metric: Metric) -> Unit:
    """How the numbers of a metric are written in what is expected of it."""
    if metric in PERCENT_METRICS:
        return Unit.PERCENT
    if metric in {Metric.MINUTES, Metric.QUIET}:
        return Unit.MINUTES
    if metric in {Metric.REVISIONS, Metric.VOLUME_CORRELATION}:
        return Unit.COUNT
    return Unit.PRICE


def describe_arithmetic(arithmetic: Arithmetic, result: float) -> str:
    """The calculation with its numbers, and what the claim says it is.

    >>> describe_arithmetic(Arithmetic(numbers={"part": 1, "all": 4}, expression="part / all",
    ...     expect=Expectation(equals=0.5)), 0.25)
    'part / all = 0.25, with part = 1, all = 4; the claim: 0.5.'
    """
    numbers = ", ".join(f"{name} = {_write_number(value)}" for name, value in arithmetic.numbers.items())
    values = f", with {numbers}" if numbers else ""
    claimed = describe_expectation(arithmetic.expect, Unit.RATIO)
    return f"{arithmetic.expression} = {_write_number(result)}{values}; the claim: {claimed}."


def summarize_part(result: PartResult) -> str:
    """What came of a part in one sentence, without its verdict."""
    part = result.part
    if part.arithmetic is not None and result.number is not None:
        return describe_arithmetic(part.arithmetic, result.number)
    if part.query is None:
        return f"Would decide it: {part.outside}"
    if result.verdict is Verdict.NONE:
        return BASIS_TEXTS[Basis.BY_HAND]
    outcomes = _summarize_outcomes(result, part.query)
    return ". ".join(text for text in (describe_query(part.query), outcomes, *result.context) if text) + "."


def _summarize_outcomes(result: PartResult, query: Query) -> str:
    """How many values are as claimed, are not, depend, and are missing, or the mean; "" for a single value."""
    total = len(result.readings)
    words = {
        Outcome.HOLDS: "as claimed",
        Outcome.FAILS: "not as claimed",
        Outcome.DEPENDS: "depending on the reading",
        Outcome.UNKNOWN: "undecided",
    }
    counts = [f"{result.count(outcome)} {words[outcome]}" for outcome in Outcome if result.count(outcome)]
    texts = [f"Of {total}: {', '.join(counts)}"] if total > 1 else []
    if query.holds_for == "mean" and result.number is not None:
        texts.append(f"Mean of the known ones {format_value(result.number, find_unit(query.metric))}")
    if query.universe is not None:
        texts.append(f"{total} in this store; the claim speaks of {query.universe}")
    return ". ".join(texts)


def describe_reading(judged: JudgedReading) -> str:
    """One value with its ranges and what came of it."""
    reading, comparison = judged.reading, judged.comparison
    if reading.value is None:
        return f"{reading.subject}: {reading.why}"
    unit = Unit.PERCENT if reading.unit is Unit.WORD else reading.unit
    spread = describe_range(reading)
    extras = [
        reading.details,
        None if spread is None else f"range {spread}",
        None
        if reading.jackknife is None
        else f"whichever exchange is left out {format_value(reading.jackknife, unit)}",
        None if reading.lag is None else f"allowing for a lag {format_value(reading.lag, unit)}",
        None if reading.whole is None else f"for whole minutes {format_value(reading.whole, unit)}",
        comparison.reason,
    ]
    details = "; ".join(dict.fromkeys(text for text in extras if text))
    text = f"{reading.subject}: {format_value(reading.value, reading.unit)}"
    return f"{text} ({details})" if details else text


def _write_number(value: float) -> str:
    """A number with its thousands marked, to six decimals.

    >>> _write_number(0.000005), _write_number(3413001.0), _write_number(0.192451)
    ('0.000005', '3,413,001', '0.192451')
    """
    return f"{value:,.6f}".rstrip("0").rstrip(".")
