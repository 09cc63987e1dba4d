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

from collectors.findings import Finding, Verdict
from collectors.plan import Span, minutes_in
from collectors.request import MarketResult, Progress, Summary
from data.reasons import without_files
from data.schema import NOTHING_WANTING, Outcome

ABSENT = {Outcome.NOT_LISTED: "Not listed", Outcome.NOT_OFFERED: "Not offered"}
"""Outcomes of what a venue does not have, and how they are told together at the end."""

WIDEST = max(map(len, Verdict))
"""Characters of the longest verdict."""


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
        """Only the last step of a market is worth a line; what is not listed or not offered is told at the end."""
        if progress.outcome not in {None, *ABSENT}:
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
        self._markets[venue][_market(progress)] = progress
        markets = self._markets[venue].values()
        done_min, total_min = sum(m.done_min for m in markets), sum(m.total_min for m in markets)
        # Of a venue that nothing had to be asked of the bar is full, of one that cannot be asked it is empty.
        full = int(not total_min and all(m.outcome in NOTHING_WANTING for m in markets))
        self._bars.update(
            self._tasks[venue], completed=done_min or full, total=total_min or full, told=self._told(venue)
        )

    def _told(self, venue: str) -> str:
        """Candles, what is missing, and how fast they came; why there is nothing, where nothing can be asked for."""
        markets = self._markets[venue].values()
        if not any(market.total_min for market in markets):
            failed = {market.outcome.value for market in markets if market.outcome} - NOTHING_WANTING
            return ", ".join(sorted(failed)) or "nothing missing"
        candles, missing = sum(m.candles for m in markets), sum(m.gap_min for m in markets)
        elapsed_s = self._clock() - self._begun[venue]
        rate = f", {candles / elapsed_s:,.0f}/s" if candles and elapsed_s > 0 else ""
        gaps = f", {missing:,} min missing" if missing else ""
        return f"{candles:,} candles{gaps}{rate}"

    def end(self, summary: Summary) -> None:
        """Totals and failures below the bars."""
        for line in closing_lines(summary):
            self._bars.console.print(Text(line))  # no markup: what an exchange said may hold brackets


def display_for(console: Console, *, as_json: bool) -> Display:
    """The display that suits the output."""
    if as_json:
        return JsonLines()
    return LiveBars(console) if console.is_terminal else PlainLines()


def closing_lines(summary: Summary) -> list[str]:
    """Totals, remarks, where an asset is not listed, by name what could not be had, and what to do next."""
    lines = [f"{summary.candles:,} candles: {summary.new:,} new, {summary.revised:,} with other values than before"]
    lines += summary.notes
    for outcome, words in ABSENT.items():
        absent: defaultdict[str, list[str]] = defaultdict(list)
        for result in summary.results:
            if result.outcome is outcome:
                absent[_where(result)].append(_asset(result.symbol))
        places = [f"{place} {', '.join(names)}" for place, names in absent.items()]
        if places:
            lines.append(f"{words}: {'; '.join(places)}")
    alike: defaultdict[tuple[str, Span, Outcome, str], list[MarketResult]] = defaultdict(list)
    for result in summary.failed:
        alike[result.venue, result.window, result.outcome, _reason(result)].append(result)
    for (venue, window, outcome, reason), results in alike.items():
        markets = ", ".join(map(_market, results))
        minutes = minutes_in(gap.span for result in results for gap in result.gaps)
        lines.append(f"Not had: {venue} {markets}: {minutes:,} min of {_span(window)}: {outcome}: {reason}")
    return lines + _next_steps(summary)


def _where(result: MarketResult) -> str:
    """The venue; of one without candles of the length asked, why nobody was asked."""
    return f"{result.message}:" if result.outcome is Outcome.NOT_OFFERED else result.venue


def _reason(result: MarketResult) -> str:
    """Why its minutes were not had, each reason once."""
    return "; ".join(dict.fromkeys(without_files(gap.message) for gap in result.gaps))


def _next_steps(summary: Summary) -> list[str]:
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


def _market(told: Progress | MarketResult) -> str:
    """The market, with the kind of price where it is not that of trades."""
    return told.symbol if told.price == "trade" else f"{told.symbol} ({told.price})"


def _asset(symbol: str) -> str:
    """An asset that no market is listed of, as a reader would name it; any other symbol as it is."""
    return symbol.replace("/*:*", " perpetual").removesuffix("/*")


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
    """A finding on one line: verdict, where, what is assumed on what evidence, what came, and what to do about it."""
    mark = f" [{finding.mark}]" if finding.mark else ""
    came = "" if finding.came == finding.assumed else f"; came {finding.came}"
    advice = f" -> {finding.advice}" if finding.advice else ""
    place = f"{finding.venue} {finding.route} {finding.fact}{mark}"
    return f"{finding.verdict:<{WIDEST}} | {place}: {finding.assumed}{came}{advice}"


def finding_json(finding: Finding) -> str:
    """A finding as a line of JSON."""
    return json.dumps({"event": "finding", **asdict(finding), "advice": finding.advice})
