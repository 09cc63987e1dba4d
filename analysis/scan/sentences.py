"""What a scan found, in sentences that are alike for every exchange and for both sides."""

from analysis.scan.summary import PeerCounts, ScanSummary
from data.catalogue import Catalogue
from data.tables.scans import ScanRun, Universe
from deviation.side import Side
from deviation.wording import format_percent, join_names

HEADLINE_PCT = 10
"""The size of gap of which sentences speak, in per cent, after the published description of the report."""

EXTREMES = {Side.BELOW: "lowest", Side.ABOVE: "highest"}

UNIVERSE_TEXTS = {
    Universe.LISTED: "as the exchanges list them",
    Universe.STORED: "of those that the store held",
}
"""Where a list of coins is from, as a part of a sentence after "coins"."""

NO_CHANCE_NOTE = "Coins moved together, and the busiest exchange has more trades and so more extreme ones: no test."
"""Accompanies every share by chance: it is a reading aid and no probability."""


def write_headline(summary: ScanSummary, catalogue: Catalogue) -> list[str]:
    """How often the exchange had the most extreme trade, and by how much: against all others, and against the five."""
    name, extreme = catalogue.get_venue(summary.focus).name, EXTREMES[summary.side]
    everyone, five = summary.window.everyone, summary.window.five
    quote = summary.group.upper()
    if not everyone.assets or summary.exchange_counts is None:
        return [f"No {quote} price of {name} can be compared in this scan."]
    least, most = summary.exchange_counts
    of_exchanges = f" of {most} exchanges" if least == most else ""
    between = "" if least == most else f", each on {least} to {most} exchanges"
    by_chance = "by chance it would be " + (
        f"1 in {most}"
        if least == most
        else f"about {format_chance(everyone.even_share)} ({format_percent(everyone.even_share / everyone.assets)})"
    )
    lines = [
        f"{name} had the {extreme} trade{of_exchanges} in {_format_share(everyone)}{between}; {by_chance}.",
        _write_gaps(everyone, summary.side, f"the second-{extreme} exchange"),
    ]
    if five.assets:
        peers = join_names(
            [catalogue.get_venue(venue).name for venue in summary.scan.run.five if venue != summary.focus]
        )
        gaps = _write_gaps(five, summary.side, f"the {extreme} of them")
        lines.append(f"Against {peers} alone: {extreme} in {_format_share(five)}. {gaps}")
    return lines


def format_chance(count: float) -> str:
    """How many assets chance would give: one decimal below 10, none above.

    >>> format_chance(0.375), format_chance(53.6)
    ('0.4', '54')
    """
    return f"{count:.1f}" if count < 9.95 else f"{count:.0f}"  # noqa: PLR2004 - 9.95 rounds to 10


def describe_basis(run: ScanRun) -> str:
    """Where the list of a scan's coins is from, as a part of a sentence after "coins"."""
    source = UNIVERSE_TEXTS[run.universe]
    venues = run.choices.get("venues")
    return f"{source}, on {len(venues)} chosen exchanges" if venues else source


def describe_universe(summary: ScanSummary, catalogue: Catalogue) -> str:
    """Which assets were counted, and of whom."""
    run, quote = summary.scan.run, summary.group.upper()
    scanned, name = (catalogue.get_venue(venue).name for venue in (run.focus, summary.focus))
    universe = (
        f"Scanned: {run.asset_count} coins with prices on {scanned} and on at least two other exchanges in this data, "
        f"{describe_basis(run)}"
    )
    return f"{universe}. Counted: the {summary.window.everyone.assets} with {quote} prices on {name} and another one."


def _format_share(counts: PeerCounts) -> str:
    share = format_percent(counts.first / counts.assets)
    tied = f", and shared it in {counts.tied}" if counts.tied else ""
    return f"{counts.first} of {counts.assets} assets ({share}){tied}"


def _write_gaps(counts: PeerCounts, side: Side, others: str) -> str:
    unaligned, aligned = counts.unaligned.beyond[HEADLINE_PCT], counts.aligned.beyond[HEADLINE_PCT]
    verb = "was" if unaligned == 1 else "were"
    return (
        f"{unaligned} {verb} at least {HEADLINE_PCT}% {side} {others}; by closing prices of the same minute: {aligned}."
    )
