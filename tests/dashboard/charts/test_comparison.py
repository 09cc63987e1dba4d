"""The comparison sheet: its texts, marks, scales and layout in every shape."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache

import numpy as np
import plotly.graph_objects as go
import polars as pl
import pytest

from dashboard.charts.comparison.block_arrangement import trim_blocks
from dashboard.charts.comparison.block_rows import list_blocks
from dashboard.charts.comparison.sheet import build_comparison_sheet
from dashboard.draw.label_layout import Box
from dashboard.draw.scene import Scene
from dashboard.sheet.file_name import build_file_name
from dashboard.sheet.frame import WATERMARK
from dashboard.sheet.imprint import Imprint
from dashboard.sheet.sizes import FULL_SIZES, SHAPES, SheetSize
from dashboard.state.view import Theme
from dashboard.text.clock import Zone
from dashboard.text.sentences import select_notes, write_unranked
from data.schema import Evidence
from deviation.measurement import Measurement
from deviation.question import USD, USDT
from deviation.side import Side
from tests.dashboard.scenarios import (
    CATALOGUE,
    SCENARIOS,
    build_candles,
    measure_crash,
    measure_frames,
    measure_scenario,
)
from tests.dashboard.scenarios import (
    USDT as USDT_VENUES,
)
from tests.dashboard.text_boxes import collect_annotation_text, find_overlaps, measure_text_boxes

HEX = re.compile(r"#[0-9a-f]{6}")
BLOCK_TITLE = re.compile(r"^<b>(\w+ exchanges, each vs the others|Vs fair value by \w+ exchanges)</b>$")


EACH_SIZE = pytest.mark.parametrize("size", SheetSize)
EACH_FULL_SIZE = pytest.mark.parametrize("size", FULL_SIZES)


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
    side = SHAPES[size].margin - 2
    sheet = Box(side, 8, SHAPES[size].width - side, SHAPES[size].height - 8)
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
    """No text is smaller than 12 pixels, legible at half the size of the file; in print 17, 6 points at 85 mm."""
    least = 17 if size is SheetSize.PRINT else 12
    assert min(note.font.size for note in build_sheet(name, size).layout.annotations) >= least


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


@pytest.mark.parametrize(
    ("size", "pixels"),
    [("wide", (1600, 900)), ("square", (1200, 1200)), ("tall", (1080, 1350)), ("print", (680, 720))],
)
def test_size_and_kind(size: str, pixels: tuple[int, int]) -> None:
    """16:9, 1:1, 4:5 or a column of 85 mm, made of plain scatter traces, without a legend."""
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
        chart_names = [item.name for item in wide_figure.data if not item.name.endswith(", mark")]
        assert [item.name for item in figure.data if not item.name.endswith(", mark")] == chart_names
        assert collect_annotation_text(figure).split()[:8] == collect_annotation_text(wide_figure).split()[:8]
        positions = {note.text: (note.x, note.y) for note in figure.layout.annotations}
        deviation = figure.layout.yaxis2.domain
        titles = {text: y for text, (_, y) in positions.items() if BLOCK_TITLE.search(text)}
        assert all(y < deviation[0] for y in titles.values())
        assert titles


@EACH_FULL_SIZE
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
    """The bold line is the focus venue's close, on a grid of minutes in UTC: in minute 31 a fifth of 12% is back."""
    line = find_trace(build_sheet("kraken"), "Kraken")
    assert line.x0 == "2025-10-10 21:00:00"
    assert line.dx == 60_000
    assert line.y.dtype == np.float32
    assert line.y[30:32] == pytest.approx([4 * 0.88, 4 * (1 - 0.12 * 0.8)])


def test_the_deviation_is_in_per_cent() -> None:
    """Binance closed at 1.6 while the others closed at 2.64 to 2.8, their middle at 2.72."""
    line = find_trace(build_sheet("crash"), "against USDT exchanges")
    assert line.y[30] == pytest.approx(100 * (1.6 / 2.72 - 1))


