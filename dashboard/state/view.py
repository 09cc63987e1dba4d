"""The view: everything that a page shows, as one value and as the query of a link (`dashboard.state.url` parses it)."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from dashboard.state.second_window import SecondWindow
from dashboard.text.clock import Zone
from data.catalogue import DEFAULT_FOCUS, Catalogue
from data.schema import Timeframe
from data.times import format_time
from deviation.question import USDT, Group, Parameters, QuoteHandling, ReferenceKind, floor_to_bar
from deviation.side import Side

DEFAULT_PARAMETERS = Parameters()


class Theme(StrEnum):
    """Light or dark colours."""

    LIGHT = "light"
    DARK = "dark"


class ThemeChoice(StrEnum):
    """The choice of a theme: that of the reader's system, or one of the two."""

    AUTO = "auto"
    LIGHT = "light"
    DARK = "dark"


class OriginChoice(StrEnum):
    """Which candles to show: real ones, the reconstruction, or real ones if there are any."""

    AUTO = "auto"
    REAL = "real"
    RECONSTRUCTION = "reconstruction"


class PeerChoice(StrEnum):
    """Whether a gap of the whole market is to all other exchanges, or to the five of the published report."""

    ALL = "all"
    FIVE = "five"


class GapKind(StrEnum):
    """Whether a gap is between extreme trades at any time in the window, or between closes of one minute."""

    UNALIGNED = "unaligned"
    ALIGNED = "aligned"


class PanelScale(StrEnum):
    """Whether panels share one scale, or have one each."""

    SHARED = "shared"
    OWN = "own"


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewState:
    """Everything that distinguishes one view from another.

    ``enter_pct`` and ``exit_pct`` are in per cent, so that a link has the numbers that were typed. ``excluded`` venues
    neither vote nor are measured, the lines of ``hidden`` ones are not drawn. The window ``[start, end)`` is identified
    by its edges; whether it has a name follows from them. ``second_window`` is shown beside it on the Compare page.
    ``timeframe`` is the length of the measured bars, ``scale`` that of the panels of the Compare page. ``side`` is the
    one that charts of a single side show; unless ``is_side_chosen``, a chart of one asset may show the side of its
    larger deviation instead.
    ``group``, ``peers`` and ``gap`` choose the gaps of the page of the whole market: the quote of its markets, the
    exchanges that they are compared with, and whether at one time. ``scan`` is the id of the scan of the window that it
    shows; "" leaves the choice to the page.
    ``theme`` is what the page is drawn in; if it ``follows_system``, nobody chose it, and no link has it.

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
    min_vote: float = DEFAULT_PARAMETERS.min_vote
    excluded: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()
    zone: Zone = Zone.UTC
    theme: Theme = Theme.LIGHT
    follows_system: bool = True
    origin: OriginChoice = OriginChoice.AUTO
    second_window: SecondWindow | None = None
    timeframe: Timeframe = Timeframe.M1
    scale: PanelScale = PanelScale.SHARED
    side: Side = Side.BELOW
    is_side_chosen: bool = False
    group: Group = USDT
    peers: PeerChoice = PeerChoice.ALL
    gap: GapKind = GapKind.UNALIGNED
    scan: str = ""

    parameters: Parameters = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        parameters = Parameters(
            reference=self.reference,
            quote=self.quote,
            enter=self.enter_pct / 100,
            exit=self.exit_pct / 100,
            min_vote=self.min_vote,
        )
        object.__setattr__(self, "parameters", parameters)
        object.__setattr__(self, "is_side_chosen", self.is_side_chosen or self.side is Side.ABOVE)

    @property
    def measured_view(self) -> "ViewState":
        """The view with defaults for all settings that change no number, so that it is a key of measurements."""
        return replace(
            self,
            hidden=frozenset(),
            zone=Zone.UTC,
            theme=Theme.LIGHT,
            follows_system=True,
            second_window=None,
            scale=PanelScale.SHARED,
            side=Side.BELOW,
            is_side_chosen=False,
            group=USDT,
            peers=PeerChoice.ALL,
            gap=GapKind.UNALIGNED,
            scan="",
        )

    @property
    def theme_choice(self) -> ThemeChoice:
        """The choice that the theme results from."""
        return ThemeChoice.AUTO if self.follows_system else ThemeChoice(self.theme.value)

    @property
    def whole_bars(self) -> tuple[datetime, datetime]:
        """The window with its edges rounded down to whole bars; both are equal if it contains none."""
        return floor_to_bar(self.start, self.timeframe), floor_to_bar(self.end, self.timeframe)

    def find_window_name(self, catalogue: Catalogue) -> str | None:
        """The name of the window in its event; None if it has none."""
        return catalogue.get_event(self.event).find_window_name(self.start, self.end)

    def find_window_label(self, catalogue: Catalogue) -> str | None:
        """The label of the window in its event; None if it has no name."""
        name = self.find_window_name(catalogue)
        return None if name is None else catalogue.get_event(self.event).get_window(name).label

    def to_query(self, catalogue: Catalogue) -> dict[str, str]:
        """The query of a link to this view, without values that are those of the event's default view."""
        default_values = _list_query_values(build_default_view(catalogue, self.event), catalogue)
        default_values["event"] = build_default_view(catalogue).event
        return {
            key: text for key, text in _list_query_values(self, catalogue).items() if text != default_values.get(key)
        }


def build_default_view(catalogue: Catalogue, event: str | None = None) -> ViewState:
    """The default view of an event, by default the first one of the catalogue."""
    event_entry = catalogue.get_event(next(iter(catalogue.events)) if event is None else event)
    window = event_entry.get_window()
    return ViewState(
        event=event_entry.id,
        asset=event_entry.assets[0],
        start=window.start,
        end=window.end,
        focus=event_entry.default_focus,
        side=Side(event_entry.default_side),
    )


def format_number(value: float) -> str:
    """The shortest text that is read back as the same number.

    >>> format_number(2.0), format_number(0.5)
    ('2', '0.5')
    """
    return repr(float(value)).removesuffix(".0")


def _list_query_values(view: ViewState, catalogue: Catalogue) -> dict[str, str]:
    window = view.find_window_name(catalogue)
    opens_above = catalogue.get_event(view.event).default_side == Side.ABOVE.value
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
        "min-vote": format_number(view.min_vote),
        "out": ",".join(sorted(view.excluded)),
        "hide": ",".join(sorted(view.hidden)),
        "zone": view.zone.value,
        "theme": view.theme_choice.value,
        "origin": view.origin.value,
        "against": "" if view.second_window is None else view.second_window.to_text(catalogue),
        "bar": view.timeframe.value,
        "scale": view.scale.value,
        "side": view.side.value if view.is_side_chosen or opens_above else "",
        "group": view.group,
        "peers": view.peers.value,
        "gap": view.gap.value,
        "scan": view.scan,
    }
