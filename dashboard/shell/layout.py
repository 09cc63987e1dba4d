"""The components around every page, without values; `dashboard.shell.updates` returns the values."""

from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from dashboard.components.accessibility import build_aria_label
from dashboard.components.popover import build_popover
from dashboard.jobs.read_only import READ_ONLY_TEXT
from dashboard.pages.base import Control
from dashboard.shell.collection_bar import build_collect_button, build_collection_bar
from dashboard.state.view import OriginChoice, ThemeChoice
from dashboard.text.clock import Zone
from data.catalogue import Catalogue
from data.schema import Timeframe
from deviation.question import QuoteHandling, ReferenceKind

MANTINE_THEME = {
    "fontFamily": "var(--font)",
    "primaryColor": "dark",
    "defaultRadius": "sm",
}


def build_shell(catalogue: Catalogue, *, read_only: bool = False) -> dmc.MantineProvider:
    """Navigation, controls, notices, and an empty ``main``; if ``read_only``, without a button to collect."""
    container = html.Div(
        [
            html.A("Skip to the page", href="#content", className="skip"),
            _build_stores(),
            _build_header(catalogue),
            _build_controls(),
            html.Div(id="failure", role="alert"),
            # Filled by assets/page.js with the headline of a changed view, which screen readers then read out.
            html.Div(id="announced", role="status", className="announced"),
            _build_notice_area(read_only=read_only),
            html.Main(id="content", tabIndex=-1),
        ],
        id="frame",
        className="page opening",
    )
    return dmc.MantineProvider(
        [dcc.Location(id="address", refresh=False), container],
        id="provider",
        theme=MANTINE_THEME,
        forceColorScheme="light",
    )


def _build_stores() -> html.Div:
    """Stores for the address, the page and the view, and for events of the browser that no control triggers."""
    store_ids = ("place", "page", "view", "visible-range", "picked", "picture-figure", "collected")
    return html.Div(
        [*(dcc.Store(id=name) for name in store_ids), dcc.Interval(id="ticker", interval=1000, disabled=True)]
    )


def _build_header(catalogue: Catalogue) -> html.Header:
    events = [{"value": event.id, "label": event.title} for event in catalogue.events.values()]
    attributes: dict[str, Any] = {"data-page": "true"}
    return html.Header(
        [
            html.A("Plumbline", id="name", href="/", className="name", **attributes),
            html.P("How far one exchange's price strayed from the others", className="motto"),
            html.Div(
                [
                    _build_select("event", "Event", data=events, w=250),
                    _build_switch(
                        "theme", "Colours", [(choice.value, choice.value.capitalize()) for choice in ThemeChoice]
                    ),
                    dmc.CopyButton(
                        id="copy",
                        children="Copy link",
                        copiedChildren="Link copied",
                        value="",
                        size="xs",
                        **PLAIN_BUTTON,
                    ),
                    # assets/page.js copies the picture that the values of the page name.
                    dmc.Button("Copy image", id="copy-image", size="xs", variant="default", className="away"),
                ],
                className="tools",
            ),
            html.Nav(id="nav", **build_aria_label("Pages")),
        ]
    )


def _build_controls() -> html.Section:
    focus = html.Div(
        [html.Span("Exchange", className="label"), _build_select("focus", "Exchange", searchable=True, w=170)],
        className="labelled",
    )
    rows = [
        [
            _wrap_control(Control.ASSET, _build_chips("asset", "Asset")),
            _wrap_control(
                Control.ASSET, _build_select("more", "Other asset", placeholder="More assets", searchable=True, w=130)
            ),
            _wrap_control(Control.FOCUS, focus),
            _wrap_control(Control.SETTINGS, _build_settings()),
            _wrap_control(Control.PICTURE, _build_picture_button()),
        ],
        [
            _wrap_control(Control.WINDOW, _build_chips("window", "Window")),
            _wrap_control(Control.WINDOW, _build_range_popover()),
            _wrap_control(Control.CLOCK, _build_switch("zone", "Clock", [(zone.value, zone.value) for zone in Zone])),
            _wrap_control(Control.WINDOW, html.P(id="span", className="quiet")),
        ],
    ]
    summary = html.Summary(["Settings ", html.Span(id="fold-text", className="quiet")])
    # Phones fold it (assets/page.js); elsewhere the summary is hidden, and it stays open.
    fold = html.Details([summary, *(html.Div(row, className="row") for row in rows)], open=True, className="fold")
    # A section with a name is a landmark, which screen readers can jump to.
    return html.Section(fold, className="controls", **build_aria_label("What is shown"))


def _build_picture_button() -> html.Div:
    """A button for the picture as PNG, and the menu of other files."""
    button = dmc.Button("Download picture (PNG)", id="picture", size="xs", className="primary")
    return html.Div([button, html.Div(id="export")], className="taken")


def _wrap_control(control: Control, part: Any) -> html.Div:  # noqa: ANN401 - whatever dash takes as a child
    """A part of the bar of controls, with a class by which it is hidden on pages that do not use it."""
    return html.Div(part, className=f"for-{control}")


