"""Depth against duration as files: rows, printed chart, and the frame that all printed charts share."""

import json
from dataclasses import replace
from functools import partial
from io import BytesIO
from typing import Any

import polars as pl
import pytest
from PIL import Image

from dashboard.answers import Answers
from dashboard.chart_picture import Words, chart_picture, sentence
from dashboard.depth_rows import DEPTH, depth_rows
from dashboard.export_depth import depth_picture
from dashboard.labels import Box
from dashboard.manifest import from_png
from dashboard.overview_view import Overview
from dashboard.picture_frame import WATERMARK
from dashboard.picture_key import Item, field_item, line_item, venue_item
from dashboard.picture_sizes import SHAPES, Size
from dashboard.render import Renderer
from dashboard.style import Theme, palette
from data.reconstruction import reconstruct
from data.schema import empty
from deviation.headline import ILLUSTRATION

from .boxes import collisions, faults, text_boxes, words
from .measured import CATALOGUE, EVERY, made
from .shelf import FALL, START, Shelf, crash, market
from .test_exports import AT, CRASH, browser, illustrated, name_of
from .test_overview import VIEW, seen


def rows(shelf: Shelf | None = None) -> pl.DataFrame:
    """The rows of the crash."""
    return pl.read_parquet(BytesIO(browser(shelf).get(f"/export/depth.parquet?{CRASH}").data))


def one(frame: pl.DataFrame, asset: str, venue: str, symbol: str) -> dict[str, Any]:
    """The row of a market."""
    return frame.filter(asset=asset, venue=venue, symbol=symbol).row(0, named=True)


def low(overview: Overview) -> pl.DataFrame:
    """The rows that are at least 2 % below for a minute, from the file."""
    return depth_rows(overview.measurements).filter(pl.col("below_min") > 0)


def event(shelf: Shelf, theme: Theme = Theme.LIGHT) -> Overview:
    """The event over a shelf, as the overview sees it."""
    view = replace(VIEW, theme=theme)
    return Overview(Answers(shelf, CATALOGUE).event(view), view, CATALOGUE)


def test_a_row_for_each_market_of_each_asset() -> None:
    """2.4 against 3.6 for five of 30 minutes, ranked; a wrapped asset and a perpetual say why they are not."""
    found = rows()
    assert found.schema == pl.Schema(DEPTH)
    # Nine of ATOM (its USDC and EUR markets are in neither group), three of DOGE, one of WBETH.
    assert found["asset"].to_list() == 9 * ["ATOM"] + ["WBETH"] + 3 * ["DOGE"]
    assert one(found, "ATOM", "binance", "ATOM/USDT") == {
        "asset": "ATOM",
        "venue": "binance",
        "symbol": "ATOM/USDT",
        "group": "usdt",
        "against": "usdt",
        "fair_value": False,
        "focus": True,
        "depth": 4 * 0.6 / (4 * 0.9) - 1,
        "depth_at": START.replace(minute=START.minute + FALL),
        "below_min": 5.0,
        "firm_min": 30.0,
        "enter": 0.02,
        "volume_usd_before": 0.0,
        "deepest": "deepest",
        "longest": "longest",
        "not_ranked_why": None,
        "assumed": False,
        "origin": "real",
    }
    okx = one(found, "ATOM", "okx", "ATOM/USDT")
    assert (okx["below_min"], okx["deepest"], okx["focus"]) == (0, "not deepest", False)
    wbeth = one(found, "WBETH", "binance", "WBETH/USDT")
    assert (wbeth["fair_value"], wbeth["not_ranked_why"]) == (True, "measured against fair value")
    perpetual = one(found, "DOGE", "binanceusdm", "DOGE/USDT:USDT")
    assert (perpetual["depth"], perpetual["depth_at"], perpetual["firm_min"]) == (None, None, 0)
    assert perpetual["not_ranked_why"] == "perpetual against spot"


def test_rows_of_an_illustration_have_no_rank() -> None:
    """On the reconstruction ranks and their reasons are empty, and markets without a published figure say so."""
    found = rows(Shelf(reconstruct()))
    assert found.select("deepest", "longest", "not_ranked_why").null_count().row(0) == (found.height,) * 3
    assert found["origin"].unique().to_list() == ["reconstruction"]
    assumed = {(row["asset"], row["venue"]): row["assumed"] for row in found.iter_rows(named=True)}
    assert (assumed["ATOM", "okx"], assumed["ATOM", "binance"]) == (True, False)


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("size", Size)
def test_no_text_collides_or_leaves_the_sheet(name: str, size: Size) -> None:
    """Whatever was measured, in each shape every text has a place of its own within the sheet."""
    figure = depth_picture(seen(made(name)), size)
    assert faults(figure, size) == []


@pytest.mark.parametrize("size", Size)
@pytest.mark.parametrize("theme", Theme)
def test_the_printed_chart(size: Size, theme: Theme) -> None:
    """Headline, the focus venue's dots by name, their key, what has no dot, and what it all rests on."""
    overview = event(Shelf(), theme)
    figure = depth_picture(overview, size)
    assert collisions(figure) == []
    assert figure.layout.template.layout.paper_bgcolor == palette(theme).paper
    said = " ".join(words(figure).split())
    assert "Binance was deepest on 1 of 1 ranked asset among USDT exchanges" in said
    bold = {text for text, _ in text_boxes(figure) if text.startswith("<b>Binance")}
    assert {"<b>Binance ATOM</b>", "<b>Binance WBETH</b>", "<b>Binance</b>"} <= bold
    assert "Never 2 % below: ATOM" in said
    assert "No firm minute, so no point: DOGE Binance USD-M perpetual, Coinbase and Gemini" in said
    assert "hollow, in any shape: not ranked" in said
    assert "from imported files" in said
    assert "Candles cannot show why." in said
    (dots,) = figure.data
    assert (dots.x, [round(y, 3) for y in dots.y]) == ((5, 5), [0.333, 0.5])
    assert list(dots.marker.symbol) == ["circle", "circle-open"]


