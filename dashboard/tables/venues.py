"""The rows of the tables of exchanges as text: every market against its own group, and against the other groups."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from dashboard.text.clock import Zone
from dashboard.text.numbers import (
    EN_DASH,
    format_bar_time,
    format_exchanges,
    format_minute_count,
    format_signed_percent,
)
from dashboard.text.sides import SIDE_NOUNS
from data.catalogue import Catalogue
from data.schema import Evidence
from deviation.measurement import Measurement
from deviation.question import COMMON_GROUPS, TOLERANCE, Group, Rules
from deviation.ranks import RankWord, SideRank
from deviation.report.cross_text import write_cross
from deviation.result import MarketRow
from deviation.side import Side
from deviation.window.side_summary import SideSummary
from deviation.window.summary import DeviationSummary
from deviation.wording import format_minutes, format_percent, format_threshold

SIDE_SEPARATOR = " | "
"""Stands between the minutes below and those above."""


@dataclass(frozen=True, slots=True)
class TableCell:
    """The text of a value and a smaller text below it."""

    text: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class VenueTableRow:
    """One market against one group, as text; minutes below the benchmark and above it stand side by side.

    ``exceptions`` counts minutes of the market without a price that counts; ``rank`` is None where none is given, else
    a line per side or the reason why there is none. A row that ``is_unranked`` has no comparable minute and is greyed.
    """

    venue: str
    name: str
    market_label: str
    exceptions: str
    is_focus: bool
    extremes: TableCell
    minutes: str
    comparable: TableCell
    jackknife: str
    lag: str
    whole: str
    rank: tuple[TableCell, ...] | None
    is_unranked: bool


@dataclass(frozen=True, slots=True)
class VenueBlock:
    """The rows measured against one group, the focus venue first, then in the catalogue's order.

    ``note`` names the benchmark; ``sentences`` say what all exchanges of a group share against it.
    """

    title: str
    note: str
    sentences: tuple[str, ...]
    rows: tuple[VenueTableRow, ...]

    @property
    def has_ranks(self) -> bool:
        """Whether any row is ranked, or has a reason why not."""
        return any(row.rank is not None for row in self.rows)


def build_venue_blocks(measurement: Measurement, catalogue: Catalogue, zone: Zone) -> tuple[VenueBlock, ...]:
    """A block for each group against itself, one for all others against each common group, and one for derivatives.

    Blocks without a row are left out, and so are those in which no row can be compared, unless a market would then
    stand in none.
    """
    builder = _BlockBuilder(measurement, catalogue, zone)
    cross_blocks = {reference: builder.build_cross_block(reference) for reference in COMMON_GROUPS}
    own_blocks = [
        builder.build_own_block(group)
        for group in measurement.groups
        if any(_is_comparable(row.own_summary) for row in measurement.select_spot_rows(group))
        or not any(block.rows for reference, block in cross_blocks.items() if reference != group)
    ]
    blocks = [*own_blocks, *cross_blocks.values(), builder.build_derivatives_block()]
    return tuple(block for block in blocks if block.rows)


class _BlockBuilder:
    """Builds the blocks of one measurement."""

    def __init__(self, measurement: Measurement, catalogue: Catalogue, zone: Zone) -> None:
        self.measurement = measurement
        self.catalogue = catalogue
        self.zone = zone
        self.venue_order = {venue: place for place, venue in enumerate(catalogue.venues)}

    def build_own_block(self, group: Group) -> VenueBlock:
        rows = self.sort_rows(self.measurement.select_spot_rows(group))
        title = format_exchanges(group)
        if self.measurement.question.underlying is not None:
            title = f"Against estimated fair value by {title}"
        table_rows = [self.build_row(row, group, row.market.symbol, has_rank=self.has_ranks) for row in rows]
        return VenueBlock(title, self.write_note(group), (), tuple(table_rows))

    def build_cross_block(self, reference: Group) -> VenueBlock:
        """Every spot market of another quote against a group."""
        rows = self.sort_rows(row for row in self.measurement.rows if row.is_spot and row.market.group != reference)
        if not any(_is_comparable(row.summaries[reference]) for row in rows):
            rows = []
        is_fair_value = self.measurement.question.underlying is not None
        title = f"{'Fair value by' if is_fair_value else 'Against'} {format_exchanges(reference)}"
        focus = self.measurement.focus_row
        sentences = [
            sentence
            for group, comparisons in self.measurement.cross.items()
            if reference in comparisons and rows
            for sentence in write_cross(self.measurement, group, reference, focus)
        ]
        note = self.write_note(reference) if is_fair_value else "every exchange of another quote, converted at its rate"
        table_rows = [self.build_row(row, reference, row.market.symbol, has_rank=False) for row in rows]
        return VenueBlock(title, note, tuple(sentences), tuple(table_rows))

    def build_derivatives_block(self) -> VenueBlock:
        table_rows = [
            self.build_row(row, group, f"{row.market.symbol}, against {format_exchanges(group)}", has_rank=False)
            for row in self.sort_rows(row for row in self.measurement.rows if not row.is_spot)
            for group, summary in row.summaries.items()
            if _is_comparable(summary)
        ]
        return VenueBlock("Perpetuals against spot", "measured apart, never ranked with spot", (), tuple(table_rows))

    @property
    def has_ranks(self) -> bool:
        return self.measurement.question.origin is not Evidence.RECONSTRUCTION

    def write_note(self, group: Group) -> str:
        """The benchmark of a block; of a fair value its ratio, with source and 5-95% range."""
        fair_value = next((row.fair_value for row in self.measurement.rows if row.fair_value is not None), None)
        if fair_value is None:
            return f"each against the {self.measurement.question.parameters.reference.label} of the others"
        intro = f"{fair_value.underlying} on {format_exchanges(group)} x the market-implied pre-event ratio"
        if fair_value.ratio is None or fair_value.p5 is None or fair_value.p95 is None:
            return f"{intro}, which no {self.measurement.question.timeframe.noun} before the event gives"
        return (
            f"{intro} {fair_value.ratio:.5g} (median of {format_minutes(fair_value.ratio_min)} minutes, 5-95%: "
            f"{fair_value.p5:.5g} to {fair_value.p95:.5g}, {fair_value.source})"
        )

    def sort_rows(self, rows: Iterable[MarketRow]) -> list[MarketRow]:
        focus, focus_row = self.measurement.focus, self.measurement.focus_row

        def get_sort_key(row: MarketRow) -> tuple[bool, int, bool, str]:
            return (
                row.market.venue != focus,
                self.venue_order.get(row.market.venue, len(self.venue_order)),
                row is not focus_row,
                row.market.symbol,
            )

        return sorted(rows, key=get_sort_key)

    def build_row(self, row: MarketRow, group: Group, label: str, *, has_rank: bool) -> VenueTableRow:
        summary = row.summaries[group]
        return VenueTableRow(
            venue=row.market.venue,
            name=self.catalogue.get_venue(row.market.venue).name,
            market_label=label,
            exceptions=describe_exceptions(row),
            is_focus=row is self.measurement.focus_row,
            extremes=build_extremes_cell(self.measurement, summary, self.zone),
            minutes=_join_sides(summary, lambda side: side.minutes),
            comparable=self.build_comparable_cell(summary),
            jackknife=_join_sides(summary, lambda side: side.robust_minutes.jackknife),
            lag=_join_sides(summary, lambda side: side.robust_minutes.lag),
            whole=_join_sides(summary, lambda side: side.robust_minutes.whole),
            rank=build_rank_cells(self.measurement, row) if has_rank else None,
            is_unranked=not summary.firm_min,
        )

    def build_comparable_cell(self, summary: DeviationSummary) -> TableCell:
        """Minutes with at least three other exchanges, of the window, and why there are no more."""
        window = self.measurement.question.duration_min
        others = {"with 1-2 others": summary.thin.minutes, "without a rate": summary.no_rate_min}
        details = [f"{format_minutes(number)} {reason}" for reason, number in others.items() if number]
        return TableCell(format_minute_count(summary.firm_min, window), ", ".join(details))


def build_extremes_cell(measurement: Measurement, summary: DeviationSummary, zone: Zone) -> TableCell:
    """The largest discount and premium with their times; against one or two others, that against each by name."""
    if not summary.firm_min:
        return TableCell(EN_DASH, "; ".join(_list_thin_findings(measurement, summary, zone)))
    sides = [summary.get_side(side) for side in Side]
    times = [format_bar_time(measurement, side.at, zone) or EN_DASH for side in sides]
    texts = [format_signed_percent(side.deviation) for side in sides]
    return TableCell(" / ".join(texts), " / ".join(times) if any(side.at is not None for side in sides) else "")


def _list_thin_findings(measurement: Measurement, summary: DeviationSummary, zone: Zone) -> list[str]:
    """The deviation from each of the few exchanges with prices, by name."""
    findings = []
    for venue, numbers in summary.thin.venues.items():
        name = measurement.question.rules.name_of(venue)
        sides = [(side, extreme) for side in Side if (extreme := numbers.sides[side]).at is not None]
        findings += [
            f"{format_percent(abs(extreme.deviation or 0.0))} {side} {name} at "
            f"{format_bar_time(measurement, extreme.at, zone)}"
            for side, extreme in sides
        ] or [f"level with {name}"]
    return findings


def build_minutes_cell(summary: DeviationSummary) -> TableCell:
    """Minutes below and above, and of how many; how many have one or two others only."""
    if not summary.firm_min:
        return TableCell(EN_DASH, f"{format_minutes(summary.thin.minutes)} with 1-2 others")
    return TableCell(_join_sides(summary, lambda side: side.minutes), f"of {format_minutes(summary.firm_min)}")


def describe_exceptions(row: MarketRow) -> str:
    """Minutes of the window in which the market has no price that counts, by the reason; "" without one."""
    counts = row.state_counts
    minutes = {
        "without trades": counts.quiet_min,
        "below the volume threshold": counts.small_min,
        "missing": counts.missing_min,
    }
    return ", ".join(f"{format_minutes(number)} min {reason}" for reason, number in minutes.items() if number)


def build_rank_cells(measurement: Measurement, row: MarketRow) -> tuple[TableCell, ...]:
    """A line for each side on which the market reaches the threshold, with the market that stands before it.

    A market that is not ranked has the reason instead.
    """
    rank, summary, rules = measurement.ranks[row.market], row.own_summary, measurement.question.rules
    verdict = rank[Side.BELOW].largest
    if not verdict.is_ranked:
        return (TableCell(verdict.word.capitalize(), verdict.why or ""),)
    enter = summary.parameters.enter
    sides = [side for side in Side if summary.get_side(side).size >= enter - TOLERANCE]
    cells = [
        TableCell(describe_side_rank(rank[side], side), _describe_leaders(rank[side], side, rules)) for side in sides
    ]
    return tuple(cells) or (TableCell(f"Within {format_threshold(enter)}"),)


def describe_side_rank(rank: SideRank, side: Side) -> str:
    """The two ranks of a side in words."""
    noun = SIDE_NOUNS[side]
    size, length = rank.largest.word, rank.longest.word
    if size is length is RankWord.CLOSE:
        return f"{noun.capitalize()} {RankWord.CLOSE}"
    size_text = f"{noun.capitalize()} {size}" if size is RankWord.CLOSE else f"{size.capitalize()} {noun}"
    length_texts = {RankWord.CLOSE: f"length {length}", RankWord.NOT_SETTLED: f"longest {length}"}
    return f"{size_text}, {length_texts.get(length, length.value)}"


def _describe_leaders(rank: SideRank, side: Side, rules: Rules) -> str:
    """The markets that lead in size and in length, or leave the length open, with their figures."""
    texts = []
    if rank.largest.leader is not None:
        size = format_percent(rank.largest.leader.own_summary.get_side(side).size)
        texts.append(f"{rules.name_of(rank.largest.leader.market.venue)} {size}")
    if rank.longest.leader is not None:
        summary = rank.longest.leader.own_summary
        minutes = format_minute_count(summary.get_side(side).minutes, summary.firm_min)
        texts.append(f"{rules.name_of(rank.longest.leader.market.venue)} {minutes} min")
    return "; ".join(texts)


def _join_sides(summary: DeviationSummary, read: Callable[[SideSummary], float]) -> str:
    """Minutes below and above; a dash without a comparable minute."""
    if not summary.firm_min:
        return EN_DASH
    return SIDE_SEPARATOR.join(format_minutes(read(summary.get_side(side))) for side in Side)


def _is_comparable(summary: DeviationSummary) -> bool:
    return bool(summary.firm_min or summary.thin.minutes)
