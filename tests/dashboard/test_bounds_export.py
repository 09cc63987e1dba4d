"""The minute of the lowest trade as files: rows, and the printed ranges of one bar or two."""

import json
from datetime import timedelta
from io import BytesIO

import numpy as np
import polars as pl
import pytest

from dashboard.bounds import positions
from dashboard.bounds_rows import BOUNDS, bounds_rows
from dashboard.export_bounds import bounds_picture
from dashboard.picture_frame import WATERMARK
from dashboard.picture_sizes import Size
from dashboard.scene import Scene
from dashboard.style import Theme
from data.schema import LOW_TRADE, empty
from deviation.headline import ILLUSTRATION
from deviation.result import Measurement

from .boxes import faults, text_boxes, words
from .measured import CATALOGUE, EVERY, USD, USDT, ask_and_measure, candles, made
from .shelf import FALL, START, Shelf, crash
from .test_exports import AT, CRASH, browser, illustrated, name_of

NO_TRADES = empty(LOW_TRADE)


def twice() -> Measurement:
    """All fall from 4 to 2 in minute 30; Binance alone traded at 2.4 in minute 10, and at 1.9 in minute 30."""
    closes = np.where(np.arange(60) < 30, 4.0, 2.0)
    frames = [candles(("binance", "ATOM/USDT"), closes, lows={10: 2.4, 30: 1.9})]
    frames += [candles((venue, "ATOM/USDT"), closes) for venue in USDT]
    frames += [candles((venue, "ATOM/USD"), closes) for venue in USD]
    return ask_and_measure(frames, 60)


def crowded() -> Measurement:
    """The same with every venue of the catalogue in both groups."""
    closes = np.where(np.arange(60) < 30, 4.0, 2.0)
    frames = [candles(("binance", "ATOM/USDT"), closes, lows={10: 2.4, 30: 1.9}, volume_usd=90_000)]
    others = [venue for venue in CATALOGUE.venues if venue != "binance"]
    frames += [candles((venue, f"ATOM/{quote}"), closes) for venue in others for quote in ("USDT", "USD")]
    return ask_and_measure(frames, 60)


MADE = {**EVERY, "twice": twice, "crowded": crowded}
"""Every measurement made by hand, and two with two bars."""


def test_a_row_for_each_venue_of_the_minute() -> None:
    """Four USDT peers stood from 3.6 to 4, four USD ones at 4, when Binance went from 0.001 to 2.4."""
    found = pl.read_parquet(BytesIO(browser().get(f"/export/bounds.parquet?{CRASH}").data))
    assert found.schema == pl.Schema(BOUNDS)
    assert found["open_time"].unique().to_list() == [START + timedelta(minutes=FALL)]
    assert found["venue"][0] == "binance"
    assert found["group"].to_list() == 5 * ["usdt"] + 4 * ["usd"]
    assert found.row(0, named=True) == {
        "asset": "ATOM",
        "open_time": START + timedelta(minutes=FALL),
        "lowest": True,
        "venue": "binance",
        "symbol": "ATOM/USDT",
        "group": "usdt",
        "focus": True,
        "low": 0.001,
        "high": 4 * 0.6,
        "close": 4 * 0.6,
        "wick_shallow_usdt": 0.001 / (4 * 0.9) - 1,
        "wick_deep_usdt": 0.001 / 4 - 1,
        # Its last close, 4, still stood when the minute began.
        "sure_usdt": 4 / (4 * 0.9) - 1,
        "wick_shallow_usd": 0.001 / 4 - 1,
        "wick_deep_usd": 0.001 / 4 - 1,
        "sure_usd": 0.0,
        "origin": "real",
    }
    okx = found.filter(venue="okx").row(0, named=True)
    assert (okx["low"], okx["high"], okx["close"]) == (4 * 0.9, 4, 4 * 0.9)
    assert (okx["wick_deep_usdt"], okx["sure_usd"], okx["focus"]) == (None, None, False)


def test_two_minutes_have_rows_of_their_own() -> None:
    """The lowest trade was 1.9 against 2 and 4, the surely deepest one 2.4 against 4."""
    found = bounds_rows(Scene(twice(), CATALOGUE))
    own = found.filter(focus=True).select("lowest", "low", "wick_shallow_usdt", "wick_deep_usdt")
    assert own.rows() == [(True, 1.9, 1.9 / 2 - 1, 1.9 / 4 - 1), (False, 2.4, 2.4 / 4 - 1, 2.4 / 4 - 1)]
    assert found.height == 2 * 10


