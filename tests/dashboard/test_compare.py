"""Small multiples: a panel per asset, two windows beside each other, as page, picture and rows."""

import json
from base64 import b64decode
from datetime import timedelta
from io import BytesIO
from typing import Any

import numpy as np
import polars as pl
import pytest

from dashboard.answers import Answers
from dashboard.compare_figure import panel_figure, since_start_figure
from dashboard.compare_panels import pair, panel_traces, scale, sides
from dashboard.compare_picture import compare_picture
from dashboard.compare_rows import COMPARE, lines
from dashboard.link import from_query
from dashboard.pages.compare import values
from dashboard.pages.contract import Context
from dashboard.picture_sizes import SHAPES, Size
from dashboard.site import Site
from dashboard.style import Theme
from dashboard.view import ViewState
from data.schema import Origin
from deviation.question import Group

from .measured import CATALOGUE
from .shelf import FALL, MINUTES, START, Hands, Shelf, crash, market
from .test_exports import browser
from .test_page import plain, text_of

ANSWERS = Answers(Shelf(), CATALOGUE)
EVENT = ("ATOM", "WBETH", "BNSOL", "DOGE", "XRP")


def view(**query: str) -> ViewState:
    """The view of a link on the crash."""
    found, said = from_query({"window": "crash", **query}, CATALOGUE)
    assert said == ()
    return found


def shown(answers: Answers = ANSWERS, **query: str) -> Any:  # noqa: ANN401 - dash's components
    """The page's parts by their id."""
    return {name: value for (name, _), value in values(Context(answers, Hands()), view(**query)).items()}


def test_a_panel_for_each_asset_of_the_event() -> None:
    """Panels stand in the order of the event; an asset without a candle keeps its place."""
    (side,) = sides(ANSWERS, view())
    assert tuple(one.asset for one in side.panels) == EVENT
    assert [one.asset for one in side.panels if one.measurement is None] == ["BNSOL", "XRP"]


def test_what_a_panel_says() -> None:
    """ATOM closes at 2.4 where four other venues close at 3.6, for five minutes; against USD venues at 4."""
    (side,) = sides(ANSWERS, view())
    atom, *_, xrp = lines(side.panels, CATALOGUE)
    deepest, below = atom.by_group[Group.USDT]
    assert (deepest.text, deepest.below) == ("−33\xa0%", "21:20")
    assert below.text == "5 of 30"
    deepest, below = atom.by_group[Group.USD]
    assert (deepest.text, below.text) == ("−40\xa0%", "5 of 30")
    assert (xrp.venue, xrp.by_group[Group.USD][0].text) == ("", "–")


def test_the_focus_is_bold_and_the_others_thin() -> None:
    """The focus venue's lines are drawn last and widest; every other venue has its own colour and dash."""
    (side,) = sides(ANSWERS, view())
    scene = side.panels[0].scene(CATALOGUE, Theme.LIGHT)
    assert scene is not None
    *others, usd, usdt = [trace for trace in panel_traces(scene) if trace["mode"] != "markers"]
    assert (usdt["name"], usd["name"]) == ("<b>Binance</b> against USDT", "<b>Binance</b> against USD")
    assert usdt["line"]["dash"] == "solid"
    assert usd["line"]["dash"] == "dash"
    assert usdt["line"]["width"] > usd["line"]["width"] > max(trace["line"]["width"] for trace in others)
    assert usdt["y"][FALL] == np.float32(100 * (2.4 / 3.6 - 1))
    looks = {trace["name"]: (trace["line"]["color"], trace["line"]["dash"]) for trace in others}
    assert looks["Kraken"] == (CATALOGUE.venue("kraken").colour, CATALOGUE.venue("kraken").dash)
    assert len({*looks.values()}) == len(looks)


def test_a_focus_without_candles_is_replaced_where_it_must_be() -> None:
    """Where an asset has no candle of the focus venue another is drawn, and the panel says so."""
    (side,) = sides(ANSWERS, view(focus="okx"))
    assert {one.asset: one.replaced for one in side.panels if one.measurement} == {
        "ATOM": None,
        "WBETH": "okx",
        "DOGE": "okx",
    }
    assert "OKX has no candle: Binance" in text_of(plain(shown(focus="okx")["compare-panels"]))