def test_the_headline_is_the_finding() -> None:
    """The first texts are all sentences of the headline, whole."""
    text = " ".join(collect_annotation_text(build_sheet("kraken")).split())
    assert text.startswith(
        "ATOM/USD on Kraken: up to 2.3% above other USD exchanges; Coinbase further still (4.7%) At least 2% above in "
        "1 of 90 comparable minutes"
    )
    assert "All 4 USD exchanges traded 24-32% above USDT exchanges at their highest." in text


def test_the_baseline_is_described() -> None:
    """The line on the method has the largest deviation before, or states that there was nothing to compare."""
    text = " ".join(collect_annotation_text(build_sheet("crash")).split())
    assert "compared with the median of the other exchanges quoting in the same currency." in text
    assert "no minute had prices from three other exchanges." in text


def test_choices_are_visible() -> None:
    """What was chosen by hand stands in a line of its own, and is not repeated among the notes."""
    text = collect_annotation_text(build_sheet("as_is"))
    assert (
        "Chosen by hand: window 2025-10-10 21:00 to 2025-10-10 22:00 UTC; stablecoins taken as $1; threshold 5%"
        in " ".join(text.split())
    )
    assert text.count("Chosen by hand") == 1
    bold = [note.text for note in build_sheet("as_is").layout.annotations if "Chosen by hand" in note.text]
    assert bold[0].startswith("<b>")


@pytest.mark.parametrize(
    ("zone", "first", "label"), [(Zone.UTC, "21:30", "21:30"), (Zone.UTC8, "05:30", "05:30 UTC+8")]
)
def test_every_time_is_on_the_chosen_clock(zone: Zone, first: str, label: str) -> None:
    """The darker ticks, the labels of extremes and the columns of times are on the chosen clock, which they name."""
    figure = build_comparison_sheet(measure_scenario("crash"), CATALOGUE, zone=zone)
    texts = [note.text for note in figure.layout.annotations]
    ticks = [note for note in figure.layout.annotations if note.text in {"21:30", "05:30"} and note.font.size == 14]
    assert [note.text for note in ticks] == [first]
    assert f"lowest trade <b>0.001</b> at {label}" in texts
    assert f"<b>\N{MINUS SIGN}41%</b> vs other USDT exchanges, {label}" in texts
    other = "21:30" if zone is Zone.UTC8 else "05:30"
    assert not any(other in text for text in texts if text != other)
    assert str(zone) in texts


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


@cache
def measure_spike() -> Measurement:
    """All stay at 10, but for one trade at 50 on Binance in minute 20."""
    frames = [build_candles((venue, "ATOM/USDT"), np.full(60, 10.0)) for venue in ("binance", *USDT_VENUES)]
    frames[0] = frames[0].with_columns(
        pl.when(pl.col("open_time").dt.minute() == 20).then(50.0).otherwise("high").alias("high")
    )
    return measure_frames(frames, 60)


@EACH_SIZE
def test_a_trade_far_above_is_shown_like_one_below(size: SheetSize) -> None:
    """A trade at 50 among prices of 10 is at the upper edge of the prices, and 400% above on the axis of deviations."""
    figure = build_comparison_sheet(measure_spike(), CATALOGUE, size=size)
    text = " ".join(collect_annotation_text(figure).split())
    assert "highest trade 50 at 21:20, at least 400% above" in text
    spans = [item for item in figure.data if item.name == "possible range of the trade"]
    assert sorted(value for item in spans for value in item.y.tolist()) == pytest.approx([0, 400, 400, 400])
    axis = figure.layout["yaxis" if size is SheetSize.PRINT else "yaxis2"]
    assert axis.range[1] > 400
    if size is not SheetSize.PRINT:
        assert "highest trade 50 at 21:20 " in text
        assert "highest" in [note.text for note in figure.layout.annotations]


def test_a_lower_trade_of_another_venue_is_named() -> None:
    """The arrow of another venue that traded lower than the focus venue, below the scale, has the venue's name."""
    measurement = replace(
        measure_scenario("crowd"), question=replace(measure_scenario("crowd").question, focus="kraken")
    )
    text = collect_annotation_text(build_comparison_sheet(measurement, CATALOGUE))
    assert "Binance lowest trade 0.5 at 21:20" in text
    assert "lowest trade 0.63 at 21:20" in text


