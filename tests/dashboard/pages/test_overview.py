"""The parts of the overview over candles made by hand and over the reconstruction."""

import math
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import polars as pl
import pytest

from dashboard.charts.matrix.cells import DEEPEST_COLOURS, DEPTH_STEPS_PCT
from dashboard.charts.matrix.reading_aid import build_reading_section, write_verdict
from dashboard.charts.scatter.figure import (
    MARGIN_BOTTOM,
    MARGIN_LEFT,
    MARGIN_RIGHT,
    MARGIN_TOP,
    NARROW_CHART,
    WIDE_CHART,
    ChartSize,
)
from dashboard.charts.scatter.points import build_market_points
from dashboard.charts.scatter.volume_rank import NOTHING_TEXT, find_volume_leaders, write_volume_sentence
from dashboard.draw.label_layout import Box
from dashboard.draw.markers import FOCUS_MARKER_SIZE, MARKER_SHAPES, get_marker_symbol
from dashboard.draw.theme import MIN_CONTRAST, compute_contrast, compute_venue_colour
from dashboard.pages.base import PageContext
from dashboard.pages.overview import page as overview
from dashboard.pages.overview.cards import build_cards, format_sensitivity
from dashboard.pages.overview.matrix import build_matrices, build_tint
from dashboard.pages.overview.scatter import (
    build_depth_chart,
    build_depth_figure,
    build_volume_chart,
    build_volume_figure,
)
from dashboard.service.event import EventContext
from dashboard.service.measurements import Measurements
from dashboard.shell.updates import build_shell_updates
from dashboard.state.view import OriginChoice, Theme, ViewState, build_default_view
from data.reconstruction.candles import reconstruct_candles
from data.schema import CANDLE, Origin, build_empty_frame
from deviation.measurement import Measurement
from deviation.question import Group
from deviation.ranks import RankWord
from deviation.sensitivity import measure_sensitivity
from tests.dashboard.component_data import collect_text, to_plain_data
from tests.dashboard.memory_store import MemoryStore, RecordedActions, build_market_candles
from tests.dashboard.pages.test_registry import list_parts
from tests.dashboard.ruler import measure_text
from tests.dashboard.scenarios import (
    CATALOGUE,
    START,
    USDT,
    build_candles,
    build_dip,
    measure_frames,
    measure_scenario,
)
from tests.deviation.close_boards import NOTHING_COVERED, build_board_question
from tests.deviation.close_boards import build_candles as board_candles
from tests.deviation.test_sensitivity import FIVE_MINUTE_BOARD

FALL_BY_VENUE = {"okx": 0.6, "binance": 0.35}
"""The fall of each venue that does not fall by 0.3."""

WINDOW = CATALOGUE.get_event("2025-10-10").get_window("crash")
VIEW = replace(build_default_view(CATALOGUE), start=WINDOW.start, end=WINDOW.end)


def build_overview(*measurements: Measurement, focus: str = "binance", theme: Theme = Theme.LIGHT) -> EventContext:
    """The measurements with the overview's view."""
    return EventContext(measurements, replace(VIEW, focus=focus, theme=theme), CATALOGUE)


def read_text(component: Any) -> str:  # noqa: ANN401 - whatever dash takes
    """The text of a component, with all kinds of white space as one space."""
    return " ".join(collect_text(to_plain_data(component)).split())


@pytest.fixture
def store() -> MemoryStore:
    """ATOM, DOGE and WBETH, made by hand."""
    return MemoryStore()


@pytest.fixture
def context(store: MemoryStore) -> PageContext:
    """The context over the store."""
    return PageContext(Measurements(store, CATALOGUE), RecordedActions())


@pytest.fixture
def crash_overview(context: PageContext) -> EventContext:
    """In the crash window: Binance's ATOM closes at 2.4 for five of 30 minutes, the other USDT venues at 3.6."""
    return EventContext(context.measurements.measure_event(VIEW), VIEW, CATALOGUE)


