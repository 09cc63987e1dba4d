"""The definitions of the method page, one for each anchor; docs/method.md has them in full."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dashboard.pages.method import minute_terms as minute
from dashboard.pages.method import window_terms as window
from dashboard.pages.method.parts import DefinitionParameters
from dashboard.state.links import MethodAnchor


@dataclass(frozen=True, slots=True)
class Definition:
    """A section of the method page: its anchor, its title and its components."""

    anchor: MethodAnchor
    title: str
    content: tuple[Any, ...]


def build_definitions(parameters: DefinitionParameters) -> tuple[Definition, ...]:
    """All definitions in the order of the page."""
    return tuple(
        Definition(anchor, title, tuple(build_body(parameters))) for anchor, (title, build_body) in DEFINITIONS.items()
    )


DEFINITIONS: dict[MethodAnchor, tuple[str, Callable[[DefinitionParameters], list[Any]]]] = {
    MethodAnchor.CANNOT_SHOW: ("What candles cannot show", minute.define_limits),
    MethodAnchor.MINUTE: ("Five states", minute.define_minute_states),
    MethodAnchor.MONEY: ("Dollars and stablecoins", minute.define_conversion),
    MethodAnchor.REFERENCE: ("The reference", minute.define_reference),
    MethodAnchor.FIRM: ("Firm, thin, alone", minute.define_firm_minutes),
    MethodAnchor.DEPTH: ("Deviation and depth", minute.define_depth),
    MethodAnchor.BELOW_MIN: ("Minutes below", minute.define_minutes_below),
    MethodAnchor.THRESHOLD: ("Share of minutes by depth", minute.define_thresholds),
    MethodAnchor.GAP: ("Gap to the next close", minute.define_gap),
    MethodAnchor.WICK: ("Bounds of the lowest trade", minute.define_wick),
    MethodAnchor.ORDER_PROOF: ("Order-proof", minute.define_order_proof),
    MethodAnchor.EPISODE: ("Episodes", window.define_episodes),
    MethodAnchor.BASELINE: ("What was normal before", window.define_baseline),
    MethodAnchor.RANK: ("Ranks", window.define_ranks),
    MethodAnchor.LOWS: ("Lowest trades", window.define_lowest_trades),
    MethodAnchor.FAIR_VALUE: ("Fair value", window.define_fair_value),
    MethodAnchor.MATRIX: ("All assets side by side", window.define_matrix),
    MethodAnchor.PLACEBO: ("Placebo days", window.define_placebo),
    MethodAnchor.SENSITIVITY: ("Sensitivity", window.define_sensitivity),
    MethodAnchor.PATH: ("Onset and bottom", window.define_market_path),
    MethodAnchor.WINDOWS: ("Windows", window.define_windows),
    MethodAnchor.CANDLES: ("Real candles and the reconstruction", window.define_origins),
    MethodAnchor.SOURCES: ("The whole method", window.define_sources),
}
"""Title and content of each section, in the order of the page."""
