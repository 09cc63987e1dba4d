"""The sentences above a history."""

from collections.abc import Sequence

import polars as pl

from analysis.scan.sentences import UNIVERSE_TEXTS
from dashboard.charts.history.days import HistoryDay
from dashboard.state.view import GapKind, ViewState
from dashboard.tables.lows_table import EXTREME_WORDS
from dashboard.text.clock import format_day
from dashboard.text.numbers import format_count
from data.tables.history import NO_CHOICES
from deviation.wording import format_percent

UNKNOWN_UNIVERSE, CHOSEN_TEXT = "of a list that is not on record", ", on chosen exchanges"
"""Where the list of a day's coins is from; what follows where exchanges were chosen by hand."""

WITHIN = 0.05
"""The size of gaps of which the heading speaks: that of the claim that an exchange stayed within it for years."""


def write_finding(days: Sequence[HistoryDay], view: ViewState, focus_name: str) -> str:
    """On how many days nearly all gaps were small, without a full stop."""
    if not days:
        return f"No {view.group.upper()} price of {focus_name} can be compared on the stored days"
    known = [day.gap_99 for day in days if day.gap_99 is not None]
    within = sum(gap <= WITHIN for gap in known)
    noun = "closes" if view.gap is GapKind.ALIGNED else f"{EXTREME_WORDS[view.side][1]}s"
    return (
        f"On {within:,} of {format_count(len(known), 'day')}, 99% of {focus_name}'s {noun} were at most "
        f"{format_percent(WITHIN).replace('.0', '')} {view.side} all others"
    )


def write_furthest_day(days: Sequence[HistoryDay], view: ViewState, focus_name: str) -> str:
    """The day of the largest gap, and the share of assets on it beside that of the median day; "" without a day."""
    if not days:
        return ""
    superlative = EXTREME_WORDS[view.side][0]
    furthest = max(days, key=lambda day: day.gap_most or 0.0)
    if not furthest.gap_most:
        return f"On no day was {focus_name} {view.side} all others."
    median_share = float(pl.Series([day.share for day in days]).median() or 0.0)  # type: ignore[arg-type]
    return (
        f"Furthest on {format_day(furthest.day)} {furthest.day.year}: {furthest.gap_most_asset}, "
        f"{format_percent(furthest.gap_most)} {view.side} all others. On that day it had the {superlative} trade on "
        f"{format_percent(furthest.share)} of assets, on the median day on {format_percent(median_share)}."
    )


def describe_basis(rows: pl.DataFrame) -> str:
    """Where the lists of coins of the days are from, that of most days first, as a part of a sentence after "coins".

    Args:
        rows: frame of `data.tables.history.HISTORY_ROW`, not empty.
    """
    is_chosen = (pl.col("choices") != NO_CHOICES).fill_null(value=False)
    texts = {universe.value: text for universe, text in UNIVERSE_TEXTS.items()}
    source = pl.col("universe").replace_strict(texts, default=UNKNOWN_UNIVERSE)
    by_source = (
        rows.select("day", source=pl.when(is_chosen).then(source + pl.lit(CHOSEN_TEXT)).otherwise(source))
        .unique()
        .group_by("source")
        .len()
        .sort("len", "source", descending=[True, False])
    )
    if len(by_source) == 1:
        return str(by_source["source"][0])
    return "; ".join(f"{text} on {format_count(count, 'day')}" for text, count in by_source.iter_rows())


def describe_panels(view: ViewState, focus_name: str) -> str:
    """What the panels draw, by UTC day."""
    noun = EXTREME_WORDS[view.side][1]
    what = f"its close in the minute of its {noun}" if view.gap is GapKind.ALIGNED else f"its {noun} of the day"
    return (
        f"By UTC day. {focus_name} in its colour; grey: the range of all other exchanges. "
        f"Gap: how far {what} lay {view.side} all others'."
    )