def test_points_by_hand(crash_overview: EventContext) -> None:
    """Binance is a third below for 5 of 30 firm minutes; the depth of venues that were never below is zero."""
    points = {
        (p.asset, p.venue): p
        for p in build_market_points(crash_overview.measurements, CATALOGUE, {"binance"}, VIEW.zone)
    }
    atom = points["ATOM", "binance"]
    assert atom.depth == pytest.approx(-1 / 3)
    assert (atom.below_min, atom.firm_min, atom.depth_at, atom.is_focus) == (5, 30, "21:20", True)
    assert "\N{MINUS SIGN}33\N{NO-BREAK SPACE}% against the other USDT exchanges, 21:20" in atom.describe("2 %")
    assert "at least 2 % below for 5 of 30 firm minutes" in atom.describe("2 %")
    assert points["ATOM", "okx"].depth_below == 0
    assert points["WBETH", "binance"].reference_text == "fair value"
    perpetual = points["DOGE", "binanceusdm"]
    assert (perpetual.name, perpetual.depth, perpetual.firm_min) == ("Binance USD-M perpetual", None, 0)
    assert "no firm minute" in perpetual.describe("2 %")


def test_depth_against_duration(crash_overview: EventContext) -> None:
    """Each market that was below has a marker, which opens its explorer; the others are listed."""
    points = build_market_points(crash_overview.measurements, CATALOGUE, {"binance"}, VIEW.zone)
    points_below = [point for point in points if point.below_min]
    figure = build_depth_figure(crash_overview, points_below, WIDE_CHART)
    (binance,) = [trace for trace in figure["data"] if trace["mode"] == "markers"]
    assert (binance["x"], [round(y, 3) for y in binance["y"]]) == ([5, 5], [0.333, 0.5])
    assert binance["marker"]["symbol"] == ["circle", "circle-open"]  # fair value is not ranked
    assert binance["customdata"][1][0] == "/explorer?asset=WBETH&window=crash"
    assert (figure["layout"]["xaxis"]["type"], figure["layout"]["yaxis"]["type"]) == ("log", "log")
    text = read_text(build_depth_chart(crash_overview, points))
    assert "Never 2 % below: ATOM" in text
    assert "No firm minute, so no point: DOGE Binance USD-M perpetual, Coinbase and Gemini" in text


def test_nobody_below() -> None:
    """Without a point there is a sentence instead of a chart, and the table remains."""
    calm_overview, lonely_overview = build_overview(measure_scenario("calm")), build_overview(measure_scenario("alone"))
    text = read_text(
        build_depth_chart(
            calm_overview, build_market_points(calm_overview.measurements, CATALOGUE, {"binance"}, VIEW.zone)
        )
    )
    assert "Nobody was 2 % below for a minute." in text
    assert "As a table" in text
    text = read_text(
        build_depth_chart(
            lonely_overview, build_market_points(lonely_overview.measurements, CATALOGUE, {"binance"}, VIEW.zone)
        )
    )
    assert "Too few exchanges" in text


def compute_pixel_boxes(figure: dict[str, Any], size: ChartSize) -> tuple[list[tuple[str, Box]], list[Box]]:
    """The texts and boxes of labels, and the boxes of markers, from the figure's own axes."""
    layout = figure["layout"]
    axis_ranges = [layout[axis]["range"] for axis in ("xaxis", "yaxis")]

    def to_pixel(x: float, y: float) -> tuple[float, float]:
        across, up = ((math.log10(v) - low) / (high - low) for v, (low, high) in zip((x, y), axis_ranges, strict=True))
        return (
            MARGIN_LEFT + across * (size.width - MARGIN_LEFT - MARGIN_RIGHT),
            size.height - MARGIN_BOTTOM - up * (size.height - MARGIN_TOP - MARGIN_BOTTOM),
        )

    labels, marker_boxes = [], []
    for trace in figure["data"]:
        for i, (x, y) in enumerate(zip(trace["x"], trace["y"], strict=True)):
            if trace["mode"] == "markers":
                across, up = to_pixel(x, y)
                half_size = trace["marker"]["size"] / 2
                marker_boxes.append(Box(across - half_size, up - half_size, across + half_size, up + half_size))
            elif trace["mode"] == "text":
                across, up = to_pixel(x, y)
                width, half_height = measure_text(trace["text"][i], size.font_size), size.font_size * 0.6
                labels.append((trace["text"][i], Box(across, up - half_height, across + width, up + half_height)))
    return labels, marker_boxes