def test_two_markets_of_a_venue_are_told_apart() -> None:
    """Where a venue has two dots on one asset, each is named by its symbol."""
    two = pl.concat([crash(), market("binance", "ATOM/USD", 4, fallen=0.5)])
    labels = {text for text, _ in text_boxes(depth_picture(event(Shelf(two)), Size.WIDE))}
    assert {"<b>Binance ATOM/USDT</b>", "<b>Binance ATOM/USD</b>"} <= labels


def test_every_dot_has_its_name() -> None:
    """A dot without a place for its name beside it is named above the chart: no dot stays unknown."""
    overview = event(Shelf(reconstruct()))
    figure = depth_picture(overview, Size.WIDE)
    labels = [text.removeprefix("<b>").removesuffix("</b>") for text, _ in text_boxes(figure)]
    (silent,) = [text for text in labels if text.startswith("No place for the name of ")]
    dots = sum(len(trace.x) for trace in figure.data)
    below = {f"{CATALOGUE.venue(row['venue']).name} {row['asset']}" for row in low(overview).iter_rows(named=True)}
    assert len(below) == dots
    assert [name for name in below if name not in labels and name not in silent] == []


@pytest.mark.parametrize(
    ("name", "said"), [("calm", "Nobody was 2 % below for a minute."), ("alone", "Too few exchanges")]
)
def test_a_sentence_where_there_is_no_dot(name: str, said: str) -> None:
    """With nothing to draw the sheet says why, and keeps headline and provenance."""
    figure = depth_picture(seen(made(name)), Size.SQUARE)
    assert said in " ".join(words(figure).split())
    assert figure.data == ()


def test_an_illustration_states_no_finding() -> None:
    """On the reconstruction the headline says what it is, a stamp lies across, and hollow dots are assumed ones."""
    figure = depth_picture(event(Shelf(reconstruct())), Size.WIDE)
    said = words(figure)
    assert said.startswith(ILLUSTRATION)
    assert WATERMARK in said
    assert "hollow, in any shape: wholly assumed" in said
    assert "deepest on" not in said
    assert "ranked" not in said


@pytest.mark.parametrize("size", Size)
def test_the_frame_of_any_chart(size: Size) -> None:
    """A long headline, many remarks and a key of several rows leave the chart a box, and nothing overlaps."""
    boxes: list[Box] = []
    items: list[Item] = [venue_item(CATALOGUE, venue, Theme.DARK, bold=venue == "okx") for venue in CATALOGUE.venues]
    items += [field_item("0 to 2 % below", "#808080", "#ffffff"), line_item("reference", "#808080", "dot")]
    long = Words(headline="word " * 40, under="under " * 40, measured="how " * 60, notes=["left out, " * 60, "one."])
    figure = chart_picture(
        long, lambda _, box: boxes.append(box), [made("crash")], CATALOGUE, size=size, theme=Theme.DARK, items=items
    )
    (box,) = boxes
    assert Box(0, 0, SHAPES[size].width, SHAPES[size].height).holds(box)
    assert box.bottom - box.top > 0.35 * SHAPES[size].height
    assert collisions(figure) == []
    assert [text for text, room in text_boxes(figure) if room.overlaps(box)] == []


def test_an_empty_chart_has_its_sentence_in_the_middle() -> None:
    """The sentence that stands for a chart is centred in the chart's box."""
    draw = sentence("Nothing here.", palette(Theme.LIGHT))
    figure = partial(chart_picture, Words(headline="Head", under="Under"), draw, [made("crash")], CATALOGUE)(
        size=Size.WIDE, theme=Theme.LIGHT
    )
    (place,) = [box for text, box in text_boxes(figure) if text == "Nothing here."]
    assert (place.left + place.right) / 2 == pytest.approx(SHAPES[Size.WIDE].width / 2)


def test_the_manifest_names_all_assets() -> None:
    """The picture says which assets it shows; its name says size, paper and that it is an illustration."""
    response = browser(illustrated()).get(f"/export/depth.png?{CRASH}&size=tall&theme=dark")
    drawn = json.loads(response.data)
    assert drawn["shape"] == ["png", 1080, 1350, "#15181c"]
    assert (drawn["manifest"]["asset"], drawn["manifest"]["assets"]) == (None, ["ATOM", "WBETH", "DOGE"])
    assert name_of(response) == f"plumbline_all_binance_{AT}_depth_tall_dark_illustration.png"


def test_no_candle_of_any_asset() -> None:
    """Without a candle there is no file, and the answer says what to do."""
    response = browser(Shelf(empty(dict(crash().schema)))).get(f"/export/depth.csv?{CRASH}")
    assert response.status_code == 404
    assert "no candle of any asset of 2025-10-10" in response.text


@pytest.mark.browser
def test_the_picture_comes_at_twice_its_pixels() -> None:
    """The PNG has 3200x1800 pixels and carries its manifest."""
    with Renderer() as renderer:
        response = browser(renderer=renderer).get(f"/export/depth.png?{CRASH}")
    with Image.open(BytesIO(response.data)) as image:
        assert image.size == (3200, 1800)
    said = from_png(response.data)
    assert said is not None
    assert (said["assets"], said["window"]) == (["ATOM", "WBETH", "DOGE"], "crash")
