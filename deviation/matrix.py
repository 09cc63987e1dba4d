"""The matrix of all exchanges and assets, and the reading aid that counts over it (docs/method.md, section 7)."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from data.schema import Evidence
from deviation.measurement import Measurement
from deviation.question import Group, sort_groups
from deviation.ranks import Rank, RankWord, build_rank
from deviation.result import MarketRow
from deviation.side import Side

NO_CANDLE = "no price in this data"
"""Why an exchange without a candle of an asset has no rank."""

NO_CANDLE_RANK = build_rank(RankWord.NO_DATA, NO_CANDLE)


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """One venue on one asset in one group: its spot market there, None where it has no candle, and its rank."""

    asset: str
    venue: str
    row: MarketRow | None
    rank: Rank


def list_groups(measurements: Iterable[Measurement]) -> tuple[Group, ...]:
    """The groups in which any of the assets has a spot row: `usdt` and `usd` first."""
    return sort_groups(row.market.group for measurement in measurements for row in measurement.rows if row.is_spot)


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
    largest: RankWord
    longest: RankWord


@dataclass(frozen=True, slots=True)
class ReadingAid:
    """On how many of the assets on which it is ranked a venue was largest, and longest, on one side.

    ``unranked`` holds (asset, reason) for the others. Assets move together: this is no significance test.
    """

    venue: str
    group: Group
    side: Side
    ranked: tuple[RankedAsset, ...]
    unranked: tuple[tuple[str, str], ...]

    @property
    def largest_count(self) -> int:
        """Ranked assets on which the venue strayed furthest."""
        return sum(asset.largest is RankWord.LARGEST for asset in self.ranked)

    @property
    def longest_count(self) -> int:
        """Ranked assets on which the venue strayed longest."""
        return sum(asset.longest is RankWord.LONGEST for asset in self.ranked)

    @property
    def even_share(self) -> float:
        """The sum of 1/N over the ranked assets, N being the venues ranked on each: every venue's share of them."""
        return math.fsum(1 / asset.venue_count for asset in self.ranked)


def compute_reading_aid(measurements: Sequence[Measurement], venue: str, group: Group, side: Side) -> ReadingAid:
    """Count over the assets of one window; on the reconstruction no asset is ranked."""
    ranked, unranked = [], []
    for measurement in measurements:
        asset, row = measurement.question.asset, _map_spot_rows(measurement, group).get(venue)
        if row is None:
            unranked.append((asset, NO_CANDLE))
            continue
        rank = measurement.ranks[row.market][side]
        if rank.largest.is_ranked:
            count = measurement.group_ranks[group].contender_count
            ranked.append(RankedAsset(asset, count, rank.largest.word, rank.longest.word))
        else:
            unranked.append((asset, rank.largest.why or ""))
    return ReadingAid(venue, group, side, tuple(ranked), tuple(unranked))


def is_rankable(measurements: Iterable[Measurement]) -> bool:
    """Whether ranks, reading aid and sensitivity are defined: not for the reconstruction."""
    return all(measurement.question.origin is Evidence.REAL for measurement in measurements)


def _map_spot_rows(measurement: Measurement, group: Group) -> dict[str, MarketRow]:
    """The spot market of each venue in a group."""
    return {row.market.venue: row for row in measurement.select_spot_rows(group)}
