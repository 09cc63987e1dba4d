"""What the ranked strip and the histogram of a scan show, on the page and on a sheet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from dashboard.charts.market.gaps import AssetGap, GapBin, count_bins
from dashboard.charts.market.labels import NameRow, arrange_names
from dashboard.charts.market.scale import LeadScale, build_lead_scale, compute_position
from dashboard.draw.theme import compute_venue_colour
from dashboard.state.view import ViewState
from data.catalogue import Catalogue
from data.tables.scans import MarketScan
from deviation.wording import format_percent


@dataclass(frozen=True, kw_only=True)
class LeadChart:
    """What both parts show.

    Attributes:
        gaps: of at least one asset, the largest lead first.
        view: whose focus, side and kind of gaps they are; leads are drawn downwards below and upwards above.
        focus_name, colour: of the exchange.
        names: of the other exchanges by id.
    """

    gaps: Sequence[AssetGap]
    view: ViewState
    focus_name: str
    colour: str
    names: Mapping[str, str]

    @property
    def sign(self) -> int:
        """What a position of the axis of leads is multiplied by, so that it grows upwards."""
        return self.view.side.sign

    @cached_property
    def scale(self) -> LeadScale:
        """The axis of leads."""
        return build_lead_scale([gap.lead for gap in self.gaps])

    @cached_property
    def bins(self) -> tuple[GapBin, ...]:
        """The bins of the histogram that the axis reaches."""
        scale = self.scale
        return tuple(
            gap_bin
            for gap_bin in count_bins(self.gaps)
            if gap_bin.least < (scale.own_edge if gap_bin.is_lead else scale.other_edge)
        )

    def compute_bin_span(self, gap_bin: GapBin) -> tuple[float, float]:
        """Both ends of a bin as positions of leads; the open bin ends with the axis."""
        scale = self.scale
        outer_edge = scale.own_edge if gap_bin.is_lead else scale.other_edge
        sign = 1 if gap_bin.is_lead else -1
        most = outer_edge if gap_bin.most is None else min(gap_bin.most, outer_edge)
        return sign * compute_position(gap_bin.least), sign * compute_position(most)

    def arrange_names(self, height: float, line_height: float) -> tuple[NameRow, ...]:
        """The rows of names of the strip, on an axis of ``height`` pixels."""
        low, high = self.scale.range
        unit = height / (high - low)
        depths = [unit * compute_position(gap.lead) for gap in self.gaps]
        return arrange_names([gap.lead for gap in self.gaps], depths, unit * high, line_height)

    def write_names(self, ranks: Sequence[int], max_names: int) -> str:
        """The first assets of a row with their leads, and how many more there are."""
        names = [f"{self.gaps[rank].asset} {format_percent(self.gaps[rank].lead)}" for rank in ranks[:max_names]]
        more = f" +{len(ranks) - max_names}" if len(ranks) > max_names else ""
        return f"{', '.join(names)}{more}"


def build_lead_chart(scan: MarketScan, gaps: Sequence[AssetGap], view: ViewState, catalogue: Catalogue) -> LeadChart:
    """The chart of some gaps of a scan."""
    return LeadChart(
        gaps=gaps,
        view=view,
        focus_name=catalogue.get_venue(view.focus).name,
        colour=compute_venue_colour(catalogue, view.focus, view.theme),
        names={venue: catalogue.get_venue(venue).name for venue in scan.rows["venue"].unique()},
    )
