"""The shell around every page: what stays whatever is shown. What its parts hold comes from `dashboard.frame`."""

from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from dashboard.clock import Zone
from dashboard.collection import collect_button, collection_bones
from dashboard.pages.contract import Control
from dashboard.popover import popover
from dashboard.style import Theme
from dashboard.view import OriginChoice
from data.catalogue import Catalogue
from data.schema import Timeframe
from deviation.question import QuoteHandling, Reference

THEME = {
    "fontFamily": "var(--font)",
    "primaryColor": "dark",
    "defaultRadius": "sm",
}


def shell(catalogue: Catalogue) -> dmc.MantineProvider:
    """Address, navigation, controls and notices, and the place for the page."""
    frame = html.Div(
        [
            html.A("Skip to the page", href="#content", className="skip"),
            _stores(),
            _header(catalogue),
            _controls(),
            html.Div(id="failure", role="alert"),
            _above(),
            html.Main(id="content", tabIndex=-1),
        ],
        id="frame",
        className="page opening",
    )
    return dmc.MantineProvider(
        [dcc.Location(id="address", refresh=False), frame], id="provider", theme=THEME, forceColorScheme="light"
    )


def _stores() -> html.Div:
    """What the browser keeps of the view, and what it tells of things that no control stands for."""
    names = ("place", "page", "view", "dragged", "picked", "picture-figure", "collected")
    return html.Div([*(dcc.Store(id=name) for name in names), dcc.Interval(id="ticker", interval=1000, disabled=True)])


def _header(catalogue: Catalogue) -> html.Header:
    events = [{"value": event.id, "label": event.title} for event in catalogue.events.values()]
    marks: dict[str, Any] = {"data-page": "true"}
    return html.Header(
        [
            html.A("Plumbline", id="name", href="/", className="name", **marks),
            html.P("How far one exchange's price strayed from the others", className="motto"),
            html.Div(
                [
                    _select("event", "Event", data=events, w=250),
                    _switch("theme", "Colours", [(theme.value, theme.value.capitalize()) for theme in Theme]),
                    dmc.CopyButton(
                        id="copy", children="Copy link", copiedChildren="Link copied", value="", size="xs", **PLAIN
                    ),
                ],
                className="tools",
            ),
            html.Nav(id="nav", **_aria("Pages")),
        ]
    )


def _controls() -> html.Section:
    focus = html.Div(
        [html.Span("Focus", className="label"), _select("focus", "Focus venue", searchable=True, w=170)],
        className="labelled",
    )
    rows = [
        [
            _for(Control.ASSET, _chips("asset", "Asset")),
            _for(Control.ASSET, _select("more", "Other asset", placeholder="More assets", searchable=True, w=130)),
            _for(Control.FOCUS, focus),
            _for(Control.SETTINGS, _settings()),
            _for(Control.PICTURE, _picture()),
        ],
        [
            _for(Control.WINDOW, _chips("window", "Window")),
            _for(Control.WINDOW, _own_range()),
            _for(Control.CLOCK, _switch("zone", "Clock", [(zone.value, zone.value) for zone in Zone])),
            _for(Control.WINDOW, html.P(id="span", className="quiet")),
        ],
    ]
    # A section with a name is a landmark, so that a reader of the page by ear finds the controls at once.
    return html.Section(
        [html.Div(row, className="row") for row in rows], className="controls", **_aria("What is shown")
    )


def _picture() -> html.Div:
    """The picture at one click, and beside it everything else that it can be had as."""
    button = dmc.Button("Download picture (PNG)", id="picture", size="xs", className="primary")
    return html.Div([button, html.Div(id="export")], className="taken")


def _for(control: Control, part: Any) -> html.Div:  # noqa: ANN401 - whatever dash takes as a child
    """A part of the bar of controls, which pages without use for it leave away."""
    return html.Div(part, className=f"for-{control}")


def _above() -> html.Section:
    """What has to be known first: where the candles come from, how collecting stands, and what was not as asked."""
    return html.Section(
        [
            html.Div([html.P(id="offer-text"), collect_button()], id="offer", className="offer away"),
            collection_bones(),
            html.Div(id="notices"),
        ],
        className="above",
        **_aria("Notices"),
    )


