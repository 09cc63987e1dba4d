"""Small multiples as page, picture and rows: a panel per asset, in one window or two."""

import json
import re
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import numpy as np
import polars as pl
import pytest

from dashboard.charts.small_multiples.figure import build_panel_figure, build_since_start_figure
from dashboard.charts.small_multiples.legend import list_line_samples
from dashboard.charts.small_multiples.panels import (
    build_common_scale,
    build_panel_traces,
    measure_pair,
    measure_windows,
)
from dashboard.charts.small_multiples.rows import COMPARE_SCHEMA, build_panel_rows
from dashboard.charts.small_multiples.sheet import build_compare_sheet, layout_windows
from dashboard.draw.label_layout import Box
from dashboard.draw.theme import PALETTES
from dashboard.exports.metadata.tabular import CHOICES_COLUMN
from dashboard.pages.base import PageContext
from dashboard.pages.compare.controls import build_second_window_select
from dashboard.pages.compare.page import PAGE, build_updates
from dashboard.service.measurements import Measurements
from dashboard.sheet.sizes import FULL_SIZES, SHAPES, SheetSize
from dashboard.shell.router import Router
from dashboard.shell.updates import build_shell_updates
from dashboard.state.url import parse_query
from dashboard.state.view import Theme, ViewState
from dashboard.tables.venues import TableCell
from data.schema import Origin
from deviation.question import USD, USDT
from tests.dashboard.component_data import collect_text, to_plain_data
from tests.dashboard.exports.test_routes import build_client
from tests.dashboard.memory_store import (
    FALL_MINUTE,
    MINUTES,
    START,
    USDT_VENUES,
    MemoryStore,
    RecordedActions,
    build_crash_candles,
    build_market_candles,
)
from tests.dashboard.scenarios import CATALOGUE

MEASUREMENTS = Measurements(MemoryStore(), CATALOGUE)
EVENT_ASSETS = ("ATOM", "WBETH", "BNSOL", "DOGE", "XRP")


def parse_view(**query: str) -> ViewState:
    """The view of a link to the window ``crash``."""
    state, notices = parse_query({"window": "crash", **query}, CATALOGUE)
    assert notices == ()
    return state


def build_page_values(measurements: Measurements = MEASUREMENTS, **query: str) -> Any:  # noqa: ANN401 - dash's components
    """The updates of the page by component id."""
    return {
        name: value
        for (name, _), value in build_updates(PageContext(measurements, RecordedActions()), parse_view(**query)).items()
    }


def test_a_panel_for_each_asset_of_the_event() -> None:
    """Panels are in the order of the event's assets; an asset without a candle has a panel too."""
    (window,) = measure_windows(MEASUREMENTS, parse_view())
    assert tuple(panel.asset for panel in window.panels) == EVENT_ASSETS
    assert [panel.asset for panel in window.panels if panel.measurement is None] == ["BNSOL", "XRP"]


def test_the_numbers_of_a_panel() -> None:
    """ATOM closes at 2.4 where four other venues close at 3.6, for five minutes; against USD venues at 4."""
    (window,) = measure_windows(MEASUREMENTS, parse_view())
    atom, *_, xrp = build_panel_rows(window.panels, CATALOGUE)
    assert atom.market == "ATOM/USDT"
    facts = atom.by_group[USDT]
    assert (facts.extremes, facts.minutes) == (TableCell("−33% / 0.0%", "21:20 / –"), TableCell("5 | 0", "of 30"))
    facts = atom.by_group[USD]
    assert (facts.extremes.text, facts.minutes.text) == ("−40% / 0.0%", "5 | 0")
    assert (xrp.venue, xrp.market, xrp.by_group) == ("Binance", "", {})


