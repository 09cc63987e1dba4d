"""The columns of the picture's blocks, as wide as what stands in them; the strip of dots gets the rest."""

from collections.abc import Mapping, Sequence
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

    ``heads`` holds for each column its right edge and its two lines. ``volume`` is None where names needed its room.
    """

    name: float
    depth: float
    strip: tuple[float, float]
    count: float
    low: float
    minute: float
    volume: float | None
    heads: tuple[tuple[float, str, str], ...]


HEADS = {
    "depth": ("", ""),
    "low": ("lowest", "trade"),
    "minute": ("", "UTC"),
    "volume": ("volume", "before"),
}
"""The two lines above each column but that of counts, which names the threshold."""


def columns_for(entries: Sequence[Entry], width: float, enter: str) -> Columns:
    """Columns in which every text of the entries fits, set at the largest size that rows may have.

    Where names would have to be cut, the column of volumes gives way.
    """
    heads = {**HEADS, "count": (f"min. ≥ {enter}", "below")}
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
    names = min(max([60.0, *(text_width(entry.name, 15, bold=entry.bold) for entry in entries)]), WIDEST_NAME)
    columns = _columns(room, heads, width, names, volumes=True)
    return columns if columns.name >= names else _columns(room, heads, width, names, volumes=False)


def _columns(
    room: Mapping[str, float], heads: Mapping[str, tuple[str, str]], width: float, names: float, *, volumes: bool
) -> Columns:
    minute = width - room["volume"] - 12 if volumes else width
    low = minute - room["minute"] - 5
    count = low - room["low"] - 14
    strip_right = count - room["count"] - 16
    name = min(names, strip_right - LEAST_STRIP - room["depth"] - 26)
    depth = name + 12 + room["depth"]
    edges = {"count": count, "low": low, "minute": minute} | ({"volume": width} if volumes else {})
    return Columns(
        name=name,
        depth=depth,
        strip=(depth + 14, strip_right),
        count=count,
        low=low,
        minute=minute,
        volume=width if volumes else None,
        heads=((strip_right, "deepest close", ""), *((x, *heads[column]) for column, x in edges.items())),
    )
