"""The comparison sheet: its texts, marks, scales and layout in every shape."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

import numpy as np
import plotly.graph_objects as go
import pytest

from dashboard.charts.comparison.block_rows import build_block, trim_blocks
from dashboard.charts.comparison.sheet import build_comparison_sheet, build_file_name
from dashboard.draw.label_layout import Box
from dashboard.draw.scene import Scene
from dashboard.sheet.frame import WATERMARK
from dashboard.sheet.sizes import SHAPES, SheetSize
from dashboard.state.view import Theme
from dashboard.text.sentences import select_notes, write_unranked
from data.schema import Evidence
from deviation.question import Group
from deviation.report.headline import ILLUSTRATION
from tests.dashboard.scenarios import CATALOGUE, SCENARIOS, measure_crash, measure_scenario
from tests.dashboard.text_boxes import collect_annotation_text, find_overlaps, measure_text_boxes

HEX = re.compile(r"#[0-9a-f]{6}")


EACH_SIZE = pytest.mark.parametrize("size", SheetSize)


@cache
def build_sheet(name: str, size: SheetSize = SheetSize.WIDE) -> go.Figure:
    """The figure of a scenario; cached."""
    return build_comparison_sheet(measure_scenario(name), CATALOGUE, size=size)


def find_trace(figure: go.Figure, name: str) -> go.Scatter:
    """The only trace of that name."""
    (matching,) = [item for item in figure.data if item.name == name]
    return matching


@pytest.mark.parametrize("name", SCENARIOS)
@EACH_SIZE
def test_no_text_collides(name: str, size: SheetSize) -> None:
    """No two texts of a picture overlap."""
    assert find_overlaps(build_sheet(name, size)) == []


@pytest.mark.parametrize("name", SCENARIOS)
@EACH_SIZE
def test_no_text_leaves_the_sheet(name: str, size: SheetSize) -> None:
    """Every text stands inside the sheet, with a margin."""
    sheet = Box(40, 12, SHAPES[size].width - 40, SHAPES[size].height - 12)
    assert [text for text, box in measure_text_boxes(build_sheet(name, size)) if not sheet.contains(box)] == []


@pytest.mark.parametrize("name", SCENARIOS)
@EACH_SIZE
def test_no_line_to_a_label_crosses_text(name: str, size: SheetSize) -> None:
    """The thin lines from labels to their points or lines cross no text."""
    figure = build_sheet(name, size)
    width, height = figure.layout.width, figure.layout.height
    boxes = measure_text_boxes(figure)
    for line in (shape for shape in figure.layout.shapes if shape.line.width == 0.8):
        shares = np.linspace(0.1, 0.9, 9)
        x, y = line.x0 + (line.x1 - line.x0) * shares, line.y0 + (line.y1 - line.y0) * shares
        points = np.column_stack([x * width, (1 - y) * height])
        assert [text for text, box in boxes if box.count_points(points)] == []


@pytest.mark.parametrize("name", SCENARIOS)
@EACH_SIZE
def test_text_is_large_enough(name: str, size: SheetSize) -> None:
    """No text is smaller than 12 pixels, which is legible at half the size of the file."""
    assert min(note.font.size for note in build_sheet(name, size).layout.annotations) >= 12


@pytest.mark.parametrize("name", SCENARIOS)
@EACH_SIZE
def test_subplots_do_not_overlap(name: str, size: SheetSize) -> None:
    """No subplot overlaps another, and no axis overlays another one."""
    layout = build_sheet(name, size).layout.to_plotly_json()
    suffixes = [key.removeprefix("xaxis") for key in layout if key.startswith("xaxis")]
    boxes = [
        Box(x[0], 1 - y[1], x[1], 1 - y[0])
        for x, y in ((layout[f"xaxis{s}"]["domain"], layout[f"yaxis{s}"]["domain"]) for s in suffixes)
    ]
    assert not any(first.overlaps(second) for i, first in enumerate(boxes) for second in boxes[i + 1 :])
    assert not any("overlaying" in layout[f"yaxis{s}"] for s in suffixes)


@pytest.mark.parametrize("name", SCENARIOS)
def test_colours_are_full_hex(name: str) -> None:
    """Every colour of every trace, shape and text has six hexadecimal digits, as plotly 7 requires."""
    colours: list[str] = []

    def collect_colours(value: object, key: str = "") -> None:
        if isinstance(value, dict):
            for child_key, child in value.items():
                collect_colours(child, child_key)
        elif isinstance(value, list | tuple):
            for child in value:
                collect_colours(child, key)
        elif isinstance(value, str) and key.endswith("color"):
            colours.append(value)

    collect_colours(build_sheet(name).to_plotly_json())
    assert colours
    assert [colour for colour in colours if not HEX.fullmatch(colour)] == []


def test_the_picture_is_deterministic() -> None:
    """The same measurement gives the same figure, byte for byte."""
    assert build_comparison_sheet(measure_crash(), CATALOGUE).to_json() == build_sheet("crash").to_json()


@pytest.mark.parametrize(("size", "pixels"), [("wide", (1600, 900)), ("square", (1200, 1200)), ("tall", (1080, 1350))])
def test_size_and_kind(size: str, pixels: tuple[int, int]) -> None:
    """16:9, 1:1 or 4:5, made of plain scatter traces, without a legend."""
    figure = build_sheet("crash", SheetSize(size))
    assert (figure.layout.width, figure.layout.height) == pixels
    assert {item.type for item in figure.data} == {"scatter"}
    assert figure.layout.template.layout.showlegend is False


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_shape_changes_only_the_layout(name: str) -> None:
    """Every shape has the same headline, charts and values; square and tall ones have venues below the charts."""
    wide_figure = build_sheet(name)
    for size in (SheetSize.SQUARE, SheetSize.TALL):
        figure = build_sheet(name, size)
        chart_names = [item.name for item in wide_figure.data if not item.name.endswith(", depth")]
        assert [item.name for item in figure.data if not item.name.endswith(", depth")] == chart_names
        assert collect_annotation_text(figure).split()[:8] == collect_annotation_text(wide_figure).split()[:8]
        positions = {note.text: (note.x, note.y) for note in figure.layout.annotations}
        deviation = figure.layout.yaxis2.domain
        assert all(y < deviation[0] for text, (_, y) in positions.items() if text.startswith("<b>Against "))


@EACH_SIZE
@pytest.mark.parametrize("name", ["crash", "thin", "fair_value", "crowd", "illustration"])
def test_charts_have_the_larger_part(name: str, size: SheetSize) -> None:
    """The plots of prices and deviations take more than a sixth of the sheet, however many venues there are."""
    layout = build_sheet(name, size).layout
    width = layout.xaxis.domain[1] - layout.xaxis.domain[0]
    height = sum(axis.domain[1] - axis.domain[0] for axis in (layout.yaxis, layout.yaxis2))
    assert width * height > 1 / 6


def test_dark_paper() -> None:
    """Dark paper has light text, and the same text in the same places."""
    light_figure, dark_figure = (
        build_sheet("crash"),
        build_comparison_sheet(measure_crash(), CATALOGUE, theme=Theme.DARK),
    )
    assert dark_figure.layout.template.layout.paper_bgcolor == "#15181c"
    assert dark_figure.layout.annotations[0].font.color == "#f2f4f6"
    assert collect_annotation_text(dark_figure) == collect_annotation_text(light_figure)
    assert [box for _, box in measure_text_boxes(dark_figure)] == [box for _, box in measure_text_boxes(light_figure)]


def test_the_focus_line_holds_the_closes() -> None:
    """The bold line is the focus venue's close in dollars, on a grid of minutes in UTC."""
    line, row = find_trace(build_sheet("kraken"), "Kraken"), measure_scenario("kraken").focus_row
    assert row is not None
    assert line.x0 == "2025-10-10 21:00:00"
    assert line.dx == 60_000
    assert line.y.dtype == np.float32
    assert line.y[30] == pytest.approx(row.minutes.price[30])


