"""Venues differ for colour-blind readers and in grey print, and all text has enough contrast with its background."""

import re
from collections.abc import Iterator
from itertools import combinations, groupby
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

import dashboard
from dashboard.draw.markers import get_marker_symbol
from dashboard.draw.theme import MIN_CONTRAST, PALETTES, compute_contrast, compute_venue_colour
from dashboard.state.view import Theme
from deviation.minute.states import State
from tests.dashboard.scenarios import CATALOGUE

Vector = npt.NDArray[np.float64]

MIN_DIFFERENCE = 12.0
"""Least CIEDE2000 between venues of one shape, for every kind of colour vision.

About 2.3 is just noticeable side by side (Mahy, Van Eycken and Oosterlinck 1994, for CIELAB); thin marks need several
times as much (Stone, Szafir and Setlur 2014): five times here.
"""

MIN_GREY_DIFFERENCE = 6.0
"""The same in grey print, where shape is the main cue and lightness a second one."""

MIN_GRAPHICS_CONTRAST = 3.0
"""Least contrast of graphical objects with adjacent colours (WCAG 2.2, 1.4.11)."""

EYE_MATRICES = {
    "normal": np.eye(3),
    "red-blind": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "green-blind": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "blue-blind": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
"""Linear RGB as seen without one kind of cone (Machado, Oliveira and Fernandes 2009, severity 1)."""

GREY_MATRIX = np.full((3, 3), 1.0) * np.array([0.2126, 0.7152, 0.0722])
"""Linear RGB in grey print: the luminance alone."""

TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
WHITE = np.array([0.95047, 1.0, 1.08883])


def simulate_colour(colour: str, eye: Vector) -> Vector:
    """A colour, as seen with a kind of colour vision, in CIELAB under D65."""
    channels = np.array([int(colour[start : start + 2], 16) for start in (1, 3, 5)]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    ratios = TO_XYZ @ np.clip(eye @ linear, 0, 1) / WHITE
    f = np.where(ratios > 216 / 24389, np.cbrt(ratios), (24389 / 27 * ratios + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def compute_difference(first: Vector, second: Vector) -> float:
    """CIEDE2000 of two colours in CIELAB (Sharma, Wu and Dalal 2005)."""
    mean_chroma = (np.hypot(*first[1:]) + np.hypot(*second[1:])) / 2
    g = 0.5 * (1 - np.sqrt(mean_chroma**7 / (mean_chroma**7 + 25.0**7)))
    a = np.array([first[1], second[1]]) * (1 + g)
    b = np.array([first[2], second[2]])
    chroma, hue = np.hypot(a, b), np.degrees(np.arctan2(b, a)) % 360
    grey = chroma[0] * chroma[1] == 0
    turn = 0.0 if grey else (hue[1] - hue[0] + 180) % 360 - 180
    d_hue = 2 * np.sqrt(chroma[0] * chroma[1]) * np.sin(np.radians(turn / 2))
    middle_hue = hue.sum() if grey else (hue[0] + turn / 2) % 360
    light, middle = (first[0] + second[0]) / 2, chroma.mean()
    t = (
        1
        - 0.17 * np.cos(np.radians(middle_hue - 30))
        + 0.24 * np.cos(np.radians(2 * middle_hue))
        + 0.32 * np.cos(np.radians(3 * middle_hue + 6))
        - 0.20 * np.cos(np.radians(4 * middle_hue - 63))
    )
    s_light = 1 + 0.015 * (light - 50) ** 2 / np.sqrt(20 + (light - 50) ** 2)
    parts = (
        (second[0] - first[0]) / s_light,
        (chroma[1] - chroma[0]) / (1 + 0.045 * middle),
        d_hue / (1 + 0.015 * middle * t),
    )
    rotation = -2 * np.sqrt(middle**7 / (middle**7 + 25.0**7))
    rotation *= np.sin(np.radians(60 * np.exp(-(((middle_hue - 275) / 25) ** 2))))
    return float(np.sqrt(sum(part**2 for part in parts) + rotation * parts[1] * parts[2]))


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, -1, 2), (50, 0, 0), 2.3669),
        ((50, 2.49, -0.001), (50, -2.49, 0.0011), 7.2195),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((50, 2.5, 0), (58, 24, 15), 19.4535),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_colour_difference_matches_published_values(
    first: tuple[float, float, float], second: tuple[float, float, float], expected: float
) -> None:
    """`compute_difference` gives the values of Sharma, Wu and Dalal's table."""
    assert compute_difference(np.array(first), np.array(second)) == pytest.approx(expected, abs=1e-4)


def list_same_shape_pairs() -> Iterator[tuple[str, str]]:
    """Every pair of venues that share a marker shape, so that only their colours differ."""
    venues = sorted(CATALOGUE.venues, key=lambda venue: get_marker_symbol(CATALOGUE, venue))
    for _, same_shape in groupby(venues, key=lambda venue: get_marker_symbol(CATALOGUE, venue)):
        yield from combinations(same_shape, 2)


@pytest.mark.parametrize("theme", Theme)
@pytest.mark.parametrize("eye", EYE_MATRICES)
def test_venues_of_one_shape_differ_for_every_colour_vision(eye: str, theme: Theme) -> None:
    """Any two venues of one shape differ for red-, green- and blue-blind people, in either theme."""
    for pair in list_same_shape_pairs():
        first, second = (
            simulate_colour(compute_venue_colour(CATALOGUE, venue, theme), EYE_MATRICES[eye]) for venue in pair
        )
        assert compute_difference(first, second) >= MIN_DIFFERENCE, pair


def test_venues_of_one_shape_differ_in_grey_print() -> None:
    """Without colour, two venues of one shape differ in lightness."""
    for pair in list_same_shape_pairs():
        first, second = (simulate_colour(CATALOGUE.get_venue(venue).colour, GREY_MATRIX) for venue in pair)
        assert compute_difference(first, second) >= MIN_GREY_DIFFERENCE, pair


def test_a_shape_has_at_most_two_venues() -> None:
    """No shape has more than two venues."""
    shapes = [get_marker_symbol(CATALOGUE, venue) for venue in CATALOGUE.venues]
    assert max(shapes.count(shape) for shape in shapes) <= 2


@pytest.mark.parametrize("theme", Theme)
def test_names_in_a_venue_s_colour_are_readable(theme: Theme) -> None:
    """A name in its venue's colour has the contrast required of small text, in either theme."""
    for venue in CATALOGUE.venues:
        assert compute_contrast(compute_venue_colour(CATALOGUE, venue, theme), PALETTES[theme].paper) >= MIN_CONTRAST, (
            venue
        )


@pytest.mark.parametrize("theme", Theme)
def test_lines_and_marks_of_figures_have_contrast(theme: Theme) -> None:
    """Lines of both groups and blocks of states have the contrast required of graphics."""
    colours = PALETTES[theme]
    mark_colours = [
        *colours.group_colours.values(),
        colours.group_colours.others,
        colours.group_colours["krw"],
        colours.state_colours[State.VOTING],
        colours.state_colours[State.MISSING],
    ]
    assert all(compute_contrast(colour, colours.paper) >= MIN_GRAPHICS_CONTRAST for colour in mark_colours)


def read_css_colours(theme: Theme) -> dict[str, str]:
    """The style sheet's colours of a theme, by name."""
    sheet = (Path(dashboard.__file__).parent / "assets" / "page.css").read_text(encoding="utf-8")
    pairs = re.findall(r"--([\w-]+):\s*light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", sheet)
    return {name: light if theme is Theme.LIGHT else dark for name, light, dark in pairs}


TEXT_BACKGROUNDS = {
    "ink": ("paper", "soft", "mark", "alert"),
    "text": ("paper", "soft", "mark"),
    "muted": ("paper", "soft", "mark"),
    "alert-rule": ("paper", "soft"),
    "paper": ("ink", "text"),
}
"""The colours of backgrounds that each text colour of the style sheet is used on."""


@pytest.mark.parametrize("theme", Theme)
def test_text_of_the_page_is_readable(theme: Theme) -> None:
    """Every text colour has the contrast required of small text on each of its backgrounds."""
    colours = read_css_colours(theme)
    for text, papers in TEXT_BACKGROUNDS.items():
        for paper in papers:
            assert compute_contrast(colours[text], colours[paper]) >= MIN_CONTRAST, (text, paper)


@pytest.mark.parametrize("theme", Theme)
def test_the_focus_outline_has_contrast(theme: Theme) -> None:
    """The focus outline and the rules of notices have the contrast required of graphics on their backgrounds."""
    colours = read_css_colours(theme)
    pairs = [("focus", paper) for paper in ("paper", "soft", "mark", "alert")]
    pairs += [("mark-rule", "mark"), ("mark-rule", "paper"), ("alert-rule", "alert")]
    assert {
        pair: compute_contrast(*(colours[name] for name in pair)) >= MIN_GRAPHICS_CONTRAST for pair in pairs
    } == dict.fromkeys(pairs, True)


def test_figures_and_page_share_colours() -> None:
    """Background, ink and text of charts are those of the page, as charts have no border."""
    for theme, colours in PALETTES.items():
        sheet = read_css_colours(theme)
        assert (sheet["paper"], sheet["ink"], sheet["text"]) == (colours.paper, colours.ink, colours.text)
