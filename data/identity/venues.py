"""The venues that the catalogue lists."""

import re
from typing import Annotated

from pydantic import AfterValidator
from pydantic.dataclasses import dataclass

from data.toml import TABLE_CONFIG, Text

HEX_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")

UNKNOWN_COLOUR = "#6b7280"
"""The grey of venues that are not listed; no listed venue has it."""


def _check_colour(colour: str) -> str:
    if not HEX_COLOUR.fullmatch(colour):
        message = f"{colour!r} is no colour like #0072b2"
        raise ValueError(message)
    return colour


Colour = Annotated[str, AfterValidator(_check_colour)]


@dataclass(frozen=True, slots=True, config=TABLE_CONFIG)
class Venue:
    """A venue.

    Attributes:
        id: its key in the catalogue, its ccxt id.
        name: for people.
        family: shared by venues with one owner or order book.
        colour: of its lines.
        aliases: former ids and what else people and vendors of data write, beside id and name.
    """

    id: str
    name: Text
    family: Text
    colour: Colour
    aliases: tuple[Text, ...] = ()