def test_the_deviation_is_in_per_cent() -> None:
    """The line against the own group is d in per cent."""
    line, row = find_trace(build_sheet("crash"), "against USDT venues"), measure_scenario("crash").focus_row
    assert row is not None
    assert line.y[30] == pytest.approx(100 * row.series[Group.USDT].d[30])


def test_the_headline_is_the_finding() -> None:
    """The first texts are the headline of the measurement."""
    text = collect_annotation_text(build_sheet("kraken"))
    assert text.startswith("ATOM on Kraken: up to 2.3 % above other USD exchanges")
    assert "At least 2 % above for 1 of 90 and 11 of 90 firm minutes." in text


def test_the_baseline_is_described() -> None:
    """The line on the method has the largest deviation of the firm minutes before, or states that there were none."""
    assert "in the 60 firm minutes before, never more than 0.2 % off USDT venues" in collect_annotation_text(
        build_sheet("calm")
    )
    assert "no minute had the three votes that make it firm" in collect_annotation_text(build_sheet("crash"))


def test_both_clocks_are_named() -> None:
    """Ticks are in UTC and in UTC+8, each row with its day."""
    text = collect_annotation_text(build_sheet("crash")).splitlines()
    assert {"UTC, 10 Oct", "UTC+8, 11 Oct", "21:30", "05:30"} <= set(text)


