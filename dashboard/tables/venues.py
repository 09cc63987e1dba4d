"""The rows of the page's venue tables as text: every market against a group, with the minutes behind each number."""

from collections.abc import Iterable
from dataclasses import dataclass

from dashboard.tables.venue_result import CountedMinutes, build_venue_result, select_counted_minutes
from dashboard.text.clock import Zone
from dashboard.text.numbers import (
    EN_DASH,
    format_bar_time,
    format_exchanges,
    format_minute_count,
    format_optional_price,
    format_signed_percent,
)
from data.catalogue import Catalogue
from data.schema import Evidence
from deviation.measurement import Measurement
from deviation.question import Group
from deviation.ranks import Rank, RankWord
from deviation.result import MarketRow
from deviation.window.summary import DeviationSummary
from deviation.wording import describe_split, format_minutes


@dataclass(frozen=True, slots=True)
class TableCell:
    """The text of a value and a smaller text below it."""

    text: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class VenueTableRow:
    """One market against one group, as text.

    ``market_label`` names the market; ``is_guest`` marks the focus venue in the block of the group that is not its own;
    ``rank`` is None where none is given; a row that ``is_unranked`` has no firm minute and is greyed.
    """

    venue: str
    name: str
    market_label: str
    is_focus: bool
    is_guest: bool
    deepest: TableCell
    minutes_below: TableCell
    order_proof: str
    lowest_trade: TableCell
    rank: TableCell | None
    is_unranked: bool


@dataclass(frozen=True, slots=True)
class VenueBlock:
    """The rows of one group, the focus venue first, then in the catalogue's order; ``note`` names the reference."""

    title: str
    note: str
    rows: tuple[VenueTableRow, ...]


def build_venue_blocks(measurement: Measurement, catalogue: Catalogue, zone: Zone) -> tuple[VenueBlock, ...]:
    """A block for each group and one for derivatives; those without a row are left out."""
    builder = _BlockBuilder(measurement, catalogue, zone)
    candidates = [*(builder.build_spot_block(group) for group in Group), builder.build_derivatives_block()]
    return tuple(block for block in candidates if block.rows)


