"""The order, texts and tints of the matrix, for the page and the printed sheet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard.draw.theme import PALETTES, compute_contrast, mix_colours
from dashboard.service.event import EventContext
from dashboard.state.view import Theme
from dashboard.text.numbers import EN_DASH, format_minute_count, format_signed_percent
from data.reconstruction.candles import list_assumed_markets
from data.schema import Evidence
from deviation.matrix import MatrixCell, build_matrix, list_groups
from deviation.question import TOLERANCE, Group
from deviation.ranks import Rank, RankWord
from deviation.result import MarketRow
from deviation.side import Side
from deviation.window.summary import DeviationSummary
from deviation.wording import format_minutes

NO_SPOT_TEXT = "No spot market here has prices from three others to compare with."
"""In place of a matrix."""

SIZE_STEPS_PCT = (2, 5, 10, 20, 50)
"""Sizes of a deviation from which the tint of a cell is one step darker."""

TINT_SHARES = (0.0, 0.12, 0.27, 0.46, 0.78, 1.0)
"""Share of `FULL_COLOURS` in the tint of each step.

All steps have one hue, so that the order survives grey print, and each leaves enough contrast for light or dark text.
"""

FULL_COLOURS = {Theme.LIGHT: "#1d4568", Theme.DARK: "#8cc4f5"}
"""Tint of the last step: not the colour of any venue, and neither red nor green."""


@dataclass(frozen=True, slots=True)
class GroupMatrix:
    """The matrix of one quote group; ``cells`` are keyed by (venue, asset)."""

    group: Group
    venues: Sequence[str]
    assets: Sequence[str]
    cells: Mapping[tuple[str, str], MatrixCell]

    @property
    def has_numbers(self) -> bool:
        """Whether any cell can be compared with three others."""
        return any(cell.row is not None and cell.row.own_summary.firm_min for cell in self.cells.values())


def build_group_matrices(overview: EventContext) -> list[GroupMatrix]:
    """The matrix of each quote group with a spot market; the focus venue first, the others in catalogue order."""
    groups = list_groups(overview.measurements)
    return [_build_group_matrix(overview, group, build_matrix(overview.measurements, group)) for group in groups]


def _build_group_matrix(overview: EventContext, group: Group, cells: Sequence[MatrixCell]) -> GroupMatrix:
    order, focus = list(overview.catalogue.venues), overview.view.focus

    def build_sort_key(venue: str) -> tuple[bool, int, str]:
        return venue != focus, order.index(venue) if venue in order else len(order), venue

    venues = sorted({cell.venue for cell in cells}, key=build_sort_key)
    assets = [measurement.question.asset for measurement in overview.measurements]
    return GroupMatrix(group, venues, assets, {(cell.venue, cell.asset): cell for cell in cells})


def is_hatched(overview: EventContext, cell: MatrixCell) -> bool:
    """Whether a cell has numbers but no rank where others have one."""
    return overview.has_ranks and cell.row is not None and not cell.rank[overview.view.side].largest.is_ranked


def is_outlined(overview: EventContext, cell: MatrixCell) -> bool:
    """Whether the venue strayed furthest of its group on the asset, on the side of the view."""
    return overview.has_ranks and cell.rank[overview.view.side].largest.word is RankWord.LARGEST


def format_numbers(summary: DeviationSummary, side: Side) -> tuple[str, str]:
    """Deviation and minutes on a side, of comparable ones; without those a dash, and how many have one or two others.

    One figure against one or two others would say nothing of which of them it is.
    """
    numbers = summary.get_side(side)
    if summary.firm_min:
        return format_signed_percent(numbers.deviation), f"{format_minute_count(numbers.minutes, summary.firm_min)} min"
    thin_min = summary.thin.minutes
    return EN_DASH, f"1-2 others, {format_minutes(thin_min)} min" if thin_min else ""


def describe_rank(overview: EventContext, rank: Rank, row: MarketRow) -> str:
    """The rank in the few words of a cell; empty for a venue that neither leads nor could lead."""
    if overview.is_illustration:
        assumed = list_assumed_markets(Evidence.RECONSTRUCTION)
        return "invented" if (row.market.venue, row.market.symbol) in assumed else "based on published lows"
    side = overview.view.side
    size, length = rank[side].largest, rank[side].longest
    if not size.is_ranked:
        return size.word.value
    open_words = {RankWord.CLOSE, RankWord.NOT_SETTLED} if row.own_summary.get_side(side).minutes else set()
    if size.word is length.word is RankWord.CLOSE:
        return RankWord.CLOSE.value if open_words else ""
    texts = [size.word.value] if size.word is RankWord.LARGEST else []
    texts += [f"size: {size.word}"] if size.word in open_words else []
    texts += [length.word.value] if length.word is RankWord.LONGEST else []
    texts += [f"length: {length.word}"] if length.word in open_words and size.word is not RankWord.NOT_LARGEST else []
    return ", ".join(texts)


def compute_step(deviation: float | None) -> int:
    """The number of `SIZE_STEPS_PCT` that a deviation reaches, on either side.

    >>> compute_step(-0.02), compute_step(0.019), compute_step(None)
    (1, 0, 0)
    """
    return sum(100 * abs(deviation or 0.0) >= pct - 100 * TOLERANCE for pct in SIZE_STEPS_PCT)


def select_cell_colours(step: int, theme: Theme) -> tuple[str, str]:
    """The background of a step and the text colour with the larger contrast to it.

    >>> select_cell_colours(0, Theme.LIGHT)
    ('#ffffff', '#16191d')
    """
    colours = PALETTES[theme]
    background = mix_colours(colours.paper, FULL_COLOURS[theme], TINT_SHARES[step])
    return background, max(colours.ink, colours.paper, key=lambda colour: compute_contrast(colour, background))
