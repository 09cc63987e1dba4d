"""Hover texts, captions and sentences about the gaps of one exchange."""

from collections.abc import Mapping

from analysis.scan.sentences import HEADLINE_PCT, NO_CHANCE_NOTE
from analysis.scan.summary import PeerCounts, ScanSummary
from dashboard.charts.market.gaps import AssetGap, GapBin
from dashboard.state.view import GapKind, PeerChoice, ViewState
from dashboard.tables.lows_table import DEVIATION_WORDS, EXTREME_WORDS
from dashboard.text.numbers import format_count
from deviation.side import Side
from deviation.wording import format_percent, format_percent_range, format_threshold

MAX_NAMES = 12
"""Assets that the hover text of a bar names."""

PEER_LABELS = {PeerChoice.ALL: "All exchanges", PeerChoice.FIVE: "The report's five"}
"""The choices of peers."""

OTHER_CAPTIONS = {Side.BELOW: "another exchange lower", Side.ABOVE: "another exchange higher"}
"""What the side of the axis means on which other exchanges lead."""


def format_lead(gap: AssetGap, view: ViewState, focus_name: str, names: Mapping[str, str]) -> str:
    """Who leads whom by how much on an asset, such as "LINK: 26% below OKX"."""
    side = view.side
    rival = names.get(gap.rival or "")
    if gap.is_lead:
        others = "every other close" if view.gap is GapKind.ALIGNED else rival or "each of the others"
        return f"{gap.asset}: {format_percent(gap.lead)} {side} {others}"
    if view.gap is GapKind.ALIGNED:
        return f"{gap.asset}: not the {EXTREME_WORDS[side][0]} close"
    if gap.is_tie:
        return f"{gap.asset}: level with {rival or 'another exchange'}"
    return f"{gap.asset}: {rival or 'another exchange'} {format_percent(-gap.lead)} {side} {focus_name}"


def format_bin(gap_bin: GapBin, view: ViewState, focus_name: str) -> str:
    """How many assets a bar counts, of which size, and their names."""
    count = format_count(len(gap_bin.assets), "asset")
    who = f"{focus_name} {view.side}" if gap_bin.is_lead else f"another exchange {view.side}"
    if view.gap is GapKind.ALIGNED and not gap_bin.is_lead:
        text = f"{count}, not the {EXTREME_WORDS[view.side][0]} close"
    else:
        text = f"{count}, {who} by {format_bin_size(gap_bin)}"
    names = list(gap_bin.assets[:MAX_NAMES])
    more = f" and {len(gap_bin.assets) - MAX_NAMES} more" if len(gap_bin.assets) > MAX_NAMES else ""
    return f"{text}: {', '.join(names)}{more}" if names else text


def format_bin_size(gap_bin: GapBin) -> str:
    """The sizes of a bin.

    >>> format_bin_size(GapBin(True, 0.0, 0.01, ())), format_bin_size(GapBin(True, 0.1, 0.2, ()))
    ('less than 1%', '10% to 20%')
    """
    if gap_bin.most is None:
        return f"{format_threshold(gap_bin.least)} or more"
    if not gap_bin.least:
        return f"less than {format_threshold(gap_bin.most)}"
    return f"{format_threshold(gap_bin.least)} to {format_threshold(gap_bin.most)}"


def write_captions(view: ViewState, focus_name: str) -> tuple[str, str]:
    """What the exchange's own side of the axis means, and the other one."""
    superlative = EXTREME_WORDS[view.side][0]
    if view.gap is GapKind.ALIGNED:
        return f"{focus_name}'s close {superlative}", f"not the {superlative} close"
    return f"{focus_name} {superlative}", OTHER_CAPTIONS[view.side]


