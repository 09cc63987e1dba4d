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
    MethodAnchor.CANNOT_SHOW: ("What this cannot show", minute.define_limits),
    MethodAnchor.MINUTE: ("Minutes that count", minute.define_minute_states),
    MethodAnchor.MONEY: ("Quote currencies", minute.define_conversion),
    MethodAnchor.REFERENCE: ("The benchmark", minute.define_reference),
    MethodAnchor.FIRM: ("Comparable minutes", minute.define_firm_minutes),
    MethodAnchor.DEPTH: ("Discount and premium", minute.define_depth),
    MethodAnchor.BELOW_MIN: ("Minutes below and above", minute.define_minutes_below),
    MethodAnchor.THRESHOLD: ("Minutes by size", minute.define_thresholds),
    MethodAnchor.JACKKNIFE: ("Whichever exchange is left out", minute.define_jackknife),
    MethodAnchor.LAG: ("Allowing for a lag", minute.define_lag),
    MethodAnchor.GAP: ("Gap to the next exchange", minute.define_gap),
    MethodAnchor.WICK: ("Discount at the low", minute.define_wick),
    MethodAnchor.ORDER_PROOF: ("Below for the entire minute", minute.define_order_proof),
    MethodAnchor.EPISODE: ("Episodes", window.define_episodes),
    MethodAnchor.BASELINE: ("What was normal before", window.define_baseline),
    MethodAnchor.RANK: ("Ranks", window.define_ranks),
    MethodAnchor.ACROSS: ("Against another currency", window.define_across),
    MethodAnchor.CHOICES: ("Choices by hand", window.define_choices),
    MethodAnchor.LOWS: ("Lowest and highest trades", window.define_lowest_trades),
    MethodAnchor.FAIR_VALUE: ("Estimated fair value", window.define_fair_value),
    MethodAnchor.MATRIX: ("All exchanges, all assets", window.define_matrix),
    MethodAnchor.PLACEBO: ("The days before", window.define_placebo),
    MethodAnchor.SENSITIVITY: ("Range across methods", window.define_sensitivity),
    MethodAnchor.PATH: ("The market's path", window.define_market_path),
    MethodAnchor.WINDOWS: ("Windows", window.define_windows),
    MethodAnchor.CANDLES: ("Real prices and the sample", window.define_origins),
    MethodAnchor.SOURCES: ("The whole method", window.define_sources),
}
"""Title and content of each section, in the order of the page."""
