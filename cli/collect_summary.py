"""The summary of a collection in lines: what came, what is missing at each exchange, and what to do next."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from collectors.plan import SpanOutcome
from collectors.request import CollectionSummary, MarketProgress, MarketResult
from dashboard.text.numbers import format_count
from dashboard.text.store import OUTCOME_ADVICE, describe_common_failure, format_outcome
from data.intervals import Span, count_minutes
from data.outstanding import ANY_MARKET_SUFFIXES, remove_file_names
from data.schema import Outcome

ABSENCE_LABELS = {Outcome.NOT_LISTED: "Not listed", Outcome.NOT_OFFERED: "Not offered"}
"""Outcomes of what a venue does not have, with the label of their line in the summary."""

ELLIPSIS = "..."
"""Ends a line that is cut."""

FULL_WIDTH = 200
"""Characters of a line where the output is no terminal."""


def format_summary(summary: CollectionSummary, *, shows_all: bool = False, width: int = FULL_WIDTH) -> list[str]:
    """The lines of a summary.

    Where every exchange failed alike, one line says so. Otherwise each exchange with missing minutes has a line.

    Args:
        summary: of the collection.
        shows_all: whether every market with its reason is listed, else a line per exchange.
        width: lines about an exchange are cut to so many characters, unless all is shown.
    """
    lines = [] if summary.failed and not summary.candles else [_format_totals(summary)]
    lines += summary.notes
    lines += _list_absences(summary.results, None if shows_all else width)
    lines += _list_failed_routes(summary.results)
    failed = summary.failed
    if not failed:
        return lines
    common_outcome = _find_common_outcome(summary)
    if shows_all:
        lines += _list_markets(failed)
    elif common_outcome is None:
        lines += [_shorten(line, width) for line in _list_venues(summary)]
    if common_outcome is None:
        outcomes = _list_outcomes(failed)
        lines += [
            f"{format_outcome(outcome).capitalize()}: {advice[0].lower()}{advice[1:]}"
            for outcome in outcomes
            if (advice := OUTCOME_ADVICE.get(outcome))
        ]
    else:
        lines += [*describe_common_failure(common_outcome, _count_venues(failed)), _format_example(failed, width)]
    is_cut = any(line.endswith(ELLIPSIS) for line in lines)
    is_folded = not shows_all and (is_cut or len(failed) > _count_venues(failed))
    return [*lines, "--verbose names every exchange and market."] if is_folded else lines


def _format_totals(summary: CollectionSummary) -> str:
    changed = f"{summary.revised:,} with other values than before"
    return f"{format_count(summary.candles, 'candle')}: {summary.new:,} new, {changed}"


def _list_absences(results: Sequence[MarketResult], width: int | None) -> list[str]:
    """A line on assets that are not listed, and one on those that are not offered; their number if it gets too long."""
    lines = []
    for outcome, label in ABSENCE_LABELS.items():
        assets_by_place: defaultdict[str, list[str]] = defaultdict(list)
        absent = [result for result in results if result.outcome is outcome]
        for result in absent:
            assets_by_place[_format_place(result)].append(_format_asset(result.symbol))
        if not absent:
            continue
        places = [f"{place} {', '.join(names)}" for place, names in assets_by_place.items()]
        line = f"{label}: {'; '.join(places)}"
        if width is not None and len(line) > width:
            line = f"{label}: {len(absent):,} of the assets on {format_count(_count_venues(absent), 'exchange')}"
        lines.append(line)
    return lines


def _list_failed_routes(results: Iterable[MarketResult]) -> list[str]:
    """Lines on markets of which a route failed and a later one brought the minutes."""
    by_reason: defaultdict[tuple[str, str], list[MarketResult]] = defaultdict(list)
    for result in results:
        if result.failed_routes:
            by_reason[result.venue, remove_file_names(result.failed_routes)].append(result)
    return [
        f"Had otherwise: {venue} {', '.join(map(format_market, results))}: {reason}"
        for (venue, reason), results in by_reason.items()
    ]


def _list_markets(failed: Iterable[MarketResult]) -> list[str]:
    """A line for each exchange, window and reason, with the markets."""
    by_reason: defaultdict[tuple[str, Span, Outcome, str], list[MarketResult]] = defaultdict(list)
    for result in failed:
        by_reason[result.venue, result.window, result.outcome, _format_reason(result.gaps)].append(result)
    lines = []
    for (venue, window, outcome, reason), results in by_reason.items():
        markets = ", ".join(map(format_market, results))
        minutes = count_minutes(gap.span for result in results for gap in result.gaps)
        name = format_outcome(outcome)
        lines.append(f"Missing: {venue} {markets}: {minutes:,} min of {_format_span(window)}: {name}: {reason}")
    return lines


def _list_venues(summary: CollectionSummary) -> list[str]:
    """A line for each exchange with missing minutes: outcomes, number of markets and minutes, and its first reason."""
    by_venue: defaultdict[str, list[MarketResult]] = defaultdict(list)
    for result in summary.failed:
        by_venue[result.venue].append(result)
    lines = []
    for venue, results in by_venue.items():
        gaps = [gap for result in results for gap in result.gaps]
        names = ", ".join(map(format_outcome, _list_outcomes(results)))
        extent = f"{format_count(len(results), 'market')}, {count_minutes(gap.span for gap in gaps):,} min"
        if any(result.symbol.endswith(ANY_MARKET_SUFFIXES) for result in results):
            extent = "all markets"  # nobody knows how many
        lines.append(f"Missing: {venue}, {extent}: {names}: {_format_reason(gaps)}")
    return lines


def _find_common_outcome(summary: CollectionSummary) -> Outcome | None:
    """The outcome of everything, where there are several exchanges and all of them failed alike."""
    outcomes = {gap.outcome for result in summary.failed for gap in result.gaps}
    is_alike = len(outcomes) == 1 and len(summary.failed) == len(summary.results) and not summary.candles
    return next(iter(outcomes)) if is_alike and _count_venues(summary.failed) > 1 else None


def _format_example(failed: Sequence[MarketResult], width: int) -> str:
    """The reason that the first exchange gave."""
    return _shorten(f"For example {failed[0].venue}: {_format_reason(failed[0].gaps)}", width)


def _list_outcomes(results: Iterable[MarketResult]) -> list[Outcome]:
    """The outcomes of the gaps, each once."""
    return list(dict.fromkeys(gap.outcome for result in results for gap in result.gaps))


def _count_venues(results: Iterable[MarketResult]) -> int:
    return len({result.venue for result in results})


def _format_reason(gaps: Iterable[SpanOutcome]) -> str:
    """The distinct reasons of gaps."""
    return "; ".join(dict.fromkeys(remove_file_names(gap.message) for gap in gaps))


def _format_place(result: MarketResult) -> str:
    """The venue, or the reason if the venue has no candles of that length."""
    return f"{result.message}:" if result.outcome is Outcome.NOT_OFFERED else result.venue


def _format_asset(symbol: str) -> str:
    """The asset of a wildcard symbol such as ``ATOM/*``; other symbols unchanged."""
    return symbol.replace("/*:*", " perpetual").removesuffix("/*")


def _format_span(span: Span) -> str:
    return f"{span.start:%Y-%m-%d %H:%M} to {span.end:%Y-%m-%d %H:%M} UTC"


def _shorten(line: str, width: int) -> str:
    """The line, cut to a width at a space."""
    if len(line) <= width:
        return line
    return line[: width - len(ELLIPSIS)].rsplit(" ", 1)[0].rstrip(":;,") + ELLIPSIS


def format_market(item: MarketProgress | MarketResult) -> str:
    """The symbol, with the kind of price unless it is that of trades."""
    return item.symbol if item.price == "trade" else f"{item.symbol} ({item.price})"
