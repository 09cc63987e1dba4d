"""What the page shows, as one value that a link can carry (`dashboard.link` reads links)."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from dashboard.against import Against
from dashboard.clock import Zone
from dashboard.style import Theme
from data.catalogue import Catalogue
from data.schema import Timeframe
from data.times import format_time
from deviation.question import Parameters, QuoteHandling, Reference, whole_bar

FOCUS = "binance"
"""The venue that is drawn boldly where nothing else is asked (docs/method.md, section 7)."""

METHOD = Parameters()

LONGEST = {Timeframe.S1: timedelta(hours=12), Timeframe.M1: timedelta(days=31), Timeframe.M5: timedelta(days=31)}
"""The longest window that a page measures in bars of each length: every bar of it is held for every venue."""


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
    focus: str = FOCUS
    quote: QuoteHandling = METHOD.quote
    reference: Reference = METHOD.reference
    enter_pct: float = 100 * METHOD.enter
    exit_pct: float = 100 * METHOD.exit
    min_vote_usd: float = METHOD.min_vote_usd
    out: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()
    zone: Zone = Zone.UTC
    theme: Theme = Theme.LIGHT
    origin: OriginChoice = OriginChoice.AUTO
    against: Against | None = None
    bar: Timeframe = Timeframe.M1
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
    def measured(self) -> "ViewState":
        """The same view without what changes no number: views of one measurement are equal in it."""
        return replace(
            self, hidden=frozenset(), zone=Zone.UTC, theme=Theme.LIGHT, against=None, scale=PanelScale.SHARED
        )

    @property
    def whole(self) -> tuple[datetime, datetime]:
        """The window in whole bars, its edges rounded down; empty where it holds none."""
        return whole_bar(self.start, self.bar), whole_bar(self.end, self.bar)

    def window(self, catalogue: Catalogue) -> str | None:
        """The name of the window in its event; None where it was chosen by hand."""
        return catalogue.event(self.event).window_between(self.start, self.end)

    def to_query(self, catalogue: Catalogue) -> dict[str, str]:
        """The keys and values of a link to this view; what is as in the event's default view is left out."""
        usual = _everything(default_view(catalogue, self.event), catalogue)
        usual["event"] = default_view(catalogue).event
        return {key: text for key, text in _everything(self, catalogue).items() if text != usual.get(key)}


def default_view(catalogue: Catalogue, event: str | None = None) -> ViewState:
    """The view of an event, the catalogue's first one by default, where nothing else is asked."""
    shown = catalogue.event(next(iter(catalogue.events)) if event is None else event)
    window = shown.window()
    return ViewState(event=shown.id, asset=shown.assets[0], start=window.start, end=window.end)


def number_text(value: float) -> str:
    """A number as short as it reads back exactly.

    >>> number_text(2.0), number_text(0.5)
    ('2', '0.5')
    """
    return repr(float(value)).removesuffix(".0")


def _everything(view: ViewState, catalogue: Catalogue) -> dict[str, str]:
    window = view.window(catalogue)
    by_hand = {"from": format_time(view.start), "to": format_time(view.end)}
    return {
        "event": view.event,
        "asset": view.asset,
        **(by_hand if window is None else {"window": window}),
        "focus": view.focus,
        "quote": view.quote.value,
        "reference": view.reference.value,
        "enter": number_text(view.enter_pct),
        "exit": number_text(view.exit_pct),
        "min-vote": number_text(view.min_vote_usd),
        "out": ",".join(sorted(view.out)),
        "hide": ",".join(sorted(view.hidden)),
        "zone": view.zone.value,
        "theme": view.theme.value,
        "origin": view.origin.value,
        "against": "" if view.against is None else view.against.text(catalogue),
        "bar": view.bar.value,
        "scale": view.scale.value,
    }