def test_without_the_focus_venue_there_is_no_row() -> None:
    """Where the focus venue has no candle no minute is its lowest."""
    assert bounds_rows(Scene(made("without_focus"), CATALOGUE)).is_empty()
    figure = bounds_picture(Scene(made("without_focus"), CATALOGUE), NO_TRADES, Size.WIDE)
    assert "Binance has no trade in the window." in words(figure)
    assert figure.data == ()


@pytest.mark.parametrize("name", MADE)
@pytest.mark.parametrize("size", Size)
@pytest.mark.parametrize("theme", Theme)
def test_no_text_collides_or_leaves_the_sheet(name: str, size: Size, theme: Theme) -> None:
    """Whatever was measured, in each shape and paper every text has a place of its own within the sheet."""
    figure = bounds_picture(Scene(MADE[name](), CATALOGUE, theme), NO_TRADES, size)
    assert faults(figure, size, theme) == []


@pytest.mark.parametrize("size", Size)
def test_the_printed_ranges(size: Size) -> None:
    """Two bars with their words, the focus first and bold in each, every exchange's numbers beside its range."""
    scene = Scene(twice(), CATALOGUE)
    assert positions(scene) == (30, 10)
    figure = bounds_picture(scene, NO_TRADES, size)
    said = " ".join(words(figure).split())
    assert "The minute of the lowest trade: 21:30 UTC" in said
    assert "The minute in which the lowest trade was surely deepest: 21:10 UTC" in said
    assert "Binance's lowest trade, 2.4, stood 40 % below other USDT exchanges and 40 % below USD exchanges" in said
    assert "between 5.0 % and 52 % below other USDT exchanges" in said
    texts = [text for text, _ in text_boxes(figure)]
    assert [texts.count(text) for text in ("<b>Binance</b>", "OKX", "<b>1.9</b>", "<b>2.4</b>", "close")] == [
        2,
        2,
        1,
        1,
        2,
    ]
    assert [len([one for one in figure.data if one.xaxis == axis]) for axis in ("x", "x2")] == [10, 10]
    first, second = figure.layout.xaxis.domain, figure.layout.xaxis2.domain
    assert (first[1] < second[0]) == (size is Size.WIDE)


def test_what_has_no_place_is_counted() -> None:
    """More exchanges than lines leave a count, which together with the lines is all of them."""
    scene = Scene(crowded(), CATALOGUE)
    figure = bounds_picture(scene, NO_TRADES, Size.WIDE)
    (more, _) = [int(text.split()[0]) for text, _ in text_boxes(figure) if text.endswith(" more not shown.")]
    lines = [one for one in figure.data if one.xaxis == "x"]
    assert len(lines) + more == bounds_rows(scene).filter(lowest=True).height
    assert lines[0].name == "Binance"


def test_the_trade_itself_is_told() -> None:
    """Where the bar is made of trades the very trade stands in the words of the first bar."""
    question = twice().question
    at = question.start + timedelta(minutes=30)
    trade = {
        **dict.fromkeys(LOW_TRADE),
        "venue": "binance",
        "symbol": "ATOM/USDT",
        "timeframe": "1m",
        "open_time": at,
        "at": at,
        "price": 1.9,
        "amount": 5.0,
        "trade_id": "77",
    }
    figure = bounds_picture(Scene(twice(), CATALOGUE), pl.DataFrame([trade], schema=LOW_TRADE), Size.TALL)
    said = " ".join(words(figure).split())
    assert "The trade itself: 1.9 USDT at 21:30:00.000 UTC, 5 ATOM, number 77." in said


def test_an_illustration_states_no_finding() -> None:
    """On the reconstruction the headline says what it is, a stamp lies across, and the name of the file says so."""
    response = browser(illustrated()).get(f"/export/bounds.svg?{CRASH}&size=square&theme=dark")
    assert json.loads(response.data)["shape"] == ["svg", 1200, 1200, "#15181c"]
    assert json.loads(response.data)["manifest"]["asset"] == "ATOM"
    assert name_of(response) == f"plumbline_ATOM_binance_{AT}_bounds_square_dark_illustration.svg"
    said = words(bounds_picture(Scene(made("illustration"), CATALOGUE), NO_TRADES, Size.WIDE))
    assert said.startswith(ILLUSTRATION)
    assert WATERMARK in said


def test_no_candle_of_the_asset() -> None:
    """Without a candle there is no file, and the answer names the asset."""
    response = browser(Shelf(empty(dict(crash().schema)))).get(f"/export/bounds.csv?{CRASH}")
    assert response.status_code == 404
    assert "no candle of ATOM" in response.text
