"""What the page and the printed sheet show of the fairness matrix: its order, its texts, and its tints."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard.formats import signed
from dashboard.overview_view import Overview
from dashboard.style import Theme, contrast, mix, palette
from data.reconstruction import assumed_markets
from deviation.headline import minutes_text
from deviation.matrix import Cell, matrix
from deviation.question import TOLERANCE, Group
from deviation.ranks import Rank, Word
from deviation.result import Row
from deviation.summary import Summary

STEPS_PCT = (2, 5, 10, 20, 50)
"""Depths at which the tint of a cell grows darker."""

TINTS = (0.0, 0.12, 0.27, 0.46, 0.78, 1.0)
"""How much of the full colour each step takes: one hue, so that print in grey keeps the order, and no share at which
neither light nor dark text could be read."""

FULL = {Theme.LIGHT: "#1d4568", Theme.DARK: "#8cc4f5"}
"""The colour of the deepest step: no venue's, and neither red nor green."""


@dataclass(frozen=True, slots=True)
class Board:
    """The matrix of one quote group: a row for each of ``venues``, a column for each of ``assets``."""

    group: Group
    venues: Sequence[str]
    assets: Sequence[str]
    cells: Mapping[tuple[str, str], Cell]


def boards(overview: Overview) -> list[Board]:
    """A board for each quote group with a spot market; the focus venue first, the others as the catalogue has them."""
    found = ((group, matrix(overview.measurements, group)) for group in Group)
    return [_board(overview, group, cells) for group, cells in found if cells]


def _board(overview: Overview, group: Group, cells: Sequence[Cell]) -> Board:
    order, focus = list(overview.catalogue.venues), overview.view.focus

    def place(venue: str) -> tuple[bool, int, str]:
        return venue != focus, order.index(venue) if venue in order else len(order), venue

    venues = sorted({cell.venue for cell in cells}, key=place)
    assets = [measurement.question.asset for measurement in overview.measurements]
    return Board(group, venues, assets, {(cell.venue, cell.asset): cell for cell in cells})


def hatched(overview: Overview, cell: Cell) -> bool:
    """Whether a cell has numbers but no rank where others have one."""
    return overview.ranked and cell.row is not None and cell.rank.why is not None


def outlined(overview: Overview, cell: Cell) -> bool:
    """Whether the venue was the deepest of its group on the asset."""
    return overview.ranked and cell.rank.deepest is Word.DEEPEST


def numbers(own: Summary) -> tuple[str, str]:
    """Depth and minutes; of thin minutes where none is firm, which is said."""
    thin = own.thin
    if own.firm_min or not thin.minutes:
        return signed(own.depth), f"{minutes_text(own.below_min)} of {minutes_text(own.firm_min)} min"
    return signed(thin.depth), f"{minutes_text(thin.below_min)} of {minutes_text(thin.minutes)} thin min"


def rank_words(overview: Overview, rank: Rank, row: Row) -> str:
    """Rank words as a cell has room for them: only what tells the venue from the others."""
    if overview.illustrated:
        return "assumed" if (row.market.venue, row.market.symbol) in assumed_markets() else "partly published"
    if rank.why is not None:
        return Word.NOT_RANKED.value
    if rank.deepest is rank.longest is Word.CLOSE:
        return Word.CLOSE.value
    said = [
        f"{what}: {word}" if word is Word.CLOSE else word.value
        for what, word in (("depth", rank.deepest), ("time", rank.longest))
        if word not in {Word.NOT_DEEPEST, Word.NOT_LONGEST}
    ]
    return ", ".join(said)


def step(depth: float | None) -> int:
    """How many of `STEPS_PCT` a depth reaches.

    >>> step(-0.02), step(-0.019), step(None)
    (1, 0, 0)
    """
    return sum(100 * (depth or 0.0) <= -pct + 100 * TOLERANCE for pct in STEPS_PCT)


def paint(reached: int, theme: Theme) -> tuple[str, str]:
    """Background of a step and the colour of text on it, which keeps the contrast of small print on every one.

    >>> paint(0, Theme.LIGHT)
    ('#ffffff', '#16191d')
    """
    colours = palette(theme)
    background = mix(colours.paper, FULL[theme], TINTS[reached])
    return background, max(colours.ink, colours.paper, key=lambda colour: contrast(colour, background))
