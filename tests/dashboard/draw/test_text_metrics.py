import ast
import unicodedata
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

import collectors
import dashboard
import data
import deviation
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

TEXTS = st.text(alphabet="abc mWi%", max_size=80)


@pytest.mark.parametrize("bold", [False, True])
def test_widths_are_those_of_the_font(bold: bool) -> None:  # noqa: FBT001 - a test parameter
    """Measured widths agree with those of the font, without kerning."""
    for text in ("ATOM on Binance: up to 28% below", "0123456789 \N{MINUS SIGN}+$,.:;()/", "jfkq WYZ “x” ≥"):
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
    """Widths are within 1% for all texts of the program, and for accented letters, arrows and signs in files."""
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
    plain_width, bold_width = measure_text_width("28%", 10), measure_text_width("28%", 10, bold=True)
    assert measure_text_width('<span style="color:#000000">28%</span>', 10) == plain_width
    assert measure_text_width("<b>28%</b>28%", 10) == pytest.approx(plain_width + bold_width)
    assert measure_text_width("28%<br>28%", 10) == plain_width
    assert measure_text_width("\N{SNOWMAN}", 10) == 10


@given(TEXTS, st.floats(20, 300))
def test_wrapping_keeps_every_word(text: str, room: float) -> None:
    """Lines have all words in their order, and only a single word exceeds the width."""
    for lines in (wrap_text(text, 10, room), balance_lines(text, 10, room)):
        assert " ".join(lines).split() == text.replace(" %", "\u00a0%").split()
        assert all(measure_text_width(line, 10) <= room or " " not in line for line in lines)


def test_a_number_keeps_its_unit() -> None:
    """No line begins with a per cent sign."""
    assert all(not line.startswith("%") for line in wrap_text("43% 43% 43% 43%", 10, 45))


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
