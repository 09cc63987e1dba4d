"""Definitions of measures over a window, over exchanges and assets, and of where the prices are from."""

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
from deviation.ranks import MIN_CONTENDERS, MIN_FIRM_SHARE, MIN_LENGTH_LEAD, MIN_SIZE_LEAD
from deviation.wording import join_names


def define_episodes(parameters: DefinitionParameters) -> list[Any]:
    """Episodes, which charts shade."""
    bar = parameters.bar_name
    return [
        build_paragraph(
            f"For shading and lists: an episode starts with the first {bar} at least {parameters.enter_text} away, and "
            f"ends where {parameters.confirm_minutes} minutes in a row are back within {parameters.exit_text}. What "
            "cannot be compared is skipped. Ranks do not use episodes."
        ),
        build_formula("area = 100 × Σ |d|, in per cent times minutes"),
    ]


def define_baseline(parameters: DefinitionParameters) -> list[Any]:
    """The baseline: the calm period before."""
    return [
        build_paragraph(
            f"What was normal: how far {parameters.focus_name} was from the others, at most, in the calm period of the "
            "event, or without one in the 24 hours before the window. The event itself is never part of it. Without it "
            "no number of the window can be called large."
        )
    ]


def define_ranks(_: DefinitionParameters) -> list[Any]:
    """The words for ranks and their conditions."""
    return [
        build_paragraph(
            "Every exchange gets the same test, below and above; the chosen one is only drawn boldly. Ranked are the "
            "spot markets with one quote currency that are comparable in at least "
            f"{100 * MIN_FIRM_SHARE:g}% of the window's minutes, if there are at least {MIN_CONTENDERS}. An exchange "
            "that strayed and then halted has few comparable minutes: it is not ranked, but it can keep another from "
            "being called the largest."
        ),
        build_bullet_list(
            f"largest: its extreme is at least {100 * MIN_SIZE_LEAD:g}% beyond that of each other one, as a price",
            f"longest: at least {MIN_LENGTH_LEAD} minutes more than each other one, those it lacks included",
            "not largest, not longest: another one is ahead by that much, and is named",
            "not settled: ahead of all ranked ones, but one that could be compared in part may have lasted longer",
            "too close to call: nobody is that far ahead",
            "not ranked, no data: the reason is given",
        ),
        build_paragraph('The words stop there: no rank says "abnormal", and none says why.'),
    ]


def define_across(_: DefinitionParameters) -> list[Any]:
    """Statements about a whole group against another."""
    return [
        build_paragraph(
            "When all USDT exchanges trade below USD exchanges, that is not one exchange's deviation. So wherever an "
            "exchange is compared with another currency, the same is said of all exchanges of its own: how many of "
            "them were away, and the least and the most."
        ),
        build_paragraph(
            "If most of the difference is gone once the currency is valued at its price on that exchange itself, the "
            "page says that the currency was priced differently there: it is the currency's deviation, not the asset's."
        ),
    ]


def define_choices(parameters: DefinitionParameters) -> list[Any]:
    """What was chosen by hand."""
    view = parameters.view
    excluded = [parameters.catalogue.get_venue(venue).name for venue in sorted(view.excluded)]
    excluded_text = f"This view excludes {join_names(excluded)}." if excluded else "This view excludes no exchange."
    return [
        build_paragraph(
            "Exchanges that are excluded are neither measured nor part of a benchmark. Every such choice, a window "
            "that has no name, and every setting other than the defaults stand on the page, in the picture, and in "
            f"each file and its name. {excluded_text}"
        )
    ]


def define_lowest_trades(parameters: DefinitionParameters) -> list[Any]:
    """Lowest and highest trades, and why they mislead."""
    bar = parameters.bar_name
    return [
        build_paragraph(
            "The lowest and the highest trade of each exchange over the window, in its own quote currency. Side by "
            f"side such lows mislead twice: they did not happen in the same {bar} (Coinbase's ATOM low of 10 October "
            "2025, 3.000, came at 23:47; in the minute of the crash it traded at 3.56), and the busiest exchange has "
            "more trades, hence more extreme lows."
        ),
        build_formula(
            "to second lowest = low / lowest low of all other exchanges with that quote − 1,\n"
            "only for the exchange with the lowest of all"
        ),
        build_paragraph(
            f"Beside it is the comparison of the same {bar}: the gap to the lowest other close, and the range of the "
            "discount. A price is marked as a round number if it has two digits fewer than the market's most precise "
            "one: it is a resting order's level, not an estimate."
        ),
        build_source_note("the table follows the published description of Benson Sun's report."),
    ]


