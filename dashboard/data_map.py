"""The map of coverage as markup: a table whose fields say in text, pattern and tint what was had of each hour."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from dash import html

from dashboard.ask import in_order
from dashboard.clock import Zone, day, on_clock
from dashboard.data_coverage import HOUR, CoverageMap, Field, MarketFields
from dashboard.data_words import BARS, SIGNS, count, heads, named, plain
from dashboard.formats import span
from data.catalogue import Catalogue
from data.schema import Outcome, Timeframe

WIDE = 4
"""Fields that have to be alike so that there is room for a word in them."""

GRID = "data-map-grid"
"""The id of the table; ``assets/data.js`` moves through its fields by arrow keys."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Neighbouring fields of one market, told as one: ``first`` is the place of the first, ``size`` how many."""

    first: int
    size: int
    fields: tuple[Field, ...]

    @property
    def alike(self) -> Field:
        """All of it as one field."""
        return Field(
            sum(field.had for field in self.fields),
            sum(field.quiet for field in self.fields),
            sum(field.missing for field in self.fields),
            self.fields[0].outcome,
            self.fields[0].message,
        )


def stretches(fields: Sequence[Field]) -> Iterator[Stretch]:
    """Fields in time order: runs without a candle for one and the same reason as one, every other by itself."""

    def key(item: tuple[int, Field]) -> tuple[object, ...]:
        place, field = item
        alike = not field.had and not (field.quiet and field.missing)
        return (field.outcome, field.message) if alike else (place,)

    for _, run in groupby(enumerate(fields), key):
        found = list(run)
        yield Stretch(found[0][0], len(found), tuple(field for _, field in found))


def map_table(found: CoverageMap, window: tuple[datetime, datetime], catalogue: Catalogue, zone: Zone) -> html.Div:
    """A row for each venue, by its market with most bars; it scrolls in its own box where the screen is narrow."""
    by_venue = found.by_venue()
    rows = [_row(found, by_venue[venue], catalogue, zone) for venue in in_order(catalogue, by_venue)]
    rows[0].children[1].tabIndex = 0  # the stop of the keyboard; arrow keys lead on from there
    label: dict[str, Any] = {"aria-label": f"What was had of {found.asset}, by exchange and time"}
    head = html.Thead([_days(found, zone), _hours(found, window, zone)])
    columns = html.Colgroup([html.Col(className="data-map-names"), *(html.Col() for _ in found.starts)])
    # A number of seconds has more digits.
    width: Any = {"--fields": len(found.starts), "--field": "46px" if found.timeframe is Timeframe.S1 else "36px"}
    table = html.Table(
        [columns, head, html.Tbody(rows)], id=GRID, role="grid", className="data-map", style=width, **label
    )
    return html.Div(table, className="wide")


def key(found: CoverageMap) -> html.Ul:
    """What the fields mean, as far as there are such."""
    kinds = {field.outcome for market in found.markets for field in market.fields if field.missing}
    quiet = any(field.quiet for market in found.markets for field in market.fields)
    each = int(HOUR.total_seconds()) // found.timeframe.seconds
    parts = [("had", f"{each:,}", f"{BARS[found.timeframe]}s with a candle")]
    if quiet:
        parts.append(("quiet", "", "quiet: no trade, as the exchange told"))
    parts += [(outcome, SIGNS[outcome], plain(outcome)) for outcome in SIGNS if outcome in kinds]
    return html.Ul(
        [
            html.Li([html.Span(html.B(sign), className=f"data-field {_kind(kind)}"), html.Span(text)])
            for kind, sign, text in parts
        ],
        className="data-key",
    )


def numbers_table(found: CoverageMap, catalogue: Catalogue) -> html.Div:
    """Every market in numbers: bars had, quiet and missing, and why they are missing."""
    by_venue = found.by_venue()
    head = heads("Exchange", "Market", "Had", "Quiet", "Missing", "Why", numbers={"Had", "Quiet", "Missing"})
    rows = [
        html.Tr(
            [
                html.Th(catalogue.venue(venue).name, scope="row"),
                html.Td(named(market.symbol), className="data-left"),
                *(html.Td(f"{number:,}", className="number") for number in (market.had, market.quiet, market.missing)),
                html.Td(why(market), className="data-left"),
            ]
        )
        for venue in in_order(catalogue, by_venue)
        for market in by_venue[venue]
    ]
    table = html.Table([head, html.Tbody(rows)], className="data-table")
    label: dict[str, Any] = {"aria-label": f"{BARS[found.timeframe].capitalize()}s had, quiet and missing, by market"}
    return html.Div(table, className="wide", tabIndex=0, role="region", **label)


