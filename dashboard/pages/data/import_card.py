"""What the data page shows of a file: its preview with a form, why it is refused, or what was stored."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import dash_mantine_components as dmc
from dash import html

from dashboard.pages.data.import_fields import WRITING_OPTIONS, build_field, list_fields
from dashboard.pages.data.preview_table import build_preview_table
from dashboard.text.numbers import format_count
from data.files.import_many import StoredFile
from data.files.preview import ImportPreview

MAX_SHOWN_MARKETS = 6
"""How many exchanges or markets a preview names."""

MAX_OPEN_LINES = 8
"""How many lines of a report are shown at once."""


@dataclass(frozen=True, slots=True)
class ImportCard:
    """A file that waits for a decision.

    Attributes:
        file: its name.
        texts: what its form has sent, by the names of the fields.
        preview: what an import would read; None if the choice is invalid.
        problem: why it cannot be imported with this choice, lines of text; empty if it can.
        option: the name of the option that solves the problem; empty if none does.
    """

    file: str
    texts: Mapping[str, str] = field(default_factory=dict)
    preview: ImportPreview | None = None
    problem: str = ""
    option: str = ""

    @property
    def is_ready(self) -> bool:
        """Whether it can be imported."""
        return self.preview is not None and not self.preview.needs

    @property
    def summary(self) -> str:
        """A sentence about its state."""
        if self.problem:
            return f"{self.file} was not imported."
        state = "can be imported" if self.is_ready else "needs an answer before it can be imported"
        return f"{self.file} {state}."


def build_card(token: str, card: ImportCard) -> html.Section:
    """The preview of a file, the form for what it needs, and the buttons."""
    title_id = f"data-card-{token}"
    suggested = {need.option: need for need in card.preview.needs} if card.preview else {}
    names = list_fields(card.texts, suggested, card.option)
    fields = [build_field(token, name, card.texts, suggested.get(name)) for name in names]
    steps = {"Import": "store"} if card.is_ready else {}
    if not card.is_ready or not WRITING_OPTIONS.issuperset(names):
        steps["Update preview"] = "preview"
    buttons = [
        dmc.Button(
            label, size="xs", **({"className": "primary"} if number == 0 else PLAIN_BUTTON), **{"data-step": step}
        )
        for number, (label, step) in enumerate({**steps, "Cancel": "cancel"}.items())
    ]
    attributes: dict[str, Any] = {"data-token": token, "aria-labelledby": title_id}
    return html.Section(
        [
            html.H3(card.file, id=title_id, tabIndex="-1"),
            *_build_problem(card.problem),
            *([] if card.preview is None else _build_preview(card.preview)),
            html.Div(fields, className="data-import-fields"),
            html.Div(buttons, className="data-buttons"),
        ],
        className="data-import",
        **attributes,
    )


PLAIN_BUTTON: dict[str, Any] = {"variant": "default", "className": "plain"}


def build_refusal(text: str) -> html.Div:
    """Why a file cannot be imported: a first line, and further ones."""
    lines = text.split("\n")
    return html.Div(
        [html.P([html.Strong("Not imported: "), lines[0]]), *(html.P(line.strip()) for line in lines[1:])],
        className="notice alert data-refusal",
        tabIndex="-1",
    )


def build_stored_file(file: StoredFile) -> html.Div:
    """The report on an imported file, the lines of ``plumbline import``."""
    first_line, *lines = (line.strip() for line in file.format_lines())
    items = html.Ul([html.Li(line) for line in lines])
    is_short = len(lines) <= MAX_OPEN_LINES
    return html.Div(
        [
            html.P(html.Strong(first_line)),
            items if is_short else html.Details([html.Summary(lines[-1]), items]),
        ],
        className="notice data-stored",
        tabIndex="-1",
    )


def _build_problem(problem: str) -> list[html.Div]:
    return [build_refusal(problem)] if problem else []


def _build_preview(preview: ImportPreview) -> list[Any]:
    """What a file is recognised as, its first rows, and what is worth knowing."""
    facts = {
        "Recognised as": preview.recognised,
        "Exchange": _join_names(preview.venues),
        "Market": _join_names(preview.symbols),
        "Length of bars": preview.timeframe.length if preview.timeframe else "",
        "Rows": f"{preview.count:,}",
    }
    skipped = f"{format_count(preview.skipped, 'row')} with neither a price nor a volume left out"
    remarks = [*([skipped] if preview.skipped else []), *preview.warnings]
    return [
        html.Dl(
            [
                html.Div([html.Dt(name), html.Dd(text) if text else html.Dd("not known yet", className="quiet")])
                for name, text in facts.items()
            ],
            className="data-facts",
        ),
        build_preview_table(preview.rows, preview.count),
        *([html.Ul([html.Li(f"{remark}.") for remark in remarks], className="data-remarks")] if remarks else []),
    ]


def _join_names(names: tuple[str, ...]) -> str:
    """Names in a line, the rest of a long list as a number."""
    rest = len(names) - MAX_SHOWN_MARKETS
    return ", ".join([*names[:MAX_SHOWN_MARKETS], *([f"{rest:,} more"] if rest > 0 else [])])
