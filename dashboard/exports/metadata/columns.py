"""What each column of a file means, and its unit: the words of the metadata beside every CSV and in every Parquet.

They stand for themselves: no reader needs another document.
"""

from dashboard.exports.kinds import ExportKind
from dashboard.exports.metadata.column import FRACTION, MINUTES, QUOTE, TIME, Column
from dashboard.exports.metadata.evidence_columns import INDEX_COLUMNS, SEQUENCE_COLUMNS
from dashboard.exports.metadata.history_columns import HISTORY_COLUMNS
from dashboard.exports.metadata.market_columns import MARKET_COLUMNS
from deviation.side import Side
from deviation.window.side_summary import THRESHOLDS_PCT


def define_column(kind: ExportKind, name: str) -> Column | None:
    """The definition of a column of an export; None for one that nobody has defined."""
    return OWN_COLUMNS.get(kind, {}).get(name) or SHARED_COLUMNS.get(name)


def _define_side(side: Side) -> dict[str, Column]:
    """The columns of one side, which begin with its name."""
    word = "below" if side is Side.BELOW else "above"
    amount = "discount" if side is Side.BELOW else "premium"
    return {
        f"{side}": Column(
            f"Largest {amount} of a closing price to the median of the other exchanges in a comparable minute, from "
            "the nearer of the two middle prices if their number is even. 0 if none was on that side, empty without a "
            "comparable minute.",
            FRACTION,
        ),
        f"{side}_at": Column(f"Opening time of the first minute with the largest {amount}.", TIME),
        f"{side}_min": Column(f"Comparable minutes at least the threshold `enter` {word}.", MINUTES),
        f"{side}_largest": Column(
            f"Whether the largest {amount} was the largest of the ranked exchanges with that quote, which takes a lead "
            "of 2%. Holds for the choices in the column `choices`."
        ),
        f"{side}_largest_why": Column("Who led in size, or why there is no rank."),
        f"{side}_longest": Column(
            f"Whether it was {word} for the most minutes of the ranked exchanges with that quote, which takes a lead "
            "of 3 minutes. Holds for the choices in the column `choices`."
        ),
        f"{side}_longest_why": Column("Who led in length, or why there is no rank."),
        f"thin_{side}": Column(
            f"Largest {amount} in minutes with a price of one or two other exchanges only.", FRACTION
        ),
        f"thin_{side}_min": Column(
            f"Minutes at least the threshold `enter` {word}, with a price of one or two other exchanges only.", MINUTES
        ),
        **{f"{side}_min_{x}": Column(f"Comparable minutes at least {x}% {word}.", MINUTES) for x in THRESHOLDS_PCT},
    }


def _define_extreme(prefix: str, superlative: str, side: str) -> dict[str, Column]:
    """The columns of the lowest or highest trade of the window."""
    return {
        prefix: Column(f"{superlative.capitalize()} trade of the window.", QUOTE),
        f"{prefix}_at": Column(f"Opening time of the minute of the {superlative} trade.", TIME),
        f"{prefix}_volume": Column(f"Volume times close of the minute of the {superlative} trade.", QUOTE),
        f"{prefix}_round": Column(
            "Whether the price has at least two significant digits fewer than the market's most precise one: a resting "
            "order's level, not an estimate."
        ),
        f"{prefix}_gap_to_second": Column(
            f"From the {superlative} trade of the next exchange with that quote, whenever that was. Only for the "
            f"exchange that has the {superlative} trade of all.",
            FRACTION,
        ),
        f"{prefix}_next": Column(
            f"In the minute of the {superlative} trade: how far the close was {side} every other close with that "
            "quote; 0 if it was not.",
            FRACTION,
        ),
        f"{prefix}_least": Column(
            f"The least by which the {superlative} trade was {side} the median of the other exchanges, whatever the "
            "order of trades within the minute.",
            FRACTION,
        ),
        f"{prefix}_most": Column("The most by which it was, in the same sense.", FRACTION),
    }


def _define_record(suffix: str, owner: str) -> dict[str, Column]:
    """The columns of one of two values that differ."""
    return {
        f"value_{suffix}": Column(f"Value of the {owner}: a price in the quote, or a volume in units of the asset."),
        f"origin_{suffix}": Column(f"How the prices of the {owner} came."),
        f"source_{suffix}": Column(f"File or address of the {owner}."),
        f"fetched_at_{suffix}": Column(f"When the value of the {owner} was collected.", TIME),
    }


