"""What the project knows by name: assets, venues and quotes (``data/catalogue/*.toml``), and a file for each event.

A new event, venue or asset is a few lines of TOML; no code changes (docs/add-an-event.md).
"""

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StrictBool, TypeAdapter, ValidationInfo
from pydantic.dataclasses import dataclass

from data.errors import UsageError
from data.identity.assets import Asset
from data.identity.quotes import Quote
from data.identity.venue_names import VenueNames, build_venue_names
from data.identity.venues import UNKNOWN_COLOUR, Venue
from data.intervals import Span
from data.text.quoting import quote_input
from data.toml import (
    TABLE_CONFIG,
    EndMinute,
    Minute,
    SpanTable,
    Text,
    check_known,
    insert_keys,
    insert_value,
    parse_toml,
)

DEFAULT_EVENT = "2025-10-10"
"""The event that opens where none is asked for; it stands first in the catalogue."""

DEFAULT_FOCUS = "binance"
"""The focus venue where no event names another (docs/method.md, section 7)."""

NOTE_MARKS = ("C", "S", "D")
"""Evidence of a note: several independent sources, one source, derived from raw trades or arithmetic."""


def _check_mark(mark: str) -> str:
    if mark not in NOTE_MARKS:
        message = f"{mark!r} is none of {', '.join(NOTE_MARKS)}"
        raise ValueError(message)
    return mark


def _check_window(name: str, info: ValidationInfo) -> str:
    windows = info.data.get("windows")
    if windows is not None and name not in windows:
        message = f"{name!r} is none of {', '.join(windows)}"
        raise ValueError(message)
    return name


KnownAsset = Annotated[str, check_known("assets")]
KnownVenue = Annotated[str, check_known("venues")]
Mark = Annotated[str, AfterValidator(_check_mark)]


@dataclass(frozen=True, slots=True, config=TABLE_CONFIG)
class Window:
    """A named span ``[start, end)`` in UTC.

    Attributes:
        name: its key in the catalogue.
        start: its first minute.
        end: the minute after its last one.
        note: a sentence on its origin or content.
        label: for people.
        times: whether its times belong to the label.
    """

    name: str
    start: Minute
    end: EndMinute
    note: Text
    label: Text
    times: StrictBool = False


@dataclass(frozen=True, slots=True, config=TABLE_CONFIG)
class Note:
    """A note on the time line; ``source_url`` is None without a public page, ``mark`` is one of `NOTE_MARKS`."""

    at: Minute
    text: Text
    mark: Mark
    source_url: Text | None = None


@dataclass(frozen=True, slots=True, config=TABLE_CONFIG)
class PublishedFigure:
    """A figure on public record, in a phrase; ``mark`` and ``source_url`` are as for `Note`."""

    text: Text
    mark: Mark
    source_url: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True, config=TABLE_CONFIG)
