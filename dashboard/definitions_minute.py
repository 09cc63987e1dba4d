"""Definitions of what is measured in a minute: states, money, reference, deviation, gap and bounds."""

from typing import Any

from dash import html

from dashboard.definition_parts import Moment, formula, paragraph, points, source
from dashboard.limits import limits_list
from data.schema import Timeframe
from deviation.headline import minutes_text
from deviation.question import CARRY_MIN, FIRM_VOTES, QuoteHandling, Reference
from deviation.summary import THRESHOLDS_PCT


def cannot_show(moment: Moment) -> list[Any]:
    """The limits of candles, before everything else."""
    return [
        paragraph(
            f"Read this before any number. Candles are four prices and a volume per {moment.one}. They hold no more "
            "than that:"
        ),
        limits_list(moment.bar),
        paragraph(
            "An example of the last: on 10 October 2025 ATOM stood 15 to 29 % higher on Coinbase than on Binance for "
            "two hours, on about a dozen trades a minute. Neither price was the true one."
        ),
    ]


def minute(moment: Moment) -> list[Any]:
    """The five states."""
    return [
        paragraph(
            f"Times are UTC, and a {moment.one} is named by its beginning. In each {moment.one} a market is in "
            f"exactly one of five states, and none is ever filled in with a price from another {moment.one}:"
        ),
        points(
            [html.Strong("voting"), f": it traded for at least {moment.vote}; its price counts"],
            [html.Strong("small"), ": it traded for less; it has no vote, but its trades count as lows and volume"],
            [html.Strong("quiet"), ": the exchange answered, and nothing traded"],
            [html.Strong("missing"), ": nothing was collected; shown as a gap"],
            [html.Strong("unpriced"), ": it traded in a currency that had no value in dollars then"],
        ),
    ]


def money(moment: Moment) -> list[Any]:
    """Groups and conversion."""
    handling = (
        "In this view prices are taken as printed: a USDT counts as a dollar everywhere."
        if moment.view.quote is QuoteHandling.AS_IS
        else "In this view prices are converted."
    )
    return [
        paragraph(
            "Exchanges that quote in dollars and those that quote in dollar stablecoins such as USDT are two groups. "
            "They are measured side by side and never blended: when one group falls as a whole, a blend would make "
            "the other look astray. Markets in other currencies are left out by name."
        ),
        formula(
            f"price in dollars = close × median over the exchanges of their own USDT/USD close in that {moment.one}"
        ),
        paragraph(
            f"Without such a trade the last rate stands for {CARRY_MIN} minutes, then there is none. Where the candles "
            f"hold no rate at all for the window, 1 USDT counts as 1 USD, and the page says so. {handling}"
        ),
        paragraph("Of each exchange one market stands in each group: the one that traded most before the event."),
    ]


def reference(moment: Moment) -> list[Any]:
    """What the others say."""
    chosen = moment.view.reference.words
    parts = [
        paragraph(
            f"What the others say: the prices of all other exchanges of a group in the same {moment.one}, made into "
            "one. An exchange never votes on itself, nor on its relatives. This view uses the ",
            html.Strong(chosen),
            ".",
        ),
        points(
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
    if moment.view.reference is Reference.WEIGHTED_MEDIAN:
        parts.append(formula("R = the first price, from below, whose weights together exceed half of all"))
    return [
        *parts,
        source("Cormen, Leiserson, Rivest and Stein, Introduction to Algorithms, problem 9-2 (weighted median)."),
    ]


def firm(moment: Moment) -> list[Any]:
    """How many votes it takes."""
    return [
        paragraph(
            f"A {moment.one} is firm when the exchange traded in it and at least {FIRM_VOTES} others voted; thin "
            f"with one or two; alone with none. Headlines, counts and ranks rest on firm {moment.one}s only. Thin "
            "ones are reported apart, with the names of those who voted: two exchanges that differ do not say which of "
            "them is astray."
        ),
        paragraph('"m of n firm minutes" always says how many minutes could be judged at all.'),
    ]


def depth(moment: Moment) -> list[Any]:
    """How far."""
    return [
        paragraph(f"How far the exchange's price lay from what the others said, at the close of the {moment.one}:"),
        formula("deviation d = price / reference − 1\ndepth = the smallest d of all that are firm"),
        paragraph(
            f"A depth of −20 % means: at the close of that {moment.one} {moment.focus} traded for 20 % less than "
            f"the middle of the others. A close is the last trade of a {moment.one}, so a fall that came and went "
            "within it does not show here; the bounds of the lowest trade are for that."
        ),
    ]


def below_min(moment: Moment) -> list[Any]:
    """How long."""
    return [
        paragraph(
            f"How long it lasted: the number of firm minutes in which the close lay at least {moment.enter} below."
            f"{_counted(moment)}"
        ),
        formula(f"below_min = number of firm minutes with d ≤ −{moment.enter}"),
        paragraph("The same above the others is counted apart and never ranked against below."),
    ]


def _counted(moment: Moment) -> str:
    """How bars of another length are counted."""
    if moment.bar is Timeframe.M1:
        return ""
    return f" In this view each {moment.one} counts as {minutes_text(moment.bar.minutes(1))} of a minute."


def threshold(_: Moment) -> list[Any]:
    """How long, at fixed depths."""
    depths = ", ".join(f"{x}" for x in THRESHOLDS_PCT[:-1])
    return [
        paragraph(
            f"The same count for fixed depths of {depths} and {THRESHOLDS_PCT[-1]} %. As a share of the market's firm "
            "minutes it compares exchanges with unlike numbers of them."
        ),
        formula("share at x = firm minutes with d ≤ −x / firm minutes"),
    ]


def gap(moment: Moment) -> list[Any]:
    """Against the next lowest."""
    return [
        paragraph(f"How far the exchange stood from the next lowest, in one and the same {moment.one}:"),
        formula("gap = price / lowest price of the others − 1\ngap_depth = the smallest gap of all that are firm"),
        paragraph(
            "Negative means that it was the lowest of all, by so much; at most one exchange of a group can be, in any "
            f"{moment.one}. It needs no reference, so no choice of a median bears on it."
        ),
    ]


def wick(moment: Moment) -> list[Any]:
    """What can be said of a single trade."""
    return [
        paragraph(
            f"The lowest trade of a {moment.one} is one print, and a candle does not say when within it. What the "
            f"others did then lies somewhere between their lowest and their highest trade of the {moment.one}. So "
            "the answer is two numbers, and the truth lies between them:"
        ),
        formula("at least: low / median of the others' lows − 1\nat most: low / median of the others' highs − 1"),
        paragraph(
            f"Between two trades a price stands: a market's range includes its last price before the {moment.one}, "
            f"if that is at most {CARRY_MIN} minutes old and nothing but quiet lies between. At least {FIRM_VOTES} "
            "others must have a range."
        ),
    ]


def order_proof(moment: Moment) -> list[Any]:
    """Whole minutes below."""
    return [
        paragraph(
            f"{moment.one.capitalize()}s that lay at least {moment.enter} below as a whole, in whatever order their "
            f"trades came: even the exchange's highest price of the {moment.one} was that far under the lows of the "
            "others."
        ),
        formula("sure = high of its own range / median of the others' lows − 1"),
        paragraph(
            f"It is the hardest of the counts: a {moment.one} in it cannot be explained by who moved first. The "
            "ranges are those of the bounds above."
        ),
    ]