def test_a_trade_off_the_scale_is_an_arrow() -> None:
    """The axis holds closes; a trade below it is labelled at its lower edge and does not stretch it."""
    figure = build_sheet("crowd")
    assert "lowest trade 0.5 at 21:20" in collect_annotation_text(figure)
    assert 10 ** figure.layout.yaxis.range[0] > 0.5
    assert any(shape.type == "path" for shape in figure.layout.shapes)


def test_a_lower_trade_of_another_venue_is_named() -> None:
    """The arrow of another venue that traded lower than the focus venue, below the scale, has the venue's name."""
    measurement = replace(
        measure_scenario("crowd"), question=replace(measure_scenario("crowd").question, focus="kraken")
    )
    text = collect_annotation_text(build_comparison_sheet(measurement, CATALOGUE))
    assert "Binance 0.5 at 21:20" in text
    assert "lowest trade 0.63 at 21:20" in text


def test_a_low_on_the_scale_is_named() -> None:
    """A lowest trade within the axis is labelled if it is clearly below the lowest close."""
    measurement = measure_scenario("low_on_scale")
    assert "lowest trade 2.6 at 21:20" in collect_annotation_text(build_comparison_sheet(measurement, CATALOGUE))


@pytest.mark.parametrize("name", ["crash", "one_group", "as_is"])
def test_the_footer_names_every_parameter(name: str) -> None:
    """Two texts name origin, gaps, quotes, parameters, window, version, and the limits of candles."""
    sources, choices = [text for text, box in measure_text_boxes(build_sheet(name)) if box.top > 830]
    assert sources.startswith("Candles of")
    assert "Median, enter" in choices
    assert "Window chosen by hand, 10 Oct 2025 21:00 to 22:" in choices
    assert choices.endswith("Candles cannot show why.")


def test_gaps_are_named() -> None:
    """The footer names markets with missing minutes and markets that were left out."""
    text = collect_annotation_text(build_sheet("one_group"))
    assert "Minutes missing: Binance 15." in text
    assert "Left out: Upbit ATOM/KRW." in text
    assert "Quotes as printed, not converted." in collect_annotation_text(build_sheet("as_is"))


def test_the_illustration_says_so() -> None:
    """On the reconstruction headline and watermark mark an illustration, no rank is given, assumed lines are dashed."""
    assumed = frozenset({("okx", "ATOM/USDT"), ("binance", "ATOM/USDT"), ("binance", "ATOM/USDC")})
    figure = build_comparison_sheet(measure_scenario("illustration"), CATALOGUE, assumed=assumed)
    text = collect_annotation_text(figure)
    assert text.startswith(ILLUSTRATION)
    assert WATERMARK in text
    assert "Deepest of" not in text
    assert "Not ranked: illustration from published figures." in text
    names = {"OKX", "Gate", "Kraken", "Binance"}
    dashes = {item.name: item.line.dash for item in figure.data if item.name in names}
    assert dashes == {"OKX": "dash", "Gate": "solid", "Kraken": "solid", "Binance": "dash"}


def test_a_measurement_has_no_watermark() -> None:
    """Real candles are not marked as an illustration."""
    assert WATERMARK not in collect_annotation_text(build_sheet("crash"))


def test_families_differ_in_dash() -> None:
    """On real candles USDT venues are solid and USD venues dashed."""
    lines = {item.name: item.line.dash for item in build_sheet("crash").data if item.name in {"OKX", "Kraken"}}
    assert lines == {"OKX": "solid", "Kraken": "dash"}


