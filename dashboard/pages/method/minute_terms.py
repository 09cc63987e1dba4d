"""Definitions of measures of one bar: what counts, conversion, benchmark, deviation, and what makes it sure."""

from typing import Any

from dash import html

from dashboard.components.caveats import build_limits_list
from dashboard.pages.method.parts import (
    DefinitionParameters,
    build_bullet_list,
    build_formula,
    build_paragraph,
    build_source_note,
)
from dashboard.text.sentences import describe_lag
from data.schema import Timeframe
from deviation.question import CARRY_MIN, FIRM_VOTES, LEG_FLOOR_USD, RATE_CARRY_MIN, QuoteHandling, ReferenceKind
from deviation.window.side_summary import THRESHOLDS_PCT
from deviation.wording import format_amount, format_minutes


def define_limits(parameters: DefinitionParameters) -> list[Any]:
    """What prices of bars cannot show."""
    bar = parameters.bar_name
    return [
        build_paragraph(f"Read this before any number. The data are four prices and a volume per {bar}, no more:"),
        build_limits_list(parameters.timeframe),
        build_paragraph(
            "On 10 October 2025 Coinbase's ATOM traded 15-29% above Binance's for two hours, on about a dozen trades a "
            "minute. Neither price was the true one."
        ),
    ]


def define_minute_states(parameters: DefinitionParameters) -> list[Any]:
    """The four states of a market in a bar."""
    bar = parameters.bar_name
    return [
        build_paragraph(
            f"Times are UTC, and a {bar} is named by its beginning. In each {bar} a market is in one of four states; "
            f"no price is carried into another {bar}:"
        ),
        build_bullet_list(
            [html.Strong("counted"), f": it traded at least {parameters.min_vote_text}; its closing price counts"],
            [
                html.Strong("below the volume threshold"),
                ": it traded less, drawn hollow; only its lows, highs and volumes count",
            ],
            [html.Strong("no trades"), ": the exchange answered, and nothing was traded"],
            [html.Strong("missing"), ": not collected; shown as a gap"],
        ),
        build_paragraph(
            "The volume is valued at the larger of opening and closing price, else the largest falls would count "
            "least. In other currencies the threshold is an equal amount by order of magnitude, so that no conversion "
            "rate decides what counts."
        ),
    ]


def define_conversion(parameters: DefinitionParameters) -> list[Any]:
    """Groups by quote currency, and conversion between them."""
    quote_note = (
        "In this view dollar stablecoins are taken as exactly $1 instead."
        if parameters.view.quote is QuoteHandling.AS_IS
        else ""
    )
    return [
        build_paragraph(
            "An exchange is compared with exchanges that quote in the same currency: ATOM/USDT with ATOM/USDT, "
            "ATOM/USD with ATOM/USD. Nothing is converted for that, since a conversion rate is a market price itself: "
            "one stray trade of USDT could make a fall, or hide one. Every market is a row of its own; none is picked "
            "to stand for an exchange."
        ),
        build_paragraph(
            "Only a comparison with another currency needs a rate: the median of the exchanges' own prices of it, "
            f"each from its last minute with at least ${format_amount(LEG_FLOOR_USD)} of volume, at most "
            f"{RATE_CARRY_MIN} minutes old. Every median that is left when one exchange is taken away counts as "
            "possible, so the rate is a range:"
        ),
        build_formula("converted benchmark = [lower edge × lowest rate, upper edge × highest rate]"),
        build_paragraph(
            f"The page says if a rate is older than {CARRY_MIN} minutes, comes from one exchange, or is treated as $1 "
            f"because no price of it is loaded. {quote_note}"
        ),
    ]


def define_reference(parameters: DefinitionParameters) -> list[Any]:
    """The benchmark of the other exchanges."""
    bar = parameters.bar_name
    parts = [
        build_paragraph(
            f"What the others say: the closing prices of the other exchanges of the same {bar}. An exchange is never "
            "part of its own benchmark, nor are its sister venues. This view uses the ",
            html.Strong(parameters.view.reference.label),
            ".",
        ),
        build_bullet_list(
            [
                html.Strong("median"),
                (
                    ": the middle price. With an even number it is the range between the two middle prices: any number "
                    "in it is as good a median, and their mean is a price at which nobody traded"
                ),
            ],
            [
                html.Strong("weighted median"),
                (
                    ": each exchange weighs what it traded in the 24 hours before the window, and none more than all "
                    "others together, so that volume of the crash cannot make an exchange its own benchmark"
                ),
            ],
        ),
    ]
    if parameters.view.reference is ReferenceKind.WEIGHTED_MEDIAN:
        parts.append(
            build_formula("benchmark = the first price, from below, whose weights together exceed half of all")
        )
    return [
        *parts,
        build_source_note(
            "Cormen, Leiserson, Rivest and Stein, Introduction to Algorithms, problem 9-2 (weighted median)."
        ),
    ]


