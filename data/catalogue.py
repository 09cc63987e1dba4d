"""What the project knows by name: assets, venues, stablecoins and events, read from the TOML files beside this module.

A new event, venue or asset is a few lines in ``data/catalogue/*.toml``; no code changes.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files

from data.catalogue_reader import TomlTable, parse_toml
from data.errors import UsageError

UNKNOWN_COLOUR = "#6b7280"
"""The neutral grey of a venue that the catalogue does not know; no listed venue has it."""

NOTE_MARKS = ("C", "S", "D")
"""How a note is known: several independent sources, one source, derived from raw trades or arithmetic."""


@dataclass(frozen=True, slots=True)
class Asset:
    """A ticker; ``underlying`` and ``ratio_market`` are None unless it wraps another asset, ``fx_leg`` marks money."""

    ticker: str
    name: str
    underlying: str | None
    ratio_market: str | None
    fx_leg: bool


@dataclass(frozen=True, slots=True)
class Venue:
    """A ccxt venue id, the name people write, who it belongs to, and how it is drawn everywhere."""

    id: str
    name: str
    family: str
    colour: str


@dataclass(frozen=True, slots=True)
class Window:
    """A named span ``[start, end)`` in UTC, and in one sentence who named it or what it holds."""

    name: str
    start: datetime
    end: datetime
    note: str


@dataclass(frozen=True, slots=True)
class Note:
    """A mark on the time line; ``source_url`` is None where no public page is on record, ``mark`` one of `NOTE_MARKS`."""

    at: datetime
    text: str
    source_url: str | None
    mark: str


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: assets shown first, assets collected ``also``, spans in UTC, and time-line notes.

    ``calm`` is the span before it, which picks markets and gives exchange ratios (None: the method's own default).
    ``collect`` is the span to collect. Spans are half-open.
    """

    id: str
    title: str
    assets: tuple[str, ...]
    extra_assets: tuple[str, ...]
    collect_span: tuple[datetime, datetime]
    calm_span: tuple[datetime, datetime] | None
    windows: dict[str, Window]
    default_window: str
    notes: tuple[Note, ...]

    def get_window(self, name: str | None = None) -> Window:
        """The named window, or the default one without a name.

        Raises:
            UsageError: no window of this event has that name.
        """
        window_name = self.default_window if name is None else name
        if window_name not in self.windows:
            message = f"event {self.id} has no window {window_name!r}; it has {', '.join(self.windows)}"
            raise UsageError(message)
        return self.windows[window_name]

    def find_window_name(self, start: datetime, end: datetime) -> str | None:
        """The name of the window with these edges; None where it was chosen by hand."""
        return next(
            (window.name for window in self.windows.values() if (window.start, window.end) == (start, end)), None
        )


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything known by name, in file order. ``stablecoins`` are the quotes of the quote group ``usdt``."""

    assets: dict[str, Asset]
    venues: dict[str, Venue]
    stablecoins: frozenset[str]
    events: dict[str, Event]

    def get_venue(self, venue_id: str) -> Venue:
        """The listed venue, or a neutral row for one that only the data know: its id as name, of its own family."""
        return self.venues.get(venue_id, Venue(venue_id, venue_id, venue_id, UNKNOWN_COLOUR))

    def map_families(self) -> dict[str, str]:
        """The family of each listed venue; a venue that is not listed is of its own."""
        return {venue.id: venue.family for venue in self.venues.values()}

    def list_relatives(self, venue_id: str) -> frozenset[str]:
        """The listed venues that never vote on this one: those of its family, and always itself."""
        family = self.get_venue(venue_id).family
        return frozenset({venue_id, *(venue.id for venue in self.venues.values() if venue.family == family)})

    def get_event(self, event_id: str) -> Event:
        """The event of that name.

        Raises:
            UsageError: no event has that name.
        """
        if event_id not in self.events:
            message = f"no event {event_id!r}; the catalogue has {', '.join(self.events)}"
            raise UsageError(message)
        return self.events[event_id]


def parse_catalogue(assets: str, venues: str, stablecoins: str, events: str) -> Catalogue:
    """Build a catalogue from the text of its four TOML files.

    Raises:
        UsageError: a key is unknown, missing or of the wrong type, or a value makes no sense; names file and key.
    """
    asset_rows = {key: _build_asset(table) for key, table in parse_toml("assets.toml", assets).iterate_tables()}
    for ticker, asset in asset_rows.items():
        if asset.underlying is not None and asset.underlying not in asset_rows:
            message = f"assets.toml: {ticker}/underlying: no asset {asset.underlying!r} in the catalogue"
            raise UsageError(message)
    stablecoin_table = parse_toml("stablecoins.toml", stablecoins)
    coin_names = frozenset(stablecoin_table.read_texts("usd"))
    stablecoin_table.refuse_unknown_keys()
    return Catalogue(
        assets=asset_rows,
        venues={key: _build_venue(table) for key, table in parse_toml("venues.toml", venues).iterate_tables()},
        stablecoins=coin_names,
        events={
            key: _build_event(table, asset_rows) for key, table in parse_toml("events.toml", events).iterate_tables()
        },
    )


@cache
def load_catalogue() -> Catalogue:
    """The catalogue that comes with the project; read once.

    Raises:
        UsageError: a TOML file of it is malformed; names file and key.
    """
    folder = files("data") / "catalogue"
    names = ("assets", "venues", "stablecoins", "events")
    return parse_catalogue(*((folder / f"{name}.toml").read_text(encoding="utf-8") for name in names))


def _build_asset(table: TomlTable) -> Asset:
    asset = Asset(
        ticker=table.name,
        name=table.read_text("name"),
        underlying=table.read_optional_text("underlying"),
        ratio_market=table.read_optional_text("ratio_market"),
        fx_leg=table.read_flag("fx_leg"),
    )
    table.refuse_unknown_keys()
    return asset


def _build_venue(table: TomlTable) -> Venue:
    venue = Venue(
        id=table.name,
        name=table.read_text("name"),
        family=table.read_text("family"),
        colour=table.read_colour("colour"),
    )
    table.refuse_unknown_keys()
    return venue


def _build_event(table: TomlTable, assets: dict[str, Asset]) -> Event:
    windows = {key: _build_window(row) for key, row in table.read_table("windows").iterate_tables()}
    event = Event(
        id=table.name,
        title=table.read_text("title"),
        assets=table.read_texts("assets", allowed=assets),
        extra_assets=table.read_texts("also", allowed=assets, optional=True),
        collect_span=table.read_span("collect"),
        calm_span=table.read_span("calm") if "calm" in table else None,
        windows=windows,
        default_window=table.read_choice("default_window", tuple(windows)),
        notes=tuple(_build_note(row) for row in table.iterate_rows("notes")),
    )
    table.refuse_unknown_keys()
    return event


def _build_window(table: TomlTable) -> Window:
    start, end = table.read_edges()
    window = Window(table.name, start, end, table.read_text("note"))
    table.refuse_unknown_keys()
    return window


def _build_note(table: TomlTable) -> Note:
    note = Note(
        table.read_time("at"),
        table.read_text("text"),
        table.read_optional_text("source_url"),
        table.read_choice("mark", NOTE_MARKS),
    )
    table.refuse_unknown_keys()
    return note
