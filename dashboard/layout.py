"""The bones of the page: where every part stands. What the parts hold comes from `dashboard.panes`."""

from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from dashboard.clock import Zone
from dashboard.collection import collect_button, collection_bones
from dashboard.explorer import HEIGHT
from dashboard.limits import limits
from dashboard.panes import Panes
from dashboard.style import Theme
from dashboard.view import OriginChoice
from data.catalogue import Catalogue
from deviation.question import QuoteHandling, Reference

THEME = {
    "fontFamily": 'system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif',
    "primaryColor": "dark",
    "defaultRadius": "sm",
}

GRAPH_LABEL = "Prices, deviation and minutes on one time axis. The tables beside hold the numbers."


def shell() -> dmc.MantineProvider:
    """What stays whatever is shown: the address, the place for failures, and the place for the page."""
    return dmc.MantineProvider(
        [dcc.Location(id="address", refresh=False), html.Div(id="failure", role="alert"), html.Div(id="content")],
        id="provider",
        theme=THEME,
        forceColorScheme="light",
    )


def page(catalogue: Catalogue, values: Panes) -> html.Div:
    """The page with everything in its place."""
    bones = html.Div([_stores(), _header(catalogue), _controls(), _body(), limits()], className="page")
    for (name, prop), value in values.items():
        setattr(bones[name], prop, value)
    return bones


def _stores() -> html.Div:
    names = ("view", "lows-view", "dragged", "picked", "picture-figure", "collected")
    return html.Div([*(dcc.Store(id=name) for name in names), dcc.Interval(id="ticker", interval=1000, disabled=True)])


def _header(catalogue: Catalogue) -> html.Header:
    events = [{"value": event.id, "label": event.title} for event in catalogue.events.values()]
    return html.Header(
        [
            html.A("Plumbline", href="/", className="name"),
            html.P("How far one exchange's price strayed from the others", className="motto"),
            _select("event", "Event", data=events, w=270),
            _switch("theme", "Colours", [(theme.value, theme.value.capitalize()) for theme in Theme]),
            dmc.CopyButton(id="copy", children="Copy link", copiedChildren="Link copied", value="", size="xs", **PLAIN),
        ]
    )


def _controls() -> html.Div:
    return html.Div(
        [
            html.Div(
                [
                    _chips("asset", "Asset"),
                    _select("more", "Other asset", placeholder="More assets", searchable=True, w=130),
                    html.Div(
                        [
                            html.Span("Focus", className="label"),
                            _select("focus", "Focus venue", searchable=True, w=170),
                        ],
                        className="labelled",
                    ),
                    _settings(),
                    dmc.Button("Download picture (PNG)", id="picture", size="xs", className="primary"),
                ],
                className="row",
            ),
            html.Div(
                [
                    _chips("window", "Window"),
                    _own_range(),
                    _switch("zone", "Clock", [(zone.value, zone.value) for zone in Zone]),
                    html.P(id="span", className="quiet"),
                ],
                className="row",
            ),
        ],
        className="controls",
    )


def _body() -> html.Main:
    return html.Main(
        [
            html.Div(
                [
                    html.Div([html.P(id="offer-text"), collect_button()], id="offer"),
                    collection_bones(),
                    html.Div(id="notices"),
                ],
                className="above",
            ),
            html.H1(id="headline"),
            html.P(id="second", className="second"),
            html.P(id="measured", className="quiet"),
            html.Div(
                [
                    html.Div(
                        [
                            dcc.Loading(
                                _graph(), delay_show=400, overlay_style={"visibility": "visible", "opacity": 0.6}
                            ),
                            html.P(
                                "Drag along the charts for a closer window; a double click goes back.", className="hint"
                            ),
                        ],
                        className="charts",
                    ),
                    html.Div(
                        [
                            html.Div(id="venues"),
                            html.P(_READING, className="quiet"),
                            html.P(id="left-out", className="quiet"),
                        ]
                    ),
                ],
                className="beside",
            ),
            html.Section([html.H2("Lowest trades"), html.Div(id="lows")], className="lows"),
        ],
        id="main",
    )


_READING = (
    "A minute is firm when at least three others voted in it; only firm minutes count. Order-proof are minutes that "
    "lay below as a whole, in whatever order their trades came."
)


def _graph() -> html.Div:
    config: Any = {"displayModeBar": False, "doubleClick": "autosize"}
    graph = dcc.Graph(id="graph", responsive=True, config=config, style={"height": HEIGHT})
    return html.Div(graph, role="group", **_aria(GRAPH_LABEL))


def _settings() -> dmc.Popover:
    handling = [(QuoteHandling.USD.value, "In dollars"), (QuoteHandling.AS_IS.value, "As printed")]
    references = [(Reference.MEDIAN.value, "Median"), (Reference.WEIGHTED_MEDIAN.value, "By volume")]
    origins = [
        (OriginChoice.AUTO.value, "Real if any"),
        (OriginChoice.REAL.value, "Real"),
        (OriginChoice.RECONSTRUCTION.value, "Illustration"),
    ]
    fields = [
        html.Div([html.Span("Prices", className="label"), _switch("quote", "Quote handling", handling)]),
        html.Div([html.Span("Reference", className="label"), _switch("reference", "Reference", references)]),
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
    target = dmc.PopoverTarget(dmc.Button(label, id=name, size="xs", **PLAIN))
    # Kept mounted: its controls are part of every change, opened or not.
    return dmc.Popover(
        [target, dmc.PopoverDropdown(html.Div(fields, className="fields"))],
        position="bottom-start",
        withArrow=False,
        shadow="md",
        keepMounted=True,
        trapFocus=True,
        returnFocus=True,
    )


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
        comboboxProps={"withinPortal": False},
    )


def _aria(label: str) -> dict[str, Any]:
    return {"aria-label": label}


PLAIN: dict[str, Any] = {"variant": "default", "className": "plain"}