@pytest.mark.parametrize("name", ["crash", "crowd", "fair_value", "cheap"])
@pytest.mark.parametrize("size", [WIDE_CHART, NARROW_CHART], ids=["wide", "narrow"])
def test_labels_cover_nothing(name: str, size: ChartSize) -> None:
    """No label overlaps another one, a marker, or the edge of the picture, and the focus venue has one."""
    event_overview = build_overview(measure_scenario(name))
    points = [
        p
        for p in build_market_points(event_overview.measurements, CATALOGUE, {"binance"}, VIEW.zone)
        if p.below_min and p.depth_below
    ]
    labels, marker_boxes = compute_pixel_boxes(build_depth_figure(event_overview, points, size), size)
    assert any(text.startswith("<b>Binance") for text, _ in labels) is any(point.is_focus for point in points)
    assert not [(first, second) for (first, a), (second, b) in combinations(labels, 2) if a.overlaps(b)]
    assert not [text for text, box in labels for marker_box in marker_boxes if box.overlaps(marker_box)]
    assert all(box.left >= 0 and box.right <= size.width for _, box in labels)


def test_markers_tell_venues_apart() -> None:
    """No two venues share shape and colour, and the focus venue's marker is on top of all others and larger."""
    styles = [
        (get_marker_symbol(CATALOGUE, v), compute_venue_colour(CATALOGUE, v, Theme.LIGHT)) for v in CATALOGUE.venues
    ]
    assert len({*styles}) == len(styles)
    assert len({shape for shape, _ in MARKER_SHAPES}) == len(MARKER_SHAPES)
    assert all(abs(x) <= 1.01 and abs(y) <= 1.01 for _, corners in MARKER_SHAPES for x, y in corners)
    points = [
        p for p in build_market_points([measure_scenario("crash")], CATALOGUE, {"binance"}, VIEW.zone) if p.below_min
    ]
    figure = build_depth_figure(build_overview(measure_scenario("crash")), points, WIDE_CHART)
    traces = [trace for trace in figure["data"] if trace["mode"] == "markers"]
    assert traces[-1]["name"] == "Binance"
    assert traces[-1]["marker"]["size"] == FOCUS_MARKER_SIZE


def find_cell(event_overview: EventContext, venue: str, asset: str) -> dict[str, Any]:
    """A cell of the matrix, serialized."""
    for row in list_parts(build_matrices(event_overview)):
        if row["type"] == "Tr" and read_text(row["props"]["children"][0]) == venue:
            assets = [measurement.question.asset for measurement in event_overview.measurements]
            return dict(row["props"]["children"][1 + assets.index(asset)])
    raise AssertionError(venue)


def test_cells_of_the_matrix(crash_overview: EventContext) -> None:
    """A ranked cell has depth, minutes and rank, and opens the explorer with its asset and venue as focus."""
    deepest_cell = find_cell(crash_overview, "Binance", "ATOM")
    assert read_text(deepest_cell) == "\N{MINUS SIGN}33 % 5 of 30 min deepest, longest"
    assert deepest_cell["props"]["className"] == "deepest"
    assert deepest_cell["props"]["style"]["backgroundColor"] == build_tint(-0.33, Theme.LIGHT)["backgroundColor"]
    other_cell = find_cell(crash_overview, "OKX", "ATOM")
    assert read_text(other_cell) == "0.0 % 0 of 30 min"
    (link,) = [part for part in list_parts(other_cell["props"]["children"]) if part["type"] == "A"]
    assert link["props"]["href"] == "/explorer?window=crash&focus=okx"
    assert link["props"]["aria-label"].endswith("2 % below; depth: not deepest, time: not longest")


def test_not_ranked_and_no_data_look_different(crash_overview: EventContext) -> None:
    """An unranked cell is hatched and has its number, one without a candle is empty, and neither is tinted."""
    fair_cell, empty_cell, thin_cell = (
        find_cell(crash_overview, *cell_key)
        for cell_key in (("Binance", "WBETH"), ("OKX", "WBETH"), ("Gemini", "DOGE"))
    )
    assert (fair_cell["props"]["className"], fair_cell["props"]["style"]) == ("unranked", {})
    assert read_text(fair_cell) == "\N{MINUS SIGN}50 % 5 of 30 min not ranked"
    assert (empty_cell["props"]["className"], read_text(empty_cell)) == ("empty", "no data")
    assert (thin_cell["props"]["className"], read_text(thin_cell)) == (
        "unranked",
        "\N{MINUS SIGN}10 % 5 of 30 thin min not ranked",
    )


