"""All events of the catalogue, with what the store holds of each and what it measures in its default window."""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from analysis.event_holdings import EventHoldings, read_event_holdings
from dashboard.service.measurements import Measurements
from dashboard.state.view import ViewState, build_default_view
from data.catalogue import Event
from data.schema import Evidence, Timeframe
from deviation.measurement import Measurement
from deviation.ranks import Verdict
from deviation.result import MarketRow
from deviation.side import Side
from deviation.window.side_summary import SideExtreme


@dataclass(frozen=True, slots=True)
class AssetFinding:
    """The market of the focus venue that the headline of a measurement speaks of."""

    measurement: Measurement
    row: MarketRow

    @property
    def is_thin(self) -> bool:
        """Whether one or two other exchanges are all that it can be compared with."""
        return not self.row.own_summary.firm_min

    @property
    def compared_min(self) -> float:
        """The minutes in which it is compared with others: firm ones, without any the thin ones."""
        summary = self.row.own_summary
        return summary.firm_min or summary.thin.minutes

    @property
    def size(self) -> float:
        """The larger of both deviations."""
        return max(abs(self.get_extreme(side).deviation or 0.0) for side in Side)

    @property
    def minutes(self) -> float:
        """Minutes at or beyond the threshold on either side."""
        return sum(self.get_extreme(side).minutes for side in Side)

    def get_extreme(self, side: Side) -> SideExtreme:
        """The largest deviation on a side, and its minutes."""
        summary = self.row.own_summary
        return summary.thin.sides[side] if self.is_thin else summary.get_side(side).extreme

    def get_trade(self, side: Side) -> float | None:
        """The least by which the extreme trade of a side lay beyond the others; None where that is not known."""
        trade = None if self.is_thin else self.row.own_summary.get_side(side).trade.least
        return trade if trade is not None and side.sign * trade > 0 else None

    def get_whole_min(self, side: Side) -> float | None:
        """Minutes beyond the threshold throughout; None for thin minutes, of which it is not known."""
        return None if self.is_thin else self.row.own_summary.get_side(side).whole.minutes

    def get_verdict(self, side: Side) -> Verdict:
        """Whether it was the largest deviation of its group."""
        return self.measurement.ranks[self.row.market][side].largest


@dataclass(frozen=True, slots=True)
class EventEntry:
    """An event: its default view, what the store holds, and a finding for each measured asset, in the event's order.

    Assets that are measured against an estimated fair value have no finding, as they have no market to be compared
    with. ``is_sample``: only the reconstruction is there, of which nothing is said.
    """

    event: Event
    view: ViewState
    holdings: EventHoldings
    findings: tuple[AssetFinding, ...]
    is_sample: bool

    @property
    def leading_finding(self) -> AssetFinding | None:
        """The finding with the largest deviation; None without one."""
        return max(self.findings, key=lambda finding: finding.size, default=None)


def list_event_entries(measurements: Measurements) -> tuple[EventEntry, ...]:
    """An entry for each event of the catalogue, in its order, all at the defaults of the method.

    Raises:
        StoreUnusable: the store cannot be read.
    """
    holdings = measurements.store_info.get_holdings().filter(timeframe=Timeframe.M1.value)
    return tuple(_build_entry(measurements, event, holdings) for event in measurements.catalogue.events.values())


def _build_entry(measurements: Measurements, event: Event, holdings: pl.DataFrame) -> EventEntry:
    catalogue, view = measurements.catalogue, build_default_view(measurements.catalogue, event.id)
    if not _may_hold(holdings, event):
        window_min = round((view.end - view.start).total_seconds() / 60)
        return EventEntry(event, view, EventHoldings(event, (), event.venues, 0, window_min), (), is_sample=False)
    answers = measurements.measure_event(view)
    return EventEntry(
        event,
        view,
        read_event_holdings(measurements.store_info.store, catalogue, event),
        tuple(_list_findings(answers)),
        is_sample=bool(answers) and answers[0].question.origin is Evidence.RECONSTRUCTION,
    )


def _may_hold(holdings: pl.DataFrame, event: Event) -> bool:
    """Whether candles of one of the event's assets reach from before the end of its window to after its start."""
    window = event.get_window()
    assets = [*event.assets, *event.extra_assets]
    overlapping = holdings.filter(
        pl.col("asset").is_in(assets), pl.col("first") < window.end, pl.col("last") >= window.start
    )
    return not overlapping.is_empty()


def _list_findings(answers: tuple[Measurement, ...]) -> Iterator[AssetFinding]:
    for measurement in answers:
        row = measurement.focus_row
        is_real = measurement.question.origin is Evidence.REAL
        if is_real and row is not None and row.fair_value is None:
            finding = AssetFinding(measurement, row)
            if finding.compared_min:
                yield finding
