"""Definitions of measures of one bar: states, conversion, reference, deviation, gap and bounds."""

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
from data.schema import Timeframe
from deviation.question import CARRY_MIN, FIRM_VOTES, QuoteHandling, ReferenceKind
from deviation.window.summary import THRESHOLDS_PCT
from deviation.wording import format_minutes


def define_limits(parameters: DefinitionParameters) -> list[Any]:
    """What candles cannot show."""
    bar = parameters.bar_name
    return [
        build_paragraph(
            f"Read this before any number. Candles are four prices and a volume per {bar}. They hold no more than that:"
        ),
        build_limits_list(parameters.timeframe),
        build_paragraph(
            "An example of the last: on 10 October 2025 ATOM stood 15 to 29 % higher on Coinbase than on Binance for "
            "two hours, on about a dozen trades a minute. Neither price was the true one."
        ),
    ]


def define_minute_states(parameters: DefinitionParameters) -> list[Any]:
    """The five states of a market in a bar."""
    bar = parameters.bar_name
    return [
        build_paragraph(
            f"Times are UTC, and a {bar} is named by its beginning. In each {bar} a market is in "
            f"exactly one of five states, and none is ever filled in with a price from another {bar}:"
        ),
        build_bullet_list(
            [html.Strong("voting"), f": it traded for at least {parameters.min_vote_text}; its price counts"],
            [html.Strong("small"), ": it traded for less; it has no vote, but its trades count as lows and volume"],
            [html.Strong("quiet"), ": the exchange answered, and nothing traded"],
            [html.Strong("missing"), ": nothing was collected; shown as a gap"],
            [html.Strong("unpriced"), ": it traded in a currency that had no value in dollars then"],
        ),
    ]


def define_conversion(parameters: DefinitionParameters) -> list[Any]:
    """Quote groups, and conversion to dollars."""
    bar = parameters.bar_name
    quote_note = (
        "In this view prices are taken as printed: a USDT counts as a dollar everywhere."
        if parameters.view.quote is QuoteHandling.AS_IS
        else "In this view prices are converted."
    )
    return [
        build_paragraph(
            "Exchanges that quote in dollars and those that quote in dollar stablecoins such as USDT are two groups. "
            "They are measured side by side and never blended: when one group falls as a whole, a blend would make "
            "the other look astray. Markets in other currencies are left out by name."
        ),
        build_formula(
            f"price in dollars = close × median over the exchanges of their own USDT/USD close in that {bar}"
        ),
        build_paragraph(
            f"Without such a trade the last rate stands for {CARRY_MIN} minutes, then there is none. Where the candles "
            f"hold no rate at all for the window, 1 USDT counts as 1 USD, and the page says so. {quote_note}"
        ),
        build_paragraph("Of each exchange one market stands in each group: the one that traded most before the event."),
    ]


def define_reference(parameters: DefinitionParameters) -> list[Any]:
    """The reference price of the other exchanges."""
    bar = parameters.bar_name
    reference_name = parameters.view.reference.label
    parts = [
        build_paragraph(
            f"What the others say: the prices of all other exchanges of a group in the same {bar}, made into "
            "one. An exchange never votes on itself, nor on its relatives. This view uses the ",
            html.Strong(reference_name),
            ".",
        ),
        build_bullet_list(
            [html.Strong("median"), ": the price in the middle; of an even number, the mean of the two in the middle"],
            [
                html.Strong("weighted median"),
                (
                    ": each exchange weighs what it traded in the 24 hours before the window, none more than 40 % of "
                    "all, so that volume of the crash itself cannot make the broken exchange its own yardstick"
                ),
            ],
        ),
    ]
    if parameters.view.reference is ReferenceKind.WEIGHTED_MEDIAN:
        parts.append(build_formula("R = the first price, from below, whose weights together exceed half of all"))
    return [
        *parts,
        build_source_note(
            "Cormen, Leiserson, Rivest and Stein, Introduction to Algorithms, problem 9-2 (weighted median)."
        ),
    ]


def define_firm_minutes(parameters: DefinitionParameters) -> list[Any]:
    """Firm, thin and alone: how many others voted."""
    bar = parameters.bar_name
    return [
        build_paragraph(
            f"A {bar} is firm when the exchange traded in it and at least {FIRM_VOTES} others voted; thin "
            f"with one or two; alone with none. Headlines, counts and ranks rest on firm {bar}s only. Thin "
            "ones are reported apart, with the names of those who voted: two exchanges that differ do not say which of "
            "them is astray."
        ),
        build_paragraph('"m of n firm minutes" always says how many minutes could be judged at all.'),
    ]


