"""The lines of the table of lows: an asset's lowest trades, and the aligned numbers beside each unaligned gap."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.clock import Zone
from dashboard.formats import between, minute, price, signed
from dashboard.venue_lines import Cell
from data.catalogue import Catalogue
from deviation.lows import lows
from deviation.question import Group
from deviation.result import Measurement, Row


@dataclass(frozen=True, slots=True)
class LowsLine:
    """One asset's lowest trades; gaps between lows are unaligned, ``gap_depth`` and the bounds are of one minute.

    ``gap_depth`` is against the focus market's own group, ``bounds`` against each.
    """

    asset: str
    focus: Cell
    lowest: Cell
    second: Cell
    gap_to_second: str
    usdt_low: str
    usd_low: str
    usdt_usd_gap: str
    gap_depth: str
    bounds: dict[Group, str]


def lows_lines(measurements: Sequence[Measurement], catalogue: Catalogue, zone: Zone) -> tuple[LowsLine, ...]:
    """A line for each measurement."""
    return tuple(_line(measurement, catalogue, zone) for measurement in measurements)


def _line(measurement: Measurement, catalogue: Catalogue, zone: Zone) -> LowsLine:
    table = lows(measurement)

    def named(row: Row | None) -> Cell:
        if row is None:
            return Cell(price(None))
        at = minute(measurement, row.low_at, zone)
        return Cell(price(row.low), f"{catalogue.venue(row.market.venue).name}, {at}")

    own = None if table.focus is None else table.bounds[table.focus.market.group].gap_depth
    return LowsLine(
        asset=measurement.question.asset,
        focus=named(table.focus),
        lowest=named(table.lowest),
        second=named(table.second),
        gap_to_second=signed(table.gap_to_second),
        usdt_low=price(table.usdt_low),
        usd_low=price(table.usd_low),
        usdt_usd_gap=signed(table.usdt_usd_gap),
        gap_depth=signed(own),
        bounds={group: between(found.wick_shallow, found.wick_deep) for group, found in table.bounds.items()},
    )
