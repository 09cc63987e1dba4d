"""The order, texts and tints of the matrix, for the page and the printed sheet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard.draw.theme import PALETTES, compute_contrast, mix_colours
from dashboard.service.event import EventContext
from dashboard.state.view import Theme
from dashboard.tables.venue_result import select_counted_minutes
from dashboard.text.numbers import EN_DASH, format_minute_count, format_signed_percent
from data.reconstruction.candles import list_assumed_markets
from data.schema import Evidence
from deviation.matrix import MatrixCell, build_matrix
from deviation.question import TOLERANCE, Group
from deviation.ranks import Rank, RankWord
from deviation.result import MarketRow
from deviation.window.summary import DeviationSummary

DEPTH_STEPS_PCT = (2, 5, 10, 20, 50)
"""Depths from which the tint of a cell is one step darker."""

TINT_SHARES = (0.0, 0.12, 0.27, 0.46, 0.78, 1.0)
"""Share of `DEEPEST_COLOURS` in the tint of each step.

All steps have one hue, so that the order survives grey print, and each leaves enough contrast for light or dark text.
"""

DEEPEST_COLOURS = {Theme.LIGHT: "#1d4568", Theme.DARK: "#8cc4f5"}
"""Tint of the deepest step: not the colour of any venue, and neither red nor green."""


@dataclass(frozen=True, slots=True)
class GroupMatrix:
    """The matrix of one quote group; ``cells`` are keyed by (venue, asset)."""

    group: Group
    venues: Sequence[str]
    assets: Sequence[str]
    cells: Mapping[tuple[str, str], MatrixCell]


def build_group_matrices(overview: EventContext) -> list[GroupMatrix]:
    """The matrix of each quote group with a spot market; the focus venue first, the others in catalogue order."""
    cells_by_group = ((group, build_matrix(overview.measurements, group)) for group in Group)
    return [_build_group_matrix(overview, group, cells) for group, cells in cells_by_group if cells]


def _build_group_matrix(overview: EventContext, group: Group, cells: Sequence[MatrixCell]) -> GroupMatrix:
    order, focus = list(overview.catalogue.venues), overview.view.focus

    def build_sort_key(venue: str) -> tuple[bool, int, str]:
        return venue != focus, order.index(venue) if venue in order else len(order), venue

    venues = sorted({cell.venue for cell in cells}, key=build_sort_key)
    assets = [measurement.question.asset for measurement in overview.measurements]
    return GroupMatrix(group, venues, assets, {(cell.venue, cell.asset): cell for cell in cells})


def is_hatched(overview: EventContext, cell: MatrixCell) -> bool:
    """Whether a cell has numbers but no rank where others have one."""
    return overview.has_ranks and cell.row is not None and cell.rank.reason is not None


def is_outlined(overview: EventContext, cell: MatrixCell) -> bool:
    """Whether the venue was the deepest of its group on the asset."""
    return overview.has_ranks and cell.rank.deepest is RankWord.DEEPEST


def format_numbers(summary: DeviationSummary) -> tuple[str, str]:
    """Depth and minutes below, of firm minutes, or of thin ones if none is firm; a dash and "" without either."""
    counted = select_counted_minutes(summary)
    if not counted.minutes:
        return EN_DASH, ""
    unit = "thin min" if counted.is_thin else "min"
    return format_signed_percent(counted.depth), f"{format_minute_count(counted.below_min, counted.minutes)} {unit}"


def describe_rank(overview: EventContext, rank: Rank, row: MarketRow) -> str:
    """The rank in the few words of a cell; empty for a venue that is neither deepest nor longest."""
    if overview.is_illustration:
        assumed = list_assumed_markets(Evidence.RECONSTRUCTION)
        return "assumed" if (row.market.venue, row.market.symbol) in assumed else "partly published"
    if rank.reason is not None:
        return RankWord.NOT_RANKED.value
    if rank.deepest is rank.longest is RankWord.CLOSE:
        return RankWord.CLOSE.value
    texts = [
        f"{label}: {word}" if word is RankWord.CLOSE else word.value
        for label, word in (("depth", rank.deepest), ("time", rank.longest))
        if word not in {RankWord.NOT_DEEPEST, RankWord.NOT_LONGEST}
    ]
    return ", ".join(texts)


def compute_step(depth: float | None) -> int:
    """The number of `DEPTH_STEPS_PCT` that a depth reaches.

    >>> compute_step(-0.02), compute_step(-0.019), compute_step(None)
    (1, 0, 0)
    """
    return sum(100 * (depth or 0.0) <= -pct + 100 * TOLERANCE for pct in DEPTH_STEPS_PCT)


def select_cell_colours(step: int, theme: Theme) -> tuple[str, str]:
    """The background of a step and the text colour with the larger contrast to it.

    >>> select_cell_colours(0, Theme.LIGHT)
    ('#ffffff', '#16191d')
    """
    colours = PALETTES[theme]
    background = mix_colours(colours.paper, DEEPEST_COLOURS[theme], TINT_SHARES[step])
    return background, max(colours.ink, colours.paper, key=lambda colour: compute_contrast(colour, background))
