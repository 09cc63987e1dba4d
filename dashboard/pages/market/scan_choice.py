"""Which scan of the window the Market page shows, and links to the others."""

from dataclasses import replace
from typing import Any

from dash import html

from analysis.scan.sentences import describe_basis
from dashboard.service.market import ScanResult
from dashboard.state.links import ViewLinks
from dashboard.state.view import ViewState
from dashboard.text.clock import convert_to_zone, format_day
from dashboard.text.numbers import format_count
from data.catalogue import Catalogue
from data.tables.scans import ScanRun

ORDER_NOTE = (
    "Shown first is the latest scan of all coins that the exchanges list; without one the latest of those that chosen "
    "exchanges list; else the latest of those that the store held."
)


def build_scan_choice(result: ScanResult, run: ScanRun, view: ViewState, catalogue: Catalogue) -> list[Any]:
    """When the scan was made of what; folded, the other scans of the window; a notice if the view names none of them.

    Args:
        result: with at least one scan of the window.
        run: the one that is shown.
        view: the page's.
        catalogue: names of exchanges.
    """
    parts: list[Any] = []
    if view.scan not in ("", run.scan_id):
        text = "The scan that the link names is not stored for this window: another one is shown."
        parts.append(html.P(text, className="notice remark"))
    shown = f"Scan of {describe_run(run, view, catalogue)}."
    if len(result.window_runs) == 1:
        return [*parts, html.P(shown, className="quiet market-scan")]
    links = [html.Li(_build_run_link(other, result, run, view, catalogue)) for other in result.window_runs]
    count = f"{len(links)} scans of this window"
    folded = html.Details([html.Summary([shown, " ", html.Span(count)]), html.Ul(links), html.P(ORDER_NOTE)])
    return [*parts, html.Div(folded, className="quiet market-scan")]


def describe_run(run: ScanRun, view: ViewState, catalogue: Catalogue) -> str:
    """Its coins and when it was made, without a full stop."""
    made_at = convert_to_zone(run.made_at, view.zone)
    coins = f"{format_count(run.asset_count, 'coin')} on {catalogue.get_venue(run.focus).name}, {describe_basis(run)}"
    return f"{coins}; made on {format_day(made_at.date())} {made_at:%Y, %H:%M} {view.zone}"


def _build_run_link(other: ScanRun, result: ScanResult, run: ScanRun, view: ViewState, catalogue: Catalogue) -> html.A:
    """A link to the page of a scan; it names the scan unless the page shows that one by itself."""
    scan_id = "" if other is result.window_runs[0] else other.scan_id
    current = {"aria-current": "true"} if other.scan_id == run.scan_id else {}
    links = ViewLinks(replace(view, scan=scan_id).to_query(catalogue))
    return links.build_page_link("market", describe_run(other, view, catalogue), **current)
