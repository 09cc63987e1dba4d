"""Builds questions and measures them from candles, for pages and command line alike."""

from collections.abc import Collection, Sequence
from datetime import datetime

import polars as pl

from data.catalogue import Catalogue
from data.errors import NoUsableCandles, UsageError
from data.grid.candle_grid import CandleGrid
from data.reader import CandleReader
from data.reconstruction.figures import list_published_bands, list_published_lows
from data.schema import Evidence, Timeframe, parse_base
from deviation.measure import measure
from deviation.measurement import Measurement
from deviation.question import Parameters, PublishedPrice, PublishedRange, Question, Rules, floor_to_bar


def build_question(
    catalogue: Catalogue,
    asset: str,
    start: datetime,
    end: datetime,
    *,
    event: str | None = None,
    parameters: Parameters | None = None,
    venues: tuple[str, ...] = (),
    excluded: tuple[str, ...] = (),
    focus: str | None = None,
    origin: Evidence = Evidence.REAL,
    timeframe: Timeframe = Timeframe.M1,
) -> Question:
    """Build the question about an asset over a window, with the catalogue's facts on asset, venues and event.

    Args:
        catalogue: where these facts are from.
        asset: ticker; need not be listed.
        start: aware; rounded down to a bar.
        end: aware; rounded down to a bar.
        event: id of the event that the window belongs to, for its calm span; None for none.
        parameters: of the method; None for the defaults.
        venues: the venues or markets to measure, as in `Question.venues`; empty for all.
        excluded: ids of venues that are neither measured nor vote.
        focus: id of the focus venue; None for the default one of the event, without one that of the most volume.
        origin: real candles or the reconstruction.
        timeframe: of the bars.

    Raises:
        UsageError: the event is unknown or the window empty.
    """
    event_entry = None if event is None else catalogue.get_event(event)
    default_focus = None if event_entry is None else event_entry.default_focus
    asset_entry = catalogue.assets.get(asset)
    published_event = event if origin is Evidence.RECONSTRUCTION else None
    start, end = (floor_to_bar(edge, timeframe) for edge in (start, end))
    try:
        return Question(
            asset=asset,
            start=start,
            end=end,
            rules=Rules(
                quotes=catalogue.row_quotes,
                ratio_quotes=catalogue.ratio_quotes,
                stablecoins=catalogue.stablecoins,
                families=catalogue.map_families(),
                names={venue.id: venue.name for venue in catalogue.venues.values()},
            ),
            parameters=parameters or Parameters(),
            event=event,
            window=None if event_entry is None else event_entry.find_window_name(start, end),
            calm_span=None if event_entry is None else event_entry.calm_span,
            underlying=None if asset_entry is None else asset_entry.underlying,
            ratio_market=None if asset_entry is None else asset_entry.ratio_market,
            venues=venues,
            excluded=excluded,
            focus=default_focus if focus is None else focus,
            origin=origin,
            timeframe=timeframe,
            published=() if published_event is None else _list_published_prices(published_event, asset, start, end),
            published_ranges=()
            if published_event is None
            else _list_published_ranges(published_event, asset, start, end),
        )
    except ValueError as error:
        raise UsageError(str(error)) from error


def measure_question(reader: CandleReader, question: Question) -> Measurement:
    """Measure the answer to a question.

    Raises:
        NoUsableCandles: no market of the asset has a candle in the window.
    """
    candles, covered_spans = read_inputs(reader, [question])
    measurement = measure(candles, covered_spans, question)
    if not measurement.rows:
        venues_text = f" at {', '.join(question.venues)}" if question.venues else ""
        message = (
            f"no {question.origin} candle of {question.asset}{venues_text} from {question.start:%Y-%m-%dT%H:%MZ} "
            f"to {question.end:%Y-%m-%dT%H:%MZ}"
        )
        raise NoUsableCandles(message)
    return measurement


def read_inputs(reader: CandleReader, questions: Sequence[Question]) -> tuple[CandleGrid, pl.DataFrame]:
    """Read the candles and complete spans for questions that differ only in their windows."""
    spans = [question.required_span for question in questions]
    start, end = min(span_start for span_start, _ in spans), max(span_end for _, span_end in spans)
    assets, origin, timeframe = questions[0].required_assets, questions[0].origin, questions[0].timeframe
    with reader.hold_versions():
        return (
            reader.read_grid(assets, start, end, origin=origin, timeframe=timeframe),
            reader.read_covered_spans(assets, start, end, origin=origin, timeframe=timeframe),
        )


def _list_published_prices(event: str, asset: str, start: datetime, end: datetime) -> tuple[PublishedPrice, ...]:
    """The lowest trades on public record in a window that the reconstruction was made from."""
    return tuple(
        PublishedPrice(
            venue=anchor.venue,
            symbol=anchor.symbol,
            price=anchor.low,
            at=None if anchor.minute_assumed else anchor.minute,
            source=anchor.source,
        )
        for anchor in list_published_lows(event)
        if parse_base(anchor.symbol) == asset and start <= anchor.minute < end
    )


def _list_published_ranges(event: str, asset: str, start: datetime, end: datetime) -> tuple[PublishedRange, ...]:
    """What is on public record of lowest trades in a window on venues that the source does not name."""
    return tuple(
        PublishedRange(symbol=band.symbol, least=band.least, most=band.most, source=band.source)
        for band, minutes in list_published_bands(event)
        if parse_base(band.symbol) == asset and any(start <= minute < end for minute in minutes)
    )


def sort_venues(catalogue: Catalogue, venues: Collection[str]) -> tuple[str, ...]:
    """Venues in the catalogue's order, followed by those that are not listed, by id."""
    known_venues = [venue for venue in catalogue.venues if venue in venues]
    return (*known_venues, *sorted(set(venues) - set(known_venues)))
