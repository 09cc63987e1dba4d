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

from collectors.findings import Finding
from collectors.plan import Span
from collectors.request import MarketResult, Progress, Summary
from data.schema import Outcome


class Display(Protocol):
    """What shows a collection while it runs and at its end."""

    def running(self) -> AbstractContextManager[object]:
        """Holds the screen while the collection runs."""
        ...

    def progress(self, progress: Progress) -> None:
        """One step of one market."""
        ...

    def end(self, summary: Summary) -> None:
        """What came and what could not be had."""
        ...


class JsonLines:
    """An object a line: ``event`` is ``progress`` or ``summary``, times ISO 8601 with Z."""

    def running(self) -> AbstractContextManager[object]:
        """Holds nothing."""
        return nullcontext()

    def progress(self, progress: Progress) -> None:
        """The step as it is."""
        click.echo(json.dumps({"event": "progress", **asdict(progress)}))

    def end(self, summary: Summary) -> None:
        """Totals, and each market with its gaps."""
        totals = {"candles": summary.candles, "new": summary.new, "revised": summary.revised}
        results = [_result(result) for result in summary.results]
        failed = len(summary.failed)
        line = {"event": "summary", **totals, "failed": failed, "notes": list(summary.notes), "results": results}
        click.echo(json.dumps(line))


class PlainLines:
    """A line per market when it is done, and what could not be had at the end."""

    def running(self) -> AbstractContextManager[object]:
        """Holds nothing."""
        return nullcontext()

    def progress(self, progress: Progress) -> None:
        """Only the last step of a market is worth a line."""
        if progress.outcome is not None:
            reason = f": {progress.message}" if progress.message else ""
            market = _market(progress)
            click.echo(f"{progress.venue} {market}: {progress.candles:,} candles, {progress.outcome}{reason}")

    def end(self, summary: Summary) -> None:
        """Totals and failures."""
        for line in closing_lines(summary):
            click.echo(line)


class LiveBars:
    """A bar per venue over the minutes asked of all its markets, with candles, minutes missing, and rate.

    ``clock`` gives seconds that only go forward; the rate is that of the candles since the venue's first ones.
    """

    def __init__(self, console: Console, clock: Callable[[], float] = monotonic) -> None:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            TaskProgressColumn(),
            TextColumn("{task.fields[told]}", justify="right"),
            TimeElapsedColumn(),
        )
        self._clock = clock
        self._begun: dict[str, float] = {}
        self._bars = Bars(*columns, console=console)
        self._tasks: dict[str, TaskID] = {}
        self._markets: defaultdict[str, dict[str, Progress]] = defaultdict(dict)

    def running(self) -> AbstractContextManager[object]:
        """Draws the bars until the collection ends."""
        return self._bars

    def progress(self, progress: Progress) -> None:
        """Move the venue's bar; a market's minutes join its length when its first step comes."""
        venue = progress.venue
        if venue not in self._tasks:
            self._tasks[venue] = self._bars.add_task(venue, told="", total=0)
            self._begun[venue] = self._clock()
        markets = self._markets[venue]
        markets[_market(progress)] = progress
        self._bars.update(
            self._tasks[venue],
            completed=sum(market.done_min for market in markets.values()),
            total=sum(market.total_min for market in markets.values()),
            told=self._told(venue),
        )

    def _told(self, venue: str) -> str:
        """Candles, what is missing, and how fast they came."""
        markets = self._markets[venue].values()
        candles, missing = sum(m.candles for m in markets), sum(m.gap_min for m in markets)
        elapsed_s = self._clock() - self._begun[venue]
        rate = f" {candles / elapsed_s:,.0f}/s" if elapsed_s > 0 else ""
        gaps = f", {missing:,} min missing" if missing else ""
        return f"{candles:,} candles{gaps}{rate}"

    def end(self, summary: Summary) -> None:
        """Totals and failures below the bars."""
        for line in closing_lines(summary):
            self._bars.console.print(line)


def display_for(console: Console, *, as_json: bool) -> Display:
    """The display that suits the output."""
    if as_json:
        return JsonLines()
    return LiveBars(console) if console.is_terminal else PlainLines()


def closing_lines(summary: Summary) -> list[str]:
    """Totals, remarks, where an asset is not listed, and by name what could not be had."""
    lines = [f"{summary.candles:,} candles: {summary.new:,} new, {summary.revised:,} with other values than before"]
    lines += summary.notes
    listed = [f"{result.venue} {result.symbol.removesuffix('/*')}" for result in summary.results if _not_listed(result)]
    if listed:
        lines.append(f"Not listed: {', '.join(listed)}")
    for result in summary.failed:
        reason = f": {result.message}" if result.message else ""
        lines.append(f"Not had: {result.venue} {_market(result)} {_span(result.window)}: {result.outcome}{reason}")
    if summary.failed:
        lines.append("Run the same command again to ask for what is missing.")
    return lines


def _market(told: Progress | MarketResult) -> str:
    """The market, with the kind of price where it is not that of trades."""
    return told.symbol if told.price == "trade" else f"{told.symbol} ({told.price})"


def _not_listed(result: MarketResult) -> bool:
    return result.outcome is Outcome.NOT_LISTED


def _span(span: Span) -> str:
    return f"{span.start:%Y-%m-%d %H:%M} to {span.end:%Y-%m-%d %H:%M} UTC"


def _edges(span: Span) -> dict[str, str]:
    return {"from": f"{span.start:%Y-%m-%dT%H:%M:%SZ}", "to": f"{span.end:%Y-%m-%dT%H:%M:%SZ}"}


def _result(result: MarketResult) -> dict[str, Any]:
    counts = {"candles": result.candles, "new": result.new, "revised": result.revised}
    gaps = [{**_edges(gap.span), "outcome": gap.outcome, "message": gap.message} for gap in result.gaps]
    named = {
        "venue": result.venue,
        "symbol": result.symbol,
        "price": result.price,
        "outcome": result.outcome,
        "message": result.message,
    }
    return {**named, **_edges(result.window), **counts, "gaps": gaps}


def finding_line(finding: Finding) -> str:
    """A finding on one line."""
    mark = f" [{finding.mark}]" if finding.mark else ""
    said = f"assumed {finding.assumed}{mark}, came {finding.came}"
    return f"{finding.venue} {finding.route} {finding.fact}: {finding.verdict}: {said}"


def finding_json(finding: Finding) -> str:
    """A finding as a line of JSON."""
    return json.dumps({"event": "finding", **asdict(finding)})