class Event:
    """Something that happened, and how it is shown.

    Attributes:
        id: the name of its file.
        title: for people.
        claim: what is at stake, in a neutral sentence; None where nobody has put it into one.
        assets: shown, in this order.
        extra_assets: collected beside them.
        quotes: in which they are collected beside USD, USDT and USDC.
        venues: to collect from, the venues that keep candles or trades of the span; empty for all by default.
        collect: the span to collect.
        calm: the span before it that picks markets and gives exchange ratios; None for the method's own default.
        windows: named windows.
        default_window: the window to open with.
        default_focus: the focus venue to open with.
        default_side: the side of the benchmark to open with.
        published: figures on public record.
        notes: marks on the time line.
    """

    id: str
    title: Text
    claim: Text | None = None
    assets: Annotated[tuple[KnownAsset, ...], Field(min_length=1)]
    extra_assets: tuple[KnownAsset, ...] = Field(default=(), alias="also")
    quotes: tuple[Annotated[str, check_known("quotes")], ...] = ()
    venues: tuple[KnownVenue, ...] = ()
    collect: SpanTable
    calm: SpanTable | None = None
    windows: Annotated[dict[str, Window], insert_keys("name")]
    default_window: Annotated[str, AfterValidator(_check_window)]
    default_focus: KnownVenue = DEFAULT_FOCUS
    default_side: Literal["below", "above"] = "below"
    published: tuple[PublishedFigure, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def collect_span(self) -> Span:
        """The span to collect."""
        return self.collect.span

    @property
    def calm_span(self) -> Span | None:
        """The calm span; None for the method's own default."""
        return None if self.calm is None else self.calm.span

    def get_window(self, name: str | None = None) -> Window:
        """The window of that name, by default the default window.

        Raises:
            UsageError: no window of this event has that name.
        """
        window_name = self.default_window if name is None else name
        if window_name not in self.windows:
            message = f"event {self.id} has no window {quote_input(window_name)}; it has {', '.join(self.windows)}"
            raise UsageError(message)
        return self.windows[window_name]

    def find_window_name(self, start: datetime, end: datetime) -> str | None:
        """The name of the window with these edges; None if no window has them."""
        return next(
            (window.name for window in self.windows.values() if (window.start, window.end) == (start, end)), None
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Catalogue:
    """All entries by key, in file order, and the names of the venues."""

    assets: dict[str, Asset]
    venues: dict[str, Venue]
    quotes: dict[str, Quote]
    events: dict[str, Event]
    venue_names: VenueNames

    @property
    def row_quotes(self) -> dict[str, float]:
        """``per_usd`` of each quote whose markets are measured: all but the ratio quotes."""
        return {quote.code: quote.per_usd for quote in self.quotes.values() if not quote.ratio}

    @property
    def ratio_quotes(self) -> dict[str, float]:
        """``per_usd`` of each quote of ratio markets alone."""
        return {quote.code: quote.per_usd for quote in self.quotes.values() if quote.ratio}

    @property
    def stablecoins(self) -> frozenset[str]:
        """The quotes that promise one US dollar."""
        return frozenset(quote.code for quote in self.quotes.values() if quote.stablecoin)

    def resolve_venue(self, text: str) -> str:
        """The id of a listed venue by its id, display name or alias, in any case and punctuation.

        Raises:
            UsageError: no venue has that name; names the nearest known one, and the option that declares a new one.
        """
        return self.venue_names.resolve(text)

    def get_venue(self, venue_id: str) -> Venue:
        """The venue; for one that is not listed a neutral entry with its id as name, in a family of its own."""
        venue = self.venues.get(venue_id)
        return Venue(venue_id, venue_id, venue_id, UNKNOWN_COLOUR) if venue is None else venue

    def map_families(self) -> dict[str, str]:
        """The family of each listed venue by id."""
        return {venue.id: venue.family for venue in self.venues.values()}

    def list_relatives(self, venue_id: str) -> frozenset[str]:
        """The venues that never vote on this one: the listed ones of its family, and itself."""
        family = self.get_venue(venue_id).family
        return frozenset({venue_id, *(venue.id for venue in self.venues.values() if venue.family == family)})

    def get_event(self, event_id: str) -> Event:
        """The event with that id.

        Raises:
            UsageError: there is none.
        """
        if event_id not in self.events:
            message = f"no event {quote_input(event_id)}; the catalogue has {', '.join(self.events)}"
            raise UsageError(message)
        return self.events[event_id]


ASSET_TABLE = TypeAdapter(Annotated[dict[str, Asset], insert_keys("ticker")])
VENUE_TABLE = TypeAdapter(Annotated[dict[str, Venue], insert_keys("id")])
QUOTE_TABLE = TypeAdapter(Annotated[dict[str, Quote], insert_keys("code")])
EVENT_TABLE = TypeAdapter(Annotated[Event, insert_value("id")])


def parse_catalogue(assets: str, venues: str, quotes: str, events: Mapping[str, str]) -> Catalogue:
    """Build a catalogue from the text of its TOML files; ``events`` are those of events by id.

    The default event stands first, and the others after it, newest id first.

    Raises:
        UsageError: a key is unknown, missing or of the wrong type, or a value makes no sense; names file and key.
    """
    asset_rows = parse_toml("assets.toml", assets, ASSET_TABLE)
    for ticker, asset in asset_rows.items():
        if asset.underlying is not None and asset.underlying not in asset_rows:
            message = f"assets.toml: {ticker}/underlying: no asset {asset.underlying!r} in the catalogue"
            raise UsageError(message)
    venue_rows = parse_toml("venues.toml", venues, VENUE_TABLE)
    try:
        venue_names = build_venue_names(
            {venue.id: (venue.name, *venue.aliases) for venue in venue_rows.values()},
            {venue.id: venue.family for venue in venue_rows.values()},
        )
    except UsageError as error:
        message = f"venues.toml: {error}"
        raise UsageError(message) from error
    quote_rows = parse_toml("quotes.toml", quotes, QUOTE_TABLE)
    known = {"assets": asset_rows, "venues": venue_rows, "quotes": quote_rows}
    return Catalogue(
        assets=asset_rows,
        venues=venue_rows,
        quotes=quote_rows,
        events={
            event_id: parse_toml(f"events/{event_id}.toml", events[event_id], EVENT_TABLE, {**known, "id": event_id})
            for event_id in sorted(events, key=lambda event_id: (event_id == DEFAULT_EVENT, event_id), reverse=True)
        },
        venue_names=venue_names,
    )


@cache
def load_catalogue() -> Catalogue:
    """The catalogue that comes with the project; read once.

    Raises:
        UsageError: a TOML file of it is malformed; names file and key.
    """
    folder = files("data") / "catalogue"
    assets, venues, quotes = (
        (folder / f"{name}.toml").read_text(encoding="utf-8") for name in ("assets", "venues", "quotes")
    )
    event_files = [file for file in (folder / "events").iterdir() if file.name.endswith(".toml")]
    events = {file.name.removesuffix(".toml"): file.read_text(encoding="utf-8") for file in event_files}
    return parse_catalogue(assets, venues, quotes, events)
