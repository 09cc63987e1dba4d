"""Cells in the columns of a table on the printed sheet."""

from dashboard.sheet.canvas import Sheet
from dashboard.sheet.table import Cell, Column, SheetTable, fit_cell, measure_column

COLUMNS = (Column(0, "left"), Column(100, heading=("lowest", "trade")), Column(150, heading=("", "UTC")))


def list_texts(sheet: Sheet) -> list[tuple[str, float, float, str]]:
    """Text, x and y in pixels, and alignment of everything on a sheet of 200 times 100 pixels."""
    return [
        (note["text"], round(200 * note["x"], 6), round(100 * (1 - note["y"]), 6), note["xanchor"])
        for note in sheet.annotations
    ]


def test_headings_stand_at_their_columns() -> None:
    """Lines of a heading have the given heights; empty lines and columns without a heading are left out."""
    sheet = Sheet(200, 100)
    SheetTable(20, COLUMNS).draw_headings(sheet, (10, 26), "#000000")
    assert list_texts(sheet) == [("lowest", 120, 10, "right"), ("trade", 120, 26, "right"), ("UTC", 170, 26, "right")]


def test_cells_stand_at_their_columns() -> None:
    """A cell is set at its column's edge, two lines evenly above and below the row's middle, none where it is None."""
    sheet = Sheet(200, 100)
    cells = [Cell("Gate\nspot", 10, "#000000", is_bold=True), None, Cell("21:20", 10, "#000000")]
    SheetTable(20, COLUMNS).draw_row(sheet, 50, cells)
    assert list_texts(sheet) == [
        ("<b>Gate</b>", 20, 44.5, "left"),
        ("<b>spot</b>", 20, 55.5, "left"),
        ("21:20", 170, 50, "right"),
    ]


def test_a_cell_is_set_smaller_then_broken_then_cut() -> None:
    """One line in a smaller size comes before two lines; what is too wide for both ends in an ellipsis."""
    assert fit_cell("mmmm", (10, 5), 20, 2, "#000000") == Cell("mmmm", 5, "#000000")
    assert fit_cell("mmmm mmmm", (10, 5), 20, 2, "#000000") == Cell("mmmm\nmmmm", 5, "#000000")
    assert fit_cell("mmmmmmmm", (10, 5), 20, 1, "#000000").text.endswith("\N{HORIZONTAL ELLIPSIS}")


def test_a_column_is_as_wide_as_its_widest_text() -> None:
    """The letter m is 0.974 of the font size wide; headings have a font size of 13."""
    assert measure_column(["mm", "m"], 10) == 19.48
    assert measure_column(["m"], 10, ("mm",)) == 25.324
    assert measure_column([], 10) == 0