def _build_notice_area(*, read_only: bool) -> html.Section:
    """The offer to collect real candles, the progress of a collection, and notices."""
    # Callbacks refer to the button, so that it cannot be left out.
    offer = html.P(f"{READ_ONLY_TEXT}.") if read_only else None
    return html.Section(
        [
            html.Div(
                [html.P(id="offer-text"), offer, build_collect_button(hidden=read_only)],
                id="offer",
                className="offer away",
            ),
            build_collection_bar(),
            html.Div(id="notices"),
        ],
        className="above",
        **build_aria_label("Notices"),
    )


def _build_settings() -> dmc.Popover:
    quote_choices = [(QuoteHandling.USD.value, "Convert to USD"), (QuoteHandling.AS_IS.value, "Quote currency")]
    reference_choices = [
        (ReferenceKind.MEDIAN.value, "Median"),
        (ReferenceKind.WEIGHTED_MEDIAN.value, "Volume-weighted median"),
    ]
    origin_choices = [
        (OriginChoice.AUTO.value, "Real, else sample"),
        (OriginChoice.REAL.value, "Real"),
        (OriginChoice.RECONSTRUCTION.value, "Sample"),
    ]
    bar_choices = [
        (Timeframe.S1.value, "1 second"),
        (Timeframe.M1.value, "1 minute"),
        (Timeframe.M5.value, "5 minutes"),
    ]
    fields = [
        html.Div([html.Span("Interval", className="label"), _build_switch("bar", "Interval", bar_choices)]),
        html.Div([html.Span("Prices", className="label"), _build_switch("quote", "Prices", quote_choices)]),
        html.Div(
            [html.Span("Benchmark", className="label"), _build_switch("reference-kind", "Benchmark", reference_choices)]
        ),
        html.Div([html.Span("Data", className="label"), _build_switch("origin", "Data", origin_choices)]),
        html.Div(
            [
                _build_number_input("enter", "Deviation threshold", suffix="%", min=0.01, max=99),
                _build_number_input("exit", "Ends when back within", suffix="%", min=0.01, max=99),
                _build_number_input("min-vote", "Minimum volume per minute", prefix="$", min=0),
            ],
            className="numbers",
        ),
        _build_multi_select("out", "Exclude exchanges", "All figures are recalculated without them."),
        _build_multi_select("hide", "Hide lines", "Only the chart changes, no figure."),
        dmc.Button("Reset to defaults", id="reset", size="xs", variant="default", className="away"),
    ]
    return _build_popover("settings", "Settings", fields)


def _build_range_popover() -> dmc.Popover:
    fields = [
        # Debounced, so that Enter sends the text and the submission together.
        dmc.TextInput(id="range-from", size="xs", placeholder="2025-10-10 21:10", debounce=True),
        dmc.TextInput(id="range-to", size="xs", placeholder="2025-10-10 21:40", debounce=True),
        dmc.Button("Show this window", id="range", size="xs", className="primary"),
    ]
    return _build_popover("range-open", "Custom range", fields)


def _build_popover(name: str, label: str, fields: list[Any]) -> dmc.Popover:
    attributes: dict[str, Any] = {"aria-haspopup": "dialog"}
    button = dmc.Button(label, id=name, size="xs", **PLAIN_BUTTON, **attributes)
    dialog = html.Div(fields, className="fields", role="dialog", **build_aria_label(label))
    return build_popover(button, dialog, "bottom-start", keep_mounted=True)


def _build_chips(name: str, label: str) -> html.Div:
    return html.Div(dmc.ChipGroup(id=name), className="chips", role="group", **build_aria_label(label))


def _build_switch(name: str, label: str, choices: list[tuple[str, str]]) -> html.Div:
    data = [{"value": value, "label": text} for value, text in choices]
    return html.Div(dmc.SegmentedControl(id=name, data=data, size="xs"), role="group", **build_aria_label(label))


def _build_select(name: str, label: str, **options: Any) -> dmc.Select:  # noqa: ANN401 - properties of the component
    return dmc.Select(id=name, size="xs", allowDeselect=False, **build_aria_label(label), **options)


def _build_number_input(name: str, label: str, **options: Any) -> dmc.NumberInput:  # noqa: ANN401 - as above
    return dmc.NumberInput(id=name, label=label, size="xs", debounce=True, hideControls=True, **options)


def _build_multi_select(name: str, label: str, description: str) -> dmc.MultiSelect:
    # Without a portal: else a click into the list would count as one outside of the popover and close it.
    return dmc.MultiSelect(
        id=name,
        label=label,
        description=description,
        size="xs",
        clearable=True,
        searchable=True,
        placeholder="none",
        # Without a value the component would send its empty list as a change.
        value=[],
        comboboxProps={"withinPortal": False},
    )


PLAIN_BUTTON: dict[str, Any] = {"variant": "default", "className": "plain"}
