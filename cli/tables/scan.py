"""The result of `scan`: the finding in sentences, then counts, the largest gaps, all exchanges, and what is missing."""

from collections.abc import Sequence

import polars as pl
from rich.console import Group as Stack
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from analysis.scan.counts import GAP_PCT
from analysis.scan.matrix import count_cross, count_exchanges
from analysis.scan.sentences import (
    EXTREMES,
    HEADLINE_PCT,
    NO_CHANCE_NOTE,
    describe_universe,
    format_chance,
    write_headline,
)
from analysis.scan.summary import DayCounts, PeerCounts, ScanSummary, list_scan_groups, summarize_scan
from cli.tables.console import build_table
from cli.tables.lows import ROUND_MARK
from cli.tables.question import CAUSE_NOTE
from dashboard.text.numbers import EN_DASH, format_bounds, format_count, format_signed_percent
from data.catalogue import Catalogue
from data.tables.scans import MarketScan, SetAside
from deviation.question import Group, Parameters
from deviation.report.choices import CHOSEN_BY_HAND
from deviation.side import Side
from deviation.wording import format_price, format_threshold

SHOWN_GAPS = 20
"""How many of the largest gaps are listed; the JSON has all."""

SHOWN_NAMES = 30
"""How many names a list of assets has."""

SIDE_NOUNS = {Side.BELOW: "Discount", Side.ABOVE: "Premium"}

REASON_TEXTS = {
    SetAside.NO_CANDLE: "No price of the market in this data",
    SetAside.NO_WINDOW_CANDLE: "No price of the market in this window",
    SetAside.NOT_LISTED: "Not listed then, says the exchange",
    SetAside.FEWER_THAN_THREE: "Fewer than three exchanges left to compare",
    SetAside.TOO_FEW_EXCHANGES: "On fewer than two other exchanges, so not scanned",
    SetAside.FAIR_VALUE: "Wraps another coin, and is measured against that",
}


def format_scan(scan: MarketScan, catalogue: Catalogue, focus: str | None = None) -> RenderableType:
    """A scan for one exchange (None: that of the scan), in every quote in which it can be compared."""
    run = scan.run
    focus = run.focus if focus is None else focus
    span = f"{run.start:%Y-%m-%d %H:%M} to {run.end:%Y-%m-%d %H:%M} UTC"
    lines = [
        f"{span} ({run.window or CHOSEN_BY_HAND}): {run.origin} data",
        *([f"Chosen by hand: {_format_choices(scan)}."] if run.choices else []),
    ]
    groups = list_scan_groups(scan, focus)
    parts: list[RenderableType] = [*lines]
    if not groups:
        parts.append(f"No price of {catalogue.get_venue(focus).name} can be compared in this scan.")
    for group in groups:
        parts += ["", *_build_group_parts(scan, catalogue, focus, group)]
    return Stack(*parts, *_build_cross_parts(scan), *_list_set_aside(scan, catalogue), "", NO_CHANCE_NOTE, CAUSE_NOTE)


def _format_choices(scan: MarketScan) -> str:
    return "; ".join(
        f"{name} {', '.join(map(str, value)) if isinstance(value, list) else value}"
        for name, value in sorted(scan.run.choices.items())
    )


def _build_group_parts(scan: MarketScan, catalogue: Catalogue, focus: str, group: Group) -> list[RenderableType]:
    summaries = [summarize_scan(scan, focus, group, side) for side in Side]
    parts: list[RenderableType] = [line for summary in summaries for line in write_headline(summary, catalogue)]
    parts.append(describe_universe(summaries[0], catalogue))
    parts += ["", *(part for summary in summaries for part in (_build_count_table(summary, catalogue), ""))]
    parts += [part for summary in summaries for part in _build_gap_parts(summary, catalogue)]
    parts += [_build_exchange_table(scan, catalogue, focus, group), "", _build_aid_table(summaries, catalogue)]
    return [*parts, *_list_missing(summaries[0], catalogue)]