def why(market: MarketFields) -> str:
    """What the missing bars of a market ended in, the commonest first."""
    bars: dict[tuple[str, str], int] = {}
    for field in market.fields:
        if field.missing:
            reason = (field.outcome, field.message)
            bars[reason] = bars.get(reason, 0) + field.missing
    ranked = sorted(bars.items(), key=lambda item: -item[1])
    return "; ".join(f"{number:,} {_reason(*reason)}" for reason, number in ranked)


def told(market: MarketFields, field: Field, span_text: str, timeframe: Timeframe = Timeframe.M1) -> str:
    """A field in a sentence: market, time, bars and why some are missing."""
    bars = field.had + field.quiet + field.missing
    parts = [f"{field.had:,} of {count(bars, BARS[timeframe])} had"]
    if field.quiet:
        parts.append(f"{field.quiet:,} quiet")
    if field.missing:
        parts.append(f"{field.missing:,} missing ({_reason(field.outcome, field.message)})")
    return f"{named(market.symbol)}, {span_text}: {', '.join(parts)}"


def _reason(outcome: str, message: str) -> str:
    return f"{plain(outcome)}: {message}" if message else plain(outcome)


def _row(found: CoverageMap, markets: list[MarketFields], catalogue: Catalogue, zone: Zone) -> html.Tr:
    first, name = markets[0], catalogue.venue(markets[0].venue).name
    more = f" and {count(len(markets) - 1, 'other')}" if len(markets) > 1 else ""
    head = html.Th([name, html.Small(f"{named(first.symbol)}{more}")], scope="row")
    cells = [_cell(found, name, markets, stretch, zone) for stretch in stretches(first.fields)]
    return html.Tr([head, *cells])


def _cell(found: CoverageMap, name: str, markets: list[MarketFields], stretch: Stretch, zone: Zone) -> html.Td:
    field = stretch.alike
    start = found.starts[stretch.first]
    span_text = span(start, start + stretch.size * found.step, zone)
    said = [told(markets[0], field, span_text, found.timeframe)]
    for other in markets[1:]:
        part = Stretch(stretch.first, stretch.size, other.fields[stretch.first : stretch.first + stretch.size]).alike
        said.append(f"{named(other.symbol)}: {part.had:,} had, {part.quiet:,} quiet, {part.missing:,} missing")
    bars = max(field.had + field.quiet + field.missing, 1)
    style: Any = {"--had": _percent(field.had, bars), "--known": _percent(field.had + field.quiet, bars)}
    marks: dict[str, Any] = {"data-told": f"{name} {'; '.join(said)}."}
    kind = "had" if field.outcome == Outcome.COMPLETE else field.outcome
    most = " data-most" if field.had > bars / 2 else ""
    return html.Td(
        html.B(_text(field, stretch.size)),
        colSpan=stretch.size,
        className=f"data-field {_kind(kind)}{most}",
        style=style,
        tabIndex=-1,
        **marks,
    )


def _kind(outcome: str) -> str:
    """The class that gives a field its tint and pattern."""
    return f"data-{outcome.replace(' ', '-')}"


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.4g}%"


def _text(field: Field, size: int) -> str:
    """What a field says: the bars had, and the outcome as a word where there is room, else as its letter."""
    if field.outcome == Outcome.COMPLETE:
        return f"{field.had:,}" if field.had else "quiet" if size >= WIDE else ""
    if field.had:
        return f"{field.had:,}{SIGNS.get(field.outcome, '')}"
    return plain(field.outcome) if size >= WIDE else SIGNS.get(field.outcome, "")


def _days(found: CoverageMap, zone: Zone) -> html.Tr:
    """The days over the steps, as long as they last."""
    days = [on_clock(start, zone).date() for start in found.starts]
    runs = [(date, len(list(run))) for date, run in groupby(days)]
    cells = [html.Th(day(date), colSpan=size, scope="colgroup") for date, size in runs]
    return html.Tr([html.Th(str(zone), scope="col"), *cells])


def _hours(found: CoverageMap, window: tuple[datetime, datetime], zone: Zone) -> html.Tr:
    """The hour at which each step begins; those of the window are marked."""
    cells = []
    for start in found.starts:
        inside = start < window[1] and window[0] < start + found.step
        text = f"{on_clock(start, zone):%H}" if found.step < 24 * HOUR else ""
        cells.append(html.Th(text, scope="col", className="data-inside" if inside else ""))
    return html.Tr([html.Th(f"a field: {found.step // HOUR} h", scope="col"), *cells])
