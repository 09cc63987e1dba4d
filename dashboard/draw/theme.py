"""Font, colours, dashes and plotly template of every figure, per theme.

Colours are full ``#rrggbb``, as plotly 7 requires. Colour is never the only cue: groups also differ in dash, venues in
marker shape and minute states in hatching.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import plotly.graph_objects as go

from dashboard.state.view import Theme
from data.catalogue import Catalogue
from deviation.minute.states import State
from deviation.question import USD, USDT, Group

FONT_FAMILY = "DejaVu Sans, Verdana, sans-serif"
"""DejaVu Sans is what servers draw with; it derives from Verdana, so that the measured widths hold for both."""

Style = TypeVar("Style")


class GroupStyles(dict[Group, Style], Generic[Style]):
    """A style for each of the common groups; all other groups share one, and their labels tell them apart."""

    def __init__(self, styles: Mapping[Group, Style], *, others: Style) -> None:
        super().__init__(styles)
        self.others = others

    def __missing__(self, group: Group) -> Style:
        return self.others


GROUP_DASHES = GroupStyles({USDT: "solid", USD: "dash"}, others="dashdot")
"""The dash of a group's lines, on every chart (docs/decisions/008)."""

STATE_HATCHES = {State.SMALL: ".", State.MISSING: "/"}
"""Hatch patterns of the states that tints alone would not distinguish in print."""

MIN_CONTRAST = 4.5
"""Least contrast of text, and of venues' colours, against the paper (WCAG AA)."""


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of a theme; ``vote_tints`` are, per group, for minutes with no, too few and enough votes."""

    paper: str
    ink: str
    text: str
    muted: str
    rule: str
    grid: str
    band: str
    group_colours: GroupStyles[str]
    vote_tints: GroupStyles[tuple[str, str, str]]
    state_colours: dict[State, str]


PALETTES = {
    Theme.LIGHT: Palette(
        paper="#ffffff",
        ink="#16191d",
        text="#3a4149",
        muted="#66707a",
        rule="#b9c0c7",
        grid="#e9ecef",
        band="#c3cad1",
        group_colours=GroupStyles({USDT: "#7f8993", USD: "#3f75a8"}, others="#7d5aa6"),
        vote_tints=GroupStyles(
            {USDT: ("#f1f3f5", "#ccd2d8", "#8b959f"), USD: ("#eff4f9", "#bcd2e6", "#5f8fbd")},
            others=("#f5f1f9", "#d6c9e6", "#9a7dc0"),
        ),
        state_colours={
            State.VOTING: "#59636e",
            State.SMALL: "#98a2ad",
            State.QUIET: "#dfe3e8",
            State.MISSING: "#a0522d",
        },
    ),
    Theme.DARK: Palette(
        paper="#15181c",
        ink="#f2f4f6",
        text="#d0d6dc",
        muted="#98a3ae",
        rule="#56606a",
        grid="#282d33",
        band="#454d56",
        group_colours=GroupStyles({USDT: "#929da8", USD: "#6ca6dc"}, others="#ab8fd0"),
        vote_tints=GroupStyles(
            {USDT: ("#1f2429", "#454d56", "#8e99a4"), USD: ("#1a232c", "#33516e", "#5f97cd")},
            others=("#231d2b", "#4d3f63", "#9479bb"),
        ),
        state_colours={
            State.VOTING: "#a7b1bb",
            State.SMALL: "#78838e",
            State.QUIET: "#333a41",
            State.MISSING: "#d98a5f",
        },
    ),
}
"""The colours of each theme."""


def _build_template(colours: Palette) -> go.layout.Template:
    axis = {
        "automargin": False,
        "showgrid": False,
        "zeroline": False,
        "showline": False,
        "ticks": "",
        "gridcolor": colours.grid,
        "gridwidth": 1,
        "linecolor": colours.rule,
        "tickcolor": colours.rule,
        "tickfont": {"color": colours.text},
        "fixedrange": True,
    }
    layout: dict[str, Any] = {
        "font": {"family": FONT_FAMILY, "size": 14, "color": colours.text},
        "paper_bgcolor": colours.paper,
        "plot_bgcolor": colours.paper,
        "colorway": [colours.muted],
        "showlegend": False,
        "hovermode": False,
        "separators": ".,",
        "xaxis": axis,
        "yaxis": axis,
    }
    return go.layout.Template(layout=layout)


TEMPLATES = {theme: _build_template(colours) for theme, colours in PALETTES.items()}
"""The plotly template of each theme."""

TEMPLATE_LAYOUTS = {theme: template.layout.to_plotly_json() for theme, template in TEMPLATES.items()}
"""The layouts of these templates as plain data."""


def compute_venue_colour(catalogue: Catalogue, venue: str, theme: Theme) -> str:
    """The colour of a venue; in the dark theme lightened until its contrast is that of the light theme.

    Venues that differ in lightness, as those with the same marker shape do, then differ in both themes.
    """
    colour = catalogue.get_venue(venue).colour
    if theme is Theme.LIGHT:
        return colour
    paper = PALETTES[theme].paper
    min_contrast = max(MIN_CONTRAST, compute_contrast(colour, PALETTES[Theme.LIGHT].paper))
    shares = (step / 100 for step in range(101))
    return next(
        candidate
        for share in shares
        if compute_contrast(candidate := mix_colours(colour, "#ffffff", share), paper) >= min_contrast
    )


def mix_colours(colour: str, other: str, weight: float) -> str:
    """A colour mixed with another, whose weight is between 0 and 1.

    >>> mix_colours("#000000", "#ffffff", 0.5)
    '#808080'
    """
    pairs = zip(_parse_channels(colour), _parse_channels(other), strict=True)
    return "#" + "".join(f"{round(first + (second - first) * weight):02x}" for first, second in pairs)


def compute_contrast(first: str, second: str) -> float:
    """The WCAG 2 contrast ratio of two colours, from 1 (equal) to 21 (black and white).

    >>> round(compute_contrast("#000000", "#ffffff"))
    21
    """
    darker, lighter = sorted(_compute_luminance(colour) for colour in (first, second))
    return (lighter + 0.05) / (darker + 0.05)


def _compute_luminance(colour: str) -> float:
    linear = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - the sRGB curve
        for value in (channel / 255 for channel in _parse_channels(colour))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _parse_channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
