"""One market against one group in numbers: what the page, the printed sheet and the terminal show of it."""

from dataclasses import dataclass

from deviation.measurement import Measurement
from deviation.question import Group
from deviation.ranks import Rank
from deviation.result import MarketRow
from deviation.side import Side
from deviation.window.side_summary import SideExtreme
from deviation.window.summary import DeviationSummary


@dataclass(frozen=True, slots=True)
class CountedMinutes:
    """What a table shows of both sides: of ``minutes`` firm ones, or thin ones if ``is_thin``."""

    minutes: float
    sides: dict[Side, SideExtreme]
    is_thin: bool

    @property
    def below(self) -> SideExtreme:
        """The largest discount and the minutes below."""
        return self.sides[Side.BELOW]

    @property
    def above(self) -> SideExtreme:
        """The largest premium and the minutes above."""
        return self.sides[Side.ABOVE]


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
        return self.row.market.group == self.group


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
        sides = {side: summary.get_side(side).extreme for side in Side}
        return CountedMinutes(summary.firm_min, sides, is_thin=False)
    return CountedMinutes(thin.minutes, thin.sides, is_thin=True)
