"""Definitions of measures over a window, over venues and assets, and of the origins of candles."""

from typing import Any

from dash import html

from dashboard.components.caveats import build_document_link
from dashboard.pages.method.parts import (
    DefinitionParameters,
    build_bullet_list,
    build_formula,
    build_paragraph,
    build_source_note,
)
from deviation.placebo import PLACEBO_DAYS
from deviation.ranks import MIN_DEEPEST_LEAD, MIN_FIRM_SHARE, MIN_LONGEST_LEAD, MIN_RANKED_VENUES


def define_episodes(parameters: DefinitionParameters) -> list[Any]:
    """Episodes, which charts shade."""
    bar = parameters.bar_name
    return [
        build_paragraph(
            f"For shading and lists: an episode starts with the first {bar} at least {parameters.enter_text} away, and "
            f"ends where {parameters.confirm_minutes} minutes in a row are back within {parameters.exit_text}. What "
            "cannot be judged is skipped: it neither starts nor ends one. Ranks do not use episodes."
        ),
        build_formula("area = 100 × Σ |d|, in per cent times minutes"),
    ]


def define_baseline(parameters: DefinitionParameters) -> list[Any]:
    """The baseline: the 24 hours before."""
    return [
        build_paragraph(
            f"What was normal: how far {parameters.focus_name} stood from the others, at most, in the firm minutes of "
            "the 24 hours before the window. Without it no number of the window can be called large."
        )
    ]


def define_ranks(_: DefinitionParameters) -> list[Any]:
    """The words for ranks and their conditions."""
    return [
        build_paragraph(
            "Every exchange gets the same test; the focus is only the one drawn boldly. Ranked are spot markets of "
            f"one group that are firm in at least {100 * MIN_FIRM_SHARE:g} % of the window's minutes, if there are at "
            f"least {MIN_RANKED_VENUES}."
        ),
        build_bullet_list(
            f"deepest: deeper than each other one by at least {100 * MIN_DEEPEST_LEAD:g} percentage points",
            f"longest: at least {MIN_LONGEST_LEAD} minutes more below than each other one",
            "too close to call: neither it nor another has such a lead",
        ),
        build_paragraph('The words stop there: no rank says "abnormal", and none says why.'),
    ]


def define_lowest_trades(parameters: DefinitionParameters) -> list[Any]:
    """Lowest trades, and why they mislead."""
    bar = parameters.bar_name
    return [
        build_paragraph(
            "The lowest trade of each exchange over the window, in dollars. Set side by side, such lows mislead "
            "twice: they were not printed in the same minute (Coinbase's ATOM low of 10 October 2025, 3.000, came at "
            "23:47; in the minute of the crash it traded at 3.56), and the busiest exchange has more trades, hence "
            "more extreme lows."
        ),
        build_formula(f"gap to the lowest other = low / lowest low of all other exchanges − 1, of whatever {bar}"),
        build_paragraph(
            f"Beside each such gap stand those of one and the same {bar}: the gap to the next close, and the "
            "bounds of the lowest trade."
        ),
        build_source_note("the table follows the published description of Benson Sun's report."),
    ]


def define_fair_value(_: DefinitionParameters) -> list[Any]:
    """Fair value, for wrapped assets that trade on one exchange only."""
    return [
        build_paragraph(
            "WBETH and BNSOL trade on one exchange only, so nobody can vote on them. They wrap ETH and SOL; what they "
            "are worth is the other exchanges' price of those, times the ratio that the market itself paid before the "
            "event:"
        ),
        build_formula("fair value = underlying elsewhere × median pre-event ratio"),
        build_paragraph(
            'The words are then "below fair value", never "below other exchanges", and there is no rank. What is seen '
            "splits in two: the asset against its underlying here, and the underlying here against elsewhere."
        ),
    ]


def define_matrix(_: DefinitionParameters) -> list[Any]:
    """The matrix of exchanges and assets, and the even share."""
    return [
        build_paragraph(
            "Every spot exchange on every asset, with the same numbers for all. Beside it stands on how many of the "
            "ranked assets the focus was deepest, and an even share: what each exchange would have if they took turns."
        ),
        build_formula("even share = Σ 1 / N over the ranked assets, N exchanges being ranked on each"),
        build_paragraph(
            "That is a reading aid and no probability: assets fell together, and an event's assets were chosen because "
            "people spoke of them."
        ),
    ]


def define_placebo(_: DefinitionParameters) -> list[Any]:
    """The same window on the days before."""
    return [
        build_paragraph(
            f"The same count in the same clock window of the {PLACEBO_DAYS} days before. If an exchange is the deepest "
            "of all on ordinary days too, being it on the day of the event says less. A day that was not collected is "
            "said to be so."
        )
    ]


def define_sensitivity(_: DefinitionParameters) -> list[Any]:
    """The range of a number over all settings."""
    return [
        build_paragraph(
            "How far a number hangs on choices: everything is measured again with either reference, with converted "
            "and with printed prices, with four smallest votes from 0 to 10,000 dollars, and without each other "
            "exchange in turn. Told are the least and the most that come out, and every choice that changes a rank, "
            "by name. It is a range, not a vote."
        )
    ]


def define_market_path(_: DefinitionParameters) -> list[Any]:
    """Onset and bottom of the market as a whole."""
    return [
        build_paragraph(
            "The market as a whole is the median of all voting prices of a group. Its onset is the first minute in "
            "which it fell by at least 1 % against the minute before, its bottom the minute of its lowest value."
        )
    ]


def define_windows(parameters: DefinitionParameters) -> list[Any]:
    """The named windows of the event."""
    event = parameters.catalogue.get_event(parameters.view.event)
    return [
        build_paragraph("A window decides which minutes count, so the named ones come from both sides of the dispute:"),
        build_bullet_list(*([html.Strong(window.name), f": {window.note}"] for window in event.windows.values())),
        build_paragraph("Any other is said to be chosen by hand."),
    ]


def define_origins(_: DefinitionParameters) -> list[Any]:
    """Real candles and the reconstruction."""
    return [
        build_paragraph(
            "Real candles were collected from exchanges, by their candles, their public trades or their archives, or "
            "imported from files. The reconstruction is none of these: it meets published figures of 10 October 2025 "
            "and assumes everything between. It shows what the program draws, is marked wherever it shows, never "
            "mixes with real candles, and proves nothing: it was made from the very figures that a measurement would "
            "test."
        )
    ]


def define_sources(_: DefinitionParameters) -> list[Any]:
    """The full document of the method."""
    return [
        build_paragraph(
            "The whole of the method, with every edge case, is ",
            build_document_link(),
            ". A program written from that text alone gives the same numbers to nine digits; the project's tests "
            "compare the two minute by minute.",
        )
    ]
