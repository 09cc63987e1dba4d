"""The sheet of a single chart: texts, notes and legend around the chart."""

import pytest

from dashboard.draw.label_layout import Box
from dashboard.draw.theme import PALETTES
from dashboard.sheet.chart_sheet import ChartText, build_chart_sheet, build_sentence_drawer
from dashboard.sheet.legend import LegendItem, build_line_item, build_swatch_item, build_venue_item
from dashboard.sheet.sizes import FULL_SIZES, SHAPES, SheetSize
from dashboard.state.view import Theme
from tests.dashboard.scenarios import CATALOGUE, measure_scenario
from tests.dashboard.text_boxes import find_overlaps, measure_text_boxes


@pytest.mark.parametrize("size", FULL_SIZES)
def test_long_texts_leave_space_for_the_chart(size: SheetSize) -> None:
    """A long headline, many notes and a legend of several rows leave space for the chart, without overlaps."""
    boxes: list[Box] = []
    items: list[LegendItem] = [
        build_venue_item(CATALOGUE, venue, Theme.DARK, bold=venue == "okx") for venue in CATALOGUE.venues
    ]
    items += [build_swatch_item("0 to 2% below", "#808080", "#ffffff"), build_line_item("reference", "#808080", "dot")]
    chart_text = ChartText(
        headline="word " * 40, subtitle="under " * 40, method="how " * 60, notes=["left out, " * 60, "one."]
    )
    figure = build_chart_sheet(
        chart_text,
        lambda _, box: boxes.append(box),
        [measure_scenario("crash")],
        CATALOGUE,
        size=size,
        theme=Theme.DARK,
        legend_items=items,
    )
    (box,) = boxes
    assert Box(0, 0, SHAPES[size].width, SHAPES[size].height).contains(box)
    assert box.bottom - box.top > 0.35 * SHAPES[size].height
    assert find_overlaps(figure) == []
    assert [text for text, room in measure_text_boxes(figure) if room.overlaps(box)] == []


def test_the_sentence_of_an_empty_chart_is_centred() -> None:
    """The sentence in place of a chart is centred."""
    draw = build_sentence_drawer("Nothing here.", PALETTES[Theme.LIGHT])
    text = ChartText(headline="Head", subtitle="Under")
    measurements = [measure_scenario("crash")]
    figure = build_chart_sheet(text, draw, measurements, CATALOGUE, size=SheetSize.WIDE, theme=Theme.LIGHT)
    (text_box,) = [box for text, box in measure_text_boxes(figure) if text == "Nothing here."]
    assert (text_box.left + text_box.right) / 2 == pytest.approx(SHAPES[SheetSize.WIDE].width / 2)
