"""Minutes in which only one or two other exchanges have a price (docs/method.md, section 5)."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from data.schema import Timeframe
from deviation.minute.grid import Floats
from deviation.minute.series import DeviationSeries, compute_distance
from deviation.side import Side
from deviation.window.side_summary import SideExtreme, measure_extreme


@dataclass(frozen=True, slots=True)
class ThinSides:
    """Minutes, and the extremes of both sides in them."""

    minutes: float
    sides: dict[Side, SideExtreme]


@dataclass(frozen=True, slots=True)
class ThinSummary(ThinSides):
    """The thin minutes, and those in which each other venue voted, against that venue alone."""

    venues: dict[str, ThinSides]


def summarize_thin(series: DeviationSeries, enter: float, timeframe: Timeframe) -> ThinSummary:
    """The numbers of the thin minutes."""
    if not series.thin.any():
        return ThinSummary(0, {side: SideExtreme(None, None, 0) for side in Side}, {})
    overall, venues = _measure_sides(np.where(series.thin, series.d, np.nan), enter, timeframe), {}
    for venue, votes in _list_votes(series):
        distance = compute_distance(series.minutes.vote, votes * series.factors.a, votes * series.factors.b)
        against_venue = _measure_sides(np.where(series.thin, distance, np.nan), enter, timeframe)
        if against_venue.minutes:
            venues[venue] = against_venue
    return ThinSummary(overall.minutes, overall.sides, dict(sorted(venues.items())))


def _list_votes(series: DeviationSeries) -> Iterator[tuple[str, Floats]]:
    """The votes of each venue in the window."""
    for family in series.peers.families:
        for market, votes in family.split_by_member():
            yield market.venue, votes[series.window]


def _measure_sides(values: Floats, enter: float, timeframe: Timeframe) -> ThinSides:
    minutes = timeframe.convert_to_minutes(int(np.count_nonzero(~np.isnan(values))))
    return ThinSides(minutes, {side: measure_extreme(values, side, enter, timeframe) for side in Side})