@pytest.mark.parametrize("theme", Theme)
def test_tints(theme: Theme) -> None:
    """Each step contrasts more with the background than the one before, also in grey, and its text is readable."""
    styles = [build_tint(-(pct + 0.1) / 100, theme) for pct in (0, *DEPTH_STEPS_PCT)]
    paper = styles[0]["backgroundColor"]
    distances = [compute_contrast(style["backgroundColor"], paper) for style in styles]
    assert distances == sorted(distances)
    assert len({*distances}) == len(DEPTH_STEPS_PCT) + 1
    assert all(compute_contrast(style["color"], style["backgroundColor"]) >= MIN_CONTRAST for style in styles)
    assert compute_contrast(DEEPEST_COLOURS[theme], paper) >= MIN_CONTRAST


def test_the_verdict_says_it_either_way(crash_overview: EventContext) -> None:
    """A focus that fell furthest and one that did not get the same sentence, and so do the others' ranks."""
    assert write_verdict(crash_overview) == "Binance was deepest on 1 of 1 ranked asset among USDT exchanges."
    okx_overview = replace(crash_overview, view=replace(VIEW, focus="okx"))
    assert write_verdict(okx_overview) == (
        "OKX was deepest on 0 of 1 ranked asset among USDT exchanges: not deepest on ATOM."
    )
    absent_overview = replace(crash_overview, view=replace(VIEW, focus="htx"))
    assert write_verdict(absent_overview) == (
        "HTX is ranked on no asset here. Of the others: ATOM (USDT) Binance deepest; ATOM (USD) too close to call."
    )
    assert (
        write_verdict(build_overview(measure_scenario("alone")))
        == "Binance is ranked on no asset here. Nor is any other: too few exchanges traded."
    )


def test_the_reading_aid(crash_overview: EventContext, context: PageContext) -> None:
    """The aid has count, even share, the reasons for unranked assets, and the days before; no words of probability."""
    text = read_text(build_reading_section(crash_overview, context.measurements.run_checks(VIEW).placebo))
    assert "USDT exchanges: deepest on 1 of 1, longest on 1 of 1." in text
    assert "each ranked exchange would be deepest on 0.2 of 1 (1/5 on ATOM)" in text
    assert "Not ranked: WBETH (measured against fair value)" in text
    assert "Assets fell together, so this is no significance test." in text
    assert not any(word in text.lower() for word in ("probab", "chance", "expect", "p-value", "abnormal", "proved"))
    days = [part for part in list_parts(build_reading_section(crash_overview, None)) if part["type"] == "Th"]
    assert [read_text(day) for day in days[1:9]] == [f"{d} Oct" for d in range(3, 11)]
    pending_cells, filled_cells = (
        [p for p in list_parts(build_reading_section(crash_overview, placebo)) if p["type"] == "Td"]
        for placebo in (None, ())
    )
    assert len(pending_cells) == len(filled_cells) == 2 * (7 + 1)


def test_the_ranges_in_words() -> None:
    """Binance's 90 against 98: 6.25 % below without Bitget, 10 % without Gate, and two venues flip its rank."""
    board_question = build_board_question()
    measured_ranges = measure_sensitivity(board_candles(FIVE_MINUTE_BOARD), NOTHING_COVERED, board_question)
    market_ = next(
        market_range.market for market_range in measured_ranges.ranges if market_range.market.venue == "binance"
    )
    usdt_ranges = format_sensitivity(measured_ranges, market_, Group.USDT)
    assert usdt_ranges is not None
    depth, flips, most_moved = usdt_ranges.lines
    assert depth.replace("\N{NO-BREAK SPACE}", " ") == "\N{MINUS SIGN}6.2 to \N{MINUS SIGN}10 % deep, 1 min below"
    assert flips == "depth in 2 of 21 runs"
    assert most_moved.replace("\N{NO-BREAK SPACE}", " ") == "without Bitget: \N{MINUS SIGN}6.2 %"
    assert usdt_ranges.flips == (
        "depth, at the defaults deepest: too close to call without Bitget",
        "depth, at the defaults deepest: too close to call without Bybit",
    )
    usd_ranges = format_sensitivity(measured_ranges, market_, Group.USD)
    assert usd_ranges is not None
    assert usd_ranges.lines[:2] == ("no firm minute in any of 21 runs", "no rank to flip")


