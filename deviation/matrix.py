"""Every venue on every asset under the same test, and a reading aid, no probability (docs/method.md, section 7)."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from data.schema import Evidence
from deviation.markets import Market
from deviation.question import Group
from deviation.ranks import Rank, Word
from deviation.result import Measurement, Row

NO_CANDLE = Rank(Word.NO_DATA, Word.NO_DATA, "no candle")
"""The rank of a venue on an asset of which it has no candle in the group."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One venue on one asset in one group: its spot market there, None where it has no candle, and its rank."""

    asset: str
    venue: str
    row: Row | None
    rank: Rank


def matrix(measurements: Sequence[Measurement], group: Group) -> tuple[Cell, ...]:
    """Every venue with a spot market of the group on any of the assets, on each asset: assets as given, venues by name.

    Derivatives have no cell: they are never ranked with spot markets.
    """
    rows = [_spot(measurement, group) for measurement in measurements]
    venues = sorted({venue for found in rows for venue in found})
    return tuple(
        Cell(
            measurement.question.asset,
            venue,
            found.get(venue),
            measurement.ranks[found[venue].market] if venue in found else NO_CANDLE,
        )
        for measurement, found in zip(measurements, rows, strict=True)
        for venue in venues
    )


@dataclass(frozen=True, slots=True)
class RankedAsset:
    """An asset on which the venue is ranked, among how many ``venues`` (itself included), and its two words."""

    asset: str
    venues: int
    deepest: Word
    longest: Word


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
    def deepest(self) -> int:
        """Ranked assets on which the venue was deepest."""
        return sum(one.deepest is Word.DEEPEST for one in self.ranked)

    @property
    def longest(self) -> int:
        """Ranked assets on which the venue was longest."""
        return sum(one.longest is Word.LONGEST for one in self.ranked)

    @property
    def even_share(self) -> float:
        """The sum of 1/N over the ranked assets, N being the venues ranked on each: every venue's share of them."""
        return math.fsum(1 / one.venues for one in self.ranked)


def reading_aid(measurements: Sequence[Measurement], venue: str, group: Group) -> ReadingAid:
    """Count over the assets of one window; on the reconstruction no asset is ranked."""
    ranked, unranked = [], []
    for measurement in measurements:
        asset, found = measurement.question.asset, _spot(measurement, group)
        if venue not in found:
            unranked.append((asset, "no candle"))
            continue
        rank = measurement.ranks[found[venue].market]
        if rank.why is not None:
            unranked.append((asset, rank.why))
        else:
            venues = _ranked(measurement, (row.market for row in found.values()))
            ranked.append(RankedAsset(asset, venues, rank.deepest, rank.longest))
    return ReadingAid(venue, group, tuple(ranked), tuple(unranked))


def rankable(measurements: Iterable[Measurement]) -> bool:
    """Whether ranks and what follows from them are given at all: not on the reconstruction."""
    return all(measurement.question.origin is Evidence.REAL for measurement in measurements)


def _spot(measurement: Measurement, group: Group) -> dict[str, Row]:
    """The spot market of each venue in a group."""
    return {row.market.venue: row for row in measurement.rows if row.spot and row.market.group is group}


def _ranked(measurement: Measurement, markets: Iterable[Market]) -> int:
    return sum(measurement.ranks[market].why is None for market in markets)
