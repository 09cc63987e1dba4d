"""The card of refused orders: what those that would have reduced a position would have fetched elsewhere."""

from dataclasses import replace

import polars as pl
from dash import html
from dash.development.base_component import Component

from dashboard.pages.base import PageContext
from dashboard.pages.orders.loss_tables import build_row_table, build_total_table
from dashboard.pages.orders.losses import MAX_DAYS
from data.schema import Evidence
from deviation.measurement import Measurement
from evidence.losses.assumptions import SAMPLE_SENTENCE, list_assumptions
from evidence.losses.counterfactual import Part
from evidence.losses.report import build_loss_report
from evidence.orders.read_log import OrderLog
from evidence.orders.schema import Outcome

MAX_REFUSED = 2_000
"""How many refused reduce-only orders are compared on the page; more take longer than a page may."""

TITLE = "Refused reduce-only orders against other exchanges"


def build_refused_losses(
    log: OrderLog, events: pl.DataFrame, measurement: Measurement | None, event: str, context: PageContext
) -> list[Component]:
    """The refused risk-reducing orders of some events; nothing where there are none.

    Args:
        log: that they are from.
        events: those of the view.
        measurement: of the view, whose prices and parameters count; None without a price in its window.
        event: id of the event of the view.
        context: candles and the catalogue.
    """
    is_refused = pl.col("outcome").is_in([Outcome.REFUSED.value, Outcome.UNDETERMINED.value])
    refused = events.filter(is_refused, pl.col("reduce_only").fill_null(value=False))
    if refused.is_empty() or measurement is None:
        return []
    days = refused["time"].dt.date().n_unique()
    if refused.height > MAX_REFUSED or days > MAX_DAYS:
        text = (
            f"{refused.height:,} refused reduce-only orders: the page compares up to {MAX_REFUSED:,}, "
            f'on {MAX_DAYS} days; "plumbline losses --orders FILE" compares any, and what was executed later.'
        )
        return [html.H2(TITLE), html.P(text, className="notice")]
    report = build_loss_report(
        context.measurements.reader,
        context.catalogue,
        None,
        replace(log, events=refused),
        event=event,
        origin=measurement.question.origin,
        parameters=measurement.question.parameters,
    )
    assumptions = [html.Li(sentence) for sentence in list_assumptions(report, context.catalogue)]
    is_sample = measurement.question.origin is Evidence.RECONSTRUCTION
    return [
        html.H2(f"Sample: {TITLE[0].lower()}{TITLE[1:]}" if is_sample else TITLE),
        *([html.P(SAMPLE_SENTENCE, className="notice alert")] if is_sample else []),
        *build_row_table(report, Part.REFUSED, context.catalogue),
        *build_total_table(report),
        html.Details([html.Summary("What this rests on"), html.Ul(assumptions)]),
    ]