def test_fair_value_is_described() -> None:
    """A wrapped asset is compared with fair value, with the ratio, its range and its source."""
    text = collect_annotation_text(build_sheet("fair_value"))
    assert "Against fair value by USDT exchanges" in text
    assert "1.078 ETH per WBETH" in text
    assert "Binance WBETH/ETH" in text
    assert "none known: no fair value" in collect_annotation_text(build_sheet("no_ratio"))


def test_thin_minutes_are_marked() -> None:
    """With thin minutes only, the key explains hollow dots, counts are in brackets, and the voters are named."""
    text = collect_annotation_text(build_sheet("thin"))
    assert "against Coinbase and Gemini only, 21:20" in text
    assert "(14 of 60)" in text
    assert "hollow: only one or two votes" in text


def test_a_focus_without_candles_is_reported() -> None:
    """The plot of deviations states that the focus venue has no candle."""
    assert "no candle of Binance in the window" in collect_annotation_text(build_sheet("without_focus"))


def test_calm_does_not_look_dramatic() -> None:
    """The axis of deviations spans enter on both sides, the axis of prices at least 2 % of the price."""
    layout = build_sheet("calm").layout
    assert layout.yaxis2.range[0] < -2
    assert layout.yaxis2.range[1] > 2
    assert layout.yaxis.type == "linear"
    assert layout.yaxis.range[1] - layout.yaxis.range[0] > 0.08


def test_venues_without_room_are_counted() -> None:
    """The number of venues without room is given, and the focus venue is never left out."""
    text = collect_annotation_text(build_sheet("crowd"))
    assert "more not shown." in text
    blocks = [build_block(Scene(measure_scenario("crowd"), CATALOGUE), group) for group in Group]
    trimmed_blocks, hidden_counts = trim_blocks(blocks, 1)
    assert [[row.name for row in block.rows] for block in trimmed_blocks] == [["Binance"], ["Binance (USDT)"]]
    assert sum(hidden_counts) == sum(len(block.rows) for block in blocks) - 2


def test_the_deepest_come_first() -> None:
    """Ranked venues are in the order of their depth; the focus venue comes first in the block of the other group."""
    blocks = {group: build_block(Scene(measure_scenario("kraken"), CATALOGUE), group) for group in Group}
    depths = [row.depth for row in blocks[Group.USD].rows]
    assert depths == sorted(depths, key=lambda depth: depth or 0.0)
    assert blocks[Group.USDT].rows[0].name == "Kraken"


def test_reasons_for_no_rank() -> None:
    """A reason that holds for all is given once; others name their venues, the first five of many."""
    assert write_unranked(measure_scenario("thin"), CATALOGUE, Group.USD) == "Not ranked: firm in 0 of 60 minutes."
    assert write_unranked(measure_scenario("crash"), CATALOGUE, Group.USDT) == ""
    assert "Binance USD-M perpetual" in write_unranked(measure_scenario("crowd"), CATALOGUE, Group.USDT)
    assert "more (" in write_unranked(measure_scenario("crowd"), CATALOGUE, Group.USDT)


def test_at_most_three_notes_on_this_asset() -> None:
    """At most three notes near the extreme have marks; notes only on other assets have none."""
    notes = select_notes(measure_scenario("crash"), CATALOGUE, 0.5)
    assert [f"{note.at:%H:%M}" for note in notes] == ["21:15", "21:18", "21:20"]
    assert any("WBETH" in note.text for note in select_notes(measure_scenario("fair_value"), CATALOGUE, 0.5))
    assert select_notes(measure_scenario("one_group"), CATALOGUE, 0.5) == []


def test_notes_too_close_are_left_out() -> None:
    """Of two notes closer than the given number of minutes only the better one is selected."""
    notes = select_notes(measure_scenario("crash"), CATALOGUE, 5.0)
    assert [f"{note.at:%H:%M}" for note in notes] == ["21:15", "21:20"]


