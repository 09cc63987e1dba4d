"""The page's table of lows as text: a row per asset, with the aligned numbers beside each unaligned gap."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.tables.venues import TableCell
from dashboard.text.clock import Zone
from dashboard.text.numbers import format_bar_time, format_bounds, format_optional_price, format_signed_percent
from data.catalogue import Catalogue
from deviation.measurement import Measurement
from deviation.question import Group
from deviation.report.lows import summarize_lows
from deviation.result import MarketRow


@dataclass(frozen=True, slots=True)
class LowsRow:
    """One asset's lowest trades, as text.

    Gaps between lows are unaligned; ``gap_depth``, against the focus market's own group, and ``bounds``, against each
    group, compare within one bar.
    """

    asset: str
    focus: TableCell
    lowest: TableCell
    second_lowest: TableCell
    gap_to_second: str
    usdt_low: str
    usd_low: str
    usdt_usd_gap: str
    gap_depth: str
    bounds: dict[Group, str]


def build_lows_rows(measurements: Sequence[Measurement], catalogue: Catalogue, zone: Zone) -> tuple[LowsRow, ...]:
    """A row for each measurement; times are on the clock of ``zone``."""
    return tuple(_build_row(measurement, catalogue, zone) for measurement in measurements)


def _build_row(measurement: Measurement, catalogue: Catalogue, zone: Zone) -> LowsRow:
    lows_summary = summarize_lows(measurement)

    def build_cell(row: MarketRow | None) -> TableCell:
        if row is None:
            return TableCell(format_optional_price(None))
        time_text = format_bar_time(measurement, row.low_at, zone)
        return TableCell(format_optional_price(row.low), f"{catalogue.get_venue(row.market.venue).name}, {time_text}")

    own_gap = None if lows_summary.focus is None else lows_summary.bounds[lows_summary.focus.market.group].gap_depth
    return LowsRow(
        asset=measurement.question.asset,
        focus=build_cell(lows_summary.focus),
        lowest=build_cell(lows_summary.lowest),
        second_lowest=build_cell(lows_summary.second_lowest),
        gap_to_second=format_signed_percent(lows_summary.gap_to_second),
        usdt_low=format_optional_price(lows_summary.usdt_low),
        usd_low=format_optional_price(lows_summary.usd_low),
        usdt_usd_gap=format_signed_percent(lows_summary.usdt_usd_gap),
        gap_depth=format_signed_percent(own_gap),
        bounds={
            group: format_bounds(group_bounds.wick_shallow, group_bounds.wick_deep)
            for group, group_bounds in lows_summary.bounds.items()
        },
    )
