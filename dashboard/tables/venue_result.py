"""One market against one group in numbers: what the page, the printed sheet and the terminal show of it."""

from dataclasses import dataclass

from deviation.question import Group
from deviation.ranks import Rank
from deviation.result import MarketRow, Measurement
from deviation.window.summary import DeviationSummary


@dataclass(frozen=True, slots=True)
class CountedMinutes:
    """The deepest close and the minutes below that a table shows: of firm minutes, or of thin ones if ``is_thin``.

    ``depth`` is a fraction and ``depth_at`` its position in the window, both None without a minute. ``below_min`` of
    ``minutes`` lie at least ``enter`` below.
    """

    minutes: float
    below_min: float
    depth: float | None
    depth_at: int | None
    is_thin: bool


@dataclass(frozen=True, slots=True)
class VenueResult:
    """A market of a measurement against the votes of ``group``.

    ``rank`` is the market's in its own group; ``is_focus`` marks the row of the focus venue that the headline is about.
    """

    row: MarketRow
    group: Group
    rank: Rank
    is_focus: bool
    counted: CountedMinutes

    @property
    def summary(self) -> DeviationSummary:
        """The numbers of firm minutes against ``group``."""
        return self.row.summaries[self.group]

    @property
    def is_own_group(self) -> bool:
        """Whether ``group`` is the market's own."""
        return self.row.market.group is self.group


def build_venue_result(measurement: Measurement, row: MarketRow, group: Group) -> VenueResult:
    """The result of a row of the measurement against a group."""
    focus = measurement.focus_row
    return VenueResult(
        row=row,
        group=group,
        rank=measurement.ranks[row.market],
        is_focus=focus is not None and focus.market == row.market,
        counted=select_counted_minutes(row.summaries[group]),
    )


def select_counted_minutes(summary: DeviationSummary) -> CountedMinutes:
    """Firm minutes; thin ones where no minute is firm and at least one is thin."""
    thin = summary.thin
    if summary.firm_min or not thin.minutes:
        return CountedMinutes(summary.firm_min, summary.below_min, summary.depth, summary.depth_at, is_thin=False)
    return CountedMinutes(thin.minutes, thin.below_min, thin.depth, thin.depth_at, is_thin=True)