def test_the_focus_is_bold_and_the_others_thin() -> None:
    """The focus venue's lines are drawn last and widest; every line has the dash of its group."""
    (window,) = measure_windows(MEASUREMENTS, parse_view())
    scene = window.panels[0].build_scene(CATALOGUE, Theme.LIGHT)
    assert scene is not None
    *other_traces, usd, usdt = [trace for trace in build_panel_traces(scene) if trace["mode"] != "markers"]
    assert (usdt["name"], usd["name"]) == ("<b>Binance</b> against USDT", "<b>Binance</b> against USD")
    assert usdt["line"]["dash"] == "solid"
    assert usd["line"]["dash"] == "dash"
    assert usdt["line"]["width"] > usd["line"]["width"] > max(trace["line"]["width"] for trace in other_traces)
    assert usdt["y"][FALL_MINUTE] == np.float32(100 * (2.4 / 3.6 - 1))
    styles = {trace["name"]: (trace["line"]["color"], trace["line"]["dash"]) for trace in other_traces}
    groups = PALETTES[Theme.LIGHT].group_colours
    assert (styles["OKX"], styles["Gemini"]) == ((groups[USDT], "solid"), (groups[USD], "dash"))


def test_the_dash_of_a_group_holds_for_a_usd_venue_too() -> None:
    """With Kraken as focus its bolder line, against its own group, is the dashed one."""
    (window,) = measure_windows(MEASUREMENTS, parse_view(focus="kraken"))
    scene = window.panels[0].build_scene(CATALOGUE, Theme.LIGHT)
    assert scene is not None
    focus_lines = {trace["name"]: trace["line"] for trace in build_panel_traces(scene) if "against" in trace["name"]}
    usd, usdt = focus_lines["<b>Kraken</b> against USD"], focus_lines["<b>Kraken</b> against USDT"]
    assert (usd["dash"], usdt["dash"]) == ("dash", "solid")
    assert usd["width"] > usdt["width"]


def test_a_thin_reference_names_only_its_own_points() -> None:
    """Against a single USD venue points are thin; the line against USDT, drawn after them, keeps its own name."""
    venues = [build_market_candles(venue, "ATOM/USDT", 4, fall_factor=0.9) for venue in USDT_VENUES]
    (side,) = measure_windows(
        Measurements(MemoryStore(pl.concat([*venues, build_market_candles("kraken", "ATOM/USD", 4)])), CATALOGUE),
        parse_view(),
    )
    scene = side.panels[0].build_scene(CATALOGUE, Theme.LIGHT)
    assert scene is not None
    names = [trace["name"] for trace in build_panel_traces(scene) if "against" in trace["name"]]
    assert names == [
        "<b>Binance</b> against USD",
        "<b>Binance</b> against USD, 1-2 other exchanges only",
        "<b>Binance</b> against USDT",
    ]


def test_the_key_names_every_line() -> None:
    """The key has the bold lines, and the thin ones by group with the names of their venues."""
    (window,) = measure_windows(MEASUREMENTS, parse_view())
    scenes = [scene for panel in window.panels if (scene := panel.build_scene(CATALOGUE, Theme.LIGHT))]
    line_samples = list_line_samples(scenes, CATALOGUE)
    # Binance has no price of DOGE, and nothing stands in for it.
    assert [(sample.text, sample.dash, sample.colour) for sample in line_samples[:2]] == [
        ("Binance against USDT exchanges", "solid", CATALOGUE.get_venue("binance").colour),
        ("Binance against USD exchanges", "dash", CATALOGUE.get_venue("binance").colour),
    ]
    samples_by_text = {sample.text.split(",")[0]: (sample.dash, sample.venues) for sample in line_samples[2:]}
    assert samples_by_text["USDT exchanges"] == ("solid", ("OKX", "Bybit", "Bitget", "Gate"))
    assert samples_by_text["USD exchanges"] == ("dash", ("Coinbase", "Kraken", "Gemini", "Bitstamp"))
    assert samples_by_text["USDT perpetuals"] == ("dot", ("Binance USD-M",))
    assert "USDT perpetuals, each against USDT exchanges" in {sample.text for sample in line_samples}


