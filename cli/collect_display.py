"""How a collection shows itself: bars on a terminal, plain lines elsewhere, JSON lines for another program."""

import json
from collections import defaultdict
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from time import monotonic
from typing import Any, Protocol

import click
from rich.console import Console
from rich.progress import BarColumn, TaskID, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.text import Text

from collectors.check.findings import Finding, FindingStatus
from collectors.plan import Span, count_minutes
from collectors.request import CollectionSummary, MarketProgress, MarketResult
from data.reasons import remove_file_names
from data.schema import SETTLED_OUTCOMES, Outcome

ABSENCE_LABELS = {Outcome.NOT_LISTED: "Not listed", Outcome.NOT_OFFERED: "Not offered"}
"""Outcomes of what a venue does not have, and how they are told together at the end."""

STATUS_WIDTH = max(map(len, FindingStatus))
"""Characters of the longest verdict."""


class Display(Protocol):
    """What shows a collection while it runs and at its end."""

    def run_live(self) -> AbstractContextManager[object]:
        """Holds the screen while the collection runs."""
        ...

    def show_progress(self, progress: MarketProgress) -> None:
        """One step of one market."""
        ...

    def show_summary(self, summary: CollectionSummary) -> None:
        """What came and what could not be had."""
        ...


class JsonDisplay:
    """An object a line: ``event`` is ``progress`` or ``summary``, times ISO 8601 with Z."""

    def run_live(self) -> AbstractContextManager[object]:
        """Holds nothing."""
        return nullcontext()

    def show_progress(self, progress: MarketProgress) -> None:
        """The step as it is."""
        click.echo(json.dumps({"event": "progress", **asdict(progress)}))

    def show_summary(self, summary: CollectionSummary) -> None:
        """Totals, and each market with its gaps."""
        totals = {"candles": summary.candles, "new": summary.new, "revised": summary.revised}
        results = [_build_result(result) for result in summary.results]
        failed_count = len(summary.failed)
        line = {"event": "summary", **totals, "failed": failed_count, "notes": list(summary.notes), "results": results}
        click.echo(json.dumps(line))


class PlainDisplay:
    """A line per market when it is done, and what could not be had at the end."""

    def run_live(self) -> AbstractContextManager[object]:
        """Holds nothing."""
        return nullcontext()

    def show_progress(self, progress: MarketProgress) -> None:
        """Only the last step of a market is worth a line; what is not listed or not offered is told at the end."""
        if progress.outcome not in {None, *ABSENCE_LABELS}:
            reason = f": {progress.message}" if progress.message else ""
            market = _format_market(progress)
            click.echo(f"{progress.venue} {market}: {progress.candles:,} candles, {progress.outcome}{reason}")

    def show_summary(self, summary: CollectionSummary) -> None:
        """Totals and failures."""
        for line in format_summary(summary):
            click.echo(line)


