"""What the two panels of a history show, on the page and on a sheet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from dashboard.charts.history.days import HistoryDay
from dashboard.charts.history.marks import DayMark, list_marks
from dashboard.charts.market.scale import LeadScale, build_lead_scale
from dashboard.draw.theme import compute_venue_colour
from dashboard.state.view import ViewState
from dashboard.tables.lows_table import EXTREME_WORDS
from data.catalogue import Catalogue

SHARE_TICK = 0.1
"""Distance of the ticks of shares where the largest is small; twice as much elsewhere."""

MANY_SHARES = 5
"""From so many ticks on they are twice as far apart."""

HEADROOM = 1.1
"""The axis of shares reaches beyond the largest by this factor."""


@dataclass(frozen=True, kw_only=True)
class HistoryChart:
    """The upper panel has shares of assets, the lower one gaps.

    Attributes:
        days: at least one, by time.
        marks: days that the chart names.
        view: whose focus, side and kind of gaps they are.
        focus_name, colour: of the exchange.
    """

    days: Sequence[HistoryDay]
    marks: Sequence[DayMark]
    view: ViewState
    focus_name: str
    colour: str

    @property
    def superlative(self) -> str:
        """Superlative of trades on the side of the view: "lowest" or "highest"."""
        return EXTREME_WORDS[self.view.side][0]

    @property
    def span(self) -> tuple[date, date]:
        """The first and the last day."""
        return self.days[0].day, self.days[-1].day

    @property
    def edges(self) -> list[str]:
        """Both ends of the axis of days, half a day beyond the first and the last."""
        first, last = self.span
        return [f"{first - timedelta(days=1)}T12:00", f"{last}T12:00"]

    @cached_property
    def scale(self) -> LeadScale:
        """The axis of gaps; it reaches to the largest of the exchange, and to the others' largest percentile."""
        sizes = [size for day in self.days for size in (day.gap_most, (day.other_gaps or (0.0, 0.0))[1]) if size]
        return build_lead_scale(sizes)

    @cached_property
    def most_share(self) -> float:
        """The end of the axis of shares."""
        most = max(max(day.share, (day.other_shares or (0.0, 0.0))[1]) for day in self.days)
        return max(SHARE_TICK, HEADROOM * most)

    @property
    def share_step(self) -> float:
        """The distance of the ticks of shares."""
        return SHARE_TICK * (1 if self.most_share < HEADROOM * MANY_SHARES * SHARE_TICK else 2)

    @property
    def titles(self) -> tuple[str, str]:
        """Of the upper and the lower panel."""
        return (
            f"Assets with the {self.superlative} trade of all",
            f"Gap {self.view.side}: line, 99% of assets; dots, the most",
        )


def build_history_chart(days: Sequence[HistoryDay], view: ViewState, catalogue: Catalogue) -> HistoryChart:
    """The chart of at least one day."""
    return HistoryChart(
        days=days,
        marks=list_marks(days, catalogue),
        view=view,
        focus_name=catalogue.get_venue(view.focus).name,
        colour=compute_venue_colour(catalogue, view.focus, view.theme),
    )
