"""What the sentences of a headline share: names, times and thresholds of one row."""

from dataclasses import dataclass
from datetime import tzinfo

from data.schema import Timeframe
from deviation.measurement import Measurement
from deviation.result import MarketRow
from deviation.wording import format_amount, format_clock_time, format_threshold


@dataclass(frozen=True, slots=True)
class SentenceContext:
    """The row that a headline speaks of, and the zone of its times."""

    measurement: Measurement
    row: MarketRow
    zone: tzinfo

    @property
    def subject(self) -> str:
        """The market and the exchange."""
        kind = "" if self.row.is_spot else " perpetual"
        return f"{self.measurement.question.asset}/{self.row.market.quote}{kind} on {self.name_of(self.row)}"

    @property
    def others(self) -> str:
        """The other exchanges of the row's group."""
        return f"other {self.row.market.quote} exchanges"

    @property
    def enter(self) -> str:
        """The threshold in per cent."""
        return format_threshold(self.measurement.question.parameters.enter)

    @property
    def floor(self) -> str:
        """The least volume of a minute that counts, in the row's quote."""
        return format_amount(self.row.minutes.floor)

    @property
    def timeframe(self) -> Timeframe:
        """The length of the bars."""
        return self.measurement.question.timeframe

    @property
    def choice_remark(self) -> str:
        """Marks a rank among exchanges that were chosen by hand."""
        question = self.measurement.question
        return " chosen by hand" if question.venues or question.excluded else ""

    def name_of(self, row: MarketRow) -> str:
        """The exchange's name as people write it."""
        return self.measurement.question.rules.name_of(row.market.venue)

    def format_time(self, position: int) -> str:
        """The time of a position."""
        return format_clock_time(self.measurement.axis, position, self.zone)