def _build_count_table(summary: ScanSummary, catalogue: Catalogue) -> Table:
    """Assets by size of gap, against all others and against the five, of any minute and of the same one."""
    name, extreme = catalogue.get_venue(summary.focus).name, EXTREMES[summary.side]
    table = build_table(
        f"{extreme.capitalize()} {summary.group.upper()} trades: assets in which {name} was {summary.side} the others",
        ("At least",),
        ("All others:\nany minute", "same\nminute", "The five:\nany minute", "same\nminute"),
    )
    sets = (summary.window.everyone, summary.window.five)
    for pct in GAP_PCT:
        table.add_row(
            f"{pct}%", *(str(kind.beyond[pct]) for peers in sets for kind in (peers.unaligned, peers.aligned))
        )
    table.add_row("known in", *(str(kind.known) for peers in sets for kind in (peers.unaligned, peers.aligned)))
    return table


def _build_gap_parts(summary: ScanSummary, catalogue: Catalogue) -> list[RenderableType]:
    """The largest gaps between the exchange's trade and the next."""
    name, extreme = catalogue.get_venue(summary.focus).name, EXTREMES[summary.side]
    gaps = summary.first_gaps
    if gaps.is_empty():
        return [f"{name} had the {extreme} trade alone on no asset.", ""]
    shown = gaps.head(SHOWN_GAPS)
    table = build_table(
        f"The {len(shown)} largest of {len(gaps)} gaps between {name}'s {extreme} trade and the second-{extreme}",
        ("Asset",),
        (
            extreme.capitalize(),
            "at (UTC)",
            "Traded in that\nminute, USD",
            "Gap to\nthe second",
            "Gap to\nthe five",
            "Same minute:\nclosing price",
            "the trade",
        ),
        (f"Second-{extreme}", f"{SIDE_NOUNS[summary.side]} by\nclosing prices"),
    )
    for row in shown.iter_rows(named=True):
        table.add_row(
            row["asset"],
            f"{format_price(row['price'])}{ROUND_MARK * row['round']}",
            f"{row['at']:%d %b %H:%M}",
            EN_DASH if row["traded_usd"] is None else f"{row['traded_usd']:,.0f}",
            format_signed_percent(row["gap"]),
            format_signed_percent(row["gap_five"]),
            format_signed_percent(row["aligned"]),
            format_bounds(row["trade_least"], row["trade_most"]),
            catalogue.get_venue(row["second_venue"]).name,
            f"{format_signed_percent(row['deviation'])}, {row['size_rank']}",
        )
    return [table, f"{ROUND_MARK} a round price: the level of a resting order, not an estimate.", ""]


def _build_exchange_table(scan: MarketScan, catalogue: Catalogue, focus: str, group: Group) -> Table:
    """Every exchange under the same test."""
    table = build_table(
        f"All {group.upper()} exchanges under the same test",
        ("Exchange",),
        (
            "Assets",
            "Lowest",
            "by\nchance",
            f"≥ {HEADLINE_PCT}%\nbelow",
            "same\nminute",
            "Highest",
            f"≥ {HEADLINE_PCT}%\nabove",
            "same\nminute",
            "Ranked",
            "Largest\ndiscount",
            "premium",
        ),
    )
    below, above = (count_exchanges(scan, group, side) for side in Side)
    above_by_venue = {row["venue"]: row for row in above.iter_rows(named=True)}
    for row in below.iter_rows(named=True):
        other = above_by_venue[row["venue"]]
        table.add_row(
            Text(catalogue.get_venue(row["venue"]).name, style="bold" if row["venue"] == focus else ""),
            str(row["assets"]),
            str(row["first"]),
            format_chance(row["even_share"]),
            *(str(row[f"{kind}_{HEADLINE_PCT}"]) for kind in ("gap", "aligned")),
            str(other["first"]),
            *(str(other[f"{kind}_{HEADLINE_PCT}"]) for kind in ("gap", "aligned")),
            str(row["ranked"]),
            str(row["largest"]),
            str(other["largest"]),
        )
    return table


def _build_aid_table(summaries: Sequence[ScanSummary], catalogue: Catalogue) -> Table:
    """The exchange in the window and in the same hours of the days before."""
    below, above = summaries
    table = build_table(
        f"{catalogue.get_venue(below.focus).name} in the window, and in the same hours of the days before",
        ("Days before",),
        (
            "Lowest",
            f"≥ {HEADLINE_PCT}%\nbelow",
            "Highest",
            f"≥ {HEADLINE_PCT}%\nabove",
            "Largest\ndiscount",
            "by\nchance",
        ),
    )
    above_days = {day.days_before: day for day in (above.window, *above.placebo)}
    for day in (below.window, *below.placebo):
        other = above_days.get(day.days_before)
        table.add_row(
            "as asked" if day.days_before == 0 else str(day.days_before),
            *_format_day(day.everyone),
            *((EN_DASH, EN_DASH) if other is None else _format_day(other.everyone)),
            _format_largest(day),
            format_chance(day.rank_share) if day.ranked else EN_DASH,
        )
    return table