SHARED_COLUMNS: dict[str, Column] = {
    "asset": Column("Ticker of the asset."),
    "venue": Column("Exchange, by its id."),
    "symbol": Column("Market: asset/quote; a perpetual has its settlement currency after a colon."),
    "group": Column("Quote currency of the market, in lower case. Markets with one quote are one group."),
    "against": Column(
        "Quote currency of the other exchanges that the market is compared with. Where it is the market's own, nothing "
        "is converted."
    ),
    "focus": Column("Whether the exchange is the one that the view was about."),
    "fair_value": Column(
        "Whether the asset has no other market, and is compared with its underlying on other exchanges times the ratio "
        "before the event."
    ),
    "enter": Column("Threshold: from this deviation on a minute counts as below or above.", FRACTION),
    "assumed": Column("Whether the market is of the sample and no price of it was published."),
    "origin": Column("Kind of the prices: `real`, or `reconstruction` for the sample made from published figures."),
    "choices": Column("What was chosen by hand or differs from the defaults; empty where nothing does."),
    "open_time": Column("Opening time of the minute or bar.", TIME),
    "state": Column(
        "`voting`: traded enough to count. `small`: traded below the minimum volume. `quiet`: no trade. `missing`: not "
        "collected."
    ),
    "price": Column("Closing price.", QUOTE),
    "votes": Column("Number of other exchanges with a price that counts."),
    "reference_low": Column(
        "Lower edge of the benchmark: the lower of the two middle prices of the other exchanges, in its quote.",
        QUOTE,
    ),
    "reference_high": Column("Upper edge of the benchmark.", QUOTE),
    "reference": Column("Middle of the benchmark, for drawing.", QUOTE),
    "d": Column("Deviation: from the nearest edge of the benchmark, 0 between them.", FRACTION),
    "jackknife": Column("Deviation that holds whichever one of the other exchanges is left out.", FRACTION),
    "lag": Column("Deviation from the range of the benchmark in this minute and those beside it.", FRACTION),
    "next_below": Column("How far the close is below every other close; 0 if it is not.", FRACTION),
    "next_above": Column("How far the close is above every other close; 0 if it is not.", FRACTION),
    "wick_least": Column(
        "The lowest trade to the median of the others: the reading nearest to it that the order of trades allows.",
        FRACTION,
    ),
    "wick_most": Column("The lowest trade to the median of the others: the reading furthest below.", FRACTION),
    "spike_least": Column(
        "The highest trade to the median of the others: the reading nearest to it that the order of trades allows.",
        FRACTION,
    ),
    "spike_most": Column("The highest trade to the median of the others: the reading furthest above.", FRACTION),
    "sure_below": Column(
        "The market's highest price of the minute to the median of the others' lows: at or below -x, it was x below "
        "for the whole minute.",
        FRACTION,
    ),
    "sure_above": Column(
        "The market's lowest price of the minute to the median of the others' highs: at or above x, it was x above for "
        "the whole minute.",
        FRACTION,
    ),
    "fx_mid": Column("Units of the market's quote per unit of the quote of `against`; 1 where both are the same."),
    "firm_min": Column("Comparable minutes: it traded, and at least three other exchanges did.", MINUTES),
    "thin_min": Column("Minutes with a price of one or two other exchanges only.", MINUTES),
    "volume_usd_before": Column(
        "Reported volume of the 24 hours before the window, converted at an order of magnitude of the quote.", "USD"
    ),
    "volume_rank": Column("Rank by that volume among the ranked markets of the asset and quote, from 1."),
    "side": Column("`below`: discounts and lowest trades. `above`: premiums and highest trades."),
    "threshold": Column("Size of the deviation, without its sign.", FRACTION),
    "threshold_min": Column("Comparable minutes with at least that deviation on that side.", MINUTES),
    "low": Column("Lowest price of the minute.", QUOTE),
    "high": Column("Highest price of the minute.", QUOTE),
    "close": Column("Closing price of the minute.", QUOTE),
    "event": Column("Id of the event."),
    "window": Column("Name of the window; empty for one chosen by hand."),
    "window_start": Column("Start of the window.", TIME),
    "window_end": Column("End of the window, which is not part of it.", TIME),
    "minute": Column("Minutes since the start of the window.", MINUTES),
    "timeframe": Column("Length of the bars."),
    "source": Column("File or address that the prices are from."),
    "outcome": Column("Result of the requests."),
    "message": Column("What the exchange answered, or what went wrong."),
    **{name: column for side in Side for name, column in _define_side(side).items()},
}
"""Columns with the same meaning in every export that has them."""

