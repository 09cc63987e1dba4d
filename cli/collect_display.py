"""Progress and result of a collection: bars on a terminal, plain lines elsewhere, or JSON lines."""

import json
from collections import defaultdict
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from time import monotonic
from typing import Any, Protocol

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from collectors.check.findings import Finding, FindingStatus
from collectors.request import CollectionSummary, MarketProgress, MarketResult
from data.intervals import Span, count_minutes
from data.outstanding import remove_file_names
from data.schema import SETTLED_OUTCOMES, Outcome
from data.times import format_time

ABSENCE_LABELS = {Outcome.NOT_LISTED: "Not listed", Outcome.NOT_OFFERED: "Not offered"}
"""Outcomes of what a venue does not have, with the label of their line in the summary."""

STATUS_WIDTH = max(map(len, FindingStatus))
"""Width of the verdict column, in characters."""


class Display(Protocol):
    """Shows a collection while it runs, and its result."""

    def run_live(self) -> AbstractContextManager[object]:
        """Keep the display open while the collection runs."""
        ...

    def show_progress(self, progress: MarketProgress) -> None:
        """Show a step of a market."""
        ...

    def show_summary(self, summary: CollectionSummary) -> None:
        """Show what was collected and what is missing."""
        ...


class JsonDisplay:
    """Prints a JSON object per line; ``event`` is ``progress`` or ``summary``, times are ISO 8601 with Z."""

    def run_live(self) -> AbstractContextManager[object]:
        """Nothing to keep open."""
        return nullcontext()

    def show_progress(self, progress: MarketProgress) -> None:
        """Print all fields of the step."""
        click.echo(json.dumps({"event": "progress", **asdict(progress)}))

    def show_summary(self, summary: CollectionSummary) -> None:
        """Print the totals, and each market with its gaps."""
        totals = {"candles": summary.candles, "new": summary.new, "revised": summary.revised}
        results = [_build_result(result) for result in summary.results]
        failed_count = len(summary.failed)
        line = {"event": "summary", **totals, "failed": failed_count, "notes": list(summary.notes), "results": results}
        click.echo(json.dumps(line))


class PlainDisplay:
    """Prints a line per market when it is done, and a summary."""

    def run_live(self) -> AbstractContextManager[object]:
        """Nothing to keep open."""
        return nullcontext()

    def show_progress(self, progress: MarketProgress) -> None:
        """Print the last step of a market; markets not listed or not offered are left to the summary."""
        if progress.outcome not in {None, *ABSENCE_LABELS}:
            reason = f": {progress.message}" if progress.message else ""
            market = _format_market(progress)
            click.echo(f"{progress.venue} {market}: {progress.candles:,} candles, {progress.outcome}{reason}")

    def show_summary(self, summary: CollectionSummary) -> None:
        """Print totals and failures."""
        for line in format_summary(summary):
            click.echo(line)


class LiveDisplay:
    """A progress bar per venue over the minutes of all its markets, with candles, missing minutes and rate.

    ``clock`` returns monotonic seconds; the rate counts from the venue's first step.
    """

    def __init__(self, console: Console, clock: Callable[[], float] = monotonic) -> None:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            TaskProgressColumn(),
            TextColumn("{task.fields[status]}", justify="right"),
            TimeElapsedColumn(),
        )
        self._clock = clock
        self._start_times: dict[str, float] = {}
        self._bars = Progress(*columns, console=console)
        self._tasks: dict[str, TaskID] = {}
        self._markets: defaultdict[str, dict[str, MarketProgress]] = defaultdict(dict)

    def run_live(self) -> AbstractContextManager[object]:
        """Draw the bars until the collection ends."""
        return self._bars

    def show_progress(self, progress: MarketProgress) -> None:
        """Advance the venue's bar; the minutes of a market count from its first step."""
        venue = progress.venue
        if venue not in self._tasks:
            self._tasks[venue] = self._bars.add_task(venue, status="", total=0)
            self._start_times[venue] = self._clock()
        self._markets[venue][_format_market(progress)] = progress
        markets = self._markets[venue].values()
        done_min, total_min = sum(m.done_min for m in markets), sum(m.total_min for m in markets)
        # Without minutes to ask for, the bar is full if everything is stored and empty if the venue cannot be asked.
        is_full = int(not total_min and all(m.outcome in SETTLED_OUTCOMES for m in markets))
        self._bars.update(
            self._tasks[venue],
            completed=done_min or is_full,
            total=total_min or is_full,
            status=self._format_status(venue),
        )

    def _format_status(self, venue: str) -> str:
        """Candles, missing minutes and rate; the outcomes where there are no minutes to ask for."""
        markets = self._markets[venue].values()
        if not any(market.total_min for market in markets):
            outcomes = {market.outcome.value for market in markets if market.outcome} - SETTLED_OUTCOMES
            return ", ".join(sorted(outcomes)) or "nothing missing"
        candles, missing = sum(m.candles for m in markets), sum(m.gap_min for m in markets)
        elapsed_s = self._clock() - self._start_times[venue]
        rate = f", {candles / elapsed_s:,.0f}/s" if candles and elapsed_s > 0 else ""
        gaps = f", {missing:,} min missing" if missing else ""
        return f"{candles:,} candles{gaps}{rate}"

    def show_summary(self, summary: CollectionSummary) -> None:
        """Print totals and failures below the bars."""
        for line in format_summary(summary):
            self._bars.console.print(Text(line))  # no markup: messages of exchanges may contain brackets