def _format_day(counts: PeerCounts) -> tuple[str, str]:
    return f"{counts.first} of {counts.assets}", str(counts.unaligned.beyond[HEADLINE_PCT])


def _format_largest(day: DayCounts) -> str:
    return f"{day.largest} of {day.ranked}" if day.ranked else EN_DASH


def _build_cross_parts(scan: MarketScan) -> list[RenderableType]:
    """What all exchanges of a quote share against those of another one."""
    counts = count_cross(scan)
    if counts.is_empty():
        return []
    threshold = format_threshold(scan.run.choices.get("enter", Parameters().enter))
    table = build_table(
        "Quotes against each other: the closing prices of all exchanges of one, at their furthest",
        ("Exchanges", "Against"),
        ("Coins", f"All by\n≥ {threshold}", "only\nsome", "Shared by all,\nmedian", "Furthest\nof any"),
    )
    for row in counts.iter_rows(named=True):
        table.add_row(
            row["group"].upper(),
            f"{row['side']} {row['against'].upper()}",
            *(str(row[name]) for name in ("assets", "all", "some")),
            *(format_signed_percent(row[name]) for name in ("median", "most")),
        )
    return ["", table]


def _list_missing(summary: ScanSummary, catalogue: Catalogue) -> list[RenderableType]:
    """What the data lacks that could change the counts."""
    name, quote = catalogue.get_venue(summary.focus).name, summary.group.upper()
    lines = []
    if summary.unpriced:
        lines.append(f"No {quote} price of {name}, or of any other: {_list_names(summary.unpriced)}.")
    if summary.incomplete:
        lines.append(f"Minutes of {name} are missing on {summary.incomplete} assets: it may have traded further there.")
    if summary.five_incomplete:
        lines.append(f"A price of one of the five is missing on {summary.five_incomplete} assets.")
    if not summary.placebo:
        lines.append("Nothing is collected of the same hours of the 7 days before.")
    return ["", *lines] if lines else []


def _list_set_aside(scan: MarketScan, catalogue: Catalogue) -> list[RenderableType]:
    """The markets of other coins, and the other reasons with their names."""
    parts: list[RenderableType] = []
    others = scan.set_aside.filter(pl.col("reason") == SetAside.OTHER_COIN.value)
    if not others.is_empty():
        table = build_table(
            "Set aside: the same ticker at more than three times, or under a third of, the others' calm price",
            ("Market", "Exchange"),
            ("Calm price,\nUSD", "Median\nof all"),
        )
        for row in others.iter_rows(named=True):
            table.add_row(
                row["symbol"],
                catalogue.get_venue(row["venue"]).name,
                format_price(row["calm_price"]),
                format_price(row["median_price"]),
            )
        parts += ["", table]
    for reason in REASON_TEXTS:
        rows = scan.set_aside.filter(pl.col("reason") == reason.value)
        names = [
            row["asset"] if not row["venue"] else f"{row['symbol']} on {catalogue.get_venue(row['venue']).name}"
            for row in rows.iter_rows(named=True)
        ]
        if names:
            parts.append(_format_reason(reason, names, "market" if rows["venue"][0] else "coin"))
    return parts


def format_left_out(assets: Sequence[str]) -> list[str]:
    """A line with the coins that too few other exchanges have; none without one."""
    return [_format_reason(SetAside.TOO_FEW_EXCHANGES, assets, "coin")] if assets else []


def _format_reason(reason: SetAside, names: Sequence[str], noun: str) -> str:
    """How many are set aside for a reason, and which."""
    return f"{REASON_TEXTS[reason]} ({format_count(len(names), noun)}): {_list_names(names)}."


def _list_names(names: Sequence[str]) -> str:
    more = len(names) - SHOWN_NAMES
    return ", ".join(names[:SHOWN_NAMES]) + (f" and {more} more" if more > 0 else "")
