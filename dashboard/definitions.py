"""What every number means, in short, with the parameters of a view: the sections of the method page.

Facts are those of docs/method.md, which is whole; a test holds that each anchor has a section.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dashboard import definitions_minute as minute
from dashboard import definitions_window as window
from dashboard.anchors import Anchor
from dashboard.definition_parts import Moment


@dataclass(frozen=True, slots=True)
class Section:
    """One definition: its anchor, its title, and what it says."""

    anchor: Anchor
    title: str
    body: tuple[Any, ...]


def sections(moment: Moment) -> tuple[Section, ...]:
    """All definitions in the order of the page."""
    return tuple(Section(anchor, title, tuple(body(moment))) for anchor, (title, body) in DEFINITIONS.items())


DEFINITIONS: dict[Anchor, tuple[str, Callable[[Moment], list[Any]]]] = {
    Anchor.CANNOT_SHOW: ("What candles cannot show", minute.cannot_show),
    Anchor.MINUTE: ("Five states", minute.minute),
    Anchor.MONEY: ("Dollars and stablecoins", minute.money),
    Anchor.REFERENCE: ("The reference", minute.reference),
    Anchor.FIRM: ("Firm, thin, alone", minute.firm),
    Anchor.DEPTH: ("Deviation and depth", minute.depth),
    Anchor.BELOW_MIN: ("Minutes below", minute.below_min),
    Anchor.THRESHOLD: ("Share of minutes by depth", minute.threshold),
    Anchor.GAP: ("Gap to the next close", minute.gap),
    Anchor.WICK: ("Bounds of the lowest trade", minute.wick),
    Anchor.ORDER_PROOF: ("Order-proof", minute.order_proof),
    Anchor.EPISODE: ("Episodes", window.episode),
    Anchor.BASELINE: ("What was normal before", window.baseline),
    Anchor.RANK: ("Ranks", window.rank),
    Anchor.LOWS: ("Lowest trades", window.lows),
    Anchor.FAIR_VALUE: ("Fair value", window.fair_value),
    Anchor.MATRIX: ("All assets side by side", window.matrix),
    Anchor.PLACEBO: ("Placebo days", window.placebo),
    Anchor.SENSITIVITY: ("Sensitivity", window.sensitivity),
    Anchor.PATH: ("Onset and bottom", window.path),
    Anchor.WINDOWS: ("Windows", window.windows),
    Anchor.CANDLES: ("Real candles and the reconstruction", window.candles),
    Anchor.SOURCES: ("The whole method", window.sources),
}
"""Title and content of each section, in the order of the page."""
