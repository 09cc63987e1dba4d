"""The form of the orders page: zone, exchange, clock skew and columns of a log, with its first rows."""

from collections.abc import Mapping
from typing import Any

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboard.pages.data.preview_table import build_preview_table
from dashboard.pages.orders.posted_log import COLUMN_PREFIX
from dashboard.text.numbers import format_count
from data.catalogue import load_catalogue
from data.files.layouts.options import OptionNeed
from evidence.orders.layouts import ROLES
from evidence.orders.read_log import OrderLog

ROLE_LABELS = {
    "time": "Time",
    "venue": "Exchange",
    "symbol": "Symbol",
    "side": "Side",
    "quantity": "Quantity",
    "price": "Price",
    "reduce_only": "Reduce-only",
    "http_status": "HTTP status",
    "code": "Code",
    "message": "Message",
    "state": "Order status",
}

COMMON_ZONES = (
    "UTC",
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "Asia/Shanghai",
    "Asia/Singapore",
    "Asia/Tokyo",
)

APPLY: dict[str, Any] = {"className": "primary", "data-step": "apply"}
REMOVE: dict[str, Any] = {"variant": "default", "className": "plain", "data-step": "remove"}
"""The properties of the two buttons; ``assets/orders.js`` acts by their steps."""


def build_form(log: OrderLog, texts: Mapping[str, str]) -> list[Component]:
    """What the log was recognised as, its first rows, and fields for what it does not say."""
    needs = {need.option: need for need in log.needs}
    parts: list[Component] = [_build_facts(log), *_build_preview(log)]
    parts.append(html.Div(_list_fields(log, texts, needs), className="orders-fields"))
    if log.columns:
        parts.append(_build_column_fields(log, texts, needs.get("columns")))
    parts.append(
        html.Div(
            [
                dmc.Button("Apply", size="xs", **APPLY),
                dmc.Button("Remove the log", size="xs", **REMOVE),
            ],
            className="data-buttons",
        )
    )
    return parts


def build_refusal(text: str) -> list[Component]:
    """Why a log cannot be read, and the way to another one."""
    return [html.P([html.Strong("Not read: "), text], className="notice alert", tabIndex="-1")]


def _build_facts(log: OrderLog) -> Component:
    facts = {
        "File": log.name,
        "Recognised as": log.recognised,
        "Events": f"{len(log.events):,}" if not log.needs else "",
        "Bad lines": f"{len(log.bad_lines):,}",
        "Left out": f"{format_count(log.skipped, 'line')} that are no answer to an order" if log.skipped else "",
    }
    rows = [html.Div([html.Dt(name), html.Dd(text)]) for name, text in facts.items() if text]
    return html.Dl(rows, className="data-facts")


def _build_preview(log: OrderLog) -> list[Component]:
    if log.preview.is_empty():
        return []
    return [build_preview_table(log.preview, max(len(log.events), len(log.preview)))]


def _list_fields(log: OrderLog, texts: Mapping[str, str], needs: Mapping[str, OptionNeed]) -> list[Component]:
    """The fields for zone and exchange where they are needed or were given, and that of the clock skew."""
    names = sorted(set(load_catalogue().venue_names.ids.values()))
    fields: list[Component] = []
    if "times" in needs or "times" in texts:
        fields.append(
            dmc.Autocomplete(
                id="orders-times",
                label="Time zone of the times",
                description=_describe(needs.get("times")),
                data=list(COMMON_ZONES),
                value=texts.get("times", ""),
                placeholder="UTC or Europe/Berlin",
                size="xs",
            )
        )
    if "venue" in needs or "venue" in texts:
        fields.append(
            dmc.Autocomplete(
                id="orders-venue",
                label="Exchange",
                description=_describe(needs.get("venue")),
                data=names,
                limit=6,
                value=texts.get("venue", ""),
                placeholder="binance",
                size="xs",
            )
        )
    fields.append(
        dmc.TextInput(
            id="orders-skew",
            label="Clock skew, seconds",
            description="Added to every time of the log; below 0 if its clock was ahead.",
            value=texts.get("skew", f"{log.skew_s:g}"),
            size="xs",
        )
    )
    return [_mark_option(field, name) for field, name in zip(fields, _name_fields(texts, needs), strict=True)]


def _name_fields(texts: Mapping[str, str], needs: Mapping[str, OptionNeed]) -> list[str]:
    return [*(name for name in ("times", "venue") if name in needs or name in texts), "skew"]


def _build_column_fields(log: OrderLog, texts: Mapping[str, str], need: OptionNeed | None) -> Component:
    """A choice of columns for each role; unfolded where they are not recognised."""
    is_mapped = any(name.startswith(COLUMN_PREFIX) for name in texts)
    fields = [
        _mark_option(
            dmc.Select(
                id=f"orders-column-{role.replace('_', '-')}",
                label=ROLE_LABELS[role],
                data=list(log.columns),
                value=texts.get(f"{COLUMN_PREFIX}{role}") or (None if is_mapped else log.roles.get(role)),
                clearable=True,
                searchable=True,
                placeholder="none",
                size="xs",
            ),
            f"{COLUMN_PREFIX}{role}",
        )
        for role in ROLES
    ]
    reason = [html.P(_describe(need), className="quiet")] if need is not None else []
    is_open = need is not None or is_mapped
    attributes: dict[str, Any] = {"data-columns": "changed" if is_open else "recognised"}
    content = [html.Summary("Columns of the log"), *reason, html.Div(fields, className="orders-columns")]
    return html.Details(content, open=is_open, **attributes)


def _mark_option(field: Component, name: str) -> Component:
    attributes: dict[str, Any] = {"data-option": name}
    return html.Div(field, className="data-option", **attributes)


def _describe(need: OptionNeed | None) -> str | None:
    return None if need is None else f"{need.reason[0].upper()}{need.reason[1:]}."
