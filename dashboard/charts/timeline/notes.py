"""The catalogue's notes on an event: marks along the charts, and a list with their sources."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from dash import html

from dashboard.draw.scene import Scene
from dashboard.text.clock import Zone, convert_to_zone, format_day, format_naive
from data.catalogue import Note

SUPPORT_TEXTS = {
    "C": "several independent sources",
    "S": "one source",
    "D": "derived from trades or by arithmetic",
}
"""The support of a note, by its mark (`data.catalogue.Note`)."""

NOTE_SYMBOL = "\N{BLACK DOWN-POINTING SMALL TRIANGLE}"


def build_note_lines(scene: Scene, notes: Sequence[Note]) -> list[dict[str, Any]]:
    """A dotted vertical line through all panels for each note."""
    return [
        {
            "type": "line",
            "xref": "x3",
            "yref": "paper",
            "x0": format_naive(note.at),
            "x1": format_naive(note.at),
            "y0": 0,
            "y1": 1,
            "layer": "below",
            "line": {"color": scene.colours.rule, "width": 1, "dash": "dot"},
        }
        for note in notes
    ]


def build_note_marks(scene: Scene, notes: Sequence[Note]) -> list[dict[str, Any]]:
    """A small triangle at the upper end of each line."""
    return [
        {
            "text": NOTE_SYMBOL,
            "x": format_naive(note.at),
            "y": 1,
            "xref": "x3",
            "yref": "paper",
            "yshift": 5,
            "showarrow": False,
            "font": {"size": 12, "color": scene.colours.muted},
        }
        for note in notes
    ]


def build_notes_list(notes: Sequence[Note], zone: Zone, duration: timedelta) -> list[Any]:
    """A heading and the list of notes, with times in ``zone`` and links to the sources; empty without notes."""
    if not notes:
        return []
    # The texts are statements with times of their own, which stay as they were made.
    zone_text = str(zone) if zone is Zone.UTC else f"{zone}; times within the texts are UTC"
    return [
        html.H2([f"{NOTE_SYMBOL} Timeline ", html.Small(zone_text)]),
        html.Ul([html.Li(_build_note_item(note, zone, duration)) for note in notes]),
    ]


def _build_note_item(note: Note, zone: Zone, duration: timedelta) -> list[Any]:
    local = convert_to_zone(note.at, zone)
    time = f"{local:%H:%M}" if duration <= timedelta(days=1) else f"{format_day(local.date())} {local:%H:%M}"
    support = SUPPORT_TEXTS[note.mark]
    if note.source_url is None:
        support_part: Any = html.Small(f"({support}, not public)")
    else:
        source = html.A("source", href=note.source_url, target="_blank", rel="noreferrer")
        support_part = html.Small([source, f" ({support})"])
    return [html.Strong(time), f" {note.text} ", support_part]