class _BlockBuilder:
    """Builds the blocks of one measurement."""

    def __init__(self, measurement: Measurement, catalogue: Catalogue, zone: Zone) -> None:
        self.measurement = measurement
        self.catalogue = catalogue
        self.zone = zone
        self.venue_order = {venue: place for place, venue in enumerate(catalogue.venues)}

    def build_spot_block(self, group: Group) -> VenueBlock:
        rows = self.sort_rows(row for row in self.measurement.rows if row.is_spot and row.market.group is group)
        focus = self.measurement.focus_row
        if (
            focus is not None
            and focus.is_spot
            and focus.market.group is not group
            and focus.series[group].observed.any()
        ):
            rows = [focus, *rows]
        return VenueBlock(
            format_exchanges(group),
            self.write_note(group),
            tuple(self.build_row(row, group, row.market.symbol) for row in rows),
        )

    def write_note(self, group: Group) -> str:
        """The reference of a block; of a fair value its ratio, with source and 5-95 % range in the focus' own group."""
        fair_value = next((row.fair_value for row in self.measurement.rows if row.fair_value is not None), None)
        if fair_value is None:
            return f"each against the {self.measurement.question.parameters.reference.label} of the others"
        intro = f"against fair value: {fair_value.underlying} there, times the market-implied pre-event ratio"
        if fair_value.ratio is None or fair_value.p5 is None or fair_value.p95 is None:
            return f"{intro}, which no calm {self.measurement.question.timeframe.noun} gives"
        focus = self.measurement.focus_row
        if focus is not None and focus.market.group is not group:
            return f"{intro} {fair_value.ratio:.5g}"
        median_text = f"median of {format_minutes(fair_value.ratio_min)} minutes"
        basis_text = f"{median_text}, 5-95 %: {fair_value.p5:.5g} to {fair_value.p95:.5g}, {fair_value.source}"
        return f"{intro} {fair_value.ratio:.5g} ({basis_text}){self.write_split()}"

    def write_split(self) -> str:
        """The two factors of the focus venue's deepest close against fair value, as the end of the note."""
        focus = self.measurement.focus_row
        if focus is None or focus.fair_value is None or (parts := focus.split_depth(focus.market.group)) is None:
            return ""
        return f". Deepest close: {' times '.join(describe_split(focus.fair_value.underlying, *parts))}"

    def build_derivatives_block(self) -> VenueBlock:
        rows = self.sort_rows(row for row in self.measurement.rows if not row.is_spot)
        table_rows = [
            self.build_row(row, group, f"{row.market.symbol}, against {format_exchanges(group)}")
            for row in rows
            for group in Group
            if row.series[group].observed.any()
        ]
        return VenueBlock("Perpetual against spot", "measured apart, never ranked with spot", tuple(table_rows))

    def sort_rows(self, rows: Iterable[MarketRow]) -> list[MarketRow]:
        focus = self.measurement.question.focus

        def get_sort_key(row: MarketRow) -> tuple[bool, int, str]:
            return (
                row.market.venue != focus,
                self.venue_order.get(row.market.venue, len(self.venue_order)),
                row.market.symbol,
            )

        return sorted(rows, key=get_sort_key)

    def build_row(self, row: MarketRow, group: Group, label: str) -> VenueTableRow:
        result = build_venue_result(self.measurement, row, group)
        summary, is_guest = result.summary, row.is_spot and not result.is_own_group
        is_illustration = self.measurement.question.origin is Evidence.RECONSTRUCTION
        has_rank = row.is_spot and not is_guest and not is_illustration
        return VenueTableRow(
            venue=row.market.venue,
            name=self.catalogue.get_venue(row.market.venue).name,
            market_label=label,
            is_focus=result.is_focus,
            is_guest=is_guest,
            deepest=self.build_deepest_cell(result.counted),
            minutes_below=build_minutes_below_cell(summary),
            order_proof=format_minutes(summary.sure_min) if summary.firm_min else EN_DASH,
            lowest_trade=TableCell(format_optional_price(row.low), self.format_minute(row.low_at)),
            rank=build_rank_cell(result.rank) if has_rank else None,
            is_unranked=not summary.firm_min,
        )

    def build_deepest_cell(self, counted: CountedMinutes) -> TableCell:
        """The deepest close and its minute, with the word "thin" if that minute is."""
        if not counted.minutes:
            return TableCell(EN_DASH)
        time_text = self.format_minute(counted.depth_at)
        return TableCell(format_signed_percent(counted.depth), f"{time_text}, thin" if counted.is_thin else time_text)

    def format_minute(self, position: int | None) -> str:
        return format_bar_time(self.measurement, position, self.zone)


def build_minutes_below_cell(summary: DeviationSummary) -> TableCell:
    """Minutes at least ``enter`` below of those that count, and either that they are thin or how many lie above."""
    counted = select_counted_minutes(summary)
    above_text = f"{format_minutes(summary.above_min)} above" if summary.above_min else ""
    return TableCell(
        format_minute_count(counted.below_min, counted.minutes),
        "thin" if counted.is_thin else above_text,
    )


def build_rank_cell(rank: Rank) -> TableCell:
    """A market's two ranks in words, or why it has none."""
    if rank.reason is not None:
        return TableCell(RankWord.NOT_RANKED, rank.reason)
    if rank.deepest is rank.longest is RankWord.CLOSE:
        return TableCell(RankWord.CLOSE)
    deepest, longest = (
        f"{measure}: {word}" if word is RankWord.CLOSE else str(word)
        for measure, word in (("depth", rank.deepest), ("time", rank.longest))
    )
    return TableCell(deepest, longest)