class LiveDisplay:
    """A bar per venue over the minutes asked of all its markets, with candles, minutes missing, and rate.

    ``clock`` gives seconds that only go forward; the rate is that of the candles since the venue's first ones.
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
        self._progress_bars = Bars(*columns, console=console)
        self._tasks: dict[str, TaskID] = {}
        self._markets: defaultdict[str, dict[str, MarketProgress]] = defaultdict(dict)

    def run_live(self) -> AbstractContextManager[object]:
        """Draws the bars until the collection ends."""
        return self._progress_bars

    def show_progress(self, progress: MarketProgress) -> None:
        """Move the venue's bar; a market's minutes join its length when its first step comes."""
        venue = progress.venue
        if venue not in self._tasks:
            self._tasks[venue] = self._progress_bars.add_task(venue, status="", total=0)
            self._start_times[venue] = self._clock()
        self._markets[venue][_format_market(progress)] = progress
        markets = self._markets[venue].values()
        done_min, total_min = sum(m.done_min for m in markets), sum(m.total_min for m in markets)
        # Of a venue that nothing had to be asked of the bar is full, of one that cannot be asked it is empty.
        is_full = int(not total_min and all(m.outcome in SETTLED_OUTCOMES for m in markets))
        self._progress_bars.update(
            self._tasks[venue],
            completed=done_min or is_full,
            total=total_min or is_full,
            status=self._format_status(venue),
        )

    def _format_status(self, venue: str) -> str:
        """Candles, what is missing, and how fast they came; why there is nothing, where nothing can be asked for."""
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
        """Totals and failures below the bars."""
        for line in format_summary(summary):
            self._progress_bars.console.print(Text(line))  # no markup: what an exchange said may hold brackets


def select_display(console: Console, *, as_json: bool) -> Display:
    """The display that suits the output."""
    if as_json:
        return JsonDisplay()
    return LiveDisplay(console) if console.is_terminal else PlainDisplay()


def format_summary(summary: CollectionSummary) -> list[str]:
    """Totals, remarks, where an asset is not listed, by name what could not be had, and what to do next."""
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
    results_by_reason: defaultdict[tuple[str, Span, Outcome, str], list[MarketResult]] = defaultdict(list)
    for result in summary.failed:
        results_by_reason[result.venue, result.window, result.outcome, _format_reason(result)].append(result)
    for (venue, window, outcome, reason), results in results_by_reason.items():
        markets = ", ".join(map(_format_market, results))
        minutes = count_minutes(gap.span for result in results for gap in result.gaps)
        lines.append(f"Not had: {venue} {markets}: {minutes:,} min of {_format_span(window)}: {outcome}: {reason}")
    return lines + _list_next_steps(summary)


def _format_place(result: MarketResult) -> str:
    """The venue; of one without candles of the length asked, why nobody was asked."""
    return f"{result.message}:" if result.outcome is Outcome.NOT_OFFERED else result.venue


def _format_reason(result: MarketResult) -> str:
    """Why its minutes were not had, each reason once."""
    return "; ".join(dict.fromkeys(remove_file_names(gap.message) for gap in result.gaps))


def _list_next_steps(summary: CollectionSummary) -> list[str]:
    """What a user can do about what could not be had."""
    outcomes = {gap.outcome for result in summary.failed for gap in result.gaps}
    lines = []
    if Outcome.REFUSED in outcomes:
        lines.append("A venue that refuses may answer by --host, --proxy or --mirror; see docs/collecting.md.")
    if Outcome.HISTORY_TOO_SHORT in outcomes:
        lines.append("What is history-too-short will not come by asking again; `import` takes files.")
    if outcomes - {Outcome.HISTORY_TOO_SHORT}:
        lines.append("Run the same command again to ask for what is missing.")
    return lines


def _format_market(item: MarketProgress | MarketResult) -> str:
    """The market, with the kind of price where it is not that of trades."""
    return item.symbol if item.price == "trade" else f"{item.symbol} ({item.price})"


def _format_asset(symbol: str) -> str:
    """An asset that no market is listed of, as a reader would name it; any other symbol as it is."""
    return symbol.replace("/*:*", " perpetual").removesuffix("/*")


def _format_span(span: Span) -> str:
    return f"{span.start:%Y-%m-%d %H:%M} to {span.end:%Y-%m-%d %H:%M} UTC"


def _build_edges(span: Span) -> dict[str, str]:
    return {"from": f"{span.start:%Y-%m-%dT%H:%M:%SZ}", "to": f"{span.end:%Y-%m-%dT%H:%M:%SZ}"}


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
    """A finding on one line: verdict, where, what is assumed on what evidence, what came, and what to do about it."""
    mark = f" [{finding.mark}]" if finding.mark else ""
    observed = "" if finding.came == finding.assumed else f"; came {finding.came}"
    advice = f" -> {finding.advice}" if finding.advice else ""
    place = f"{finding.venue} {finding.route} {finding.fact}{mark}"
    return f"{finding.verdict:<{STATUS_WIDTH}} | {place}: {finding.assumed}{observed}{advice}"


def format_finding_json(finding: Finding) -> str:
    """A finding as a line of JSON."""
    return json.dumps({"event": "finding", **asdict(finding), "advice": finding.advice})
