"""The histograms of gaps as files: rows, and both charts on one sheet."""

import json
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import polars as pl
import pytest

from dashboard.answers import Answers
from dashboard.export_gaps import gap_picture
from dashboard.gap_rows import GAPS
from dashboard.lows_gaps import NONE
from dashboard.picture_frame import WATERMARK
from dashboard.picture_sizes import Size
from dashboard.style import Theme
from data.reconstruction import reconstruct
from data.schema import empty
from deviation.headline import ILLUSTRATION
from deviation.result import Measurement

from .boxes import collisions, faults, text_boxes, words
from .measured import CATALOGUE, EVERY, made
from .shelf import FALL, START, Shelf, crash
from .test_exports import AT, CRASH, browser, illustrated, name_of
from .test_overview import VIEW


def rows(shelf: Shelf | None = None) -> pl.DataFrame:
    """The rows of the crash."""
    return pl.read_parquet(BytesIO(browser(shelf).get(f"/export/gaps.parquet?{CRASH}").data))


def event(shelf: Shelf) -> tuple[Measurement, ...]:
    """The event over a shelf."""
    return Answers(shelf, CATALOGUE).lows(VIEW)


def many() -> tuple[Measurement, ...]:
    """A dozen assets of long names with the same gaps, so that many names stand over one bar."""
    one = made("crash")
    assets = [f"1000000LONGNAME{number}" for number in range(12)]
    return tuple(replace(one, question=replace(one.question, asset=asset)) for asset in assets)


def test_a_row_for_each_gap() -> None:
    """0.001 against 3.6 of whatever minute, 2.4 against 3.6 in the same one; a gap without others has no row."""
    found = rows()
    assert found.schema == pl.Schema(GAPS)
    at = START + timedelta(minutes=FALL)
    binance = found.filter(asset="ATOM", venue="binance")
    assert binance.row(0, named=True) == {
        "asset": "ATOM",
        "venue": "binance",
        "symbol": "ATOM/USDT",
        "group": "usdt",
        "focus": True,
        "kind": "lows",
        "gap": 0.001 / (4 * 0.9) - 1,
        "at": at,
        "origin": "real",
    }
    assert binance.select("kind", "gap", "at").row(1) == ("closes", 4 * 0.6 / (4 * 0.9) - 1, at)
    # Nine markets of ATOM and two of DOGE have another's low beside theirs, WBETH trades on Binance alone; two venues
    # on DOGE are too few for a firm minute, and five of ETH say what WBETH was worth.
    assert found.filter(kind="lows")["asset"].to_list() == 9 * ["ATOM"] + 2 * ["DOGE"]
    assert found.filter(kind="closes")["asset"].to_list() == 9 * ["ATOM"] + ["WBETH"]
    assert found.filter(asset="WBETH")["gap"].to_list() == [-0.5]
    gemini = found.filter(asset="DOGE", venue="gemini").row(0, named=True)
    assert (gemini["gap"], gemini["focus"]) == (0.2 * 0.9 / 0.2 - 1, False)


def test_rows_where_the_own_asset_has_no_candle() -> None:
    """The gaps of the other assets are a file, whatever asset the view is of."""
    shelf = Shelf(crash().filter(~pl.col("symbol").str.starts_with("ATOM/")))
    assert set(rows(shelf)["asset"]) == {"DOGE", "WBETH"}


@pytest.mark.parametrize("name", [*EVERY, "many"])
@pytest.mark.parametrize("size", Size)
@pytest.mark.parametrize("theme", Theme)
def test_no_text_collides_or_leaves_the_sheet(name: str, size: Size, theme: Theme) -> None:
    """Whatever was measured, in each shape and paper every text has a place of its own within the sheet."""
    measured = many() if name == "many" else (made(name),)
    figure = gap_picture(measured, CATALOGUE, "binance", size=size, theme=theme)
    assert faults(figure, size, theme) == []


@pytest.mark.parametrize("size", Size)
def test_the_printed_histograms(size: Size) -> None:
    """The finding, the focus venue's part of each bar at its foot, and its assets by name over it."""
    figure = gap_picture(event(Shelf()), CATALOGUE, "binance", size=size, theme=Theme.LIGHT)
    assert collisions(figure) == []
    said = " ".join(words(figure).split())
    # Of ATOM alone both are known; WBETH has no other low beside it.
    assert "Binance's low was 2 % or more under all other lows on 1 of 1 asset, its close" in said
    assert "in one and the same minute on 2 of 2" in said
    assert "Gaps of every exchange on ATOM, WBETH and DOGE." in said
    assert "Binance, with its assets" in said
    texts = [text for text, _ in text_boxes(figure)]
    assert (texts.count("<b>ATOM</b>"), texts.count("<b>WBETH</b>")) == (2, 1)
    own, others, below, beside = figure.data
    # Bins: -50 % or below, to -20, -10, -5, -2, 0, +2, +5, +10, +20, +50, above. ATOM on Binance lies in the first,
    # Gemini's DOGE at -10 % in that from -20 to -10, Coinbase's at +11 %; all other ATOM thousands of times above.
    assert list(own.y) == [1, *[0] * 11]
    assert list(others.y) == [0, 0, 1, *[0] * 6, 1, 0, 8]
    assert list(others.base) == list(own.y)
    # 2.4 to 3.6 is -33 %, and half of fair value is -50 %.
    assert list(below.y) == [1, 1, *[0] * 10]
    assert sum(beside.y) == 8


def test_nothing_to_compare() -> None:
    """A venue alone has no gap of either kind: two sentences in place of bars."""
    figure = gap_picture([made("alone")], CATALOGUE, "binance", size=Size.WIDE, theme=Theme.LIGHT)
    assert [text for text, _ in text_boxes(figure)].count(NONE) == 2
    assert figure.data == ()
    assert "No low of Binance to set beside another exchange's" in " ".join(words(figure).split())


def test_names_without_a_place_are_counted() -> None:
    """Where a bin's assets are more than its room, the rest is a number."""
    figure = gap_picture(many(), CATALOGUE, "binance", size=Size.WIDE, theme=Theme.LIGHT)
    assert any(text.startswith("<b>+ ") for text, _ in text_boxes(figure))


def test_the_manifest_names_all_assets() -> None:
    """The picture says which assets it shows; its name says size, paper and that it is an illustration."""
    response = browser(illustrated()).get(f"/export/gaps.png?{CRASH}&size=tall&theme=dark")
    drawn = json.loads(response.data)
    assert drawn["shape"] == ["png", 1080, 1350, "#15181c"]
    manifest = drawn["manifest"]
    assert (manifest["asset"], manifest["assets"], manifest["focus"]) == (None, ["ATOM", "WBETH", "DOGE"], "binance")
    assert name_of(response) == f"plumbline_all_binance_{AT}_gaps_tall_dark_illustration.png"


def test_an_illustration_states_no_finding() -> None:
    """On the reconstruction the headline says what it is and a stamp lies across."""
    figure = gap_picture(event(Shelf(reconstruct())), CATALOGUE, "binance", size=Size.WIDE, theme=Theme.DARK)
    said = words(figure)
    assert said.startswith(ILLUSTRATION)
    assert WATERMARK in said
    assert "or more under" not in said


def test_no_candle_of_any_asset() -> None:
    """Without a candle there is no file, and the answer says what to do."""
    response = browser(Shelf(empty(dict(crash().schema)))).get(f"/export/gaps.csv?{CRASH}")
    assert response.status_code == 404
    assert "no candle of any asset of 2025-10-10" in response.text
