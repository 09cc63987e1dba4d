"""What the project knows by name: assets, venues, stablecoins and events, read from the TOML files beside this module.

A new event, venue or asset is a few lines in ``data/catalogue/*.toml``; no code changes.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files

from data.catalogue_reader import Table, read_toml
from data.errors import UsageError

UNKNOWN_COLOUR = "#6b7280"
"""The neutral grey of a venue that the catalogue does not know; no listed venue has it."""

MARKS = ("C", "S", "D")
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
    """A mark on the time line; ``source_url`` is None where no public page is on record, ``mark`` one of `MARKS`."""

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
    also: tuple[str, ...]
    collect: tuple[datetime, datetime]
    calm: tuple[datetime, datetime] | None
    windows: dict[str, Window]
    default_window: str
    notes: tuple[Note, ...]

    def window(self, name: str | None = None) -> Window:
        """The named window, or the default one without a name.

        Raises:
            UsageError: no window of this event has that name.
        """
        wanted = self.default_window if name is None else name
        if wanted not in self.windows:
            message = f"event {self.id} has no window {wanted!r}; it has {', '.join(self.windows)}"
            raise UsageError(message)
        return self.windows[wanted]

    def window_between(self, start: datetime, end: datetime) -> str | None:
        """The name of the window with these edges; None where it was chosen by hand."""
        return next((one.name for one in self.windows.values() if (one.start, one.end) == (start, end)), None)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything known by name, in file order. ``stablecoins`` are the quotes of the quote group ``usdt``."""

    assets: dict[str, Asset]
    venues: dict[str, Venue]
    stablecoins: frozenset[str]
    events: dict[str, Event]

    def venue(self, venue_id: str) -> Venue:
        """The listed venue, or a neutral row for one that only the data know: its id as name, of its own family."""
        return self.venues.get(venue_id, Venue(venue_id, venue_id, venue_id, UNKNOWN_COLOUR))

    def families(self) -> dict[str, str]:
        """The family of each listed venue; a venue that is not listed is of its own."""
        return {venue.id: venue.family for venue in self.venues.values()}

    def relatives(self, venue_id: str) -> frozenset[str]:
        """The listed venues that never vote on this one: those of its family, and always itself."""
        family = self.venue(venue_id).family
        return frozenset({venue_id, *(venue.id for venue in self.venues.values() if venue.family == family)})

    def event(self, event_id: str) -> Event:
        """The event of that name.

        Raises:
            UsageError: no event has that name.
        """
        if event_id not in self.events:
            message = f"no event {event_id!r}; the catalogue has {', '.join(self.events)}"
            raise UsageError(message)
        return self.events[event_id]


def read_catalogue(assets: str, venues: str, stablecoins: str, events: str) -> Catalogue:
    """Build a catalogue from the text of its four TOML files.

    Raises:
        UsageError: a key is unknown, missing or of the wrong type, or a value makes no sense; names file and key.
    """
    asset_rows = {key: _asset(table) for key, table in read_toml("assets.toml", assets).tables()}
    for ticker, asset in asset_rows.items():
        if asset.underlying is not None and asset.underlying not in asset_rows:
            message = f"assets.toml: {ticker}/underlying: no asset {asset.underlying!r} in the catalogue"
            raise UsageError(message)
    coins = read_toml("stablecoins.toml", stablecoins)
    coin_names = frozenset(coins.texts("usd"))
    coins.finish()
    return Catalogue(
        assets=asset_rows,
        venues={key: _venue(table) for key, table in read_toml("venues.toml", venues).tables()},
        stablecoins=coin_names,
        events={key: _event(table, asset_rows) for key, table in read_toml("events.toml", events).tables()},
    )


@cache
def load_catalogue() -> Catalogue:
    """The catalogue that comes with the project; read once.

    Raises:
        UsageError: a TOML file of it is malformed; names file and key.
    """
    folder = files("data") / "catalogue"
    names = ("assets", "venues", "stablecoins", "events")
    return read_catalogue(*((folder / f"{name}.toml").read_text(encoding="utf-8") for name in names))


def _asset(table: Table) -> Asset:
    asset = Asset(
        ticker=table.name,
        name=table.text("name"),
        underlying=table.text_or_none("underlying"),
        ratio_market=table.text_or_none("ratio_market"),
        fx_leg=table.flag("fx_leg"),
    )
    table.finish()
    return asset


def _venue(table: Table) -> Venue:
    venue = Venue(
        id=table.name,
        name=table.text("name"),
        family=table.text("family"),
        colour=table.colour("colour"),
    )
    table.finish()
    return venue


def _event(table: Table, assets: dict[str, Asset]) -> Event:
    windows = {key: _window(row) for key, row in table.table("windows").tables()}
    event = Event(
        id=table.name,
        title=table.text("title"),
        assets=table.texts("assets", among=assets),
        also=table.texts("also", among=assets, optional=True),
        collect=table.span("collect"),
        calm=table.span("calm") if "calm" in table else None,
        windows=windows,
        default_window=table.one_of("default_window", tuple(windows)),
        notes=tuple(_note(row) for row in table.rows("notes")),
    )
    table.finish()
    return event


def _window(table: Table) -> Window:
    start, end = table.edges()
    window = Window(table.name, start, end, table.text("note"))
    table.finish()
    return window


def _note(table: Table) -> Note:
    note = Note(table.time("at"), table.text("text"), table.text_or_none("source_url"), table.one_of("mark", MARKS))
    table.finish()
    return note
