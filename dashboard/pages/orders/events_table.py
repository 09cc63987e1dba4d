"""Tables of single events and of bad lines; what stands in a log is shown as text."""

from typing import Any

import polars as pl
from dash import html
from dash.development.base_component import Component

from dashboard.components.accessibility import build_aria_label, build_scroll_box
from dashboard.pages.base import PageContext
from dashboard.text.clock import Zone, convert_to_zone
from dashboard.text.numbers import EN_DASH
from dashboard.text.orders import CLASS_LABELS, OUTCOME_LABELS
from deviation.wording import format_amount, format_price
from evidence.orders.rates import count_classes
from evidence.orders.schema import OrderClass, Outcome

MAX_EVENTS = 200
"""How many events are listed."""

MAX_BAD_LINES = 100
"""How many bad lines are listed."""

HEADS = (
    *("Line", "Time", "Exchange", "Symbol", "Side", "Quantity", "Price"),
    *("Reduce-only", "Answer", "Class", "Order", "Message"),
)

NUMBER_HEADS = frozenset({"Line", "Quantity", "Price"})


def build_events_table(
    events: pl.DataFrame, shown_class: OrderClass | None, zone: Zone, context: PageContext
) -> list[Component]:
    """The first events of a class, or of all, with a switch between the classes."""
    if events.is_empty():
        return []
    of_class = events if shown_class is None else events.filter(pl.col("class") == shown_class.value)
    shown = of_class.sort("time", maintain_order=True).head(MAX_EVENTS)
    rows = [
        html.Tr([_build_cell(head, text) for head, text in zip(HEADS, texts, strict=True)])
        for texts in _format_rows(shown, zone, context)
    ]
    table = html.Table(
        [
            html.Caption(f"The first {len(shown):,} of {len(of_class):,} events, times in {zone}"),
            html.Thead(html.Tr([html.Th(head, scope="col", className=_align(head)) for head in HEADS])),
            html.Tbody(rows),
        ],
        className="data-table orders-events",
    )
    return [html.H2("Events"), _build_class_switch(events, shown_class), build_scroll_box(table, "Events")]


def build_bad_lines(bad_lines: pl.DataFrame) -> list[Component]:
    """The first bad lines with their reasons."""
    if bad_lines.is_empty():
        return []
    shown = bad_lines.head(MAX_BAD_LINES)
    head = [
        html.Th("Line", scope="col", className="number"),
        html.Th("Reason", scope="col"),
        html.Th("It begins", scope="col"),
    ]
    rows = [
        html.Tr([html.Td(f"{line:,}", className="number"), html.Td(reason), html.Td(text or "")])
        for line, reason, text in shown.iter_rows()
    ]
    caption = html.Caption(f"The first {len(shown):,} of {len(bad_lines):,} lines that could not be read")
    table = html.Table([caption, html.Thead(html.Tr(head)), html.Tbody(rows)], className="data-table orders-bad")
    return [html.H2("Bad lines"), build_scroll_box(table, "Bad lines")]


def _build_class_switch(events: pl.DataFrame, shown_class: OrderClass | None) -> Component:
    counts = count_classes(events)
    choices: list[tuple[str, str, bool]] = [("", f"All {len(events):,}", shown_class is None)]
    choices += [
        (order_class.value, f"{CLASS_LABELS[order_class]} {count:,}", order_class is shown_class)
        for order_class, count in counts.items()
        if count
    ]
    buttons = [_build_class_button(*choice) for choice in choices]
    return html.Div(buttons, className="orders-classes", role="group", **build_aria_label("Class of the events"))


def _build_class_button(value: str, label: str, is_on: bool) -> Component:  # noqa: FBT001 - a choice, unpacked
    attributes: dict[str, Any] = {"data-class": value, "aria-pressed": str(is_on).lower()}
    return html.Button(label, type="button", **attributes)


def _format_rows(events: pl.DataFrame, zone: Zone, context: PageContext) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for row in events.iter_rows(named=True):
        time = convert_to_zone(row["time"], zone)
        status = "" if row["http_status"] is None else f"HTTP {row['http_status']}"
        rows.append(
            (
                f"{row['line']:,}",
                f"{time:%Y-%m-%d %H:%M:%S}.{time.microsecond // 1000:03d}",
                EN_DASH if row["venue"] is None else context.catalogue.get_venue(row["venue"]).name,
                row["symbol"] or EN_DASH,
                row["side"] or EN_DASH,
                EN_DASH if row["quantity"] is None else format_amount(row["quantity"]),
                EN_DASH if row["price"] is None else format_price(row["price"]),
                {True: "yes", False: "no"}.get(row["reduce_only"], EN_DASH),
                " ".join(part for part in (row["code"], status) if part) or EN_DASH,
                CLASS_LABELS[OrderClass(row["class"])],
                OUTCOME_LABELS[Outcome(row["outcome"])],
                row["message"] or "",
            )
        )
    return rows


def _build_cell(head: str, text: str) -> html.Td:
    return html.Td(text, className=_align(head))


def _align(head: str) -> str:
    return "number" if head in NUMBER_HEADS else ""