def define_depth(parameters: DefinitionParameters) -> list[Any]:
    """Deviation and depth."""
    bar = parameters.bar_name
    return [
        build_paragraph(f"How far the exchange's price lay from what the others said, at the close of the {bar}:"),
        build_formula("deviation d = price / reference − 1\ndepth = the smallest d of all that are firm"),
        build_paragraph(
            f"A depth of −20 % means: at the close of that {bar} {parameters.focus_name} traded for 20 % less than "
            f"the middle of the others. A close is the last trade of a {bar}, so a fall that came and went "
            "within it does not show here; the bounds of the lowest trade are for that."
        ),
    ]


def define_minutes_below(parameters: DefinitionParameters) -> list[Any]:
    """Minutes below the threshold."""
    return [
        build_paragraph(
            "How long it lasted: the number of firm minutes in which the close lay at least "
            f"{parameters.enter_text} below.{_describe_bar_minutes(parameters)}"
        ),
        build_formula(f"below_min = number of firm minutes with d ≤ −{parameters.enter_text}"),
        build_paragraph("The same above the others is counted apart and never ranked against below."),
    ]


def _describe_bar_minutes(parameters: DefinitionParameters) -> str:
    """How bars of another length count in minutes; "" for minutes."""
    if parameters.timeframe is Timeframe.M1:
        return ""
    share_text = format_minutes(parameters.timeframe.convert_to_minutes(1))
    return f" In this view each {parameters.bar_name} counts as {share_text} of a minute."


def define_thresholds(_: DefinitionParameters) -> list[Any]:
    """Minutes below at fixed depths."""
    depths_text = ", ".join(f"{x}" for x in THRESHOLDS_PCT[:-1])
    return [
        build_paragraph(
            f"The same count for fixed depths of {depths_text} and {THRESHOLDS_PCT[-1]} %. As a share of the market's "
            "firm minutes it compares exchanges with unlike numbers of them."
        ),
        build_formula("share at x = firm minutes with d ≤ −x / firm minutes"),
    ]


def define_gap(parameters: DefinitionParameters) -> list[Any]:
    """The gap to the next lowest close."""
    bar = parameters.bar_name
    return [
        build_paragraph(f"How far the exchange stood from the next lowest, in one and the same {bar}:"),
        build_formula(
            "gap = price / lowest price of the others − 1\ngap_depth = the smallest gap of all that are firm"
        ),
        build_paragraph(
            "Negative means that it was the lowest of all, by so much; at most one exchange of a group can be, in any "
            f"{bar}. It needs no reference, so no choice of a median bears on it."
        ),
    ]


def define_wick(parameters: DefinitionParameters) -> list[Any]:
    """The bounds of the lowest trade."""
    bar = parameters.bar_name
    return [
        build_paragraph(
            f"The lowest trade of a {bar} is one print, and a candle does not say when within it. What the "
            f"others did then lies somewhere between their lowest and their highest trade of the {bar}. So "
            "the answer is two numbers, and the truth lies between them:"
        ),
        build_formula("at least: low / median of the others' lows − 1\nat most: low / median of the others' highs − 1"),
        build_paragraph(
            f"Between two trades a price stands: a market's range includes its last price before the {bar}, "
            f"if that is at most {CARRY_MIN} minutes old and nothing but quiet lies between. At least {FIRM_VOTES} "
            "others must have a range."
        ),
    ]


def define_order_proof(parameters: DefinitionParameters) -> list[Any]:
    """Bars that are below in whatever order their trades came."""
    bar = parameters.bar_name
    return [
        build_paragraph(
            f"{bar.capitalize()}s that lay at least {parameters.enter_text} below as a whole, in whatever order their "
            f"trades came: even the exchange's highest price of the {bar} was that far under the lows of the "
            "others."
        ),
        build_formula("sure = high of its own range / median of the others' lows − 1"),
        build_paragraph(
            f"It is the hardest of the counts: a {bar} in it cannot be explained by who moved first. The "
            "ranges are those of the bounds above."
        ),
    ]
