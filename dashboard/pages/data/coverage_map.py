"""The coverage map as a table: each field shows by text, pattern and tint how much is stored of a span of time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from dash import html

from analysis.questions import sort_venues
from dashboard.components.accessibility import build_aria_label, build_scroll_box
from dashboard.pages.data.tables import build_header
from dashboard.service.coverage import HOUR, NOT_REQUESTED, CoverageField, CoverageMap, MarketCoverage
from dashboard.text.clock import Zone, convert_to_zone, format_day
from dashboard.text.numbers import format_count, format_duration, format_span
from dashboard.text.store import BAR_NAMES, format_outcome, format_symbol
from data.catalogue import Catalogue
from data.schema import Outcome, Timeframe

OUTCOME_LETTERS = {
    Outcome.PARTLY.value: "P",
    Outcome.NO_EVIDENCE.value: "E",
    Outcome.HISTORY_TOO_SHORT.value: "H",
    Outcome.NOT_LISTED.value: "L",
    Outcome.NOT_OFFERED.value: "O",
    Outcome.UNREACHABLE.value: "U",
    Outcome.REFUSED.value: "R",
    Outcome.RATE_LIMITED_OUT.value: "T",
    Outcome.BAD_DATA.value: "B",
    NOT_REQUESTED: "?",
}
"""The letter of each outcome, for a field of the map that has no room for the word."""

MIN_WORD_FIELDS = 4
"""Merged fields from which on a word fits into them."""

GRID_ID = "data-map-grid"
"""The id of the table, in which ``assets/data.js`` moves the focus by arrow keys."""


@dataclass(frozen=True, slots=True)
class FieldRun:
    """Neighbouring fields of one market that are drawn as one: the position of the first, and their number."""

    start: int
    size: int
    fields: tuple[CoverageField, ...]

    @property
    def merged_field(self) -> CoverageField:
        """The fields added up, with the outcome of the first."""
        return CoverageField(
            sum(field.with_candle for field in self.fields),
            sum(field.quiet for field in self.fields),
            sum(field.missing for field in self.fields),
            self.fields[0].outcome,
            self.fields[0].message,
        )


def group_fields(fields: Sequence[CoverageField]) -> Iterator[FieldRun]:
    """Fields in time order, those without a candle merged while their reason is the same."""

    def get_group_key(item: tuple[int, CoverageField]) -> tuple[object, ...]:
        position, field = item
        is_uniform = not field.with_candle and not (field.quiet and field.missing)
        return (field.outcome, field.message) if is_uniform else (position,)

    for _, run in groupby(enumerate(fields), get_group_key):
        items = list(run)
        yield FieldRun(items[0][0], len(items), tuple(field for _, field in items))


def build_map(coverage: CoverageMap, window: tuple[datetime, datetime], catalogue: Catalogue, zone: Zone) -> html.Div:
    """The table with a row for each venue, which shows its market with most bars."""
    by_venue = coverage.group_by_venue()
    rows = [_build_row(coverage, by_venue[venue], catalogue, zone) for venue in sort_venues(catalogue, by_venue)]
    rows[0].children[1].tabIndex = 0  # the only tab stop; arrow keys lead on from there
    header = html.Thead([_build_day_row(coverage, zone), _build_hour_row(coverage, window, zone)])
    columns = html.Colgroup([html.Col(className="data-map-names"), *(html.Col() for _ in coverage.starts)])
    # Counts of seconds have more digits.
    style: Any = {"--fields": len(coverage.starts), "--field": "46px" if coverage.timeframe is Timeframe.S1 else "36px"}
    table = html.Table(
        [columns, header, html.Tbody(rows)],
        id=GRID_ID,
        role="grid",
        className="data-map",
        style=style,
        **build_aria_label(f"Data coverage of {coverage.asset}, by exchange and time"),
    )
    return html.Div(table, className="wide")


def build_legend(coverage: CoverageMap) -> html.Ul:
    """The legend of the kinds of fields that the map has."""
    outcomes = {field.outcome for market in coverage.markets for field in market.fields if field.missing}
    has_quiet = any(field.quiet for market in coverage.markets for field in market.fields)
    bars_per_hour = int(HOUR.total_seconds()) // coverage.timeframe.seconds
    entries = [("had", f"{bars_per_hour:,}", f"{BAR_NAMES[coverage.timeframe]}s with a price")]
    if has_quiet:
        entries.append(("quiet", "", "no trades, as the exchange answered"))
    entries += [
        (outcome, OUTCOME_LETTERS[outcome], format_outcome(outcome))
        for outcome in OUTCOME_LETTERS
        if outcome in outcomes
    ]
    return html.Ul(
        [
            html.Li([html.Span(html.B(sign), className=f"data-field {_format_class(kind)}"), html.Span(text)])
            for kind, sign, text in entries
        ],
        className="data-key",
    )


def build_numbers_table(coverage: CoverageMap, catalogue: Catalogue) -> html.Div:
    """A table of bars with a candle, quiet and missing of every market, with the reasons for missing ones."""
    by_venue = coverage.group_by_venue()
    header = build_header(
        "Exchange",
        "Market",
        "With a price",
        "No trades",
        "Missing",
        "Why",
        numeric={"With a price", "No trades", "Missing"},
    )
    rows = [
        html.Tr(
            [
                html.Th(catalogue.get_venue(venue).name, scope="row"),
                html.Td(format_symbol(market.symbol), className="data-left"),
                *(
                    html.Td(f"{number:,}", className="number")
                    for number in (market.with_candle, market.quiet, market.missing)
                ),
                html.Td(describe_missing(market), className="data-left"),
            ]
        )
        for venue in sort_venues(catalogue, by_venue)
        for market in by_venue[venue]
    ]
    table = html.Table([header, html.Tbody(rows)], className="data-table")
    return build_scroll_box(
        table, f"{BAR_NAMES[coverage.timeframe].capitalize()}s with a price, without trades and missing, by market"
    )


def describe_missing(market: MarketCoverage) -> str:
    """The outcomes of the missing bars of a market, the most frequent first."""
    counts: dict[tuple[str, str], int] = {}
    for field in market.fields:
        if field.missing:
            reason = (field.outcome, field.message)
            counts[reason] = counts.get(reason, 0) + field.missing
    ranked = sorted(counts.items(), key=lambda item: -item[1])
    return "; ".join(f"{number:,} {_format_reason(*reason)}" for reason, number in ranked)


def describe_field(
    market: MarketCoverage, field: CoverageField, span_text: str, timeframe: Timeframe = Timeframe.M1
) -> str:
    """A field in a sentence: market, time, bars, and the reason for missing ones."""
    total = field.with_candle + field.quiet + field.missing
    parts = [f"{field.with_candle:,} of {format_count(total, BAR_NAMES[timeframe])} with a price"]
    if field.quiet:
        parts.append(f"{field.quiet:,} without trades")
    if field.missing:
        parts.append(f"{field.missing:,} missing ({_format_reason(field.outcome, field.message)})")
    return f"{format_symbol(market.symbol)}, {span_text}: {', '.join(parts)}"


def _format_reason(outcome: str, message: str) -> str:
    return f"{format_outcome(outcome)}: {message}" if message else format_outcome(outcome)


def _build_row(coverage: CoverageMap, markets: list[MarketCoverage], catalogue: Catalogue, zone: Zone) -> html.Tr:
    main_market, name = markets[0], catalogue.get_venue(markets[0].venue).name
    more_text = f" and {format_count(len(markets) - 1, 'other')}" if len(markets) > 1 else ""
    header = html.Th([name, html.Small(f"{format_symbol(main_market.symbol)}{more_text}")], scope="row")
    cells = [_build_cell(coverage, name, markets, run, zone) for run in group_fields(main_market.fields)]
    return html.Tr([header, *cells])


def _build_cell(coverage: CoverageMap, name: str, markets: list[MarketCoverage], run: FieldRun, zone: Zone) -> html.Td:
    field = run.merged_field
    start = coverage.starts[run.start]
    span_text = format_span(start, start + run.size * coverage.step, zone)
    sentences = [describe_field(markets[0], field, span_text, coverage.timeframe)]
    for market in markets[1:]:
        merged = FieldRun(run.start, run.size, market.fields[run.start : run.start + run.size]).merged_field
        sentences.append(
            f"{format_symbol(market.symbol)}: {merged.with_candle:,} with a price, {merged.quiet:,} without trades, "
            f"{merged.missing:,} missing"
        )
    total = max(field.with_candle + field.quiet + field.missing, 1)
    style: Any = {
        "--had": _format_percent(field.with_candle, total),
        "--known": _format_percent(field.with_candle + field.quiet, total),
    }
    attributes: dict[str, Any] = {"data-told": f"{name} {'; '.join(sentences)}."}
    kind = "had" if field.outcome == Outcome.COMPLETE else field.outcome
    majority_class = " data-most" if field.with_candle > total / 2 else ""
    return html.Td(
        html.B(_format_field(field, run.size)),
        colSpan=run.size,
        className=f"data-field {_format_class(kind)}{majority_class}",
        style=style,
        tabIndex=-1,
        **attributes,
    )


def _format_class(outcome: str) -> str:
    """The CSS class with the tint and pattern of a field."""
    return f"data-{outcome.replace(' ', '-')}"


def _format_percent(part: int, total: int) -> str:
    return f"{100 * part / total:.4g}%"


def _format_field(field: CoverageField, size: int) -> str:
    """The text of a field: its candles, and the outcome as a word, or as a letter where a word does not fit."""
    if field.outcome == Outcome.COMPLETE:
        return f"{field.with_candle:,}" if field.with_candle else "no trades" if size >= MIN_WORD_FIELDS else ""
    if field.with_candle:
        return f"{field.with_candle:,}{OUTCOME_LETTERS.get(field.outcome, '')}"
    return format_outcome(field.outcome) if size >= MIN_WORD_FIELDS else OUTCOME_LETTERS.get(field.outcome, "")


def _build_day_row(coverage: CoverageMap, zone: Zone) -> html.Tr:
    """The header row of days."""
    days = [convert_to_zone(start, zone).date() for start in coverage.starts]
    runs = [(date, len(list(run))) for date, run in groupby(days)]
    cells = [html.Th(format_day(date), colSpan=size, scope="colgroup") for date, size in runs]
    return html.Tr([html.Th(str(zone), scope="col"), *cells])


def _build_hour_row(coverage: CoverageMap, window: tuple[datetime, datetime], zone: Zone) -> html.Tr:
    """The header row of hours at which the fields begin; those in the window are marked."""
    cells = []
    for start in coverage.starts:
        in_window = start < window[1] and window[0] < start + coverage.step
        text = f"{convert_to_zone(start, zone):%H}" if coverage.step < 24 * HOUR else ""
        cells.append(html.Th(text, scope="col", className="data-inside" if in_window else ""))
    return html.Tr([html.Th(f"1 cell = {format_duration(coverage.step)}", scope="col"), *cells])
