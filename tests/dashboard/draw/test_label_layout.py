import ast
import unicodedata
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import collectors
import dashboard
import data
import deviation
from dashboard.draw.label_layout import NO_POINTS, Box, compute_leader, interpolate_line, place_callout, spread_labels
from dashboard.draw.text_metrics import (
    ELLIPSIS,
    balance_lines,
    fit_text,
    join_items,
    measure_text_width,
    shorten_text,
    wrap_text,
)
from tests.dashboard.ruler import UNITS, load_font, measure_line

LABELS = st.lists(st.tuples(st.floats(-50, 450), st.floats(1, 30)), max_size=12)
TEXTS = st.text(alphabet="abc mWi%", max_size=80)


@given(LABELS)
def test_spread_labels_never_overlap(labels: list[tuple[float, float]]) -> None:
    """Labels keep their order and never overlap, and lie within the limits where they fit in."""
    targets, sizes = [target for target, _ in labels], [size for _, size in labels]
    centres = spread_labels(targets, sizes, 0.0, 400.0)
    order = sorted(range(len(labels)), key=lambda i: targets[i])
    for first, second in pairwise(order):
        assert centres[first] + sizes[first] / 2 <= centres[second] - sizes[second] / 2 + 1e-6
    if sum(sizes) <= 400:
        for centre, size in zip(centres, sizes, strict=True):
            assert size / 2 - 1e-6 <= centre <= 400 - size / 2 + 1e-6


def test_labels_that_do_not_overlap_stay_at_their_targets() -> None:
    """A label that overlaps no other is not moved."""
    assert spread_labels([100.0, 20.0], [10.0, 10.0], 0.0, 200.0) == [100.0, 20.0]


def test_two_labels_move_by_equal_amounts() -> None:
    """Two labels with one target move apart by equal amounts."""
    assert spread_labels([50.0, 50.0], [10.0, 10.0], 0.0, 100.0) == [45.0, 55.0]


def test_a_callout_avoids_drawn_points() -> None:
    """With drawn points on the right, the callout lies on the left."""
    drawn_points = np.array([[x, 50.0] for x in range(55, 150)])
    box = place_callout((50.0, 50.0), (30.0, 10.0), Box(0, 0, 200, 100), [], drawn_points)
    assert box is not None
    assert box.right < 50


@given(st.floats(0, 100), st.floats(0, 100), st.lists(st.tuples(st.floats(0, 90), st.floats(0, 90)), max_size=6))
def test_a_callout_is_free_and_inside(x: float, y: float, corners: list[tuple[float, float]]) -> None:
    """A callout overlaps nothing occupied and lies within its bounds, unless there is none."""
    bounds = Box(0, 0, 100, 100)
    occupied = [Box(left, top, left + 10, top + 10) for left, top in corners]
    box = place_callout((x, y), (20.0, 8.0), bounds, occupied, NO_POINTS)
    if box is not None:
        assert bounds.contains(box)
        assert not any(box.overlaps(other) for other in occupied)


def test_a_callout_wider_than_its_bounds_is_not_placed() -> None:
    """There is no place for a callout that is wider than its bounds."""
    assert place_callout((5.0, 5.0), (200.0, 10.0), Box(0, 0, 100, 100), [], NO_POINTS) is None


def test_a_leader_crosses_no_other_label() -> None:
    """A callout whose leader would cross another label lies elsewhere, unless there is no other place."""
    other_box, bounds = Box(60, 0, 70, 100), Box(0, 0, 200, 100)
    anchor, drawn_points = (50.0, 50.0), np.array([[x, y] for x in range(48) for y in range(100)], dtype=np.float64)
    # Points cover everything on the left; on the right it is free, but only beyond the other label.
    box = place_callout(anchor, (20.0, 8.0), bounds, [other_box], drawn_points)
    assert box is not None
    assert box.right <= 60
    narrow_bounds = Box(50, 0, 200, 100)
    far_box = place_callout(anchor, (20.0, 8.0), narrow_bounds, [other_box], drawn_points)
    assert far_box is not None
    assert far_box.left >= 70
    assert compute_leader(anchor, Box(53, 40, 60, 60)).tolist() == [[50.0, 50.0], [53.0, 50.0]]


def test_an_interpolated_line_breaks_at_gaps() -> None:
    """Points are added between two points, a gap has none, and the last point before it stays."""
    points = interpolate_line(np.array([[0.0, 0.0], [10.0, 0.0], [20.0, np.nan], [30.0, 0.0]]), 5.0)
    assert points[:, 0].tolist() == [0.0, 5.0, 10.0, 30.0]
    assert interpolate_line(np.array([[1.0, 2.0]]), 5.0).tolist() == [[1.0, 2.0]]