def select_display(console: Console, *, as_json: bool) -> Display:
    """JSON if requested, bars on a terminal, else plain lines."""
    if as_json:
        return JsonDisplay()
    return LiveDisplay(console) if console.is_terminal else PlainDisplay()


def format_summary(summary: CollectionSummary) -> list[str]:
    """The lines of a summary: totals, notes, assets not listed or not offered, failures, and what to do next."""
    lines = [f"{summary.candles:,} candles: {summary.new:,} new, {summary.revised:,} with other values than before"]
    lines += summary.notes
    for outcome, label in ABSENCE_LABELS.items():
        assets_by_place: defaultdict[str, list[str]] = defaultdict(list)
        for result in summary.results:
            if result.outcome is outcome:
                assets_by_place[_format_place(result)].append(_format_asset(result.symbol))
        places = [f"{place} {', '.join(names)}" for place, names in assets_by_place.items()]
        if places:
            lines.append(f"{label}: {'; '.join(places)}")
    lines += _list_failed_routes(summary)
    results_by_reason: defaultdict[tuple[str, Span, Outcome, str], list[MarketResult]] = defaultdict(list)
    for result in summary.failed:
        results_by_reason[result.venue, result.window, result.outcome, _format_reason(result)].append(result)
    for (venue, window, outcome, reason), results in results_by_reason.items():
        markets = ", ".join(map(_format_market, results))
        minutes = count_minutes(gap.span for result in results for gap in result.gaps)
        lines.append(f"Not had: {venue} {markets}: {minutes:,} min of {_format_span(window)}: {outcome}: {reason}")
    return lines + _list_next_steps(summary)


def _list_failed_routes(summary: CollectionSummary) -> list[str]:
    """Lines on markets of which a route failed and a later one brought the minutes."""
    results_by_reason: defaultdict[tuple[str, str], list[MarketResult]] = defaultdict(list)
    for result in summary.results:
        if result.failed_routes:
            results_by_reason[result.venue, remove_file_names(result.failed_routes)].append(result)
    return [
        f"Had otherwise: {venue} {', '.join(map(_format_market, results))}: {reason}"
        for (venue, reason), results in results_by_reason.items()
    ]


def _format_place(result: MarketResult) -> str:
    """The venue, or the reason if the venue has no candles of that length."""
    return f"{result.message}:" if result.outcome is Outcome.NOT_OFFERED else result.venue


def _format_reason(result: MarketResult) -> str:
    """The distinct reasons of its gaps."""
    return "; ".join(dict.fromkeys(remove_file_names(gap.message) for gap in result.gaps))


def _list_next_steps(summary: CollectionSummary) -> list[str]:
    """Lines on what a user can do about the failures."""
    outcomes = {gap.outcome for result in summary.failed for gap in result.gaps}
    lines = []
    if Outcome.REFUSED in outcomes:
        lines.append("A venue that refuses may answer by --host, --proxy or --mirror; see docs/collecting.md.")
    if Outcome.HISTORY_TOO_SHORT in outcomes:
        lines.append("What is history-too-short will not come by asking again; `import` takes files.")
    if Outcome.NO_EVIDENCE in outcomes:
        lines.append("What is no-evidence counts as missing: candles on both sides would show that nobody traded.")
    if outcomes - {Outcome.HISTORY_TOO_SHORT}:
        lines.append("Run the same command again to ask for what is missing.")
    return lines


def _format_market(item: MarketProgress | MarketResult) -> str:
    """The symbol, with the kind of price unless it is that of trades."""
    return item.symbol if item.price == "trade" else f"{item.symbol} ({item.price})"


def _format_asset(symbol: str) -> str:
    """The asset of a wildcard symbol such as ``ATOM/*``; other symbols unchanged."""
    return symbol.replace("/*:*", " perpetual").removesuffix("/*")


def _format_span(span: Span) -> str:
    return f"{span.start:%Y-%m-%d %H:%M} to {span.end:%Y-%m-%d %H:%M} UTC"


def _build_edges(span: Span) -> dict[str, str]:
    return {"from": format_time(span.start), "to": format_time(span.end)}


def _build_result(result: MarketResult) -> dict[str, Any]:
    counts = {"candles": result.candles, "new": result.new, "revised": result.revised}
    gaps = [{**_build_edges(gap.span), "outcome": gap.outcome, "message": gap.message} for gap in result.gaps]
    identity = {
        "venue": result.venue,
        "symbol": result.symbol,
        "price": result.price,
        "outcome": result.outcome,
        "message": result.message,
    }
    return {**identity, **_build_edges(result.window), **counts, "gaps": gaps}


def format_finding_line(finding: Finding) -> str:
    """A finding on one line: verdict, place, assumption with its evidence mark, observation, and advice."""
    mark = f" [{finding.mark}]" if finding.mark else ""
    observed = "" if finding.came == finding.assumed else f"; came {finding.came}"
    advice = f" -> {finding.advice}" if finding.advice else ""
    place = f"{finding.venue} {finding.route} {finding.fact}{mark}"
    return f"{finding.verdict:<{STATUS_WIDTH}} | {place}: {finding.assumed}{observed}{advice}"


def format_finding_json(finding: Finding) -> str:
    """A finding as a line of JSON."""
    return json.dumps({"event": "finding", **asdict(finding), "advice": finding.advice})