def test_the_largest_of_the_others() -> None:
    """The other venue that strayed furthest is named with its minute if it reached the threshold, else none."""
    candles = pl.concat([build_crash_candles(), build_market_candles("htx", "ATOM/USDT", 4, fall_factor=0.5)])
    (window,) = measure_windows(Measurements(MemoryStore(candles), CATALOGUE), parse_view())
    # HTX closes at 2.0 where the others' middle is 3.6.
    assert build_panel_rows(window.panels, CATALOGUE)[0].largest_other == TableCell("HTX −44%", "21:20")
    calm_rows = build_panel_rows(measure_windows(MEASUREMENTS, parse_view())[0].panels, CATALOGUE)
    assert calm_rows[0].largest_other == TableCell("–")
    premium = pl.concat([build_crash_candles(), build_market_candles("htx", "ATOM/USDT", 4, fall_factor=1.35)])
    (window,) = measure_windows(Measurements(MemoryStore(premium), CATALOGUE), parse_view())
    # 5.4 is 50% above 3.6: a premium counts as a discount does.
    assert build_panel_rows(window.panels, CATALOGUE)[0].largest_other == TableCell("HTX +50%", "21:20")


def test_nothing_stands_in_for_a_focus_without_prices() -> None:
    """Where the focus venue has no price of an asset, its panel says so and draws the others alone."""
    (window,) = measure_windows(MEASUREMENTS, parse_view(focus="okx"))
    rows = build_panel_rows(window.panels, CATALOGUE)
    assert {row.asset: row.market for row in rows if row.market} == {"ATOM": "ATOM/USDT"}
    text = collect_text(to_plain_data(build_page_values(focus="okx")["compare-panels"]))
    assert "No price of DOGE on OKX is in this data for this window." in text
    table = collect_text(to_plain_data(build_page_values(focus="okx")["compare-table"]))
    assert ("ATOM" in table, "BNSOL" in table) == (True, False)


def test_kinds_of_candles_never_mix() -> None:
    """If one asset has real candles, the panel of another with a reconstruction only is empty."""
    reconstruction = build_market_candles("okx", "XRP/USDT", 2).with_columns(origin=pl.lit(Origin.RECONSTRUCTION.value))
    (window,) = measure_windows(
        Measurements(MemoryStore(pl.concat([build_crash_candles(), reconstruction])), CATALOGUE), parse_view()
    )
    assert [panel.asset for panel in window.panels if panel.measurement is None] == ["BNSOL", "XRP"]


def test_kinds_of_candles_never_mix_between_windows() -> None:
    """Beside a window of real candles no reconstruction is shown, and the panel says that it has no real candle."""
    start = datetime(2023, 3, 10, 20, 0, tzinfo=UTC)
    reconstruction = build_market_candles("okx", "BTC/USDT", 2, start=start).with_columns(
        origin=pl.lit(Origin.RECONSTRUCTION.value)
    )
    measurements = Measurements(MemoryStore(pl.concat([build_crash_candles(), reconstruction])), CATALOGUE)
    _, second_window = measure_windows(
        measurements, parse_view(against="2023-03-10:2023-03-10T20:00Z~2023-03-10T20:30Z")
    )
    assert [(panel.measurement, panel.empty_text) for panel in second_window.panels] == [
        (None, "No real price in this window.")
    ]


def test_notices_cover_every_panel() -> None:
    """A notice of any panel is shown once, and the requested focus stays selected though it lacks some assets."""
    context = PageContext(MEASUREMENTS, RecordedActions())
    updates = build_shell_updates(context, PAGE, parse_view(focus="okx"))
    text = collect_text(to_plain_data(updates["notices", "children"]))
    assert text.count("USDT is treated as $1") == 1
    assert updates["focus", "value"] == "okx"
    assert {"value": "gemini", "label": "Gemini"} in updates["focus", "data"]