OWN_COLUMNS: dict[ExportKind, dict[str, Column]] = {
    ExportKind.SEQUENCE: SEQUENCE_COLUMNS,
    ExportKind.INDEX: INDEX_COLUMNS,
    ExportKind.MARKET: MARKET_COLUMNS,
    ExportKind.HISTORY: HISTORY_COLUMNS,
    ExportKind.LOWS: {**_define_extreme("low", "lowest", "below"), **_define_extreme("high", "highest", "above")},
    ExportKind.GAPS: {
        "kind": Column(
            "`trades`: from the market's lowest or highest trade to that of the next exchange, any time in the window. "
            "`closes`: from its close to the furthest other close, in the comparable minute where that is largest."
        ),
        "gap": Column("The gap: negative below, positive above.", FRACTION),
        "at": Column("Opening time of the minute of that trade or close.", TIME),
    },
    ExportKind.BOUNDS: {
        "extreme": Column("Whether it is the minute of the lowest or highest trade itself, not one beside it."),
        "round": Column(
            "Whether the price has at least two significant digits fewer than the market's most precise one: a resting "
            "order's level, not an estimate. Of the chosen exchange only."
        ),
        "least": Column(
            "The least by which its lowest or highest trade was away from the median of the other exchanges, whatever "
            "the order of trades within the minute.",
            FRACTION,
        ),
        "most": Column("The most by which it was, in the same sense.", FRACTION),
        "whole": Column("How far it was away throughout the minute.", FRACTION),
    },
    ExportKind.CANDLES: {
        "open": Column("Price of the first trade.", QUOTE),
        "volume": Column("Traded amount.", "units of the asset"),
        "price": Column("What was traded: `trade` for trades, else the kind of index or mark price."),
        "origin": Column("How the prices came: `archive`, `ohlcv`, `trades`, `imported` or `reconstruction`."),
    },
    ExportKind.COVERAGE: {
        "evidence": Column("`real`, or `reconstruction` for the sample."),
        "start": Column("Start of the span.", TIME),
        "end": Column("End of the span, which is not part of it.", TIME),
        "had": Column("Bars with a price.", "bars"),
        "quiet": Column("Bars without a trade, as the exchange answered.", "bars"),
        "missing": Column("Bars that nobody has answered for.", "bars"),
        "outcome": Column("`complete`, or why bars are missing."),
    },
    ExportKind.INCIDENTS: {
        "at": Column("When it happened.", TIME),
        "kind": Column("`missing data`, `rejected answer` or `run`."),
        "price": Column("Kind of price that was requested."),
        "start": Column("Start of the requested span.", TIME),
        "end": Column("End of the requested span.", TIME),
        "holder": Column("Process of a failed run."),
    },
    ExportKind.REVISIONS: {
        "price": Column("Kind of price."),
        "field": Column("Which number changed."),
        "first_seen": Column("Its first value."),
        "first_seen_at": Column("When that was collected.", TIME),
        "now": Column("Its present value."),
        "now_at": Column("When that was collected.", TIME),
        "changes": Column("How often it changed."),
        "origin": Column("How the prices came."),
    },
    ExportKind.AUDIT: {
        "kind": Column(
            "`sources`: two sources of one bar, which is no change. `changed`: one source, fetched twice, ten "
            "minutes after the bar or later. `settling`: one source, first fetched earlier. `file`: a file replaced "
            "by one of the same name."
        ),
        "field": Column("Which number differs: `open`, `high`, `low`, `close` or `volume`."),
        **_define_record("a", "preferred source, or of the earlier fetch"),
        **_define_record("b", "other source, or of the later fetch"),
        "relative_difference": Column("value_b / value_a - 1; null where value_a is 0.", FRACTION),
    },
    ExportKind.HOLDINGS: {
        "first": Column("Opening time of the first bar.", TIME),
        "last": Column("Opening time of the last bar.", TIME),
        "candles": Column("Number of stored bars.", "bars"),
        "origin": Column("How the prices came."),
    },
}
"""Columns of one export whose name means something else elsewhere, or stands nowhere else."""
