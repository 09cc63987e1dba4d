"""Reads TOML key by key and says where it is wrong: every complaint names the file and the key.

What the project knows by name: assets, venues, stablecoins and events, read from the TOML files beside this module.

A new event, venue or asset is a few lines in ``data/catalogue/*.toml``; no code changes.

"""

import re
import tomllib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any, NoReturn

from data.errors import UsageError

HEX_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


class TomlTable:
    """One TOML table that remembers which of its keys were read, so that the unknown ones can be named."""

    def __init__(self, file: str, path: str, values: dict[str, Any]) -> None:
        self.file = file
        self.path = path
        self.values = values
        self.known_keys: set[str] = set()

    def __contains__(self, key: str) -> bool:
        return key in self.values

    @property
    def name(self) -> str:
        """The last part of the table's path."""
        return self.path.rsplit("/", 1)[-1]

    def refuse(self, key: str, reason: str) -> NoReturn:
        """Refuse a key.

        Raises:
            UsageError: always; names file and key.
        """
        message = f"{self.file}: {self._format_path(key)}: {reason}"
        raise UsageError(message)

    def refuse_unknown_keys(self) -> None:
        """Refuse whatever key nobody read.

        Raises:
            UsageError: there is such a key.
        """
        for key in self.values.keys() - self.known_keys:
            self.refuse(key, f"unknown key; known here are {', '.join(sorted(self.known_keys))}")

    def read_text(self, key: str) -> str:
        """A text that has to be there and must not be empty."""
        value = self._read_value(key, str)
        if not value:
            self.refuse(key, "is empty")
        return str(value)

    def read_optional_text(self, key: str) -> str | None:
        """A text, or None where the key is left out."""
        self.known_keys.add(key)
        return self.read_text(key) if key in self else None

    def read_flag(self, key: str) -> bool:
        """True or false; false where the key is left out."""
        self.known_keys.add(key)
        return bool(self._read_value(key, bool)) if key in self else False

    def read_texts(
        self, key: str, *, allowed: Collection[str] | None = None, optional: bool = False
    ) -> tuple[str, ...]:
        """A list of texts, each one ``allowed`` those given; empty where an ``optional`` key is left out."""
        self.known_keys.add(key)
        if optional and key not in self:
            return ()
        values = self._read_value(key, list)
        for value in values:
            if not isinstance(value, str):
                self.refuse(key, f"holds {value!r}, which is no text")
            if allowed is not None and value not in allowed:
                self.refuse(key, f"{value!r} is unknown; known are {', '.join(allowed)}")
        return tuple(values)

    def read_choice(self, key: str, choices: tuple[str, ...]) -> str:
        """A text out of a few."""
        value = self.read_text(key)
        if value not in choices:
            self.refuse(key, f"{value!r} is none of {', '.join(choices)}")
        return value

    def read_colour(self, key: str) -> str:
        """A colour as ``#`` and six hexadecimal digits."""
        value = self.read_text(key)
        if not HEX_COLOUR.fullmatch(value):
            self.refuse(key, f"{value!r} is no colour like #0072b2")
        return value

    def read_time(self, key: str) -> datetime:
        """An instant on a whole minute, in UTC."""
        value: datetime = self._read_value(key, datetime)
        if value.tzinfo is None:
            self.refuse(key, f"{value.isoformat()} has no time zone; end it with Z for UTC")
        if value.second or value.microsecond:
            self.refuse(key, f"{value.isoformat()} is no whole minute")
        return value.astimezone(UTC)

    def read_edges(self) -> tuple[datetime, datetime]:
        """The keys ``start`` and ``end`` of this table as a half-open span."""
        start, end = self.read_time("start"), self.read_time("end")
        if end <= start:
            self.refuse("end", f"{end.isoformat()} is not after start {start.isoformat()}")
        return start, end

    def read_span(self, key: str) -> tuple[datetime, datetime]:
        """A table of ``start`` and ``end`` and nothing else."""
        inner = self.read_table(key)
        edges = inner.read_edges()
        inner.refuse_unknown_keys()
        return edges

    def read_table(self, key: str) -> "TomlTable":
        """The table below a key."""
        return TomlTable(self.file, self._format_path(key), self._read_value(key, dict))

    def iterate_tables(self) -> Iterator[tuple[str, "TomlTable"]]:
        """Every key of this table with the table below it, in file order."""
        for key in self.values:
            yield key, self.read_table(key)

    def iterate_rows(self, key: str) -> Iterator["TomlTable"]:
        """The tables of a list of tables; none where the key is left out."""
        self.known_keys.add(key)
        for number, row in enumerate(self._read_value(key, list) if key in self else (), start=1):
            if not isinstance(row, dict):
                self.refuse(key, f"entry {number} is no table")
            yield TomlTable(self.file, f"{self._format_path(key)}[{number}]", row)

    def _format_path(self, key: str) -> str:
        return f"{self.path}/{key}" if self.path else key

    def _read_value(self, key: str, expected_type: type) -> Any:  # noqa: ANN401 - TOML values have the type that `kind` says
        self.known_keys.add(key)
        if key not in self.values:
            self.refuse(key, "is missing")
        value = self.values[key]
        if not isinstance(value, expected_type):
            self.refuse(key, f"{value!r} should be a {expected_type.__name__}")
        return value


def parse_toml(file: str, text: str) -> TomlTable:
    """The root table of a TOML text.

    Raises:
        UsageError: the text is no TOML; names file, line and column.
    """
    try:
        return TomlTable(file, "", tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        message = f"{file}: {error}"
        raise UsageError(message) from error


UNKNOWN_COLOUR = "#6b7280"
"""The neutral grey of a venue that the catalogue does not know; no listed venue has it."""

DEFAULT_FOCUS = "binance"
"""The focus venue where no event names another (docs/method.md, section 7)."""

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
    """A mark on the time line; ``source_url`` is None without a public page, ``mark`` is one of `NOTE_MARKS`."""

    at: datetime
    text: str
    source_url: str | None
    mark: str


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: assets shown first, assets collected ``also``, spans in UTC, and time-line notes.

    ``calm`` is the span before it, which picks markets and gives exchange ratios (None: the method's own default).
    ``collect`` is the span to collect. Spans are half-open. ``default_focus`` is the focus venue unless another is
    chosen.
    """

    id: str
    title: str
    assets: tuple[str, ...]
    extra_assets: tuple[str, ...]
    collect_span: tuple[datetime, datetime]
    calm_span: tuple[datetime, datetime] | None
    windows: dict[str, Window]
    default_window: str
    default_focus: str
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
    venue_rows = {key: _build_venue(table) for key, table in parse_toml("venues.toml", venues).iterate_tables()}
    return Catalogue(
        assets=asset_rows,
        venues=venue_rows,
        stablecoins=coin_names,
        events={
            key: _build_event(table, asset_rows, venue_rows)
            for key, table in parse_toml("events.toml", events).iterate_tables()
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


def _build_event(table: TomlTable, assets: dict[str, Asset], venues: dict[str, Venue]) -> Event:
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
        default_focus=table.read_choice("default_focus", tuple(venues)) if "default_focus" in table else DEFAULT_FOCUS,
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
