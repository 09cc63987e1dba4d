"""What a saved scan of the market says of one exchange: a value for each coin, and what stands beside their count."""

from collections.abc import Iterator
from typing import Any

import polars as pl

from analysis.scan.sentences import HEADLINE_PCT, describe_basis, format_chance
from analysis.scan.summary import DayCounts, PeerCounts, summarize_scan
from data.schema import parse_quote
from data.tables.scans import MarketScan, SetAside
from deviation.side import Side
from deviation.wording import format_percent, join_names
from evidence.claims.facts import ClaimFacts
from evidence.claims.metrics.prices import LACKING, NO_TRADE, find_gap_final
from evidence.claims.reading import Final, Reading, Unit, ViewReference
from evidence.claims.schema import Metric, Subject

NO_SCAN = "no scan of this window for this exchange is saved, of every exchange and at the defaults"

NO_PEER = "no price of an exchange that it is compared with is in the data"

ABSENT = {SetAside.NO_CANDLE.value, SetAside.NO_WINDOW_CANDLE.value}
"""Reasons that leave open what a market traded at."""


def read_scan(scan: MarketScan | None, subject: Subject, facts: ClaimFacts) -> Iterator[Reading]:
    """The values of a subject, one for each coin; what the scan lacks stands among them without a value.

    A coin that none of the named exchanges lists, or that nobody traded, has none.
    """
    if scan is None:
        yield Reading(subject="The market", unit=Unit.COUNT, value=None, why=NO_SCAN)
        return
    (venue,), (group,) = subject.venues, subject.groups
    rows = scan.rows.filter(
        pl.col("days_before") == 0, pl.col("group") == group, pl.col("side") == Side.BELOW.value
    ).partition_by("asset", as_dict=True, maintain_order=True)
    for asset_rows in rows.values():
        own_rows = asset_rows.filter(pl.col("venue") == venue)
        if not own_rows.is_empty():
            yield from _read_asset(own_rows.row(0, named=True), asset_rows, subject, facts)
    yield from _list_absent(scan, subject, facts)


def describe_scan(scan: MarketScan, subject: Subject, facts: ClaimFacts) -> Iterator[str]:
    """What was scanned and, beside gaps, the same minute, an even share, and the days before; without full stops."""
    (venue,), (group,) = subject.venues, subject.groups
    name = facts.catalogue.get_venue(venue).name
    run = scan.run
    yield f"Scanned: {run.asset_count} coins on {name} and at least two other exchanges, {describe_basis(run)}"
    if subject.metric is Metric.OPEN_TO_LOW:
        return
    summary = summarize_scan(scan, venue, group)
    days = [(day.days_before, _pick_peers(day, subject)) for day in (summary.window, *summary.placebo)]
    (_, counts), *before = days
    yield (
        f"At least {HEADLINE_PCT}% below: {counts.unaligned.beyond[HEADLINE_PCT]} by lowest trades of whatever minute, "
        f"{counts.aligned.beyond[HEADLINE_PCT]} by closing prices of the same minute"
    )
    yield f"Lowest in {counts.first} of {counts.assets}; by chance it would be {format_chance(counts.even_share)}"
    if before:
        numbers = [f"{day.unaligned.beyond[HEADLINE_PCT]} ({number})" for number, day in before]
        yield f"At least {HEADLINE_PCT}% below in the same hours some days before: {join_names(numbers)}"


def _pick_peers(day: DayCounts, subject: Subject) -> PeerCounts:
    return day.five if subject.peers else day.everyone


def _read_asset(row: dict[str, Any], asset_rows: pl.DataFrame, subject: Subject, facts: ClaimFacts) -> list[Reading]:
    """The value of a coin on the exchange; none where it was not traded, or no named exchange lists it."""
    if row["price"] is None:
        return [_build_reading(row, subject, facts, None, NO_TRADE, Final.OPEN)] if row["missing_min"] else []
    if subject.metric is Metric.OPEN_TO_LOW:
        final = Final.UPPER_BOUND if row["missing_min"] else Final.EXACT
        return [_build_reading(row, subject, facts, row["price"] / row["open"] - 1, LACKING, final)]
    gap = row["gap_five"] if subject.peers else row["gap"]
    if gap is None:
        is_listed = row["five_missing"] if subject.peers else True
        return [_build_reading(row, subject, facts, None, NO_PEER, Final.OPEN)] if is_listed else []
    side = Side.BELOW if subject.metric is Metric.LOW_GAP else Side.ABOVE
    value = gap if side is Side.BELOW else 1 / (1 + gap) - 1
    may_rise = bool(subject.peers and row["five_missing"]) or _lacks_minutes(asset_rows, subject, facts)
    final = find_gap_final(side, may_fall=bool(row["missing_min"]), may_rise=may_rise)
    return [_build_reading(row, subject, facts, value, LACKING, final)]


def _lacks_minutes(asset_rows: pl.DataFrame, subject: Subject, facts: ClaimFacts) -> bool:
    """Whether minutes of another exchange are missing, in which it may have traded lower."""
    relatives = facts.catalogue.list_relatives(subject.venues[0])
    others = asset_rows.filter(pl.col("missing_min") > 0)["venue"].to_list()
    return any(other not in relatives and (not subject.peers or other in subject.peers) for other in others)


def _list_absent(scan: MarketScan, subject: Subject, facts: ClaimFacts) -> Iterator[Reading]:
    """The coins that could be missing from the count: without a price on the exchange, or on too many others."""
    (venue,), (group,) = subject.venues, subject.groups
    name, measured = facts.catalogue.get_venue(venue).name, set(scan.rows["asset"])
    lacking = scan.set_aside.filter(pl.col("reason").is_in(sorted(ABSENT)))
    for (asset,), asset_rows in lacking.partition_by("asset", as_dict=True, maintain_order=True).items():
        markets = [(row["venue"], parse_quote(row["symbol"]).lower()) for row in asset_rows.iter_rows(named=True)]
        lacks_own = (venue, group) in markets
        if lacks_own or asset not in measured:
            yield Reading(
                subject=f"{asset}/{group.upper()} on {name}",
                unit=Unit.PERCENT,
                value=None,
                why="no price of it in this window is in the data" if lacks_own else NO_PEER,
                view=_build_view(str(asset), subject, facts),
            )


def _build_reading(
    row: dict[str, Any], subject: Subject, facts: ClaimFacts, value: float | None, why: str, final: Final
) -> Reading:
    aligned = row["aligned_five"] if subject.peers else row["aligned"]
    same_minute = "" if aligned is None else f"; closing price of that minute {_format_aligned(aligned)}"
    return Reading(
        subject=f"{row['symbol']} on {facts.catalogue.get_venue(row['venue']).name}",
        unit=Unit.PERCENT,
        value=value,
        why=why if value is None or final is not Final.EXACT else None,
        final=final,
        details=None if row["at"] is None else f"low at {row['at']:%d %b %H:%M}{same_minute}",
        view=_build_view(row["asset"], subject, facts),
    )


def _format_aligned(aligned: float) -> str:
    return f"{format_percent(-aligned)} below the others'" if aligned else "not below the others'"


def _build_view(asset: str, subject: Subject, facts: ClaimFacts) -> ViewReference:
    start, end = facts.find_span(subject)
    return ViewReference(page="lows", asset=asset, start=start, end=end, focus=subject.venues[0])