def test_a_low_on_the_scale_is_named() -> None:
    """A lowest trade within the axis is labelled if it is clearly below the lowest close."""
    measurement = measure_scenario("low_on_scale")
    assert "lowest trade 2.6 at 21:20" in collect_annotation_text(build_comparison_sheet(measurement, CATALOGUE))


def test_a_split_benchmark_is_a_band() -> None:
    """Where two others close at 4 and two at 10, the benchmark reaches from 4 to 10, and the title says what it is."""
    others = zip(USDT_VENUES, (4.0, 4.0, 10.0, 10.0), strict=False)
    frames = [build_candles((venue, "ATOM/USDT"), np.full(30, price)) for venue, price in others]
    frames.append(build_candles(("binance", "ATOM/USDT"), np.full(30, 5.6)))
    figure = build_comparison_sheet(measure_frames(frames, 30), CATALOGUE)
    band = find_trace(figure, "benchmark")
    assert (np.nanmin(band.y), np.nanmax(band.y)) == (4, 10)
    assert "band: between the two middle prices of the others" in collect_annotation_text(figure)
    assert "benchmark" not in {item.name for item in build_sheet("crash").data}


@pytest.mark.parametrize("name", ["crash", "one_group", "as_is"])
def test_the_footer_names_source_and_method(name: str) -> None:
    """The source line has program, link and day; the other reference, threshold, volume, window and the limit."""
    imprint = Imprint("example.org/explorer?asset=ATOM", date(2026, 11, 30))
    figure = build_comparison_sheet(measure_scenario(name), CATALOGUE, imprint=imprint)
    source, method = [text for text, box in measure_text_boxes(figure) if box.top > 830]
    assert source.startswith("Source: 1-minute prices of ")
    assert "; analysis: Plumbline " in source
    assert ", example.org/explorer?asset=ATOM, 30\N{NO-BREAK SPACE}Nov\N{NO-BREAK SPACE}2026." in source
    assert "Method: deviation from the median of the other exchanges; threshold " in method
    assert "Window: 10 Oct 2025 21:00 to 22:" in method
    assert method.endswith("prices cannot show the cause.")


def test_gaps_are_named() -> None:
    """The footer names markets with missing minutes."""
    assert "Minutes missing: Binance 15." in collect_annotation_text(build_sheet("one_group"))
    assert "Minutes missing" not in collect_annotation_text(build_sheet("crash"))


def test_the_strip_of_states_is_there_where_something_is_missing() -> None:
    """With every minute comparable there is no strip; with minutes missing it counts them."""
    assert "yaxis3" not in build_sheet("crash").layout.to_plotly_json()
    text = collect_annotation_text(build_sheet("one_group"))
    assert "45 counted" in text
    assert "15 missing from this data" in text


def test_fills_are_explained() -> None:
    """The title says what light and dark fills are, on the side where they are; without fills it says nothing."""
    text = " ".join(collect_annotation_text(build_sheet("crash")).split())
    assert "shaded: more than 2% below; dark: for the entire minute" in text
    assert "shaded: more than 2% above" in " ".join(collect_annotation_text(build_sheet("kraken")).split())
    assert "shaded" not in collect_annotation_text(build_sheet("calm"))


def test_the_illustration_says_so() -> None:
    """On the reconstruction the headline has published figures, with a watermark and no rank; assumed is dashed."""
    assumed = frozenset({("okx", "ATOM/USDT"), ("binance", "ATOM/USDT"), ("binance", "ATOM/USDC")})
    figure = build_comparison_sheet(measure_scenario("illustration"), CATALOGUE, assumed=assumed)
    text = " ".join(collect_annotation_text(figure).split())
    assert text.startswith("Published: ATOM/USDT fell to 0.001 on Binance at 21:20")
    assert WATERMARK in text
    assert "The largest of" not in text
    names = {"OKX", "Gate", "Kraken", "Binance"}
    dashes = {item.name: item.line.dash for item in figure.data if item.name in names}
    assert dashes == {"OKX": "dash", "Gate": "solid", "Kraken": "solid", "Binance": "dash"}