def define_firm_minutes(parameters: DefinitionParameters) -> list[Any]:
    """Comparable bars: how many others have a price."""
    bar = parameters.bar_name
    return [
        build_paragraph(
            f"A {bar} is comparable if the exchange traded and at least {FIRM_VOTES} other exchanges did. Headlines, "
            f"counts and ranks use comparable {bar}s only."
        ),
        build_paragraph(
            "With prices of one or two other exchanges only, each is compared by name: two that differ do not say "
            "which "
            f'of them is off. "m of n comparable {bar}s" says how many could be judged at all.'
        ),
    ]


def define_depth(parameters: DefinitionParameters) -> list[Any]:
    """Deviation: discount and premium."""
    bar = parameters.bar_name
    return [
        build_paragraph(f"How far the closing price of the {bar} was from the benchmark, from its nearer edge:"),
        build_formula(
            "deviation d = price / lower edge − 1 below, price / upper edge − 1 above, 0 between\n"
            f"largest discount = the lowest d of all comparable {bar}s; largest premium = the highest"
        ),
        build_paragraph(
            f"A discount of 20% means: at the close of that {bar} {parameters.focus_name} traded 20% below the median "
            f"of the others. A fall that came and went within the {bar} does not show in a close; the discount at the "
            "low is for that."
        ),
    ]


def define_minutes_below(parameters: DefinitionParameters) -> list[Any]:
    """Minutes beyond the threshold."""
    return [
        build_paragraph(
            f"How long it lasted: the number of comparable minutes in which the close was at least "
            f"{parameters.enter_text} below.{_describe_bar_minutes(parameters)} Above likewise, counted apart."
        ),
        build_formula(f"minutes below = number of comparable minutes with d ≤ −{parameters.enter_text}"),
    ]


def _describe_bar_minutes(parameters: DefinitionParameters) -> str:
    """How bars of another length count in minutes; "" for minutes."""
    if parameters.timeframe is Timeframe.M1:
        return ""
    share_text = format_minutes(parameters.timeframe.convert_to_minutes(1))
    return f" In this view each {parameters.bar_name} counts as {share_text} of a minute."


def define_thresholds(_: DefinitionParameters) -> list[Any]:
    """Minutes at fixed sizes."""
    sizes_text = ", ".join(f"{x}" for x in THRESHOLDS_PCT[:-1])
    return [
        build_paragraph(
            f"The same count for deviations of {sizes_text} and {THRESHOLDS_PCT[-1]}%. As a share of the market's "
            "comparable minutes it compares exchanges that have different numbers of them."
        ),
        build_formula("share at x = comparable minutes with d ≤ −x / comparable minutes"),
    ]


def define_jackknife(_: DefinitionParameters) -> list[Any]:
    """What holds whichever exchange is left out."""
    return [
        build_paragraph(
            "One more exchange, or one less, can tip a median. This count holds whichever one of the other exchanges "
            "is left out of the benchmark:"
        ),
        build_formula("d = distance to the range of all medians that leave one exchange out"),
    ]


def define_lag(parameters: DefinitionParameters) -> list[Any]:
    """What holds against the bars beside it."""
    bar = parameters.bar_name
    return [
        build_paragraph(
            "An exchange that falls first is not off: the others follow. This count holds against the benchmarks of "
            f"{describe_lag(parameters.timeframe)}, too, so a lead or a delay of that length is not counted as a "
            "deviation:"
        ),
        build_formula(f"d = distance to the range of the benchmarks of the {bar} and those beside it"),
        build_paragraph(f"A {bar} without a comparable neighbour is untested, and counted apart."),
    ]


def define_gap(parameters: DefinitionParameters) -> list[Any]:
    """The distance to the next exchange."""
    bar = parameters.bar_name
    return [
        build_paragraph(f"How far the close was below every other close of the same {bar}, or above every other:"),
        build_formula("below = price / lowest other close − 1, if negative\nabove = price / highest other close − 1"),
        build_paragraph("It needs no median, so no choice of a benchmark bears on it."),
    ]


def define_wick(parameters: DefinitionParameters) -> list[Any]:
    """The bounds of the extreme trade."""
    bar = parameters.bar_name
    return [
        build_paragraph(
            f"The data do not say when within a {bar} its lowest trade was, so its discount to the others is given as "
            f"a range. Whatever the sequence of trades within the {bar}, the discount lies in it:"
        ),
        build_formula(
            "min: low / median of the others' lows − 1\nmax: low / median of the others' highs − 1\n"
            "premium of the highest trade likewise, with lows and highs swapped"
        ),
        build_paragraph(
            "A price holds until the next trade: the others' lows and highs include their last price before the "
            f"{bar}, if it is at most {CARRY_MIN} minutes old and nothing was traded since. At least {FIRM_VOTES} "
            "other exchanges must have a price."
        ),
    ]


def define_order_proof(parameters: DefinitionParameters) -> list[Any]:
    """Bars that are beyond the threshold from their start to their end."""
    bar = parameters.bar_name
    return [
        build_paragraph(
            f"{bar.capitalize()}s in which even the exchange's highest price was at least {parameters.enter_text} "
            f"below the median of the others' lows: it was below for the entire {bar}, so the sequence of trades "
            "within it cannot be the explanation. Above likewise."
        ),
        build_formula("whole = its highest price / median of the others' lows − 1"),
    ]
