"""The lines of the venue tables: every venue against a group, with what it takes to believe a number beside it."""

from collections.abc import Iterable
from dataclasses import dataclass

from dashboard.clock import Zone
from dashboard.formats import exchanges, minute, price, signed
from dashboard.style import DASH
from data.catalogue import Catalogue
from data.schema import Evidence
from deviation.headline import minutes_text, split_words
from deviation.question import Group
from deviation.ranks import Rank, Word
from deviation.result import Measurement, Row
from deviation.summary import Summary


@dataclass(frozen=True, slots=True)
class Cell:
    """A value and what stands small below it."""

    text: str
    below: str = ""


@dataclass(frozen=True, slots=True)
class VenueLine:
    """One market against one group.

    ``label`` is the market; ``guest`` marks the focus venue in the block of the group that is not its own; ``rank`` is
    None where none is given, ``unranked`` greys a line that has too few firm minutes to compare.
    """

    venue: str
    name: str
    label: str
    focus: bool
    guest: bool
    deepest: Cell
    below: Cell
    sure: str
    lowest: Cell
    rank: Cell | None
    unranked: bool


@dataclass(frozen=True, slots=True)
class Block:
    """The lines of one group, in the catalogue's order but the focus venue first; ``note`` says against what."""

    title: str
    note: str
    lines: tuple[VenueLine, ...]


def blocks(measurement: Measurement, catalogue: Catalogue, zone: Zone) -> tuple[Block, ...]:
    """A block for each group that has something to show, and one for derivatives."""
    table = _Table(measurement, catalogue, zone)
    found = [*(table.spot(group) for group in Group), table.derivatives()]
    return tuple(block for block in found if block.lines)


class _Table:
    """One measurement on its way into lines."""

    def __init__(self, measurement: Measurement, catalogue: Catalogue, zone: Zone) -> None:
        self.measurement = measurement
        self.catalogue = catalogue
        self.zone = zone
        self.order = {venue: place for place, venue in enumerate(catalogue.venues)}

    def spot(self, group: Group) -> Block:
        rows = self.sorted(row for row in self.measurement.rows if row.spot and row.market.group is group)
        focus = self.measurement.focus
        if focus is not None and focus.spot and focus.market.group is not group and focus.series[group].observed.any():
            rows = [focus, *rows]
        return Block(
            exchanges(group), self.note(group), tuple(self.line(row, group, row.market.symbol) for row in rows)
        )

    def note(self, group: Group) -> str:
        """What the numbers are against; of a fair value the ratio, what it rests on and its 5-95 % range, said once."""
        value = next((row.fair_value for row in self.measurement.rows if row.fair_value is not None), None)
        if value is None:
            return f"each against the {self.measurement.question.parameters.reference.words} of the others"
        against = f"against fair value: {value.underlying} there, times the market-implied pre-event ratio"
        if value.ratio is None or value.p5 is None or value.p95 is None:
            return f"{against}, which no calm {self.measurement.question.timeframe.one} gives"
        focus = self.measurement.focus
        if focus is not None and focus.market.group is not group:
            return f"{against} {value.ratio:.5g}"
        median = f"median of {minutes_text(value.ratio_min)} minutes"
        rests = f"{median}, 5-95 %: {value.p5:.5g} to {value.p95:.5g}, {value.source}"
        return f"{against} {value.ratio:.5g} ({rests}){self.split()}"

    def split(self) -> str:
        """What the focus venue's deepest close is made of: its own quotient, and the underlying here and elsewhere."""
        focus = self.measurement.focus
        if focus is None or focus.fair_value is None or (parts := focus.split(focus.market.group)) is None:
            return ""
        return f". Deepest close: {' times '.join(split_words(focus.fair_value.underlying, *parts))}"

    def derivatives(self) -> Block:
        rows = self.sorted(row for row in self.measurement.rows if not row.spot)
        lines = [
            self.line(row, group, f"{row.market.symbol}, against {exchanges(group)}")
            for row in rows
            for group in Group
            if row.series[group].observed.any()
        ]
        return Block("Perpetual against spot", "measured apart, never ranked with spot", tuple(lines))

    def sorted(self, rows: Iterable[Row]) -> list[Row]:
        focus = self.measurement.question.focus

        def place(row: Row) -> tuple[bool, int, str]:
            return row.market.venue != focus, self.order.get(row.market.venue, len(self.order)), row.market.symbol

        return sorted(rows, key=place)

    def line(self, row: Row, group: Group, label: str) -> VenueLine:
        market, numbers = row.market, row.against[group]
        focus = self.measurement.focus
        guest = row.spot and market.group is not group
        illustration = self.measurement.question.origin is Evidence.RECONSTRUCTION
        return VenueLine(
            venue=market.venue,
            name=self.catalogue.venue(market.venue).name,
            label=label,
            focus=focus is not None and market == focus.market,
            guest=guest,
            deepest=self.deepest(numbers),
            below=below(numbers),
            sure=minutes_text(numbers.sure_min) if numbers.firm_min else DASH,
            lowest=Cell(price(row.low), self.minute(row.low_at)),
            rank=None if illustration or guest or not row.spot else rank_cell(self.measurement.ranks[market]),
            unranked=not numbers.firm_min,
        )

    def deepest(self, numbers: Summary) -> Cell:
        """The deepest firm close; without one the deepest thin one, which is said."""
        if numbers.firm_min:
            return Cell(signed(numbers.depth), self.minute(numbers.depth_at))
        if numbers.thin.minutes:
            return Cell(signed(numbers.thin.depth), f"{self.minute(numbers.thin.depth_at)}, thin")
        return Cell(DASH)

    def minute(self, position: int | None) -> str:
        return minute(self.measurement, position, self.zone)


def below(numbers: Summary) -> Cell:
    """Minutes beyond enter of the firm ones, else of the thin ones."""
    if numbers.firm_min:
        above = f"{minutes_text(numbers.above_min)} above" if numbers.above_min else ""
        return Cell(f"{minutes_text(numbers.below_min)} of {minutes_text(numbers.firm_min)}", above)
    thin = numbers.thin
    if not thin.minutes:
        return Cell("0 of 0")
    return Cell(f"{minutes_text(thin.below_min)} of {minutes_text(thin.minutes)}", "thin")


def rank_cell(rank: Rank) -> Cell:
    """A market's two ranks in words, or why it has none."""
    if rank.why is not None:
        return Cell(Word.NOT_RANKED, rank.why)
    if rank.deepest is rank.longest is Word.CLOSE:
        return Cell(Word.CLOSE)
    deepest, longest = (
        f"{what}: {word}" if word is Word.CLOSE else str(word)
        for what, word in (("depth", rank.deepest), ("time", rank.longest))
    )
    return Cell(deepest, longest)
