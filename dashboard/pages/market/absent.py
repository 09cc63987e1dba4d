"""What the Market page says without a scan of the window, or where the store has changed since it was made."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from dash import html

from dashboard.service.market import ScanResult
from dashboard.state.links import ViewLinks
from dashboard.state.view import ViewState
from dashboard.text.numbers import format_count, format_span
from data.catalogue import Catalogue
from data.tables.scans import ScanRun
from data.times import format_time


def build_absent_page(other_runs: Sequence[ScanRun], view: ViewState, catalogue: Catalogue) -> list[Any]:
    """That there is no scan, the command that makes one, and links to the scans of other windows."""
    parts: list[Any] = [
        html.H1("The whole market has not been scanned for this window"),
        html.P(
            "A scan compares every asset of an exchange with the same asset everywhere else. It reads many markets, "
            "so it is made by a command, which first says what it will cost:",
            className="second lows-note",
        ),
        html.Pre(html.Code(write_command(view, catalogue)), className="market-command"),
    ]
    if other_runs:
        links = [_build_run_link(run, view, catalogue) for run in other_runs]
        parts += [html.H2("Windows that have been scanned"), html.Ul([html.Li(link) for link in links])]
    return parts


def build_outdated_notice(result: ScanResult, view: ViewState, catalogue: Catalogue) -> list[Any]:
    """That prices came or changed since the scan, and the command that makes it anew; nothing if none did."""
    if not result.is_outdated:
        return []
    text = "The stored prices have changed since this scan was made. To make it anew: "
    return [html.P([text, html.Code(write_command(view, catalogue))], className="notice remark")]


def write_command(view: ViewState, catalogue: Catalogue) -> str:
    """The command that scans the window of a view."""
    window = view.find_window_name(catalogue)
    span = f"--from {format_time(view.start)} --to {format_time(view.end)}"
    event = catalogue.get_event(view.event)
    focus = "" if view.focus == event.default_focus else f" --focus {view.focus}"
    return f"plumbline scan --event {view.event} {span if window is None else f'--window {window}'}{focus}"


def _build_run_link(run: ScanRun, view: ViewState, catalogue: Catalogue) -> html.A:
    event = run.event if run.event in catalogue.events else view.event
    scanned_view = replace(view, event=event, start=run.start, end=run.end)
    label = scanned_view.find_window_label(catalogue)
    span = (
        format_span(run.start, run.end, view.zone)
        if label is None
        else (f"{label}, {format_span(run.start, run.end, view.zone)}")
    )
    text = f"{span}: {format_count(run.asset_count, 'asset')}"
    return ViewLinks(scanned_view.to_query(catalogue)).build_page_link("market", text)
