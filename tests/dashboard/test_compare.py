"""Small multiples: a panel per asset, two windows beside each other, as page, picture and rows."""

import json
import re
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import numpy as np
import polars as pl
import pytest

from dashboard.answers import Answers
from dashboard.compare_controls import second_window
from dashboard.compare_figure import panel_figure, since_start_figure
from dashboard.compare_key import samples
from dashboard.compare_layout import places
from dashboard.compare_panels import pair, panel_traces, scale, sides
from dashboard.compare_picture import compare_picture
from dashboard.compare_rows import COMPARE, lines
from dashboard.frame import frame
from dashboard.labels import Box
from dashboard.link import from_query
from dashboard.pages.compare import PAGE, values
from dashboard.pages.contract import Context
from dashboard.picture_sizes import SHAPES, Size
from dashboard.site import Site
from dashboard.style import PALETTES, Theme
from dashboard.venue_lines import Cell
from dashboard.view import ViewState
from data.schema import Origin
from deviation.question import Group

from .measured import CATALOGUE
from .sent import plain, text_of
from .shelf import FALL, MINUTES, START, USDT_VENUES, Hands, Shelf, crash, market
from .test_exports import browser

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
    """The focus venue's lines are drawn last and widest; every line has the dash of its group."""
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
    groups = PALETTES[Theme.LIGHT].groups
    assert (looks["OKX"], looks["Kraken"]) == ((groups[Group.USDT], "solid"), (groups[Group.USD], "dash"))
    assert len({*looks.values()}) == 2


def test_the_dash_of_a_group_holds_for_a_usd_venue_too() -> None:
    """With Kraken as focus its bolder line, against its own group, is the dashed one."""
    (side,) = sides(ANSWERS, view(focus="kraken"))
    scene = side.panels[0].scene(CATALOGUE, Theme.LIGHT)
    assert scene is not None
    bold = {trace["name"]: trace["line"] for trace in panel_traces(scene) if "against" in trace["name"]}
    usd, usdt = bold["<b>Kraken</b> against USD"], bold["<b>Kraken</b> against USDT"]
    assert (usd["dash"], usdt["dash"]) == ("dash", "solid")
    assert usd["width"] > usdt["width"]


def test_a_thin_reference_names_only_its_own_points() -> None:
    """Against a single USD venue points are thin; the line against USDT, drawn after them, keeps its own name."""
    venues = [market(venue, "ATOM/USDT", 4, fallen=0.9) for venue in USDT_VENUES]
    (side,) = sides(Answers(Shelf(pl.concat([*venues, market("kraken", "ATOM/USD", 4)])), CATALOGUE), view())
    scene = side.panels[0].scene(CATALOGUE, Theme.LIGHT)
    assert scene is not None
    names = [trace["name"] for trace in panel_traces(scene) if "against" in trace["name"]]
    assert names == ["<b>Binance</b> against USD", "<b>Binance</b> against USD, thin", "<b>Binance</b> against USDT"]


def test_the_key_names_every_line() -> None:
    """The key has the bold lines, and the thin ones by group with the names of their venues."""
    (side,) = sides(ANSWERS, view())
    scenes = [scene for one in side.panels if (scene := one.scene(CATALOGUE, Theme.LIGHT))]
    kinds = samples(scenes, CATALOGUE)
    # On DOGE Coinbase stands for Binance, so that no one colour stands for the bold lines.
    assert [(kind.text, kind.dash, kind.colour) for kind in kinds[:2]] == [
        ("Binance and Coinbase against USDT exchanges", "solid", PALETTES[Theme.LIGHT].ink),
        ("Binance and Coinbase against USD exchanges", "dash", PALETTES[Theme.LIGHT].ink),
    ]
    assert samples(scenes[:1], CATALOGUE)[1].colour == CATALOGUE.venue("binance").colour
    named = {kind.text.split(",")[0]: (kind.dash, kind.venues) for kind in kinds[2:]}
    assert named["USDT exchanges"] == ("solid", ("OKX", "Bybit", "Bitget", "Gate"))
    assert named["USD exchanges"] == ("dash", ("Coinbase", "Kraken", "Gemini", "Bitstamp"))
    assert named["USDT perpetuals"] == ("dot", ("Binance USD-M",))