def test_notices_cover_both_windows() -> None:
    """Of the longer second window 120 minutes have no price of OKX; nothing is missing in the first."""
    context = PageContext(MEASUREMENTS, RecordedActions())
    first, both = (
        collect_text(to_plain_data(build_shell_updates(context, PAGE, view)["notices", "children"]))
        for view in (parse_view(focus="okx"), parse_view(focus="okx", against="2025-10-10:both-sides"))
    )
    missing_text = "120 of 150 minutes of ATOM/USDT on OKX are missing from this data."
    assert (first.count(missing_text), both.count(missing_text)) == (0, 1)


def test_notices_of_an_illustration_and_of_nothing() -> None:
    """The notices on the reconstruction and on missing candles name all their assets and windows."""
    query = {"against": "2023-03-10:usdc-depeg"}
    reconstruction = MemoryStore(build_crash_candles().with_columns(origin=pl.lit(Origin.RECONSTRUCTION.value)))
    updates = build_shell_updates(
        PageContext(Measurements(reconstruction, CATALOGUE), RecordedActions()), PAGE, parse_view(**query)
    )
    assert "No real candle of ATOM, WBETH, BNSOL, DOGE, XRP or BTC is stored for either window." in str(
        updates["offer-text", "children"]
    )
    empty_updates = build_shell_updates(
        PageContext(Measurements(MemoryStore(build_crash_candles().clear()), CATALOGUE), RecordedActions()),
        PAGE,
        parse_view(**query),
    )
    text = str(empty_updates["offer-text", "children"])
    assert text.startswith("No candle of ATOM, WBETH, BNSOL, DOGE, XRP or BTC in the store from 10 Oct 2025, 21:10 to")
    assert " or from 10 Mar 2023" in text


def test_shared_and_own_scale() -> None:
    """A shared scale fits the lowest line of all panels; WBETH's own scale is smaller."""
    figures = build_page_values()["compare-figures"]
    assert set(figures) == {"compare-0-ATOM", "compare-0-WBETH", "compare-0-DOGE"}
    shared_ranges = {json.dumps(figure["axes"]["shared"]["range"]) for figure in figures.values()}
    assert len(shared_ranges) == 1
    low, high = figures["compare-0-ATOM"]["axes"]["shared"]["range"]
    # DOGE's perpetual halves against USD venues at 0.2 and 0.18: the lowest of all.
    assert low < -40
    assert figures["compare-0-WBETH"]["axes"]["own"]["range"][1] < high
    assert figures["compare-0-ATOM"]["figure"]["layout"]["yaxis"]["range"] == [low, high]


def test_two_windows_stand_beside_each_other() -> None:
    """With a second window there are two columns, and the asset is drawn in both by minutes since their starts."""
    page_values = build_page_values(against="2025-10-10:both-sides")
    text = collect_text(to_plain_data(page_values["compare-panels"]))
    assert "10-11 October 2025: Crash" in text
    assert "10-11 October 2025: Full crash window" in text
    figures = page_values["compare-figures"]
    assert {"compare-0-ATOM", "compare-1-ATOM", "compare-pair-0", "compare-pair-1"} <= set(figures)
    first, second = (figures[f"compare-pair-{number}"]["figure"] for number in (0, 1))
    assert first["layout"]["xaxis"]["range"] == second["layout"]["xaxis"]["range"] == [0, 150]
    assert {trace["x0"] for trace in first["data"] if "x0" in trace} == {0}
    # The crash begins 25 minutes into the longer window.
    focus_values = [next(t for t in figure["data"] if "against USD" in t["name"])["y"] for figure in (first, second)]
    short_values, long_values = (np.frombuffer(b64decode(y["bdata"]), dtype=y["dtype"]) for y in focus_values)
    assert np.nanargmin(long_values) - np.nanargmin(short_values) == 25


