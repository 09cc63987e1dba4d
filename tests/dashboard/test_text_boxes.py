"""Text measurement of the tests, against numbers of the font written by hand."""

import plotly.graph_objects as go
import pytest

from tests.dashboard.ruler import measure_text
from tests.dashboard.text_boxes import find_overlaps, measure_text_boxes


def build_text_figure(*notes: tuple[str, float]) -> go.Figure:
    """A sheet of 400 by 100 pixels with left-aligned texts of 10 pixels on one line, each at a given x."""
    annotations = [
        {
            "text": text,
            "x": left / 400,
            "y": 0.5,
            "xref": "paper",
            "yref": "paper",
            "xanchor": "left",
            "yanchor": "middle",
            "font": {"size": 10},
        }
        for text, left in notes
    ]
    return go.Figure(layout={"width": 400, "height": 100, "annotations": annotations})


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("nnnn", 4 * 6.34),
        ("<b>nnnn</b>", 4 * 7.12),
        ('<span style="color:#000000">nn</span><b>n</b>', 2 * 6.34 + 7.12),
        ("nn<br>nnn", 3 * 6.34),
        ("n&amp;n", 2 * 6.34 + 7.80),
        ("\N{LATIN SMALL LETTER N WITH TILDE}", 6.34),
        ("\N{RIGHTWARDS ARROW}", 8.38),
    ],
)
def test_text_width(text: str, width: float) -> None:
    """An "n" of DejaVu Sans is 0.634 wide, bold 0.712; tags have no width, and the widest line counts."""
    assert measure_text(text, 10) == pytest.approx(width, abs=0.02)


def test_kerning_counts() -> None:
    """A kerned pair is narrower than its two letters."""
    assert measure_text("AV", 10) < measure_text("A", 10) + measure_text("V", 10) - 0.3


@pytest.mark.parametrize("text", ["\N{LATIN SMALL LETTER N WITH TILDE}" * 10, "n" * 10])
def test_texts_overlap_up_to_the_end_of_the_first(text: str) -> None:
    """Ten letters of 6.34 pixels end at 63.4: a text that starts before that overlaps them, one after it does not."""
    assert find_overlaps(build_text_figure((text, 0), ("n", 63))) == [(text, "n")]
    assert find_overlaps(build_text_figure((text, 0), ("n", 64))) == []
    assert [round(box.right, 1) for _, box in measure_text_boxes(build_text_figure((text, 0)))] == [63.4]
