"""The columns of the picture's blocks, as wide as what stands in them; the strip of dots gets the rest."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.lettering import text_width
from dashboard.table import Entry

WIDEST_NAME = 138.0
"""Width from which a name is set smaller or broken."""

LEAST_STRIP = 60.0
"""Width that the strip of dots keeps at the least, at the cost of names."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Pixels from a block's left edge: the end of the name, the strip, and the right edges of what is written.

    ``heads`` holds for each column its right edge and its two lines.
    """

    name: float
    depth: float
    strip: tuple[float, float]
    count: float
    low: float
    minute: float
    volume: float
    heads: tuple[tuple[float, str, str], ...]


def columns_for(entries: Sequence[Entry], width: float, enter: str) -> Columns:
    """Columns in which every text of the entries fits, set at the largest size that rows may have."""
    heads = {
        "depth": ("", ""),
        "count": (f"min. ≥ {enter}", "below"),
        "low": ("lowest", "trade"),
        "minute": ("", "UTC"),
        "volume": ("volume", "before"),
    }
    texts = {
        "depth": [entry.depth_text for entry in entries],
        "count": [entry.count for entry in entries],
        "low": [entry.low for entry in entries],
        "minute": [entry.low_at for entry in entries],
        "volume": [entry.volume for entry in entries],
    }
    room = {
        column: max(
            [0.0, *(text_width(text, 15 if column == "depth" else 14) for text in texts[column])]
            + [text_width(head, 13) for head in heads[column]]
        )
        for column in texts
    }
    volume = width
    minute = volume - room["volume"] - 12
    low = minute - room["minute"] - 5
    count = low - room["low"] - 14
    strip_right = count - room["count"] - 16
    name = max([60.0, *(text_width(entry.name, 15, bold=entry.bold) for entry in entries)])
    name = min(name, WIDEST_NAME, strip_right - LEAST_STRIP - room["depth"] - 26)
    depth = name + 12 + room["depth"]
    return Columns(
        name=name,
        depth=depth,
        strip=(depth + 14, strip_right),
        count=count,
        low=low,
        minute=minute,
        volume=volume,
        heads=(
            (strip_right, "deepest minute close", ""),
            (count, *heads["count"]),
            (low, *heads["low"]),
            (minute, *heads["minute"]),
            (volume, *heads["volume"]),
        ),
    )
