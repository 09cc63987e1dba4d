"""What a scan says of one exchange over all assets: a pure function of its frames, so that any can be the focus."""

from dataclasses import dataclass
from typing import Any

import polars as pl

from analysis.scan.counts import GAP_PCT, count_by_venue
from data.tables.scans import MarketScan, SetAside
from deviation.question import TOLERANCE, USDT, Group, sort_groups
from deviation.side import Side


@dataclass(frozen=True, slots=True)
class GapCounts:
    """Over how many assets gaps of one kind are known, and how many are at least so large, by per cent."""

    known: int
    beyond: dict[int, int]


@dataclass(frozen=True, slots=True)
class PeerCounts:
    """One exchange against one set of others.

    Attributes:
        assets: with a price of it and of another exchange of the set.
        first: of them, those with the most extreme trade on it alone.
        tied: those where another has the same extreme.
        even_share: the sum of 1/N over the assets, N being the exchanges with a price: every exchange's share of them.
        unaligned: the gap to the most extreme trade of the others, of whatever minute.
        aligned: how far its close was beyond all others in the minute of that trade.
    """

    assets: int
    first: int
    tied: int
    even_share: float
    unaligned: GapCounts
    aligned: GapCounts


@dataclass(frozen=True, slots=True)
class DayCounts:
    """One exchange on one day: the window itself (``days_before`` 0), or the same clock window some days before.

    ``ranked``, ``largest`` and ``longest`` count assets as the reading aid of docs/method.md (section 7) does;
    ``rank_share`` is the sum of 1/N over the ranked ones.
    """

    days_before: int
    everyone: PeerCounts
    five: PeerCounts
    ranked: int
    largest: int
    longest: int
    rank_share: float


@dataclass(frozen=True, eq=False)
class ScanSummary:
    """What a scan says of one exchange in one quote and on one side.

    Attributes:
        scan: what is summarized.
        focus: id of the exchange.
        group: the quote.
        side: lowest trades (below) or highest ones.
        window: the counts of the window itself.
        placebo: those of the days before on which anything was measured, the nearest first.
        exchange_counts: the fewest and the most exchanges with a price on one of the counted assets; None without one.
        gaps: rows of `data.tables.scans.SCAN_ROW` of the exchange and the window that have a gap, the largest on the
            side first.
        unpriced: assets of the scan without a price of the exchange, or of others, in this quote.
        incomplete: how many counted assets lack minutes of the exchange, so that it may have traded further.
        five_incomplete: how many lack a price of one of the five that is not known not to list the coin.
    """

    scan: MarketScan
    focus: str
    group: Group
    side: Side
    window: DayCounts
    placebo: tuple[DayCounts, ...]
    exchange_counts: tuple[int, int] | None
    gaps: pl.DataFrame
    unpriced: tuple[str, ...]
    incomplete: int
    five_incomplete: int

    @property
    def first_gaps(self) -> pl.DataFrame:
        """The gaps of the assets with the most extreme trade on the exchange alone, the largest first."""
        return self.gaps.filter(pl.col("gap") * self.side.sign > TOLERANCE)

    @property
    def other_coins(self) -> pl.DataFrame:
        """The markets that were set aside as another coin: frame of `data.tables.scans.SCAN_SET_ASIDE`."""
        return self.scan.set_aside.filter(pl.col("reason") == SetAside.OTHER_COIN.value)


def summarize_scan(
    scan: MarketScan, focus: str | None = None, group: Group = USDT, side: Side = Side.BELOW
) -> ScanSummary:
    """Count over all assets for one exchange.

    Args:
        scan: what was measured.
        focus: id of the exchange; None for that of the scan.
        group: the quote.
        side: lowest trades (below) or highest ones.
    """
    focus = scan.run.focus if focus is None else focus
    counts = count_by_venue(scan.rows.filter(pl.col("venue") == focus), group, side)
    days = {day.days_before: day for day in map(_build_day, counts.iter_rows(named=True))}
    rows = scan.rows.filter(
        pl.col("days_before") == 0, pl.col("venue") == focus, pl.col("group") == group, pl.col("side") == side.value
    )
    gaps = rows.filter(pl.col("gap").is_not_null()).sort(pl.col("gap") * -side.sign, "asset")
    measured = scan.rows.filter(pl.col("days_before") == 0)["asset"].unique().sort()
    price_counts = gaps["price_count"].to_list()
    priced = set(gaps["asset"])
    return ScanSummary(
        scan=scan,
        focus=focus,
        group=group,
        side=side,
        window=days.get(0) or _build_day({}),
        placebo=tuple(day for days_before, day in days.items() if days_before and day.everyone.assets),
        exchange_counts=(min(price_counts), max(price_counts)) if price_counts else None,
        gaps=gaps,
        unpriced=tuple(asset for asset in measured if asset not in priced),
        incomplete=int((gaps["missing_min"] > 0).sum()),
        five_incomplete=int((gaps["five_missing"] > 0).sum()),
    )


def list_scan_groups(scan: MarketScan, focus: str) -> tuple[Group, ...]:
    """The quotes in which an exchange can be compared in the window, that of the most assets first."""
    rows = scan.rows.filter(pl.col("days_before") == 0, pl.col("venue") == focus, pl.col("gap").is_not_null())
    counts = dict(rows.filter(pl.col("side") == Side.BELOW.value).group_by("group").len().iter_rows())
    return tuple(sorted(sort_groups(counts), key=lambda group: -counts[group]))


def _build_day(counts: dict[str, Any]) -> DayCounts:
    """The counts of one row of `count_by_venue`; all 0 of an empty one."""
    return DayCounts(
        days_before=counts.get("days_before", 0),
        everyone=PeerCounts(
            counts.get("assets", 0),
            counts.get("first", 0),
            counts.get("tied", 0),
            counts.get("even_share", 0.0),
            _build_gaps(counts, "gap"),
            _build_gaps(counts, "aligned"),
        ),
        five=PeerCounts(
            counts.get("gap_five_n", 0),
            counts.get("five_first", 0),
            counts.get("five_tied", 0),
            counts.get("five_even_share", 0.0),
            _build_gaps(counts, "gap_five"),
            _build_gaps(counts, "aligned_five"),
        ),
        ranked=counts.get("ranked", 0),
        largest=counts.get("largest", 0),
        longest=counts.get("longest", 0),
        rank_share=counts.get("rank_share", 0.0),
    )


def _build_gaps(counts: dict[str, Any], kind: str) -> GapCounts:
    return GapCounts(counts.get(f"{kind}_n", 0), {pct: counts.get(f"{kind}_{pct}", 0) for pct in GAP_PCT})