def _settings() -> dmc.Popover:
    handling = [(QuoteHandling.USD.value, "In dollars"), (QuoteHandling.AS_IS.value, "As printed")]
    references = [(Reference.MEDIAN.value, "Median"), (Reference.WEIGHTED_MEDIAN.value, "By volume")]
    origins = [
        (OriginChoice.AUTO.value, "Real if any"),
        (OriginChoice.REAL.value, "Real"),
        (OriginChoice.RECONSTRUCTION.value, "Illustration"),
    ]
    bars = [(Timeframe.S1.value, "1 second"), (Timeframe.M1.value, "1 minute"), (Timeframe.M5.value, "5 minutes")]
    fields = [
        html.Div([html.Span("Bars", className="label"), _switch("bar", "Length of bars", bars)]),
        html.Div([html.Span("Prices", className="label"), _switch("quote", "Quote handling", handling)]),
        html.Div([html.Span("Reference", className="label"), _switch("reference-kind", "Reference", references)]),
        html.Div([html.Span("Candles", className="label"), _switch("origin", "Kind of candles", origins)]),
        html.Div(
            [
                _number("enter", "Strayed from", suffix=" %", min=0.01, max=99),
                _number("exit", "Back within", suffix=" %", min=0, max=99),
                _number("min-vote", "Vote from", prefix="$ ", min=0),
            ],
            className="numbers",
        ),
        _several("out", "Leave out of the vote", "Numbers change: they neither vote nor are measured."),
        _several("hide", "Hide lines", "Drawing only: no number changes."),
    ]
    return _popover("settings", "Settings", fields)


def _own_range() -> dmc.Popover:
    fields = [
        # Debounced, so that return sends the text and the wish together.
        dmc.TextInput(id="range-from", size="xs", placeholder="2025-10-10 21:10", debounce=True),
        dmc.TextInput(id="range-to", size="xs", placeholder="2025-10-10 21:40", debounce=True),
        dmc.Button("Show this window", id="range", size="xs", className="primary"),
    ]
    return _popover("range-open", "Own range", fields)


def _popover(name: str, label: str, fields: list[Any]) -> dmc.Popover:
    opens: dict[str, Any] = {"aria-haspopup": "dialog"}
    button = dmc.Button(label, id=name, size="xs", **PLAIN, **opens)
    inner = html.Div(fields, className="fields", role="dialog", **_aria(label))
    return popover(button, inner, "bottom-start", kept=True)


def _chips(name: str, label: str) -> html.Div:
    return html.Div(dmc.ChipGroup(id=name), className="chips", role="group", **_aria(label))


def _switch(name: str, label: str, choices: list[tuple[str, str]]) -> html.Div:
    data = [{"value": value, "label": text} for value, text in choices]
    return html.Div(dmc.SegmentedControl(id=name, data=data, size="xs"), role="group", **_aria(label))


def _select(name: str, label: str, **options: Any) -> dmc.Select:  # noqa: ANN401 - properties of the component
    return dmc.Select(id=name, size="xs", allowDeselect=False, **_aria(label), **options)


def _number(name: str, label: str, **options: Any) -> dmc.NumberInput:  # noqa: ANN401 - as above
    return dmc.NumberInput(id=name, label=label, size="xs", debounce=True, hideControls=True, **options)


def _several(name: str, label: str, description: str) -> dmc.MultiSelect:
    # Without a portal: a click into the list must not count as one outside of the popover.
    return dmc.MultiSelect(
        id=name,
        label=label,
        description=description,
        size="xs",
        clearable=True,
        searchable=True,
        placeholder="none",
        # Else it would tell its emptiness as a change.
        value=[],
        comboboxProps={"withinPortal": False},
    )


def _aria(label: str) -> dict[str, Any]:
    return {"aria-label": label}


PLAIN: dict[str, Any] = {"variant": "default", "className": "plain"}
