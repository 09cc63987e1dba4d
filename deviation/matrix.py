"""The fairness matrix of venues and assets, and the reading aid that counts over it (docs/method.md, section 7)."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from data.schema import Evidence
from deviation.minute.markets import Market
from deviation.question import Group
from deviation.ranks import Rank, RankWord
from deviation.result import MarketRow, Measurement

NO_CANDLE_RANK = Rank(RankWord.NO_DATA, RankWord.NO_DATA, "no candle")
"""The rank of a venue on an asset of which it has no candle in the group."""


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """One venue on one asset in one group: its spot market there, None where it has no candle, and its rank."""

    asset: str
    venue: str
    row: MarketRow | None
    rank: Rank


def build_matrix(measurements: Sequence[Measurement], group: Group) -> tuple[MatrixCell, ...]:
    """Every venue with a spot market of the group on any of the assets, on each asset: assets as given, venues by name.

    Derivatives have no cell: they are never ranked with spot markets.
    """
    spot_rows = [_map_spot_rows(measurement, group) for measurement in measurements]
    venues = sorted({venue for venue_rows in spot_rows for venue in venue_rows})
    return tuple(
        MatrixCell(
            measurement.question.asset,
            venue,
            venue_rows.get(venue),
            measurement.ranks[venue_rows[venue].market] if venue in venue_rows else NO_CANDLE_RANK,
        )
        for measurement, venue_rows in zip(measurements, spot_rows, strict=True)
        for venue in venues
    )


@dataclass(frozen=True, slots=True)
class RankedAsset:
    """An asset on which the venue is ranked, among how many ``venues`` (itself included), and its two words."""

    asset: str
    venue_count: int
    deepest: RankWord
    longest: RankWord


@dataclass(frozen=True, slots=True)
class ReadingAid:
    """On how many of the assets on which it is ranked a venue was deepest, and longest.

    ``unranked`` holds (asset, reason) for the others. Assets fall together: this is no significance test.
    """

    venue: str
    group: Group
    ranked: tuple[RankedAsset, ...]
    unranked: tuple[tuple[str, str], ...]

    @property
    def deepest_count(self) -> int:
        """Ranked assets on which the venue was deepest."""
        return sum(asset.deepest is RankWord.DEEPEST for asset in self.ranked)

    @property
    def longest_count(self) -> int:
        """Ranked assets on which the venue was longest."""
        return sum(asset.longest is RankWord.LONGEST for asset in self.ranked)

    @property
    def even_share(self) -> float:
        """The sum of 1/N over the ranked assets, N being the venues ranked on each: every venue's share of them."""
        return math.fsum(1 / asset.venue_count for asset in self.ranked)


def compute_reading_aid(measurements: Sequence[Measurement], venue: str, group: Group) -> ReadingAid:
    """Count over the assets of one window; on the reconstruction no asset is ranked."""
    ranked, unranked = [], []
    for measurement in measurements:
        asset, venue_rows = measurement.question.asset, _map_spot_rows(measurement, group)
        if venue not in venue_rows:
            unranked.append((asset, "no candle"))
            continue
        rank = measurement.ranks[venue_rows[venue].market]
        if rank.reason is not None:
            unranked.append((asset, rank.reason))
        else:
            venue_count = _count_ranked(measurement, (row.market for row in venue_rows.values()))
            ranked.append(RankedAsset(asset, venue_count, rank.deepest, rank.longest))
    return ReadingAid(venue, group, tuple(ranked), tuple(unranked))


def is_rankable(measurements: Iterable[Measurement]) -> bool:
    """Whether ranks, reading aid and sensitivity are defined: not for the reconstruction."""
    return all(measurement.question.origin is Evidence.REAL for measurement in measurements)


def _map_spot_rows(measurement: Measurement, group: Group) -> dict[str, MarketRow]:
    """The spot market of each venue in a group."""
    return {row.market.venue: row for row in measurement.rows if row.is_spot and row.market.group is group}


def _count_ranked(measurement: Measurement, markets: Iterable[Market]) -> int:
    return sum(measurement.ranks[market].reason is None for market in markets)
