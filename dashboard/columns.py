"""The columns of the picture's blocks, as wide as what stands in them; the strip of dots gets the rest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard.lettering import measure_text_width
from dashboard.table import SheetRow

MAX_NAME_WIDTH = 138.0
"""Width from which a name is set smaller or broken."""

MIN_STRIP_WIDTH = 60.0
"""Width that the strip of dots keeps at the least, at the cost of names."""


@dataclass(frozen=True, slots=True)
class BlockColumns:
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
    headings: tuple[tuple[float, str, str], ...]


COLUMN_HEADINGS = {
    "depth": ("", ""),
    "low": ("lowest", "trade"),
    "minute": ("", "UTC"),
    "volume": ("volume", "before"),
}
"""The two lines above each column but that of counts, which names the threshold."""


def fit_columns(entries: Sequence[SheetRow], width: float, enter_text: str) -> BlockColumns:
    """Columns in which every text of the entries fits, set at the largest size that rows may have.

    Where names would have to be cut, the column of volumes gives way.
    """
    headings = {**COLUMN_HEADINGS, "count": (f"min. ≥ {enter_text}", "below")}
    texts = {
        "depth": [entry.depth_text for entry in entries],
        "count": [entry.count_text for entry in entries],
        "low": [entry.low_text for entry in entries],
        "minute": [entry.low_time_text for entry in entries],
        "volume": [entry.volume_text for entry in entries],
    }
    widths = {
        column: max(
            [0.0, *(measure_text_width(text, 15 if column == "depth" else 14) for text in texts[column])]
            + [measure_text_width(heading, 13) for heading in headings[column]]
        )
        for column in texts
    }
    name_width = min(
        max([60.0, *(measure_text_width(entry.name, 15, bold=entry.is_bold) for entry in entries)]), MAX_NAME_WIDTH
    )
    columns = _layout_columns(widths, headings, width, name_width, with_volume=True)
    return (
        columns
        if columns.name >= name_width
        else _layout_columns(widths, headings, width, name_width, with_volume=False)
    )


def _layout_columns(
    widths: Mapping[str, float],
    headings: Mapping[str, tuple[str, str]],
    width: float,
    name_width: float,
    *,
    with_volume: bool,
) -> BlockColumns:
    minute = width - widths["volume"] - 12 if with_volume else width
    low = minute - widths["minute"] - 5
    count = low - widths["low"] - 14
    strip_right = count - widths["count"] - 16
    name = min(name_width, strip_right - MIN_STRIP_WIDTH - widths["depth"] - 26)
    depth = name + 12 + widths["depth"]
    edges = {"count": count, "low": low, "minute": minute} | ({"volume": width} if with_volume else {})
    return BlockColumns(
        name=name,
        depth=depth,
        strip=(depth + 14, strip_right),
        count=count,
        low=low,
        minute=minute,
        volume=width if with_volume else None,
        headings=((strip_right, "deepest close", ""), *((x, *headings[column]) for column, x in edges.items())),
    )
