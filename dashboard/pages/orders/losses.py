"""The card of fills: what they would have fetched elsewhere, and what was lost before and after a minute."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.pages.base import PageContext
from dashboard.pages.data.upload import MAX_FILE_MB
from dashboard.pages.orders.loss_tables import (
    build_base_table,
    build_closing_table,
    build_row_table,
    build_rules,
    build_total_table,
)
from dashboard.state.url import parse_query
from dashboard.text.losses import count_used
from data.errors import FileRefused
from data.files.formats.limits import UPLOAD_LIMITS
from data.files.formats.unpack import Content
from data.schema import Evidence
from data.times import parse_time
from deviation.question import Parameters
from evidence.losses.assumptions import SAMPLE_SENTENCE, list_assumptions
from evidence.losses.counterfactual import Part
from evidence.losses.read_executions import BadLine, ExecutionFile, read_executions
from evidence.losses.report import LossReport, build_loss_report

LOSSES_PATH = "/orders/losses"

MAX_EXECUTIONS = 10_000
MAX_DAYS = 50
"""How many days of how many assets one answer may need; each is a measurement of its own."""

MAX_BAD_LINES = 50

INTRODUCTION = (
    "Drop your fills, liquidations and forced deleveraging: what each would have fetched or cost in the same minute on "
    "other exchanges, and what was lost before and after a minute. The file stays in this browser tab; the server "
    "keeps nothing of it."
)

DROP_HINT = (
    "CSV, JSON or Parquet with the columns time (with its zone), venue, symbol, side, quantity and price, and if known "
    f"kind (fill, liquidation, adl, opening) and fee; up to {MAX_FILE_MB} MB."
)

TEXT_FIELDS = (
    ("base", "Base minute", "Losses are split here; the event's own minute if empty.", "2025-10-10T21:18Z"),
    ("times", "Time zone of times without one", "Such lines are bad if empty.", "UTC or Europe/Berlin"),
)


@dataclass(frozen=True, slots=True)
class LossAnswer:
    """What the page shows of a file: its cards, and a sentence for the line of status."""

    cards: list[Component]
    summary: str


def build_losses_layout() -> list[Component]:
    """The place for the file, the fields, and the cards, which are empty at first."""
    attributes: dict[str, Any] = {"data-most": MAX_FILE_MB, "data-link": LOSSES_PATH}
    button: dict[str, Any] = {"className": "primary", "data-step": "apply"}
    fields = [_build_field(*field) for field in TEXT_FIELDS]
    upload = dcc.Upload(
        [html.Strong("Drop fills here"), f" or choose a file: {DROP_HINT}"],
        id="losses-upload",
        className="data-drop",
        className_active="data-drop data-drop-active",
        style={},
        style_active={},
    )
    return [
        html.Div(dcc.Store(id="losses-shown")),
        html.H2("Your fills against other exchanges"),
        html.P(INTRODUCTION, className="second"),
        html.Label(upload, id="losses-drop", className="orders-drop", **attributes),
        html.Div([*fields, dmc.Button("Compare", size="xs", **button)], id="losses-form", className="orders-fields"),
        html.P(id="losses-status", className="quiet", role="status"),
        html.Div(id="losses-cards", className="orders-cards"),
    ]


def answer_losses(context: PageContext, name: str, data: bytes, query: Mapping[str, str]) -> LossAnswer:
    """The cards of a file.

    Args:
        context: candles and the catalogue.
        name: of the file.
        data: its bytes.
        query: ``base`` and ``times`` as typed, and the query of the view as ``view``.

    Raises:
        FileRefused: the file cannot be read, or would take the server too long.
        UsageError: a field is not valid.
    """
    view, _ = parse_query(dict(parse_qsl(query.get("view", "").removeprefix("?"))), context.catalogue)
    base = _parse_base(query.get("base", ""))
    zone = query.get("times", "").strip() or None
    file = read_executions(name, content=Content(name, data), zone=zone, limits=UPLOAD_LIMITS, now=datetime.now(UTC))
    _refuse_large(file)
    measurement = context.measurements.measure_view(view).measurement
    report = build_loss_report(
        context.measurements.reader,
        context.catalogue,
        file,
        base=base,
        event=view.event,
        origin=Evidence.REAL if measurement is None else measurement.question.origin,
        parameters=Parameters() if measurement is None else measurement.question.parameters,
    )
    return LossAnswer(build_loss_cards(report, context), _summarize(file))


def build_loss_cards(report: LossReport, context: PageContext) -> list[Component]:
    """A section for each part that has something to show; the first one marks the sample."""
    catalogue = context.catalogue
    contents: list[tuple[str, list[Component]]] = [
        ("The same minute on other exchanges", build_row_table(report, Part.EXECUTED, catalogue)),
        ("Totals", build_total_table(report)),
        ("What was closed", [*build_closing_table(report, catalogue), *_list_open(report)]),
        ("Before and after", build_base_table(report)),
        ("Published rules", build_rules(report)),
        ("What this rests on", [html.Ul([html.Li(sentence) for sentence in list_assumptions(report, catalogue)])]),
        ("Lines that were not used", _list_bad_lines(() if report.file is None else report.file.bad_lines)),
    ]
    sections = [
        html.Section([html.H3(f"Sample: {title}" if report.is_sample else title), *parts], className="orders-card")
        for title, parts in contents
        if parts
    ]
    return [*([html.P(SAMPLE_SENTENCE, className="notice alert")] if report.is_sample else []), *sections]


def _summarize(file: ExecutionFile) -> str:
    used = count_used(len(file.executions), len(file.bad_lines), file.row_word)
    return f"{file.name}: {used}. Nothing is kept on the server."


def _build_field(name: str, label: str, text: str, example: str) -> Component:
    attributes: dict[str, Any] = {"data-option": name}
    field = dmc.TextInput(id=f"losses-{name}", label=label, description=text, placeholder=example, size="xs")
    return html.Div(field, className="data-option", **attributes)


def _parse_base(text: str) -> datetime | None:
    return parse_time(text)[0] if text.strip() else None


def _refuse_large(file: ExecutionFile) -> None:
    """Refuse what would take long. Raises FileRefused, which says what to do instead."""
    days = {(execution.asset, execution.time.date()) for execution in file.executions}
    if len(file.executions) > MAX_EXECUTIONS or len(days) > MAX_DAYS:
        message = (
            f"{file.name}: the page takes up to {MAX_EXECUTIONS:,} lines, on {MAX_DAYS} days of one asset or fewer of "
            'more; "plumbline losses --fills FILE" takes any'
        )
        raise FileRefused(message)
    if not file.executions:
        reasons = "; ".join(f"{file.row_word} {bad.line}: {bad.reason}" for bad in file.bad_lines[:3])
        message = f"{file.name}: no {file.row_word} of it can be used. {reasons}"
        raise FileRefused(message)


def _list_open(report: LossReport) -> list[Component]:
    open_count, unknown_count = len(report.history.open_lots), len(report.history.without_cost)
    texts = [
        *([f"{open_count:,} still open at the end of the file, in no result."] if open_count else []),
        *([f"{unknown_count:,} sold without a purchase in the file: their cost is unknown."] if unknown_count else []),
    ]
    return [html.P(text, className="quiet") for text in texts]


def _list_bad_lines(lines: tuple[BadLine, ...]) -> list[Component]:
    if not lines:
        return []
    items = [html.Li(f"{bad.line:,}: {bad.reason}") for bad in lines[:MAX_BAD_LINES]]
    more = [html.P(f"and {len(lines) - MAX_BAD_LINES:,} more", className="quiet")] if len(lines) > MAX_BAD_LINES else []
    return [html.Ul(items), *more]
