import re

import pytest

from dashboard.style import FONT, PALETTES, READABLE, TEMPLATES, Theme, contrast, mix, palette, venue_colour
from deviation.minutes import State
from deviation.question import Group

from .measured import CATALOGUE

HEX = re.compile(r"#[0-9a-f]{6}")


@pytest.mark.parametrize("theme", Theme)
def test_every_colour_is_full_hex(theme: Theme) -> None:
    """Palettes hold nothing looser than #rrggbb, and a colour for every group and state."""
    colours = palette(theme)
    tints = [tint for votes in colours.votes.values() for tint in votes]
    plain = [colours.paper, colours.ink, colours.text, colours.muted, colours.rule, colours.grid, colours.band]
    every = [*plain, *tints, *colours.groups.values(), *colours.states.values()]
    assert all(HEX.fullmatch(colour) for colour in every)
    assert set(colours.groups) == set(colours.votes) == set(Group)
    assert set(colours.states) == set(State)


@pytest.mark.parametrize("theme", Theme)
def test_text_is_readable(theme: Theme) -> None:
    """Text, also the grey one, has the contrast of WCAG AA."""
    colours = PALETTES[theme]
    assert all(contrast(colour, colours.paper) >= READABLE for colour in (colours.ink, colours.text, colours.muted))


def test_venues_keep_their_colour_on_light_paper() -> None:
    """On light paper a venue has the colour of the catalogue."""
    assert venue_colour(CATALOGUE, "binance", Theme.LIGHT) == CATALOGUE.venue("binance").colour


def test_venues_are_readable_on_dark_paper() -> None:
    """On dark paper every venue's colour is lightened until it is readable."""
    paper = palette(Theme.DARK).paper
    assert all(contrast(venue_colour(CATALOGUE, venue, Theme.DARK), paper) >= READABLE for venue in CATALOGUE.venues)


def test_mixing_reaches_both_ends() -> None:
    """A share of 0 is the one colour, of 1 the other."""
    assert (mix("#b47b00", "#ffffff", 0.0), mix("#b47b00", "#ffffff", 1.0)) == ("#b47b00", "#ffffff")


@pytest.mark.parametrize("theme", Theme)
def test_templates_leave_nothing_to_chance(theme: Theme) -> None:
    """No automatic margins, no legend, the one font."""
    layout = TEMPLATES[theme].layout
    assert layout.font.family == FONT
    assert layout.showlegend is False
    assert layout.xaxis.automargin is False
    assert layout.yaxis.automargin is False