def test_windows_of_two_events() -> None:
    """A second window of another event has that event's assets; panels without a candle are empty."""
    first_panels, second_panels = measure_windows(MEASUREMENTS, parse_view(against="2023-03-10:usdc-depeg"))
    assert (first_panels.view.event, second_panels.view.event) == ("2025-10-10", "2023-03-10")
    assert [panel.asset for panel in second_panels.panels] == ["BTC"]
    assert "ATOM: No price in this window" in collect_text(
        to_plain_data(build_page_values(against="2023-03-10")["compare-pair"])
    )
    assert measure_pair(MEASUREMENTS, parse_view()) == ()


def test_an_unnamed_second_window() -> None:
    """A second window given by its edges has its times as title, and is selected in the list."""
    own_range = "2025-10-10:2025-10-10T21:05:00Z~2025-10-10T21:35:00Z"
    text = collect_text(to_plain_data(build_page_values(against=own_range)["compare-panels"]))
    assert "10 Oct 2025, 21:05 to 21:35 UTC (custom range)" in text
    controls = build_second_window_select(CATALOGUE, parse_view(against=own_range, zone="UTC+8"))
    select = controls["compare-against"]
    assert select.value == own_range
    assert select.data[0]["items"] == [{"value": own_range, "label": "11 Oct 2025, 05:05 to 05:35 UTC+8"}]
    assert {"value": "2025-10-10:crash", "label": "Crash (05:10-05:40)"} in select.data[1]["items"]
    assert (controls["compare-own-event"].value, controls["compare-own-from"].value) == (
        "2025-10-10",
        "2025-10-11 05:05",
    )
    assert build_second_window_select(CATALOGUE, parse_view())["compare-own-to"].value == "2025-10-10 21:40"


def test_a_panel_without_a_line_says_so() -> None:
    """If a venue is alone on an asset, page and picture draw no line and say why."""
    measurements = Measurements(
        MemoryStore(pl.concat([build_crash_candles(), build_market_candles("kraken", "XRP/USD", 2)])), CATALOGUE
    )
    page_values = build_page_values(measurements)
    assert "Nothing to compare with (or hidden in settings)." in collect_text(
        to_plain_data(page_values["compare-panels"])
    )
    assert "compare-0-XRP" not in page_values["compare-figures"]
    sheet = build_compare_sheet(measure_windows(measurements, parse_view()), CATALOGUE)
    assert "Nothing to compare with (or hidden in settings)." in [note.text for note in sheet.layout.annotations]


def test_files_follow_the_scale() -> None:
    """Every link of the menu and the link to copy have the scale of the view; without candles there is no menu."""
    menu = json.dumps(to_plain_data(build_page_values(scale="own")["compare-files"]))
    links = re.findall(r"/export/compare[^\"]*", menu)
    # Two formats in two colours and three shapes; rows in two formats, their description, and the link to copy.
    assert len(links) == 2 * 2 * 3 + 2 + 1 + 1
    assert all("scale=own" in link for link in links)
    assert "scale" not in json.dumps(to_plain_data(build_page_values()["compare-files"]))
    assert build_page_values(Measurements(MemoryStore(build_crash_candles().clear()), CATALOGUE))["compare-files"] == ""


def test_links_lead_to_each_asset() -> None:
    """A panel links to its asset and window in the explorer."""
    panels = json.dumps(to_plain_data(build_page_values(against="2025-10-10:both-sides")["compare-panels"]))
    assert '"/explorer?asset=DOGE&window=crash&against=2025-10-10%3Aboth-sides"' in panels
    assert '"/explorer?asset=DOGE&against=2025-10-10%3Aboth-sides"' in panels


def test_the_page_changes_in_place() -> None:
    """A change updates parts of the page only, so that the selected scale stays."""
    site = Router(PageContext(MEASUREMENTS, RecordedActions()))
    changed = site.apply([("focus", "okx")], {"window": "crash"}, "compare")
    assert ("compare-figures", "data") in changed
    assert ("content", "children") not in changed
    assert ("compare-scale", "value") not in changed