def describe_gap(view: ViewState, focus_name: str) -> str:
    """What a gap of the view is, as the subtitle of a chart."""
    superlative, noun = EXTREME_WORDS[view.side]
    if view.gap is GapKind.ALIGNED:
        others = "close of the report's five exchanges" if view.peers is PeerChoice.FIVE else "other close"
        return (
            f"In the minute of {focus_name}'s {noun}: how far its close was {view.side} the {superlative} {others}. "
            "Each dot is an asset, by rank."
        )
    others = "the report's five exchanges" if view.peers is PeerChoice.FIVE else "all other exchanges"
    return (
        f"{focus_name}'s {superlative} trade of the window against the {superlative} trade of {others}, "
        "each at its own time. Each dot is an asset, by rank."
    )


def write_finding(summary: ScanSummary, view: ViewState, focus_name: str) -> str:
    """On how many assets the exchange's extreme trade lies beyond the others', without a full stop."""
    superlative, noun = EXTREME_WORDS[view.side]
    counts = choose_counts(summary, view)
    if not counts.assets:
        return f"No {noun} of {focus_name} can be compared in {view.group.upper()}"
    others = f"those of {_name_five(summary)}" if view.peers is PeerChoice.FIVE else "every other exchange's"
    finding = (
        f"{focus_name}'s {superlative} trade was {view.side} {others} on {counts.first:,} of "
        f"{format_count(counts.assets, 'asset')}"
    )
    beyond = counts.unaligned.beyond[HEADLINE_PCT]
    return f"{finding}, by at least {HEADLINE_PCT}% on {beyond:,}" if counts.first else finding


def write_aligned_finding(summary: ScanSummary, view: ViewState) -> str:
    """What the same minute says beside the finding, and why it is the fairer comparison."""
    superlative, noun = EXTREME_WORDS[view.side]
    aligned = choose_counts(summary, view).aligned
    caution = (
        f"The {superlative} trades of a window did not happen in the same minute, and the busiest exchange has more "
        f"trades, hence more extreme {noun}s."
    )
    if not aligned.known:
        return caution
    others = "all of their closes" if view.peers is PeerChoice.FIVE else "every other close"
    return (
        f"In the same minute, its close was at least {HEADLINE_PCT}% {view.side} {others} on "
        f"{aligned.beyond[HEADLINE_PCT]:,} of {aligned.known:,}. {caution}"
    )


def write_reading_aid(summary: ScanSummary, view: ViewState) -> str:
    """What chance alone would give, ranks by closing prices, and the same count on the days before."""
    counts, window = choose_counts(summary, view), summary.window
    superlative = EXTREME_WORDS[view.side][0]
    if not counts.assets:
        return ""
    sentences = [f"By chance alone it would be {superlative} on about {counts.even_share:,.0f} of {counts.assets:,}."]
    if window.ranked:
        noun = DEVIATION_WORDS[view.side]
        sentences.append(
            f"By closing prices, it had the largest {noun} on {window.largest:,} of the {window.ranked:,} assets that "
            f"can be ranked (by chance {window.rank_share:,.0f})."
        )
    return " ".join([*sentences, _write_placebo(summary, view), NO_CHANCE_NOTE])


def choose_counts(summary: ScanSummary, view: ViewState, *, days_before: int = 0) -> PeerCounts:
    """The counts of the window against the view's peers, or of a day before it."""
    days = {day.days_before: day for day in (summary.window, *summary.placebo)}
    day = days[days_before]
    return day.five if view.peers is PeerChoice.FIVE else day.everyone


def _name_five(summary: ScanSummary) -> str:
    """The report's five exchanges, or the others of them."""
    return (
        "the report's other four exchanges" if summary.focus in summary.scan.run.five else "the report's five exchanges"
    )


def _write_placebo(summary: ScanSummary, view: ViewState) -> str:
    superlative = EXTREME_WORDS[view.side][0]
    days = [choose_counts(summary, view, days_before=day.days_before) for day in summary.placebo]
    shares = [day.first / day.assets for day in days if day.assets]
    if not shares:
        return "The days before have not been scanned."
    range_text = format_percent_range(min(shares), max(shares))
    window = choose_counts(summary, view)
    return (
        f"In the same hours of the {format_count(len(shares), 'day')} before, it was {superlative} on {range_text} of "
        f"assets; in this window on {format_percent(window.first / window.assets)}."
    )