def test_a_measurement_has_no_watermark() -> None:
    """Real prices are not marked as a sample."""
    assert WATERMARK not in collect_annotation_text(build_sheet("crash"))


def test_groups_differ_in_dash() -> None:
    """On real prices USDT exchanges are solid and USD exchanges dashed."""
    lines = {item.name: item.line.dash for item in build_sheet("crash").data if item.name in {"OKX", "Kraken"}}
    assert lines == {"OKX": "solid", "Kraken": "dash"}


def test_fair_value_is_described() -> None:
    """A wrapped asset is compared with fair value, with the ratio, its range and its source."""
    text = collect_annotation_text(build_sheet("fair_value"))
    assert "Vs fair value by USDT exchanges" in text
    assert "1.078 ETH per WBETH" in text
    assert "Binance WBETH/ETH" in text
    assert "none in this data: no fair value" in collect_annotation_text(build_sheet("no_ratio"))


def test_thin_minutes_are_marked() -> None:
    """With fewer than three others the key explains hollow dots, counts are in brackets, and the others are named."""
    text = collect_annotation_text(build_sheet("thin"))
    assert "vs Coinbase and Gemini only, 21:20" in text
    assert "hollow: only one or two other exchanges" in text


def test_a_focus_without_a_price_is_reported() -> None:
    """Nothing stands in for the chosen exchange: headline and plot of deviations say that it has no price."""
    text = collect_annotation_text(build_sheet("without_focus"))
    assert text.count("No price of XRP on Binance is in this data for this window") == 2


def test_calm_does_not_look_dramatic() -> None:
    """The axis of deviations spans enter on both sides, the axis of prices at least 2 % of the price."""
    layout = build_sheet("calm").layout
    assert layout.yaxis2.range[0] < -2
    assert layout.yaxis2.range[1] > 2
    assert layout.yaxis.type == "linear"
    assert layout.yaxis.range[1] - layout.yaxis.range[0] > 0.08


def test_venues_without_room_are_counted() -> None:
    """The number of markets without room is given, and the focus venue is never left out."""
    text = collect_annotation_text(build_sheet("crowd"))
    assert "more not shown." in text
    blocks = list_blocks(Scene(measure_scenario("crowd"), CATALOGUE), Side.BELOW)[:2]
    trimmed_blocks, hidden_counts = trim_blocks(blocks, 1)
    assert [row.name for row in trimmed_blocks[0].rows] == ["Binance"]
    assert sum(hidden_counts) == sum(len(block.rows) for block in blocks) - sum(len(b.rows) for b in trimmed_blocks)
    assert sum(len(block.rows) for block in trimmed_blocks) == 2


def test_all_exchanges_of_the_group_are_compared_across() -> None:
    """The first block is the focus' own group, the second all of that group against USD exchanges, then the others."""
    blocks = list_blocks(Scene(measure_scenario("crash"), CATALOGUE), Side.BELOW)
    assert [(block.title, block.against, len(block.rows)) for block in blocks] == [
        ("USDT exchanges, each vs the others", USDT, 6),
        ("USDT exchanges vs USD exchanges", USD, 6),
        ("USD exchanges, each vs the others", USD, 4),
        ("USDC exchanges, each vs the others", "usdc", 1),
    ]
    assert blocks[1].remark == "6 of 6 at least 2% below."
    # 1.6 and 2.64 to 2.8 against USD closes of 3.36 to 3.6, whose two middle ones are 3.44 and 3.52.
    values = [row.value for row in blocks[1].rows]
    assert values == pytest.approx([100 * (close / 3.44 - 1) for close in (1.6, 2.64, 2.68, 2.72, 2.76, 2.8)])


def test_rows_show_both_sides() -> None:
    """A row has its larger deviation with the sign, and the minutes below and above; the furthest come first."""
    block = list_blocks(Scene(measure_scenario("kraken"), CATALOGUE), Side.BELOW)[0]
    assert [row.name for row in block.rows] == ["Coinbase", "Bitstamp", "Kraken", "Gemini"]
    coinbase, *_ = block.rows
    # 3.6 against 3.36, 3.44 and 3.52; it strays from 2% on in five minutes, in which the others fell by 12, 14 and 16%.
    assert (coinbase.value_text, coinbase.count_text) == ("+4.7%", "0 | 4 of 90")
    assert coinbase.value == pytest.approx(100 * (3.6 / 3.44 - 1))