def test_an_empty_store() -> None:
    """Without any candle each asset says so, and nothing is drawn."""
    page_values = build_page_values(Measurements(MemoryStore(build_crash_candles().clear()), CATALOGUE))
    assert collect_text(to_plain_data(page_values["compare-panels"])).count("No price in this window") == len(
        EVENT_ASSETS
    )
    assert page_values["compare-figures"] == {}


@pytest.mark.parametrize("size", FULL_SIZES)
@pytest.mark.parametrize("against", ["", "2025-10-10:both-sides"])
def test_panels_fit_the_sheet(size: SheetSize, against: str) -> None:
    """In each shape all panels are within the sheet, none overlaps another, and every asset is named."""
    windows = measure_windows(MEASUREMENTS, parse_view(against=against) if against else parse_view())
    figure = build_compare_sheet(windows, CATALOGUE, size=size, theme=Theme.DARK, share_scale=False)
    assert (figure.layout.width, figure.layout.height) == (SHAPES[size].width, SHAPES[size].height)
    drawn_axes = [axis for axis in figure.select_xaxes() if axis.domain is not None]
    assert len(drawn_axes) == 3 * len(windows)
    boxes = [(*x.domain, *y.domain) for x, y in zip(figure.select_xaxes(), figure.select_yaxes(), strict=True)]
    assert all(0 <= edge <= 1 for box in boxes for edge in box)
    # High enough to read, and without overlaps.
    assert all((top - bottom) * SHAPES[size].height > 60 for _, _, bottom, top in boxes)
    assert not any(
        a[0] < b[1] and b[0] < a[1] and a[2] < b[3] and b[2] < a[3] for i, a in enumerate(boxes) for b in boxes[i + 1 :]
    )
    texts = [note.text for note in figure.layout.annotations]
    assert all(f"<b>{asset}</b>" in texts for asset in EVENT_ASSETS)
    assert all(0 <= note.x <= 1 and 0 <= note.y <= 1 for note in figure.layout.annotations if note.xref == "paper")


@pytest.mark.parametrize("size", [SheetSize.SQUARE, SheetSize.TALL])
def test_panels_without_a_line_are_low(size: SheetSize) -> None:
    """In columns an asset without a line in either window is a low row; other panels all have the same height."""
    sheet_box = Box(0, 0, 1000, 1000)
    first, second = layout_windows([[True, False, False, True]] * 2, sheet_box, size, same_assets=True)
    heights = [box.bottom - box.top for box in first.panels]
    # 976 pixels under the title, less three spaces of 22 and two low rows of 52, for two panels.
    assert heights == [403, 52, 52, 403]
    assert [box.top for box in first.panels] == [box.top for box in second.panels]
    many_layout, lone_layout = layout_windows([[True, True, False], [True]], sheet_box, size, same_assets=False)
    assert [box.bottom - box.top for box in lone_layout.panels] == [440]
    assert [box.bottom - box.top for box in many_layout.panels] == [440, 440, 52]


def test_an_illustration_says_so_in_every_panel() -> None:
    """A panel of the reconstruction has a watermark, on the page and in the picture."""
    reconstruction = build_crash_candles().with_columns(origin=pl.lit(Origin.RECONSTRUCTION.value))
    (window,) = measure_windows(Measurements(MemoryStore(reconstruction), CATALOGUE), parse_view())
    scenes = [scene for panel in window.panels if (scene := panel.build_scene(CATALOGUE, Theme.LIGHT))]
    for scene in scenes:
        for figure in (
            build_panel_figure(scene, build_common_scale(scenes), window.view.zone),
            build_since_start_figure(scene, build_common_scale(scenes), 30),
        ):
            assert [note.text for note in figure.layout.annotations] == ["SAMPLE"]
    sheet = build_compare_sheet([window], CATALOGUE)
    watermarks = [note.text for note in sheet.layout.annotations if note.text == "SAMPLE"]
    assert len(watermarks) == len(scenes) == 3


