"""How long at which depth as files: rows, printed chart, and the names where lines begin."""

import json
from io import BytesIO

import polars as pl
import pytest

from dashboard.export_thresholds import threshold_picture
from dashboard.picture_frame import WATERMARK
from dashboard.picture_sizes import Size
from dashboard.scene import Scene
from dashboard.style import Theme
from dashboard.threshold_rows import THRESHOLDS
from data.reconstruction import reconstruct
from data.schema import empty
from deviation.headline import ILLUSTRATION

from .boxes import faults, text_boxes, words
from .measured import CATALOGUE, EVERY, made
from .shelf import Shelf, crash
from .test_explorer_parts import fallen
from .test_exports import AT, CRASH, browser, illustrated, name_of

DEPTHS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5]


def rows(shelf: Shelf | None = None, more: str = "") -> pl.DataFrame:
    """The rows of the crash."""
    return pl.read_parquet(BytesIO(browser(shelf).get(f"/export/thresholds.parquet?{CRASH}{more}").data))


def test_a_row_for_each_market_and_depth() -> None:
    """Binance was a third below for five of 30 minutes, so at five of six depths; nobody else was below."""
    found = rows()
    assert found.schema == pl.Schema(THRESHOLDS)
    assert found.height == 9 * 6
    binance = found.filter(venue="binance")
    assert binance["threshold"].to_list() == DEPTHS
    assert binance["threshold_min"].to_list() == [5, 5, 5, 5, 5, 0]
    assert binance.row(0, named=True) == {
        "asset": "ATOM",
        "venue": "binance",
        "symbol": "ATOM/USDT",
        "group": "usdt",
        "focus": True,
        "threshold": 0.01,
        "threshold_min": 5.0,
        "firm_min": 30.0,
        "assumed": False,
        "origin": "real",
    }
    others = found.filter(pl.col("venue") != "binance")
    assert (others["threshold_min"].sum(), others["focus"].any()) == (0, False)


def test_without_a_firm_minute_there_is_no_count() -> None:
    """Of DOGE, which trades on two venues and as a perpetual, every count is empty and no minute is firm."""
    found = rows(more="&asset=DOGE")
    assert found.height == 3 * 6
    assert found["threshold_min"].null_count() == 18
    assert found["firm_min"].unique().to_list() == [0]


def test_rows_of_the_reconstruction_say_what_is_assumed() -> None:
    """Markets without a published figure are named as assumed, others are not."""
    found = rows(Shelf(reconstruct()))
    assumed = dict(found.select("venue", "assumed").iter_rows())
    assert (assumed["okx"], assumed["binance"]) == (True, False)


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("size", Size)
@pytest.mark.parametrize("theme", Theme)
def test_no_text_collides_or_leaves_the_sheet(name: str, size: Size, theme: Theme) -> None:
    """Whatever was measured, in each shape and paper every text has a place of its own within the sheet."""
    figure = threshold_picture(Scene(made(name), CATALOGUE, theme), size)
    assert faults(figure, size, theme) == []


@pytest.mark.parametrize("size", Size)
def test_the_printed_chart(size: Size) -> None:
    """Headline, the focus venue bold with its minutes above its points, every other by name where its line begins."""
    figure = threshold_picture(fallen(), size)
    said = " ".join(words(figure).split())
    assert "ATOM on Binance: up to 43 % below other USDT exchanges" in said
    assert "every exchange against its own quote group; Binance bold" in said
    assert "Candles cannot show why." in said
    texts = [text for text, _ in text_boxes(figure)]
    assert {"<b>Binance</b>", "OKX", "Kraken", "none", "≥ 50 %", "USDT exchanges", "USD exchanges"} <= {*texts}
    # With p = 0.8^n, n minutes after the fall, it is 0.3 p / (1 - 0.3 p) below: at least 1 % while p >= 0.033, 2 %
    # while p >= 0.065, 5 % while p >= 0.159, 10 % while p >= 0.303, 20 % while p >= 0.556.
    assert [texts.count(f"<b>{minutes}</b>") for minutes in (16, 13, 9, 6, 3)] == [1] * 5
    *others, focus = figure.data
    assert (focus.name, focus.line.dash, focus.line.width) == ("Binance", "solid", 4)
    assert {(one.name, one.line.dash) for one in others} >= {("OKX", "solid"), ("Kraken", "dash")}
    assert len(others) == 9


def test_names_lie_left_of_the_lines() -> None:
    """Every line has its name left of where it begins, the longest at the top."""
    figure = threshold_picture(fallen(), Size.TALL)
    left = figure.layout.xaxis.domain[0] * figure.layout.width
    named = {one.name for one in figure.data}
    places = {text.removeprefix("<b>").removesuffix("</b>"): box for text, box in text_boxes(figure)}
    assert all(places[name].right < left for name in named)
    assert min(places, key=lambda name: (name not in named, places[name].top)) == "Binance"


def test_two_markets_of_a_venue_are_told_apart() -> None:
    """Where a venue has two lines each is named by its symbol, and those without a place for their name are listed."""
    figure = threshold_picture(Scene(made("crowd"), CATALOGUE), Size.WIDE)
    texts = [text.removeprefix("<b>").removesuffix("</b>") for text, _ in text_boxes(figure)]
    assert "Binance ATOM/USDT" in texts
    silent = [text for text in texts if text.startswith("No place for the name of ")]
    lines = len(figure.data)
    assert sum("ATOM/US" in text for text in texts if text not in silent) < lines
    assert len(silent) == 1
    assert "Perpetuals have no line: " in " ".join(words(figure).split())


@pytest.mark.parametrize("name", ["thin", "alone", "without_focus"])
def test_a_sentence_where_there_is_no_line(name: str) -> None:
    """Without a firm minute there is a sentence; where only the focus venue has none, the others have their lines."""
    figure = threshold_picture(Scene(made(name), CATALOGUE), Size.SQUARE)
    said = " ".join(words(figure).split())
    empty_ = "No minute had the three votes that make it firm" in said
    assert empty_ == (figure.data == ()) == (name != "without_focus")
    assert "bold" not in said


def test_an_illustration_states_no_finding() -> None:
    """On the reconstruction the headline says what it is, a stamp lies across, and dashed lines are assumed ones."""
    response = browser(illustrated()).get(f"/export/thresholds.png?{CRASH}&size=tall&theme=dark")
    drawn = json.loads(response.data)
    assert drawn["shape"] == ["png", 1080, 1350, "#15181c"]
    assert name_of(response) == f"plumbline_ATOM_binance_{AT}_thresholds_tall_dark_illustration.png"
    assumed = frozenset({("okx", "ATOM/USDT")})
    figure = threshold_picture(Scene(made("illustration"), CATALOGUE, assumed=assumed), Size.WIDE)
    said = words(figure)
    assert said.startswith(ILLUSTRATION)
    assert WATERMARK in said
    assert "dashed: assumed" in said
    assert "below other USDT" not in said
    assert {one.name: one.line.dash for one in figure.data}["OKX"] == "dash"


def test_no_candle_of_the_asset() -> None:
    """Without a candle there is no file, and the answer names the asset."""
    response = browser(Shelf(empty(dict(crash().schema)))).get(f"/export/thresholds.csv?{CRASH}")
    assert response.status_code == 404
    assert "no candle of ATOM" in response.text
