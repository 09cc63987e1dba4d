"""One market of a measurement and the subject that it is read for, with what every metric needs of them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from deviation.measurement import Measurement
from deviation.minute.states import State
from deviation.ranks import MIN_FIRM_SHARE
from deviation.result import REACHED_BEFORE_MIN, MarketRow
from deviation.sensitivity import Sensitivity, SideSensitivity
from deviation.side import Side
from deviation.window.side_summary import SideSummary
from deviation.window.summary import DeviationSummary
from deviation.wording import format_minutes, format_percent, join_names
from evidence.claims.reading import Final, Reading, Unit, ViewReference
from evidence.claims.schema import Subject

MeasureSensitivity = Callable[[Measurement], Sensitivity]


@dataclass(frozen=True)
class MarketContext:
    """A row of a measurement, read for a subject; the sensitivity is measured when it is first needed."""

    measurement: Measurement
    row: MarketRow
    subject: Subject
    measure_sensitivity: MeasureSensitivity

    @property
    def name(self) -> str:
        """The market as people write it."""
        return f"{self.row.market.symbol} on {self.measurement.question.rules.name_of(self.row.market.venue)}"

    @property
    def window_min(self) -> float:
        """The length of the window in minutes."""
        return self.measurement.question.duration_min

    @cached_property
    def summary(self) -> DeviationSummary | None:
        """The numbers against the subject's group; None where the row is not measured against it."""
        return self.row.summaries.get(self.subject.against or self.row.market.group)

    @cached_property
    def ranges(self) -> SideSensitivity | None:
        """The ranges of the subject's side against its group."""
        group = self.subject.against or self.row.market.group
        return next(
            (
                market_range.sides[self.subject.side]
                for market_range in self.measure_sensitivity(self.measurement).ranges
                if (market_range.market, market_range.group) == (self.row.market, group)
            ),
            None,
        )

    @cached_property
    def base(self) -> float | None:
        """The last vote of the hour before the window, which falls are counted from; None without one."""
        row = self.row
        votes = row.day_before.vote[-row.timeframe.count_bars(REACHED_BEFORE_MIN) :]
        known = votes[~np.isnan(votes)]
        return float(known[-1]) if known.size else None

    @property
    def missing_text(self) -> str | None:
        """How many minutes of the market the data lacks; None if none."""
        missing = self.row.state_counts.missing_min
        if not missing:
            return None
        return (
            f"{format_minutes(missing)} of {format_minutes(self.window_min)} minutes of {self.name} are not in the data"
        )

    def lacks_minutes_before(self, position: int) -> bool:
        """Whether minutes before a position are missing from the data."""
        return bool((self.row.minutes.states[:position] == State.MISSING).any())

    @property
    def firm_text(self) -> str:
        """In how many minutes the market could be compared."""
        firm = 0 if self.summary is None else self.summary.firm_min
        return f"comparable in {format_minutes(firm)} of {format_minutes(self.window_min)} minutes"

    @property
    def is_firm_enough(self) -> bool:
        """Whether it could be compared in as many minutes as a rank requires (docs/method.md, section 7)."""
        return self.summary is not None and self.summary.firm_min >= MIN_FIRM_SHARE * self.window_min

    def get_view(self, page: str = "explorer") -> ViewReference:
        """The view that shows this market."""
        return build_view(self.measurement, page, focus=self.row.market.venue, side=self.subject.side)

    def build_missing_reading(self, unit: Unit, why: str) -> Reading:
        """A reading without a value."""
        return Reading(subject=self.name, unit=unit, value=None, why=why, view=self.get_view())

    def build_side_reading(self, unit: Unit, read: Callable[[SideSummary], Reading]) -> Reading:
        """What is read of the subject's side, or why the market cannot be compared."""
        summary = self.summary
        if summary is None:
            return self.build_missing_reading(unit, f"not measured against {self.subject.against} prices")
        if not summary.firm_min:
            return self.build_missing_reading(unit, self._explain_thin(summary))
        return read(summary.get_side(self.subject.side))

    @property
    def firm_final(self) -> Final:
        """Whether minutes that cannot be compared could hold a larger deviation, or more minutes of one."""
        if self.is_firm_enough:
            return Final.EXACT
        return Final.UPPER_BOUND if self.subject.side is Side.BELOW else Final.LOWER_BOUND

    def _explain_thin(self, summary: DeviationSummary) -> str:
        """Which other exchanges have a price at all, and how far the market was from them."""
        names = [self.measurement.question.rules.name_of(venue) for venue in summary.thin.venues]
        extreme = summary.thin.sides[self.subject.side].deviation
        if not summary.thin.minutes or extreme is None:
            return "no minute has prices of three other exchanges"
        size = f", up to {format_percent(abs(extreme))} {self.subject.side} the others" if extreme else ""
        others = f" ({join_names(names)})" if names else ""
        minutes = format_minutes(summary.thin.minutes)
        return f"no minute has prices of three other exchanges; {minutes} minutes of one or two{others}{size}"


def build_view(
    measurement: Measurement, page: str, *, focus: str | None = None, side: Side = Side.BELOW
) -> ViewReference:
    """The view of a measurement on a page."""
    question = measurement.question
    return ViewReference(
        page=page,
        asset=question.asset,
        start=question.start,
        end=question.end,
        focus=focus,
        enter=question.parameters.enter,
        side=side,
    )