def test_reasons_for_no_rank() -> None:
    """Exchanges that cannot be ranked are grey, with the reason under their block."""
    text = " ".join(collect_annotation_text(build_sheet("thin")).split())
    assert "Not ranked: Coinbase (comparable in 0 of 60 minutes" in text
    assert write_unranked(measure_scenario("crash"), CATALOGUE, USDT) == ""


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
    """Bounds of a trade far beyond the closes end in an arrow at the end of the scale, which the key explains."""
    figure = build_sheet("crowd")
    low = figure.layout.xaxis11.range[0]
    marks = [item for item in figure.data if item.name.endswith(", mark")]
    assert -100 < low <= min(item.x[0] for item in marks if len(item.x) == 1)
    assert any(item.marker.symbol == "triangle-left" and item.x[0] == low for item in marks)
    assert "arrow: goes on beyond the scale" in " ".join(collect_annotation_text(figure).split())
    assert "arrow:" not in collect_annotation_text(build_sheet("calm"))


@EACH_FULL_SIZE
def test_the_scale_of_marks_is_readable(size: SheetSize) -> None:
    """The strip of marks has at least three ticks with a text."""
    texts = {note.text for note in build_sheet("crash", size).layout.annotations if note.font.size == 12}
    assert "0" in texts
    assert len(texts) >= 3


def test_minutes_by_state_without_a_comparable_minute() -> None:
    """Without a comparable minute a fact lists the data gaps of the exchanges with the fewest prices."""
    lines = collect_annotation_text(build_sheet("thin")).splitlines()
    start = lines.index("Data gaps (minutes)")
    assert lines[start + 1 : start + 10] == [
        "",
        "counted",
        "<$100",
        "no trades",
        "missing",
        "Gemini",
        "20",
        "10",
        "0",
    ]
    assert "Data gaps (minutes)" not in collect_annotation_text(build_sheet("crash"))


def test_minutes_by_size_on_the_sides_that_strayed() -> None:
    """Binance was 41% below the others' middle; with p = 0.8^n, n minutes on, it is 0.28 p / (1 - 0.32 p) below."""
    lines = collect_annotation_text(build_sheet("crash", SheetSize.TALL)).splitlines()
    start = lines.index("Minutes at least this far off")
    sizes = [0.28 * 0.8**n / (1 - 0.32 * 0.8**n) for n in range(60)]
    counts = [str(sum(size >= x / 100 for size in sizes)) for x in (1, 2, 5, 10, 20, 50)]
    assert lines[start + 1 : start + 8] == ["", "1%", "2%", "5%", "10%", "20%", "50%"]
    assert lines[start + 8 : start + 15] == ["below USDT", *counts]
    assert "above USDT" not in lines


def test_groups_have_a_sample_of_their_dash() -> None:
    """Labels of groups have a sample of their lines' dash; on the reconstruction dashed lines are assumed."""
    text = " ".join(collect_annotation_text(build_sheet("crash")).split())
    assert "4 USD exchanges" in text
    assert "vs other USDT exchanges" in text
    lines = [shape for shape in build_sheet("crash").layout.shapes if shape.type == "line"]
    samples = [s.line.dash for s in lines if abs(s.x1 - s.x0) * 1600 == pytest.approx(26)]
    assert sorted(samples) == ["dash", "dash", "solid", "solid"]
    assert "dashed: assumed" in collect_annotation_text(
        build_comparison_sheet(measure_scenario("illustration"), CATALOGUE, assumed=frozenset({("okx", "ATOM/USDT")}))
    )


def test_a_picture_without_another_price_states_it() -> None:
    """The empty plot of deviations has a sentence on why."""
    text = " ".join(collect_annotation_text(build_sheet("alone")).split())
    assert "Nothing to compare with: no other exchange's price is in this data for these minutes" in text
