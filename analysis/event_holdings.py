"""What a source of candles has of an event: the venues with prices in its default window."""

from dataclasses import dataclass

import polars as pl

from analysis.questions import sort_venues
from data.catalogue import Catalogue, Event
from data.reader import CandleReader
from data.schema import Evidence


@dataclass(frozen=True, slots=True)
class EventHoldings:
    """The real candles of an event in its default window.

    Attributes:
        event: the event.
        venues: the venues with a candle of the assets that are shown, in the catalogue's order.
        lacking_venues: those of the event's own list without a candle of any of its assets, in its order; empty for an
            event without a list.
        focus_min: the most minutes in which one market of the default focus has a candle.
        window_min: the minutes of the window.
    """

    event: Event
    venues: tuple[str, ...]
    lacking_venues: tuple[str, ...]
    focus_min: int
    window_min: int

    @property
    def is_complete(self) -> bool:
        """Whether every venue of the list has a candle, and the focus one in each minute."""
        return bool(self.venues) and not self.lacking_venues and self.focus_min == self.window_min


def read_event_holdings(reader: CandleReader, catalogue: Catalogue, event: Event) -> EventHoldings:
    """Read what is there of an event.

    Raises:
        StoreUnusable: the store cannot be read.
    """
    window = event.get_window()
    candles = reader.read_candles(
        [*event.assets, *event.extra_assets],
        window.start,
        window.end,
        origin=Evidence.REAL,
        columns=("venue", "symbol", "open_time"),
        in_order=False,
    )
    shown = candles.filter(pl.col("symbol").cast(pl.String).str.split("/").list.first().is_in(event.assets))
    asked_venues, venues = ({str(venue) for venue in frame["venue"].unique()} for frame in (candles, shown))
    focus_counts = shown.filter(venue=event.default_focus).group_by("symbol").len("minutes")["minutes"]
    return EventHoldings(
        event,
        sort_venues(catalogue, venues),
        tuple(venue for venue in event.venues if venue not in asked_venues),
        max(focus_counts.to_list(), default=0),
        round((window.end - window.start).total_seconds() / 60),
    )