def test_choices_by_hand_stand_on_the_picture() -> None:
    """An excluded exchange is named on the sheet; without a choice there is no such line."""
    texts = [
        " ".join(
            note.text for note in build_compare_sheet(measure_windows(MEASUREMENTS, view), CATALOGUE).layout.annotations
        )
        for view in (parse_view(), parse_view(out="okx"))
    ]
    assert ["Chosen by hand: OKX excluded" in text for text in texts] == [False, True]


def test_rows_of_both_windows() -> None:
    """The file holds every market's minutes in each window, numbered from its start."""
    link = "/export/compare.parquet?window=crash&against=2025-10-10:both-sides"
    rows = pl.read_parquet(BytesIO(build_client().get(link).data))
    assert rows.schema == pl.Schema({**COMPARE_SCHEMA, CHOICES_COLUMN: pl.String()})
    assert rows["window"].unique().sort().to_list() == ["both-sides", "crash"]
    fall_rows = rows.filter(
        asset="ATOM",
        venue="binance",
        symbol="ATOM/USDT",
        against="usdt",
        open_time=START + timedelta(minutes=FALL_MINUTE),
    )
    assert fall_rows.sort("minute").select("window", "minute", "d", "focus").rows() == [
        ("crash", float(FALL_MINUTE), 2.4 / 3.6 - 1, True),
        ("both-sides", float(FALL_MINUTE + 25), 2.4 / 3.6 - 1, True),
    ]
    crash_rows = rows.filter(window="crash", asset="ATOM", venue="okx", against="usd")
    assert crash_rows["minute"].to_list() == [float(minute) for minute in range(MINUTES)]


def test_rows_of_unnamed_windows_have_their_edges() -> None:
    """Rows of windows without a name differ in their edges."""
    link = "/export/compare.csv?from=2025-10-10T21:10Z&to=2025-10-10T21:20Z&against=2025-10-10:"
    own_range = "2025-10-10T21:15Z~2025-10-10T21:20Z"
    rows = pl.read_csv(BytesIO(build_client().get(link + own_range).data), infer_schema=False)
    assert rows["window"].null_count() == rows.height
    assert rows.select("window_start", "window_end").unique().sort("window_start").rows() == [
        ("2025-10-10T21:10:00Z", "2025-10-10T21:20:00Z"),
        ("2025-10-10T21:15:00Z", "2025-10-10T21:20:00Z"),
    ]


def test_the_picture_is_in_utc() -> None:
    """Whatever the time zone of the page, the times of the picture are in UTC."""
    own_range = "2025-10-10:2025-10-10T21:05Z~2025-10-10T21:35Z"
    content = json.loads(build_client().get(f"/export/compare.png?window=crash&zone=UTC%2B8&against={own_range}").data)
    assert content["manifest"]["windows"][1] == "10 Oct 2025, 21:05 to 21:35 UTC (custom range)"


def test_the_manifest_names_all_assets() -> None:
    """The manifest names the assets and windows of the picture."""
    content = json.loads(build_client().get("/export/compare.png?window=crash&size=square&theme=dark").data)
    assert content["shape"] == ["png", 1200, 1200, "#15181c"]
    assert content["manifest"]["assets"] == list(EVENT_ASSETS)
    assert content["manifest"]["windows"] == ["10-11 October 2025: Crash"]


def test_no_candle_at_all_is_not_found() -> None:
    """If no asset of the event has a candle, the status is 404."""
    response = build_client(MemoryStore(build_crash_candles().clear())).get("/export/compare.svg?window=crash")
    assert response.status_code == 404
    assert "no candle of any asset of 2025-10-10" in response.text