def test_cards(crash_overview: EventContext, context: PageContext) -> None:
    """Each card has a headline, and a rank or the reason for none; a relative of the focus replaces it by name."""
    card_list = build_cards(crash_overview, context.measurements.run_checks(VIEW).sensitivities)
    atom, wbeth, doge, *missing_cards = (read_text(card) for card in card_list)
    assert atom.startswith("ATOM ATOM on Binance: up to 33 % below other USDT exchanges, 40 % below USD exchanges.")
    assert "Deepest of 5 USDT exchanges: yes." in atom
    assert "Rank depth: deepest , time: longest" in atom
    assert "Rank not ranked: measured against fair value" in wbeth
    assert doge.startswith("DOGE perpetual; no candle of Binance itself DOGE perpetual on Binance USD-M: 47 % below")
    assert "Rank not ranked: perpetual against spot" in doge
    assert [text.split()[0] for text in missing_cards] == ["BNSOL", "XRP"]
    assert all("plumbline collect --event 2025-10-10" in text for text in missing_cards)
    links = [part["props"]["href"] for part in list_parts(card_list) if part["type"] == "A"]
    assert "/explorer?asset=DOGE&window=crash&focus=binanceusdm" in links
    assert "/export/measurement.json?asset=DOGE&window=crash&focus=binanceusdm" in links


def test_cards_keep_their_shape(crash_overview: EventContext, context: PageContext) -> None:
    """A card without sensitivity has the same parts, so that nothing moves when it arrives."""
    before, after = (
        build_cards(crash_overview, None),
        build_cards(crash_overview, context.measurements.run_checks(VIEW).sensitivities),
    )
    part_types = [[part["type"] for part in list_parts(card_list)] for card_list in (before, after)]
    for part_type in ("Dt", "Dd", "Details", "Summary"):
        assert part_types[0].count(part_type) == part_types[1].count(part_type) > 0
    assert "aria-busy" in str(to_plain_data(before))


def test_an_absent_focus_can_be_replaced(context: PageContext) -> None:
    """If neither the focus nor a relative has a candle, the card says so and offers other venues."""
    view = replace(VIEW, focus="htx")
    card = build_cards(EventContext(context.measurements.measure_event(view), view, CATALOGUE), None)[0]
    assert "No statement on ATOM on HTX: no candle of it here." in read_text(card)
    offered_venues = [part["props"]["data-focus"] for part in list_parts(card) if part["type"] == "Button"]
    assert offered_venues[:3] == ["binance", "okx", "bybit"]


def test_volume_beside_depth() -> None:
    """Binance reported the most volume before; the sentence says that OKX fell further."""
    minutes, earlier_minutes = 60, 60
    start = START.replace(hour=20)
    flat = np.full(earlier_minutes, 4.0)
    frames = [
        build_candles(
            (venue, "ATOM/USDT"),
            np.concatenate([flat, build_dip(minutes, 4.0, FALL_BY_VENUE.get(venue, 0.3), 20)]),
            start=start,
            volume_usd=900_000 if venue == "binance" else 50_000,
        )
        for venue in ("binance", *USDT)
    ]
    measurement = measure_frames(frames, minutes)
    (leader,) = find_volume_leaders([measurement])
    assert (leader.asset, leader.venue, leader.word, leader.deeper_venue) == (
        "ATOM",
        "Binance",
        RankWord.NOT_DEEPEST,
        "OKX",
    )
    assert write_volume_sentence([leader]) == (
        "The exchange with the most reported volume was the deepest in 0 of 1 comparisons. "
        "Not the deepest: ATOM (USDT), Binance (OKX fell further)."
    )
    deepest_leader = replace(leader, asset="DOGE", word=RankWord.DEEPEST, deeper_venue=None)
    close_leader = replace(leader, asset="XRP", word=RankWord.CLOSE, deeper_venue=None)
    assert write_volume_sentence([leader, deepest_leader, close_leader]) == (
        "The exchange with the most reported volume was the deepest in 1 of 3 comparisons: DOGE (USDT), Binance. "
        "Not the deepest: ATOM (USDT), Binance (OKX fell further). Too close to call: XRP (USDT), Binance."
    )
    assert write_volume_sentence([]) == NOTHING_TEXT
    event_overview = build_overview(measurement)
    points = build_market_points([measurement], CATALOGUE, {"binance"}, VIEW.zone)
    figure = build_volume_figure(
        event_overview, [point for point in points if point.venue in {"binance", "okx"}], WIDE_CHART
    )
    assert {t["name"]: t["x"] for t in figure["data"] if t["mode"] == "markers"} == {
        "OKX": [pytest.approx(60 * 50_000)],
        "Binance": [pytest.approx(60 * 900_000)],
    }
    text = read_text(build_volume_chart(event_overview, points, write_volume_sentence([leader])))
    assert "reported volume, not liquidity" in text
    assert "correlation" not in text