@pytest.mark.parametrize("bold", [False, True])
def test_widths_are_those_of_the_font(bold: bool) -> None:  # noqa: FBT001 - a test parameter
    """Measured widths agree with those of the font, without kerning."""
    for text in ("ATOM on Binance: up to 28 % below", "0123456789 \N{MINUS SIGN}+$,.:;()/", "jfkq WYZ “x” ≥"):
        expected = load_font(bold=bold).getlength(text, features=["-kern"]) / UNITS * 10
        assert measure_text_width(text, 10, bold=bold) == pytest.approx(expected, rel=0.02)


def list_printed_characters() -> list[str]:
    """Every printable character in the string constants of figures, and in the catalogue and the venues' files."""
    texts = [path.read_text(encoding="utf-8") for package in (data, collectors) for path in list_files(package, "toml")]
    for package in (dashboard, deviation):
        for path in list_files(package, "py"):
            nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            texts += [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return sorted({character for text in texts for character in text if character.isprintable()})


def list_files(package: ModuleType, ending: str) -> list[Path]:
    """The files of a package with an ending; at least one."""
    files = sorted(Path(package.__path__[0]).rglob(f"*.{ending}"))
    assert files
    return files


@pytest.mark.parametrize("bold", [False, True])
def test_every_printed_character_has_the_width_of_the_font(bold: bool) -> None:  # noqa: FBT001 - a test parameter
    """Widths are within 1 % for all texts of the program, and for accented letters, arrows and signs in files."""
    accented = [chr(code) for code in (*range(0xC0, 0x180), *range(0x1E00, 0x1F00))]
    latin = [letter for letter in accented if unicodedata.normalize("NFD", letter)[0].isascii()]
    letters = {*list_printed_characters(), *latin, *"øØłŁđĐßæÆœŒþÞðÐıƠƯ", *"←↑→↓↔▲▼▴▾◆◇●○■□•±÷≈≠≤≥°§€£¥½µ²³"}
    assert {*"aZ9", "→", "↑", "Σ", "≤", "é"} <= letters
    expected = {letter: measure_line(letter, bold=bold) for letter in sorted(letters)}
    wrong = {letter: measure_text_width(letter, 1, bold=bold) / width for letter, width in expected.items()}
    assert {letter: ratio for letter, ratio in wrong.items() if abs(ratio - 1) > 0.01} == {}


def test_an_accent_has_no_width() -> None:
    """An accented letter has the same width as one character and as two."""
    assert measure_text_width("e\u0301", 10) == measure_text_width("\u00e9", 10) == measure_text_width("e", 10)
    assert measure_text_width("e\u0301", 10, bold=True) == measure_text_width("e", 10, bold=True)


def test_tags_have_no_width() -> None:
    """Tags have no width, text in them is bold where the tag says so, and a break starts a new line."""
    plain_width, bold_width = measure_text_width("28 %", 10), measure_text_width("28 %", 10, bold=True)
    assert measure_text_width('<span style="color:#000000">28 %</span>', 10) == plain_width
    assert measure_text_width("<b>28 %</b>28 %", 10) == pytest.approx(plain_width + bold_width)
    assert measure_text_width("28 %<br>28 %", 10) == plain_width
    assert measure_text_width("\N{SNOWMAN}", 10) == 10


@given(TEXTS, st.floats(20, 300))
def test_wrapping_keeps_every_word(text: str, room: float) -> None:
    """Lines have all words in their order, and only a single word exceeds the width."""
    for lines in (wrap_text(text, 10, room), balance_lines(text, 10, room)):
        assert " ".join(lines).split() == text.replace(" %", "\u00a0%").split()
        assert all(measure_text_width(line, 10) <= room or " " not in line for line in lines)


def test_a_number_keeps_its_unit() -> None:
    """No line begins with a per cent sign."""
    assert all(not line.startswith("%") for line in wrap_text("43 % 43 % 43 % 43 %", 10, 45))


def test_fit_prefers_fewer_lines() -> None:
    """A smaller size on one line is preferred to a larger one on two; a text that does not fit is cut."""
    assert fit_text("one two three", (20, 10), 90, 2) == (10, ["one two three"])
    assert fit_text("one two three", (20,), 90, 2)[1] == ["one two", "three"]
    size, lines = fit_text("one two three four five six", (10,), 40, 2)
    assert (size, len(lines)) == (10, 2)
    assert lines[-1].endswith(ELLIPSIS)


@given(TEXTS, st.floats(15, 200))
def test_shortened_text_fits(text: str, room: float) -> None:
    """A shortened text is no wider than the limit."""
    assert measure_text_width(shorten_text(text, 10, room), 10) <= max(room, measure_text_width(ELLIPSIS, 10))


def test_a_list_counts_the_items_left_out() -> None:
    """A list has as many items as are accepted, and the number of the others."""
    assert join_items(["a", "b", "c"], lambda _: True) == "a, b, c"
    assert join_items(["a", "b", "c"], lambda text: "b" not in text) == "a and 2 more"
    assert join_items(["a", "b"], lambda _: False) == "2 in all"
    assert join_items([], lambda _: True) == ""
