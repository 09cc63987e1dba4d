"""The table of extreme trades as text: a row per asset and quote group, with what the minute of each trade says."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dashboard.text.clock import Zone
from dashboard.text.numbers import (
    EN_DASH,
    format_bar_time,
    format_bounds,
    format_optional_price,
    format_signed_percent,
)
from data.catalogue import Catalogue
from deviation.measurement import Measurement
from deviation.question import USDT
from deviation.report.lows import AssetLows, FocusExtreme, GroupExtremes, summarize_lows
from deviation.result import MarketRow
from deviation.side import Side

ROUND_MARK = "round number"
"""Marks a trade at a price of few digits; the table's note explains it."""


@dataclass(frozen=True, slots=True)
class PriceCell:
    """A price as text, and where and when it was traded."""

    text: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class LowsRow:
    """The extreme trades of one asset in one group, as text; prices are in the group's quote.

    ``focus`` is the trade of the focus venue, ``volume`` what it traded in that minute. ``gap_to_second`` compares
    trades of different minutes; ``next`` and ``bounds`` compare within the minute of the focus venue's trade.
    ``usdt_usd_gap`` stands in the row of the USDT group alone.
    """

    asset: str
    group: str
    focus: PriceCell
    volume: str
    first: PriceCell
    second: PriceCell
    gap_to_second: str
    next: str
    bounds: str
    usdt_usd_gap: str


def build_lows_rows(
    measurements: Iterable[Measurement], catalogue: Catalogue, zone: Zone, side: Side
) -> tuple[LowsRow, ...]:
    """The rows of each measurement, of the lowest trades or of the highest; times are on the clock of ``zone``."""
    return tuple(
        row
        for measurement in measurements
        for row in _RowBuilder(summarize_lows(measurement), catalogue, zone, side).build_rows()
    )


class _RowBuilder:
    """Builds the rows of one asset."""

    def __init__(self, lows: AssetLows, catalogue: Catalogue, zone: Zone, side: Side) -> None:
        self.lows = lows
        self.catalogue = catalogue
        self.zone = zone
        self.side = side

    def build_rows(self) -> Iterator[LowsRow]:
        """A row per group, `usdt` and `usd` first."""
        for group, sides in self.lows.groups.items():
            extremes = sides[self.side]
            focus = self.lows.measure_focus(group, self.side)
            gap = self.lows.usdt_usd_gap[self.side] if group == USDT else None
            yield LowsRow(
                asset=self.lows.measurement.question.asset,
                group=group.upper(),
                focus=self._build_focus_cell(focus),
                volume=EN_DASH if focus is None else f"{focus.extreme.volume:,.0f} {group.upper()}",
                first=self._build_cell(extremes.first, extremes),
                second=self._build_cell(extremes.second, extremes),
                gap_to_second=format_signed_percent(None if focus is None else focus.gap_to_second),
                next=format_signed_percent(None if focus is None else focus.next),
                bounds=EN_DASH if focus is None else format_bounds(focus.least, focus.most),
                usdt_usd_gap=format_signed_percent(gap),
            )

    def _build_focus_cell(self, focus: FocusExtreme | None) -> PriceCell:
        if focus is None:
            return PriceCell(EN_DASH)
        return self._format_trade(focus.row, "")

    def _build_cell(self, row: MarketRow | None, extremes: GroupExtremes) -> PriceCell:
        if row is None:
            return PriceCell(EN_DASH)
        name = self.catalogue.get_venue(row.market.venue).name
        is_alone = sum(other.market.venue == row.market.venue for other in extremes.rows) == 1
        return self._format_trade(row, name if is_alone else f"{name} {row.market.symbol}")

    def _format_trade(self, row: MarketRow, name: str) -> PriceCell:
        extreme = row.get_extreme(self.side)
        if extreme is None:
            return PriceCell(EN_DASH, name)
        time = format_bar_time(self.lows.measurement, extreme.at, self.zone)
        mark = ROUND_MARK if row.is_round(extreme.price) else ""
        return PriceCell(format_optional_price(extreme.price), ", ".join(part for part in (name, time, mark) if part))
