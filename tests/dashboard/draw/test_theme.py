import re

import pytest

from dashboard.draw.theme import (
    FONT_FAMILY,
    MIN_CONTRAST,
    PALETTES,
    TEMPLATES,
    compute_contrast,
    compute_venue_colour,
    mix_colours,
)
from dashboard.state.view import Theme
from deviation.minute.states import State
from deviation.question import USD, USDT
from tests.dashboard.scenarios import CATALOGUE

HEX = re.compile(r"#[0-9a-f]{6}")


@pytest.mark.parametrize("theme", Theme)
def test_every_colour_is_full_hex(theme: Theme) -> None:
    """All colours of a palette are #rrggbb, and every group and state has one."""
    colours = PALETTES[theme]
    tints = [tint for group_tints in colours.vote_tints.values() for tint in group_tints]
    base_colours = [colours.paper, colours.ink, colours.text, colours.muted, colours.rule, colours.grid, colours.band]
    all_colours = [*base_colours, *tints, *colours.group_colours.values(), *colours.state_colours.values()]
    assert all(HEX.fullmatch(colour) for colour in all_colours)
    assert set(colours.group_colours) == set(colours.vote_tints) == {USDT, USD}
    assert HEX.fullmatch(colours.group_colours["krw"])
    assert set(colours.state_colours) == set(State)


@pytest.mark.parametrize("theme", Theme)
def test_text_is_readable(theme: Theme) -> None:
    """All text colours have the contrast of WCAG AA."""
    colours = PALETTES[theme]
    assert all(
        compute_contrast(colour, colours.paper) >= MIN_CONTRAST for colour in (colours.ink, colours.text, colours.muted)
    )


def test_venues_have_the_catalogue_s_colour_in_the_light_theme() -> None:
    """In the light theme a venue has the colour of the catalogue."""
    assert compute_venue_colour(CATALOGUE, "binance", Theme.LIGHT) == CATALOGUE.get_venue("binance").colour


def test_venues_are_readable_in_the_dark_theme() -> None:
    """In the dark theme every venue's colour has enough contrast."""
    paper = PALETTES[Theme.DARK].paper
    assert all(
        compute_contrast(compute_venue_colour(CATALOGUE, venue, Theme.DARK), paper) >= MIN_CONTRAST
        for venue in CATALOGUE.venues
    )


def test_mixing_reaches_both_ends() -> None:
    """A weight of 0 gives the first colour, of 1 the second."""
    assert (mix_colours("#b47b00", "#ffffff", 0.0), mix_colours("#b47b00", "#ffffff", 1.0)) == ("#b47b00", "#ffffff")


@pytest.mark.parametrize("theme", Theme)
def test_templates_set_font_and_margins(theme: Theme) -> None:
    """Templates have no automatic margins, no legend and the one font."""
    layout = TEMPLATES[theme].layout
    assert layout.font.family == FONT_FAMILY
    assert layout.showlegend is False
    assert layout.xaxis.automargin is False
    assert layout.yaxis.automargin is False