def test_an_illustration_has_no_ranks() -> None:
    """On the reconstruction numbers are marked, and there is no rank, no verdict, and no second request."""
    context = PageContext(Measurements(MemoryStore(reconstruct_candles()), CATALOGUE), RecordedActions())
    page = to_plain_data(overview.build_content(context, VIEW))
    text = read_text(page)
    assert "It supports no statement about any exchange." in text
    assert "An illustration: nothing follows from it." in text
    assert "An illustration has no ranks." in text
    assert not any(word in text for word in ("Rank depth", "not deepest", "not longest", "too close", "Moved most"))
    assert "overview-asked" not in str(page)
    assert text.count("ILLUSTRATION") == 2


def test_what_takes_longer_is_asked_for_once(context: PageContext, store: MemoryStore) -> None:
    """The first page waits for the checks; then they are part of it, until the store changes."""
    assert "overview-asked" in str(to_plain_data(overview.build_content(context, VIEW)))
    assert context.measurements.get_cached_checks(VIEW) is None
    children = overview.build_deferred_parts(context, VIEW.to_query(CATALOGUE))
    reads = store.read_count
    page = overview.build_content(context, replace(VIEW, theme=Theme.DARK, asset="DOGE"))
    assert "overview-asked" not in str(to_plain_data(page))
    assert read_text(children[0]) in read_text(page)
    assert overview.build_deferred_parts(context, VIEW.to_query(CATALOGUE)) is not None
    assert store.read_count == reads
    store.add_candles(build_market_candles("mexc", "ATOM/USDT", 4))
    assert "overview-asked" in str(to_plain_data(overview.build_content(context, VIEW)))


@pytest.mark.parametrize(
    ("view", "assets"),
    [
        (VIEW, ["ATOM", "WBETH", "DOGE"]),
        (replace(VIEW, asset="SOMECOIN"), ["ATOM", "WBETH", "DOGE", "SOMECOIN"]),
        (replace(VIEW, focus="okx", excluded=frozenset({"binance"})), ["ATOM", "DOGE"]),
        (replace(VIEW, origin=OriginChoice.RECONSTRUCTION), []),
    ],
    ids=["event", "own asset too", "left out", "other kind"],
)
def test_the_assets_of_an_event(context: PageContext, view: ViewState, assets: list[str]) -> None:
    """Assets are those of the event with a candle, and the view's own; none if all venues are excluded."""
    measurements = context.measurements.measure_event(view)
    assert [measurement.question.asset for measurement in measurements] == assets
    assert {measurement.question.focus for measurement in measurements} <= {view.focus}


def test_nothing_stored() -> None:
    """Without candles the page says what to do, and sends no second request."""
    context = PageContext(Measurements(MemoryStore(build_empty_frame(CANDLE)), CATALOGUE), RecordedActions())
    text = read_text(overview.build_content(context, VIEW))
    assert "no candle of its assets in this window" in text
    assert "plumbline collect --event 2025-10-10" in text
    assert context.measurements.run_checks(VIEW).placebo == ()


def test_notices_speak_of_every_asset() -> None:
    """The offer of real candles names each asset of the event, also if only the first has an illustration."""
    reconstruction = build_market_candles("okx", "ATOM/USDT", 4.0).with_columns(
        origin=pl.lit(Origin.RECONSTRUCTION.value)
    )
    updates = build_shell_updates(
        PageContext(Measurements(MemoryStore(reconstruction), CATALOGUE), RecordedActions()), overview.PAGE, VIEW
    )
    assert "No real candle of ATOM, WBETH, BNSOL, DOGE or XRP is stored for this window." in str(
        updates["offer-text", "children"]
    )


def test_a_rate_taken_as_one_is_told_whichever_asset_rests_on_it(context: PageContext) -> None:
    """A notice about a quote taken as a dollar is shown if the numbers of any asset rest on it."""
    panels = overview.build_notice_result(context, VIEW).panels
    assumed_quotes = {quote for panel in panels if panel.measurement for quote in panel.measurement.fx_assumed}
    text = read_text(build_shell_updates(context, overview.PAGE, VIEW)["notices", "children"])
    assert [panel.view.asset for panel in panels] == list(CATALOGUE.get_event(VIEW.event).assets)
    assert [quote for quote in sorted(assumed_quotes) if f"1 {quote}" not in text] == []