def test_the_furthest_other_is_named() -> None:
    """Who else fell by the threshold or more is said with its minute; nobody is where nobody did."""
    fallen = pl.concat([crash(), market("htx", "ATOM/USDT", 4, fallen=0.5)])
    (side,) = sides(Answers(Shelf(fallen), CATALOGUE), view())
    # HTX closes at 2.0 where the others' middle is 3.6.
    assert lines(side.panels, CATALOGUE)[0].other == Cell("HTX −44\xa0%", "21:20")
    assert lines(sides(ANSWERS, view())[0].panels, CATALOGUE)[0].other == Cell("–")


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


def test_kinds_of_candles_never_mix_between_windows() -> None:
    """Beside a window of real candles none of the reconstruction is shown, and the panel says that it asks for real."""
    start = datetime(2023, 3, 10, 20, 0, tzinfo=UTC)
    generated = market("okx", "BTC/USDT", 2, start=start).with_columns(origin=pl.lit(Origin.RECONSTRUCTION.value))
    answers = Answers(Shelf(pl.concat([crash(), generated])), CATALOGUE)
    _, second = sides(answers, view(against="2023-03-10:2023-03-10T20:00Z~2023-03-10T20:30Z"))
    assert [(one.measurement, one.empty) for one in second.panels] == [(None, "No real candle in this window.")]


def test_notices_speak_of_every_panel() -> None:
    """A replaced focus is told for all assets on which it is, and the focus that was asked for stays chosen."""
    context = Context(ANSWERS, Hands())
    said = frame(context, PAGE, view(focus="okx"))
    words = text_of(plain(said["notices", "children"]))
    assert "OKX has no candle of WBETH and DOGE in this window; Binance (WBETH) and Coinbase (DOGE) are shown." in words
    assert "ATOM" not in words
    assert said["focus", "value"] == "okx"
    assert {"value": "gemini", "label": "Gemini"} in said["focus", "data"]


def test_notices_speak_of_both_windows() -> None:
    """What is alike in both windows is said once, for both; what holds for one of them is said with its times."""
    context = Context(ANSWERS, Hands())
    both = frame(context, PAGE, view(focus="okx", against="2025-10-10:both-sides"))["notices", "children"]
    assert text_of(plain(both)).count("OKX has no candle of WBETH and DOGE in either window") == 1
    empty = "2025-10-10:2025-10-10T10:00Z~2025-10-10T10:30Z"
    one = text_of(plain(frame(context, PAGE, view(focus="gate", against=empty))["notices", "children"]))
    assert "Gate has no candle of WBETH and DOGE from 10 Oct 2025, 21:10 to 21:40 UTC; " in one
    assert "Gate has no candle of WBETH from 10 Oct 2025, 10:00 to 10:30 UTC; Binance is shown." in one


def test_notices_of_an_illustration_and_of_nothing() -> None:
    """The grave notices name all assets and windows that they hold for."""
    query = {"against": "2023-03-10:usdc-depeg"}
    generated = Shelf(crash().with_columns(origin=pl.lit(Origin.RECONSTRUCTION.value)))
    offered = frame(Context(Answers(generated, CATALOGUE), Hands()), PAGE, view(**query))
    assert "No real candle of ATOM, WBETH, BNSOL, DOGE, XRP or BTC is stored for either window." in str(
        offered["offer-text", "children"]
    )
    nothing = frame(Context(Answers(Shelf(crash().clear()), CATALOGUE), Hands()), PAGE, view(**query))
    said = str(nothing["offer-text", "children"])
    assert said.startswith("No candle of ATOM, WBETH, BNSOL, DOGE, XRP or BTC in the store from 10 Oct 2025, 21:10 to")
    assert " or from 10 Mar 2023" in said


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
    assert "ATOM: No candle in this window" in text_of(plain(shown(against="2023-03-10")["compare-pair"]))
    assert pair(ANSWERS, view()) == ()