def test_kinds_of_candles_never_mix() -> None:
    """Where one asset has real candles and another none but a reconstruction, that one is empty."""
    generated = market("okx", "XRP/USDT", 2).with_columns(origin=pl.lit(Origin.RECONSTRUCTION.value))
    (side,) = sides(Answers(Shelf(pl.concat([crash(), generated])), CATALOGUE), view())
    assert [one.asset for one in side.panels if one.measurement is None] == ["BNSOL", "XRP"]


def test_shared_and_own_scale() -> None:
    """On one scale all panels reach as far as the deepest line; on its own, WBETH's reaches no further than it must."""
    figures = shown()["compare-figures"]
    assert set(figures) == {"compare-0-ATOM", "compare-0-WBETH", "compare-0-DOGE"}
    shared = {json.dumps(one["axes"]["shared"]["range"]) for one in figures.values()}
    assert len(shared) == 1
    low, high = figures["compare-0-ATOM"]["axes"]["shared"]["range"]
    # DOGE's perpetual halves against USD venues at 0.2 and 0.18: the deepest of all.
    assert low < -40
    assert figures["compare-0-WBETH"]["axes"]["own"]["range"][1] < high
    assert figures["compare-0-ATOM"]["figure"]["layout"]["yaxis"]["range"] == [low, high]


def test_two_windows_stand_beside_each_other() -> None:
    """With a second window there are two columns, and the asset is drawn in both on minutes since their starts."""
    parts = shown(against="2025-10-10:both-sides")
    words = text_of(plain(parts["compare-panels"]))
    assert "10-11 October 2025: Crash" in words
    assert "10-11 October 2025: Both sides" in words
    figures = parts["compare-figures"]
    assert {"compare-0-ATOM", "compare-1-ATOM", "compare-pair-0", "compare-pair-1"} <= set(figures)
    first, second = (figures[f"compare-pair-{number}"]["figure"] for number in (0, 1))
    assert first["layout"]["xaxis"]["range"] == second["layout"]["xaxis"]["range"] == [0, 150]
    assert {trace["x0"] for trace in first["data"] if "x0" in trace} == {0}
    # The crash begins 25 minutes into the longer window.
    own = [next(t for t in one["data"] if "against USD" in t["name"])["y"] for one in (first, second)]
    short, long = (np.frombuffer(b64decode(y["bdata"]), dtype=y["dtype"]) for y in own)
    assert np.nanargmin(long) - np.nanargmin(short) == 25


def test_an_event_beside_another() -> None:
    """A second window of another event brings that event's assets, empty where there is no candle."""
    first, second = sides(ANSWERS, view(against="2023-03-10:usdc-depeg"))
    assert (first.view.event, second.view.event) == ("2025-10-10", "2023-03-10")
    assert [one.asset for one in second.panels] == ["BTC"]
    assert "No candle of ATOM in this window" in text_of(plain(shown(against="2023-03-10")["compare-pair"]))
    assert pair(ANSWERS, view()) == ()


def test_links_lead_to_each_asset() -> None:
    """A panel opens its own asset and window in the explorer."""
    panels = json.dumps(plain(shown(against="2025-10-10:both-sides")["compare-panels"]))
    assert '"/explorer?asset=DOGE&window=crash&against=2025-10-10%3Aboth-sides"' in panels
    assert '"/explorer?asset=DOGE&against=2025-10-10%3Aboth-sides"' in panels


def test_the_page_changes_in_place() -> None:
    """A change sends the parts of the page alone, so that the chosen scale stays."""
    site = Site(Context(ANSWERS, Hands()))
    changed = site.changed([("focus", "okx")], {"window": "crash"}, "compare")
    assert ("compare-figures", "data") in changed
    assert ("content", "children") not in changed
    assert ("compare-scale", "value") not in changed


def test_an_empty_store() -> None:
    """Without any candle each asset says so, and nothing is drawn."""
    parts = shown(Answers(Shelf(crash().clear()), CATALOGUE))
    assert text_of(plain(parts["compare-panels"])).count("No candle in this window") == len(EVENT)
    assert parts["compare-figures"] == {}


