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

from cli.collect_summary import ABSENCE_LABELS, format_market, format_summary
from collectors.request import CollectionSummary, MarketProgress, MarketResult
from dashboard.text.store import format_outcome
from data.intervals import Span
from data.outstanding import ANY_MARKET_SUFFIXES
from data.schema import SETTLED_OUTCOMES, Outcome
from data.times import format_time


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
    """Prints a line per market when it is done, and a summary.

    Of the markets of an exchange that fail for one reason only the first has a line, unless ``shows_all``.
    """

    def __init__(self, *, shows_all: bool = False) -> None:
        self._shows_all = shows_all
        self._reported_failures: set[tuple[str, Outcome, str]] = set()

    def run_live(self) -> AbstractContextManager[object]:
        """Nothing to keep open."""
        return nullcontext()

    def show_progress(self, progress: MarketProgress) -> None:
        """Print the last step of a market; markets not listed or not offered are left to the summary."""
        outcome = progress.outcome
        if outcome is None or outcome in ABSENCE_LABELS:
            return
        market = format_market(progress)
        if outcome not in SETTLED_OUTCOMES and not self._shows_all:
            failure = (progress.venue, outcome, progress.message)
            if failure in self._reported_failures:
                return
            self._reported_failures.add(failure)
            if progress.symbol.endswith(ANY_MARKET_SUFFIXES):
                click.echo(f"{progress.venue}: {format_outcome(outcome)}: {progress.message}")
                return
        reason = f": {progress.message}" if progress.message else ""
        click.echo(f"{progress.venue} {market}: {progress.candles:,} candles, {format_outcome(outcome)}{reason}")

    def show_summary(self, summary: CollectionSummary) -> None:
        """Print totals and failures."""
        for line in format_summary(summary, shows_all=self._shows_all):
            click.echo(line)


class LiveDisplay:
    """A progress bar per venue over the minutes of all its markets, with candles, missing minutes and rate.

    ``clock`` returns monotonic seconds; the rate counts from the venue's first step.
    """

    def __init__(self, console: Console, clock: Callable[[], float] = monotonic, *, shows_all: bool = False) -> None:
        self._shows_all = shows_all
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
        self._markets[venue][format_market(progress)] = progress
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
            return ", ".join(map(format_outcome, sorted(outcomes))) or "nothing missing"
        candles, missing = sum(m.candles for m in markets), sum(m.gap_min for m in markets)
        elapsed_s = self._clock() - self._start_times[venue]
        rate = f", {candles / elapsed_s:,.0f}/s" if candles and elapsed_s > 0 else ""
        gaps = f", {missing:,} min missing" if missing else ""
        return f"{candles:,} candles{gaps}{rate}"

    def show_summary(self, summary: CollectionSummary) -> None:
        """Print totals and failures below the bars."""
        console = self._bars.console
        for line in format_summary(summary, shows_all=self._shows_all, width=console.width):
            console.print(Text(line))  # no markup: messages of exchanges may contain brackets


def select_display(console: Console, *, as_json: bool, shows_all: bool = False) -> Display:
    """JSON if requested, bars on a terminal, else plain lines; ``shows_all`` lists every market that failed."""
    if as_json:
        return JsonDisplay()
    return LiveDisplay(console, shows_all=shows_all) if console.is_terminal else PlainDisplay(shows_all=shows_all)


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
