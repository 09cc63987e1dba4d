"""What the page shows, as one value that a link can carry (`dashboard.state.url` reads links)."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from dashboard.state.second_window import SecondWindow
from dashboard.text.clock import Zone
from data.catalogue import DEFAULT_FOCUS, Catalogue
from data.schema import Timeframe
from data.times import format_time
from deviation.question import Parameters, QuoteHandling, ReferenceKind, floor_to_bar

DEFAULT_PARAMETERS = Parameters()


class Theme(StrEnum):
    """Light or dark paper."""

    LIGHT = "light"
    DARK = "dark"


class OriginChoice(StrEnum):
    """Which candles to show: real ones where there are any, or one kind alone."""

    AUTO = "auto"
    REAL = "real"
    RECONSTRUCTION = "reconstruction"


class PanelScale(StrEnum):
    """Whether panels beside each other have one scale for all, or each its own."""

    SHARED = "shared"
    OWN = "own"


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewState:
    """Everything that distinguishes one view of the page from another.

    ``enter_pct`` and ``exit_pct`` are in per cent, so that a link says what a person typed. ``out`` are venues left out
    of the vote, ``hidden`` those whose line is not drawn. A window is known by its edges alone; its name follows.
    ``against`` is a second window to hold this one against, None where nobody asked for one.
    ``bar`` is the length of the bars that are measured, ``scale`` how far the axes of small multiples reach.

    Raises:
        ValueError: A parameter of the method lies outside of its range.
    """

    event: str
    asset: str
    start: datetime
    end: datetime
    focus: str = DEFAULT_FOCUS
    quote: QuoteHandling = DEFAULT_PARAMETERS.quote
    reference: ReferenceKind = DEFAULT_PARAMETERS.reference
    enter_pct: float = 100 * DEFAULT_PARAMETERS.enter
    exit_pct: float = 100 * DEFAULT_PARAMETERS.exit
    min_vote_usd: float = DEFAULT_PARAMETERS.min_vote_usd
    excluded: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()
    zone: Zone = Zone.UTC
    theme: Theme = Theme.LIGHT
    origin: OriginChoice = OriginChoice.AUTO
    second_window: SecondWindow | None = None
    timeframe: Timeframe = Timeframe.M1
    scale: PanelScale = PanelScale.SHARED

    parameters: Parameters = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        parameters = Parameters(
            reference=self.reference,
            quote=self.quote,
            enter=self.enter_pct / 100,
            exit=self.exit_pct / 100,
            min_vote_usd=self.min_vote_usd,
        )
        object.__setattr__(self, "parameters", parameters)

    @property
    def measured_view(self) -> "ViewState":
        """The same view without what changes no number: views of one measurement are equal in it."""
        return replace(
            self, hidden=frozenset(), zone=Zone.UTC, theme=Theme.LIGHT, second_window=None, scale=PanelScale.SHARED
        )

    @property
    def whole_bars(self) -> tuple[datetime, datetime]:
        """The window in whole bars, its edges rounded down; empty where it holds none."""
        return floor_to_bar(self.start, self.timeframe), floor_to_bar(self.end, self.timeframe)

    def window_name(self, catalogue: Catalogue) -> str | None:
        """The name of the window in its event; None where it was chosen by hand."""
        return catalogue.get_event(self.event).find_window_name(self.start, self.end)

    def to_query(self, catalogue: Catalogue) -> dict[str, str]:
        """The keys and values of a link to this view; what is as in the event's default view is left out."""
        default_values = _list_query_values(build_default_view(catalogue, self.event), catalogue)
        default_values["event"] = build_default_view(catalogue).event
        return {
            key: text for key, text in _list_query_values(self, catalogue).items() if text != default_values.get(key)
        }


def build_default_view(catalogue: Catalogue, event: str | None = None) -> ViewState:
    """The view of an event, the catalogue's first one by default, where nothing else is asked."""
    event_entry = catalogue.get_event(next(iter(catalogue.events)) if event is None else event)
    window = event_entry.get_window()
    return ViewState(
        event=event_entry.id,
        asset=event_entry.assets[0],
        start=window.start,
        end=window.end,
        focus=event_entry.default_focus,
    )


def format_number(value: float) -> str:
    """A number as short as it reads back exactly.

    >>> format_number(2.0), format_number(0.5)
    ('2', '0.5')
    """
    return repr(float(value)).removesuffix(".0")


def _list_query_values(view: ViewState, catalogue: Catalogue) -> dict[str, str]:
    window = view.window_name(catalogue)
    edges = {"from": format_time(view.start), "to": format_time(view.end)}
    return {
        "event": view.event,
        "asset": view.asset,
        **(edges if window is None else {"window": window}),
        "focus": view.focus,
        "quote": view.quote.value,
        "reference": view.reference.value,
        "enter": format_number(view.enter_pct),
        "exit": format_number(view.exit_pct),
        "min-vote": format_number(view.min_vote_usd),
        "out": ",".join(sorted(view.excluded)),
        "hide": ",".join(sorted(view.hidden)),
        "zone": view.zone.value,
        "theme": view.theme.value,
        "origin": view.origin.value,
        "against": "" if view.second_window is None else view.second_window.to_text(catalogue),
        "bar": view.timeframe.value,
        "scale": view.scale.value,
    }