@pytest.mark.parametrize("size", Size)
@pytest.mark.parametrize("against", ["", "2025-10-10:both-sides"])
def test_the_picture_keeps_to_its_sheet(size: Size, against: str) -> None:
    """In each shape every panel is drawn inside of the sheet, none on another, and every asset is named."""
    found = sides(ANSWERS, view(against=against) if against else view())
    figure = compare_picture(found, CATALOGUE, size=size, theme=Theme.DARK, shared=False)
    assert (figure.layout.width, figure.layout.height) == (SHAPES[size].width, SHAPES[size].height)
    drawn = [axis for axis in figure.select_xaxes() if axis.domain is not None]
    assert len(drawn) == 3 * len(found)
    boxes = [(*x.domain, *y.domain) for x, y in zip(figure.select_xaxes(), figure.select_yaxes(), strict=True)]
    assert all(0 <= edge <= 1 for box in boxes for edge in box)
    # Tall enough to read, and apart.
    assert all((top - bottom) * SHAPES[size].height > 60 for _, _, bottom, top in boxes)
    assert not any(
        a[0] < b[1] and b[0] < a[1] and a[2] < b[3] and b[2] < a[3] for i, a in enumerate(boxes) for b in boxes[i + 1 :]
    )
    words = [note.text for note in figure.layout.annotations]
    assert all(f"<b>{asset}</b>" in words for asset in EVENT)
    assert all(0 <= note.x <= 1 and 0 <= note.y <= 1 for note in figure.layout.annotations if note.xref == "paper")


def test_an_illustration_says_so_in_every_panel() -> None:
    """A panel of the reconstruction is marked, on the page and in the picture."""
    generated = crash().with_columns(origin=pl.lit(Origin.RECONSTRUCTION.value))
    (side,) = sides(Answers(Shelf(generated), CATALOGUE), view())
    scenes = [scene for one in side.panels if (scene := one.scene(CATALOGUE, Theme.LIGHT))]
    for scene in scenes:
        for figure in (
            panel_figure(scene, scale(scenes), side.view.zone),
            since_start_figure(scene, scale(scenes), 30),
        ):
            assert [note.text for note in figure.layout.annotations] == ["ILLUSTRATION"]
    picture = compare_picture([side], CATALOGUE)
    marks = [note.text for note in picture.layout.annotations if note.text == "ILLUSTRATION"]
    assert len(marks) == len(scenes) == 3


def test_rows_of_both_windows() -> None:
    """The file holds every market's minutes in each window, numbered from its start."""
    link = "/export/compare.parquet?window=crash&against=2025-10-10:both-sides"
    rows = pl.read_parquet(BytesIO(browser().get(link).data))
    assert rows.schema == pl.Schema(COMPARE)
    assert rows["window"].unique().sort().to_list() == ["both-sides", "crash"]
    fallen = rows.filter(
        asset="ATOM", venue="binance", symbol="ATOM/USDT", group="usdt", open_time=START + timedelta(minutes=FALL)
    )
    assert fallen.sort("minute").select("window", "minute", "d", "focus").rows() == [
        ("crash", float(FALL), 2.4 / 3.6 - 1, True),
        ("both-sides", float(FALL + 25), 2.4 / 3.6 - 1, True),
    ]
    crash_rows = rows.filter(window="crash", asset="ATOM", venue="okx", group="usd")
    assert crash_rows["minute"].to_list() == [float(minute) for minute in range(MINUTES)]


def test_the_manifest_names_all_assets() -> None:
    """The picture says which assets and windows it shows."""
    drawn = json.loads(browser().get("/export/compare.png?window=crash&size=square&theme=dark").data)
    assert drawn["shape"] == ["png", 1200, 1200, "#15181c"]
    assert drawn["manifest"]["assets"] == list(EVENT)
    assert drawn["manifest"]["windows"] == ["10-11 October 2025: Crash"]


def test_no_candle_at_all_is_not_found() -> None:
    """Where no asset of the event has a candle there is nothing to draw."""
    response = browser(Shelf(crash().clear())).get("/export/compare.svg?window=crash")
    assert response.status_code == 404
    assert "no candle of any asset of 2025-10-10" in response.text