def define_fair_value(_: DefinitionParameters) -> list[Any]:
    """Fair value, for wrapped assets that trade on one exchange only."""
    return [
        build_paragraph(
            "WBETH and BNSOL have prices on one exchange only, so there is no benchmark. They wrap ETH and SOL: their "
            "estimated fair value is the other exchanges' price of those, times the ratio that the market itself paid "
            "before the event:"
        ),
        build_formula("estimated fair value = underlying on other exchanges × median ratio before the event"),
        build_paragraph(
            'The words are "below its estimated fair value", never "below other exchanges", and there is no rank. The '
            "discount is split in two: the asset against its underlying here, and the underlying here against "
            "elsewhere."
        ),
    ]


def define_matrix(_: DefinitionParameters) -> list[Any]:
    """The matrix of exchanges and assets, and the even share."""
    return [
        build_paragraph(
            "Every spot market on every asset, with the same numbers for all. Beside it: in how many of the ranked "
            "assets the chosen exchange had the largest deviation, and how many that would be by chance alone, if the "
            "ranked exchanges took turns."
        ),
        build_formula("by chance alone = Σ 1 / N over the ranked assets, N exchanges being ranked on each"),
        build_paragraph(
            "The assets moved together, and an event's assets were chosen because people spoke of them: this is not a "
            "test of statistical significance."
        ),
    ]


def define_placebo(_: DefinitionParameters) -> list[Any]:
    """The same window on the days before."""
    return [
        build_paragraph(
            f"The same count in the same hours of the {PLACEBO_DAYS} days before. If an exchange comes first on "
            "ordinary days too, being first on the day of the event says less. Days that were not collected are named."
        )
    ]


def define_sensitivity(_: DefinitionParameters) -> list[Any]:
    """The range of a number over all settings."""
    return [
        build_paragraph(
            "How far a number depends on choices: everything is measured again with either benchmark, with "
            "stablecoins converted and taken as $1, with minimum volumes of $0, $100, $1,000 and $10,000, and without "
            "each other exchange in turn. Shown are the least and the most that come out, and every choice that "
            "changes a rank, by name. The variants do not vote."
        )
    ]


def define_market_path(_: DefinitionParameters) -> list[Any]:
    """Onset and bottom of the market as a whole."""
    return [
        build_paragraph(
            "The market as a whole is the median over the exchanges of one quote currency. It started to fall in the "
            "first minute with a median return of −1% or less; the run started with the first of three such minutes "
            "in a row; the bottom is the minute of the lowest median price. Exchanges with the same minute tie: "
            "one-minute prices cannot order them."
        ),
        build_formula("return = median over the exchanges of close / close of the minute before − 1"),
    ]


def define_windows(parameters: DefinitionParameters) -> list[Any]:
    """The named windows of the event."""
    event = parameters.catalogue.get_event(parameters.view.event)
    return [
        build_paragraph("A window decides which minutes count, so the named ones come from both sides of the dispute:"),
        build_bullet_list(*([html.Strong(window.name), f": {window.note}"] for window in event.windows.values())),
        build_paragraph("Any other is labelled as chosen by hand."),
    ]


def define_origins(_: DefinitionParameters) -> list[Any]:
    """Real prices and the sample."""
    return [
        build_paragraph(
            "Real prices were collected from exchanges, by their own interfaces, their public trades or their "
            "archives, or imported from files. The sample is none of these: it meets published figures of 10 October "
            "2025 and assumes everything between. It is marked wherever it shows, never mixes with real prices, has "
            "no ranks, and no conclusion can be drawn from it: it was made from the very figures that a measurement "
            "would test."
        )
    ]


def define_sources(_: DefinitionParameters) -> list[Any]:
    """The full document of the method."""
    return [
        build_paragraph(
            "The whole of the method, with every edge case and the reasons, is ",
            build_document_link(),
            ". A program written from that text alone gives the same numbers to nine digits; the project's tests "
            "compare the two minute by minute.",
        )
    ]
