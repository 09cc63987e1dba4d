"""The picture for print: what it holds, where it is offered, and the link and day in its source line."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from flask import Flask

from dashboard.charts.comparison.print_numbers import list_key_numbers
from dashboard.charts.comparison.sheet import build_comparison_sheet
from dashboard.charts.timeline.deviation_marks import find_extremes
from dashboard.draw.scene import Scene
from dashboard.exports.routes import build_export_routes
from dashboard.service.measurements import Measurements
from dashboard.sheet.frame import WATERMARK
from dashboard.sheet.renderer import FileFormat
from dashboard.sheet.sizes import SHAPES, SheetSize
from dashboard.state.view import Theme
from dashboard.text.clock import Zone
from tests.dashboard.exports.test_routes import CRASH_QUERY, RecordingRenderer, build_client
from tests.dashboard.memory_store import MemoryStore
from tests.dashboard.scenarios import CATALOGUE, SCENARIOS, USDT, build_candles, measure_frames, measure_scenario
from tests.dashboard.text_boxes import collect_annotation_text, find_faults


class KeepingRenderer(RecordingRenderer):
    """Keeps the figures that it is to draw."""

    def __init__(self) -> None:
        super().__init__()
        self.figures: list[go.Figure] = []

    def draw(self, figure: go.Figure, file_format: FileFormat, manifest: Mapping[str, Any] | None = None) -> bytes:
        """As its base, with the figure kept."""
        self.figures.append(figure)
        return super().draw(figure, file_format, manifest)


def read_text(name: str, zone: Zone = Zone.UTC) -> str:
    """All text of a scenario's print, in one line."""
    figure = build_comparison_sheet(measure_scenario(name), CATALOGUE, size=SheetSize.PRINT, zone=zone)
    return " ".join(collect_annotation_text(figure).split())


@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize("theme", Theme)
@pytest.mark.parametrize("zone", Zone)
def test_texts_fit_the_column_without_overlaps(name: str, theme: Theme, zone: Zone) -> None:
    """In either theme and on either clock all texts are within the column and none overlaps another."""
    figure = build_comparison_sheet(measure_scenario(name), CATALOGUE, size=SheetSize.PRINT, theme=theme, zone=zone)
    assert find_faults(figure, SheetSize.PRINT, theme) == []


def test_a_print_is_a_finding_numbers_and_one_chart() -> None:
    """The finding is the title; numbers, a line with a label for each group, the lowest trade and a source follow."""
    text = read_text("crash")
    assert text.startswith("ATOM/USDT on Binance: up to 41% below other USDT exchanges")
    assert "At least 2% below" not in text
    assert "41% largest discount to other USDT exchanges, 21:30 UTC" in text
    assert "12 of 90 comparable minutes at least 2% below" in text
    assert "0.001 lowest trade on Binance in USDT, 21:30 UTC" in text
    assert "\N{MINUS SIGN}41% vs other USDT exchanges, 21:30" in text
    # 1.6 against USD closes whose two middle ones are 3.44 and 3.52.
    assert "\N{MINUS SIGN}53% vs USD exchanges, 21:30" in text
    # There is no room for the time of the trade, which stands above.
    assert text.endswith("lowest trade 0.001, at least 99.9% below")
    assert "Source: 1-minute prices of 10 exchanges; analysis: Plumbline " in text
    figure = build_comparison_sheet(measure_scenario("crash"), CATALOGUE, size=SheetSize.PRINT)
    assert [key for key in figure.layout.to_plotly_json() if key.startswith("yaxis")] == ["yaxis"]


def test_every_time_of_a_print_is_on_the_chosen_clock() -> None:
    """In UTC+8 no time of the print is in UTC but the window, which names its clock."""
    text = read_text("crash", Zone.UTC8)
    assert "05:30 UTC+8" in text
    assert "UTC+8, 11 Oct" in text
    assert "21:30" not in text