def test_a_second_window_of_its_own() -> None:
    """A second range by its edges stands beside the first under its times, and is chosen in the list."""
    own = "2025-10-10:2025-10-10T21:05:00Z~2025-10-10T21:35:00Z"
    words = text_of(plain(shown(against=own)["compare-panels"]))
    assert "10 Oct 2025, 21:05 to 21:35 UTC (own range)" in words
    shell = second_window(CATALOGUE, view(against=own, zone="UTC+8"))
    chosen = shell["compare-against"]
    assert chosen.value == own
    assert chosen.data[0]["items"] == [{"value": own, "label": "11 Oct 2025, 05:05 to 05:35 UTC+8"}]
    assert (shell["compare-own-event"].value, shell["compare-own-from"].value) == ("2025-10-10", "2025-10-11 05:05")
    assert second_window(CATALOGUE, view())["compare-own-to"].value == "2025-10-10 21:40"


def test_a_panel_without_a_line_says_so() -> None:
    """Where an exchange is alone nothing is drawn, on the page as in the picture."""
    alone = Answers(Shelf(pl.concat([crash(), market("kraken", "XRP/USD", 2)])), CATALOGUE)
    parts = shown(alone)
    assert "No line to draw: nobody to compare with, or hidden." in text_of(plain(parts["compare-panels"]))
    assert "compare-0-XRP" not in parts["compare-figures"]
    picture = compare_picture(sides(alone, view()), CATALOGUE)
    assert "No line to draw: nobody to compare with, or hidden." in [note.text for note in picture.layout.annotations]


def test_files_follow_the_scale() -> None:
    """Every link of the menu, and the one to copy, has the scale of the view; without candles there is no menu."""
    menu = json.dumps(plain(shown(scale="own")["compare-files"]))
    links = re.findall(r"/export/compare[^\"]*", menu)
    assert len(links) == 2 * 2 * 3 + 2 + 1
    assert all("scale=own" in link for link in links)
    assert "scale" not in json.dumps(plain(shown()["compare-files"]))
    assert shown(Answers(Shelf(crash().clear()), CATALOGUE))["compare-files"] == ""


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


@pytest.mark.parametrize("size", [Size.SQUARE, Size.TALL])
def test_panels_without_a_line_leave_their_room(size: Size) -> None:
    """In columns an asset that neither window draws is one low row; a lone asset is as high as those beside it."""
    room = Box(0, 0, 1000, 1000)
    one, two = places([[True, False, False, True]] * 2, room, size, alike=True)
    heights = [box.bottom - box.top for box in one.panels]
    # 976 pixels under the title, less three spaces of 22 and two low rows of 52, for two panels.
    assert heights == [403, 52, 52, 403]
    assert [box.top for box in one.panels] == [box.top for box in two.panels]
    many, lone = places([[True, True, False], [True]], room, size, alike=False)
    assert [box.bottom - box.top for box in lone.panels] == [440]
    assert [box.bottom - box.top for box in many.panels] == [440, 440, 52]


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


def test_rows_tell_own_ranges_apart() -> None:
    """A range without a name is known by its edges."""
    link = "/export/compare.csv?from=2025-10-10T21:10Z&to=2025-10-10T21:20Z&against=2025-10-10:"
    own = "2025-10-10T21:15Z~2025-10-10T21:20Z"
    rows = pl.read_csv(BytesIO(browser().get(link + own).data), infer_schema=False)
    assert rows["window"].null_count() == rows.height
    assert rows.select("window_start", "window_end").unique().sort("window_start").rows() == [
        ("2025-10-10T21:10:00Z", "2025-10-10T21:20:00Z"),
        ("2025-10-10T21:15:00Z", "2025-10-10T21:20:00Z"),
    ]


def test_the_picture_keeps_to_utc() -> None:
    """Whatever clock the page is on, the picture's titles, facts and ticks are in UTC, as it says."""
    own = "2025-10-10:2025-10-10T21:05Z~2025-10-10T21:35Z"
    drawn = json.loads(browser().get(f"/export/compare.png?window=crash&zone=UTC%2B8&against={own}").data)
    assert drawn["manifest"]["windows"][1] == "10 Oct 2025, 21:05 to 21:35 UTC (own range)"


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