def test_names_of_files() -> None:
    """A name has asset, focus, windows and content, then what is not the default; unsafe characters are replaced."""
    question = replace(
        measure_scenario("crash").question,
        start=datetime(2025, 10, 10, 20, 45, tzinfo=UTC),
        end=datetime(2025, 10, 10, 23, 15, tzinfo=UTC),
    )
    measurement = replace(measure_scenario("crash"), question=question)
    assert build_file_name(measurement) == "plumbline_ATOM_binance_2025-10-10T2045Z-2315Z_comparison.png"
    unusual_name = build_file_name(measurement, file_format="svg", size=SheetSize.TALL, theme=Theme.DARK)
    assert unusual_name == "plumbline_ATOM_binance_2025-10-10T2045Z-2315Z_comparison_tall_dark.svg"
    lows_name = build_file_name(measurement, "lows", "csv", asset="all")
    assert lows_name == "plumbline_all_binance_2025-10-10T2045Z-2315Z_lows.csv"
    second_window = datetime(2023, 3, 10, 20, tzinfo=UTC), datetime(2023, 3, 11, tzinfo=UTC)
    two_windows_name = build_file_name(measurement, "compare", "csv", asset="all", second_window=second_window)
    assert (
        two_windows_name
        == "plumbline_all_binance_2025-10-10T2045Z-2315Z_vs_2023-03-10T2000Z-2023-03-11T0000Z_compare.csv"
    )
    assert build_file_name(measurement, second_window=(question.start, question.end)) == build_file_name(measurement)
    long_question = replace(
        question, end=datetime(2025, 10, 12, tzinfo=UTC), asset="币安/../人_生", origin=Evidence.RECONSTRUCTION
    )
    long_name = build_file_name(replace(measurement, question=long_question))
    assert long_name == (
        "plumbline_币安-..-人-生_binance_2025-10-10T2045Z-2025-10-12T0000Z_comparison_illustration.png"
    )


def test_marks_have_their_times() -> None:
    """Each note's vertical line has its time above the charts, and the note below begins with that time in bold."""
    figure = build_sheet("crash")
    times = ("21:15", "21:18", "21:20")
    time_boxes = {text: box for text, box in measure_text_boxes(figure) if text in times}
    assert sorted(time_boxes) == list(times)
    mark_positions = {
        round(shape.x0, 6) for shape in figure.layout.shapes if shape.line.dash == "dot" and shape.x0 == shape.x1
    }
    assert len(mark_positions) == 3
    notes = "".join(note.text for note in figure.layout.annotations)
    assert [notes.count(f"<b>{time}</b>") for time in times] == [1, 1, 1]


def test_the_scale_of_marks_holds_closes() -> None:
    """Bounds of a lowest trade far below the closes end in an arrow at the end of the scale, which the key explains."""
    figure = build_sheet("crowd")
    low = figure.layout.xaxis11.range[0]
    deepest = min(item.x[0] for item in figure.data if item.name.endswith(", depth") and len(item.x) == 1)
    assert -40 < low <= deepest
    assert any(item.marker.symbol == "triangle-left" and item.x[0] == low for item in figure.data)
    assert "arrow: goes on beyond the scale" in collect_annotation_text(figure)
    assert "arrow:" not in collect_annotation_text(build_sheet("calm"))


def test_minutes_by_state_without_a_firm_minute() -> None:
    """Without a firm minute a fact lists the minutes by state of the venues that voted least."""
    lines = collect_annotation_text(build_sheet("thin")).splitlines()
    start = lines.index("Venues that traded least, in minutes")
    assert lines[start + 1 : start + 10] == ["", "voting", "small", "quiet", "missing", "Gemini", "20", "10", "0"]
    assert "Venues that traded least, in minutes" not in collect_annotation_text(build_sheet("crash"))


def test_families_have_a_sample_of_their_dash() -> None:
    """Labels of groups have a sample of their lines' dash; on the reconstruction dashed lines are assumed."""
    texts = [note.text for note in build_sheet("crash").layout.annotations]
    assert {"5 USDT venues", "4 USD venues"} <= set(texts)
    samples = [s.line.dash for s in build_sheet("crash").layout.shapes if abs(s.x1 - s.x0) * 1600 == pytest.approx(26)]
    assert sorted(samples) == ["dash", "dash", "solid", "solid"]
    assert "dashed: assumed" in collect_annotation_text(
        build_comparison_sheet(measure_scenario("illustration"), CATALOGUE, assumed=frozenset({("okx", "ATOM/USDT")}))
    )


def test_a_picture_without_a_vote_states_it() -> None:
    """The empty plot of deviations has a sentence on why."""
    assert "nothing to compare with: nobody else voted in the window" in collect_annotation_text(build_sheet("alone"))