def test_groups_that_agree_share_a_label() -> None:
    """ETH is at 4000 in both groups, so that one point of WBETH is the same against either: it has one label."""
    (extreme,) = find_extremes(Scene(measure_scenario("fair_value"), CATALOGUE))
    assert extreme.groups == ("usdt", "usd")
    text = read_text("fair_value")
    assert text.count("\N{MINUS SIGN}85% vs fair value, 21:40") == 1
    assert "vs fair value, USD" not in text


def test_numbers_of_a_premium() -> None:
    """The numbers are of the side that strayed: Kraken's closes are above its peers."""
    numbers = list_key_numbers(Scene(measure_scenario("kraken"), CATALOGUE))
    assert [number.text for number in numbers][:2] == ["2.3%", "1 of 90"]
    assert numbers[0].caption == "largest premium over other USD exchanges, 21:30 UTC"
    assert numbers[1].caption == "comparable minutes at least 2% above"


def test_a_print_of_the_sample_has_no_numbers() -> None:
    """On the reconstruction the published figures are the title, and a watermark lies across."""
    assert list_key_numbers(Scene(measure_scenario("illustration"), CATALOGUE)) == []
    text = read_text("illustration")
    assert text.startswith("Published: ATOM/USDT fell to 0.001 on Binance at 21:20")
    assert WATERMARK in text


def test_the_column_is_85_millimetres() -> None:
    """At 85 mm the smallest text of 17 pixels has 6 points of 25.4/72 mm."""
    assert 17 * 85 / SHAPES[SheetSize.PRINT].width / (25.4 / 72) == pytest.approx(6, abs=0.03)


def test_only_the_picture_is_offered_for_print() -> None:
    """The picture can be had in the shape, other charts refuse it and name their own."""
    client = build_client()
    assert client.get(f"/export/comparison.png?{CRASH_QUERY}&size=print").status_code == 200
    refusal = client.get(f"/export/thresholds.png?{CRASH_QUERY}&size=print")
    assert (refusal.status_code, refusal.text) == (400, "The size of this picture is wide, square, tall.\n")


@pytest.mark.parametrize(
    ("host", "public_url", "link"),
    [
        ("example.org", None, "example.org/explorer?"),
        ("127.0.0.1:8050", None, ", /explorer?"),
        ("127.0.0.1:8050", "https://plumbline.example", "plumbline.example/explorer?"),
    ],
)
def test_the_source_line_has_link_and_day(host: str, public_url: str | None, link: str) -> None:
    """A picture has the link to its page, without a host that only one machine knows, and the day it was drawn."""
    renderer, server = KeepingRenderer(), Flask(__name__)
    measurements = Measurements(MemoryStore(), CATALOGUE)
    server.register_blueprint(build_export_routes(measurements, renderer, lambda: date(2026, 11, 30), public_url))
    response = server.test_client().get(f"/export/comparison.png?{CRASH_QUERY}", base_url=f"http://{host}")
    assert response.status_code == 200
    text = " ".join(collect_annotation_text(renderer.figures[0]).split())
    assert f"{link}window=crash, 30 Nov 2026" in text


def test_numbers_of_a_trade_beyond_calm_closes() -> None:
    """Where only a trade strayed, a low of 2 among prices of 4, its nearer bound is the first number."""
    frames = [build_candles((venue, "ATOM/USDT"), np.full(60, 4.0)) for venue in USDT]
    frames.append(build_candles(("binance", "ATOM/USDT"), np.full(60, 4.0), lows={20: 2.0}))
    numbers = list_key_numbers(Scene(measure_frames(frames, 60), CATALOGUE))
    assert [(number.text, number.caption) for number in numbers] == [
        ("50%", "lowest trade below other USDT exchanges, at least"),
        ("0 of 60", "comparable minutes at least 2% below"),
        ("2", "lowest trade on Binance in USDT, 21:20 UTC"),
    ]
