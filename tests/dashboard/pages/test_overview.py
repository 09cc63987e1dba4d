"""The parts of the overview over candles made by hand and over the reconstruction."""

import math
from dataclasses import replace
from datetime import timedelta
from itertools import combinations
from typing import Any

import numpy as np
import polars as pl
import pytest

from dashboard.charts.matrix.cells import FULL_COLOURS, SIZE_STEPS_PCT
from dashboard.charts.matrix.reading_aid import (
    NO_RANKING_TEXT,
    NOT_COLLECTED_TEXT,
    build_reading_section,
    write_finding,
    write_verdict,
)
from dashboard.charts.scatter.figure import (
    MARGIN_BOTTOM,
    MARGIN_LEFT,
    MARGIN_RIGHT,
    MARGIN_TOP,
    NARROW_CHART,
    WIDE_CHART,
    ChartSize,
)
from dashboard.charts.scatter.points import MarketPoint, build_market_points
from dashboard.charts.scatter.volume_rank import NOTHING_TEXT, find_volume_leaders, write_volume_sentence
from dashboard.draw.label_layout import Box
from dashboard.draw.markers import FOCUS_MARKER_SIZE, MARKER_SHAPES, get_marker_symbol
from dashboard.draw.theme import MIN_CONTRAST, compute_contrast, compute_venue_colour
from dashboard.pages.base import PageContext
from dashboard.pages.overview import page as overview
from dashboard.pages.overview.cards import build_cards, format_sensitivity
from dashboard.pages.overview.matrix import build_matrices, build_tint
from dashboard.pages.overview.scatter import (
    build_duration_chart,
    build_duration_figure,
    build_volume_chart,
    build_volume_figure,
)
from dashboard.pages.overview.side_switch import build_side_switch
from dashboard.service.event import EventContext
from dashboard.service.measurements import Measurements
from dashboard.shell.updates import build_shell_updates
from dashboard.state.view import OriginChoice, Theme, ViewState, build_default_view
from data.reconstruction.candles import reconstruct_candles
from data.schema import CANDLE, SPAN, Origin, build_empty_frame
from deviation.measurement import Measurement
from deviation.question import USD
from deviation.question import USDT as USDT_GROUP
from deviation.ranks import RankWord
from deviation.side import Side
from tests.dashboard.component_data import collect_text, list_parts, to_plain_data
from tests.dashboard.memory_store import START as MEMORY_START
from tests.dashboard.memory_store import (
    USDT_VENUES,
    MemoryStore,
    RecordedActions,
    build_crash_candles,
    build_market_candles,
)
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
from tests.grids import measure_frame_sensitivity

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


def build_points(event_overview: EventContext) -> list[MarketPoint]:
    """The points of the view's side."""
    view = event_overview.view
    return build_market_points(event_overview.measurements, CATALOGUE, view.side, view.zone)


def test_points_by_hand(crash_overview: EventContext) -> None:
    """Binance is a third below for 5 of 30 comparable minutes; what was never below has a size of zero."""
    points = {(p.asset, p.venue, p.symbol.partition("/")[2]): p for p in build_points(crash_overview)}
    atom = points["ATOM", "binance", "USDT"]
    assert atom.deviation == pytest.approx(-1 / 3)
    assert (atom.minutes, atom.firm_min, atom.at, atom.is_focus) == (5, 30, "21:20", True)
    assert "\N{MINUS SIGN}33% against the other USDT exchanges, 21:20" in atom.describe("2%")
    assert "more than 2% below for 5 of 30 comparable minutes" in atom.describe("2%")
    assert points["ATOM", "okx", "USDT"].size == 0
    assert points["WBETH", "binance", "USDT"].reference_text == "estimated fair value"
    # Of the quote USDC there is no other exchange: against other quotes it stands in no chart.
    usdc = points["ATOM", "binance", "USDC"]
    assert (usdc.deviation, usdc.firm_min, usdc.has_siblings) == (None, 0, True)
    perpetual = points["DOGE", "binanceusdm", "USDT:USDT"]
    assert (perpetual.name, perpetual.deviation, perpetual.firm_min) == ("Binance USD-M perpetual", None, 0)
    assert "no comparable minute" in perpetual.describe("2%")


def test_size_against_duration(crash_overview: EventContext) -> None:
    """Each market that was below has a marker, which opens its explorer; the others are listed."""
    points = build_points(crash_overview)
    figure = build_duration_figure(crash_overview, [point for point in points if point.minutes], WIDE_CHART)
    (binance,) = [trace for trace in figure["data"] if trace["mode"] == "markers"]
    assert (binance["x"], [round(y, 3) for y in binance["y"]]) == ([5, 5], [0.333, 0.5])
    assert binance["marker"]["symbol"] == ["circle", "circle-open"]  # fair value is not ranked
    assert binance["customdata"][1][0] == "/explorer?asset=WBETH&window=crash"
    assert (figure["layout"]["xaxis"]["type"], figure["layout"]["yaxis"]["type"]) == ("log", "log")
    text = read_text(build_duration_chart(crash_overview, points))
    assert "Never more than 2% below: ATOM" in text
    assert (
        "Not plotted (fewer than three other exchanges): ATOM Binance (ATOM/USDC) and Kraken (ATOM/EUR); DOGE " in text
    )


def test_the_other_side_has_the_same_charts() -> None:
    """Above the others everything is drawn as below: Gate is 20% above for the five minutes, and nobody is below."""
    candles = [build_market_candles(venue, "ATOM/USDT", 4) for venue in USDT_VENUES if venue != "gate"]
    store = MemoryStore(pl.concat([*candles, build_market_candles("gate", "ATOM/USDT", 4, fall_factor=1.2)]))
    view = replace(VIEW, side=Side.ABOVE, focus="gate")
    above = EventContext(Measurements(store, CATALOGUE).measure_event(view), view, CATALOGUE)
    below = replace(above, view=replace(view, side=Side.BELOW))
    (point,) = [point for point in build_points(above) if point.minutes]
    assert (point.venue, point.minutes) == ("gate", 5)
    assert point.deviation == pytest.approx(0.2)
    figure = build_duration_figure(above, [point], WIDE_CHART)
    (trace,) = [trace for trace in figure["data"] if trace["mode"] == "markers"]
    assert (trace["x"], trace["y"]) == ([5], [pytest.approx(0.2)])
    assert read_text(find_cell(above, "Gate", "ATOM")) == "+20% 5 of 30 min largest, longest"
    assert write_finding(above) == (
        "On 10 Oct 2025 Gate had the largest premium of the USDT exchanges in 1 of 1 comparable asset"
    )
    assert "No exchange was more than 2% below." in read_text(build_duration_chart(below, build_points(below)))
    assert write_finding(below) == (
        "On 10 Oct 2025 the largest discount of the USDT exchanges was too close to call in the one comparable asset"
    )


def test_the_switch_keeps_the_view(crash_overview: EventContext) -> None:
    """Both sides are links to the same view; that of the view's side is marked."""
    view = replace(VIEW, side=Side.ABOVE, asset="DOGE")
    discount, premium = [
        part["props"]
        for part in list_parts(build_side_switch(replace(crash_overview, view=view)))
        if part["type"] == "A"
    ]
    assert discount["href"] == "/overview?asset=DOGE&window=crash&side=below"
    assert premium["href"] == "/overview?asset=DOGE&window=crash&side=above"
    assert ("aria-current" in discount, premium["aria-current"]) == (False, "true")


def test_nobody_below() -> None:
    """Without a point there is a sentence instead of a chart; the table remains where there are numbers."""
    calm_overview, lonely_overview = build_overview(measure_scenario("calm")), build_overview(measure_scenario("alone"))
    text = read_text(build_duration_chart(calm_overview, build_points(calm_overview)))
    assert "No exchange was more than 2% below." in text
    assert "As a table" in text
    text = read_text(build_duration_chart(lonely_overview, build_points(lonely_overview)))
    assert "Too few exchanges" in text
    assert "As a table" not in text


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
    points = [point for point in build_points(event_overview) if point.minutes and point.size]
    labels, marker_boxes = compute_pixel_boxes(build_duration_figure(event_overview, points, size), size)
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
    event_overview = build_overview(measure_scenario("crash"))
    points = [point for point in build_points(event_overview) if point.minutes]
    figure = build_duration_figure(event_overview, points, WIDE_CHART)
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
    """A ranked cell has deviation, minutes and rank, and opens the explorer with its asset and venue as focus."""
    first_cell = find_cell(crash_overview, "Binance", "ATOM")
    assert read_text(first_cell) == "\N{MINUS SIGN}33% 5 of 30 min largest, longest"
    assert first_cell["props"]["className"] == "first"
    assert first_cell["props"]["style"]["backgroundColor"] == build_tint(-0.33, Theme.LIGHT)["backgroundColor"]
    other_cell = find_cell(crash_overview, "OKX", "ATOM")
    assert read_text(other_cell) == "0.0% 0 of 30 min"
    (link,) = [part for part in list_parts(other_cell["props"]["children"]) if part["type"] == "A"]
    assert link["props"]["href"] == "/explorer?window=crash&focus=okx"
    assert link["props"]["aria-label"] == (
        "OKX, ATOM: 0.0%, 0 of 30 min more than 2% below; size: not largest, length: not longest (Binance was up to "
        "33% below; it could be compared in 30 of 30 minutes; Binance was at least 2% below in 5 minutes; it could be "
        "compared in 30 of 30 minutes)"
    )


def test_not_ranked_and_no_data_look_different(crash_overview: EventContext) -> None:
    """An unranked cell is hatched and has its number, one without a price is empty, and neither is tinted."""
    fair_cell, empty_cell = (find_cell(crash_overview, *key) for key in (("Binance", "WBETH"), ("OKX", "WBETH")))
    assert (fair_cell["props"]["className"], fair_cell["props"]["style"]) == ("unranked", {})
    assert read_text(fair_cell) == "\N{MINUS SIGN}50% 5 of 30 min not ranked"
    assert (empty_cell["props"]["className"], read_text(empty_cell)) == ("empty", "no data")


def test_one_or_two_others_give_a_cell_no_figure(crash_overview: EventContext) -> None:
    """Gemini against Coinbase alone: a dash, and in how many minutes; a table of nothing else is left out."""
    assert read_text(find_cell(crash_overview, "Gemini", "DOGE")) == "\N{EN DASH} 1-2 others, 30 min not ranked"
    headers = [read_text(part) for part in list_parts(build_matrices(crash_overview)) if part["type"] == "Th"]
    assert {"USDT exchanges", "USD exchanges"} <= set(headers)
    assert not {"USDC exchanges", "EUR exchanges"} & set(headers)


@pytest.mark.parametrize("theme", Theme)
def test_tints(theme: Theme) -> None:
    """Each step contrasts more with the background than the one before, also in grey, and its text is readable."""
    styles = [build_tint(-(pct + 0.1) / 100, theme) for pct in (0, *SIZE_STEPS_PCT)]
    paper = styles[0]["backgroundColor"]
    distances = [compute_contrast(style["backgroundColor"], paper) for style in styles]
    assert distances == sorted(distances)
    assert len({*distances}) == len(SIZE_STEPS_PCT) + 1
    assert all(compute_contrast(style["color"], style["backgroundColor"]) >= MIN_CONTRAST for style in styles)
    assert compute_contrast(FULL_COLOURS[theme], paper) >= MIN_CONTRAST


def test_the_finding_says_it_either_way(crash_overview: EventContext) -> None:
    """A focus that fell furthest and one that did not get the same sentence, and so do the others' ranks."""
    assert write_finding(crash_overview) == (
        "On 10 Oct 2025 Binance had the largest discount of the USDT exchanges in 1 of 1 comparable asset"
    )
    assert write_verdict(crash_overview) == "USDT exchanges, size: largest on ATOM; length: longest on ATOM."
    okx_overview = replace(crash_overview, view=replace(VIEW, focus="okx"))
    assert write_finding(okx_overview) == (
        "On 10 Oct 2025 OKX did not have the largest discount of the USDT exchanges in the one comparable asset"
    )
    assert write_verdict(okx_overview) == "USDT exchanges, size: not largest on ATOM; length: not longest on ATOM."


def test_an_absent_focus_is_not_replaced_in_the_finding(context: PageContext) -> None:
    """The page says that nothing of the focus is loaded, and names who came first instead."""
    view = replace(VIEW, focus="htx")
    absent_overview = EventContext(context.measurements.measure_event(view), view, CATALOGUE)
    assert write_finding(absent_overview) == "No price of HTX is loaded for this window"
    assert write_verdict(absent_overview) == ("Largest discount: ATOM (USDT) Binance; ATOM (USD) too close to call.")
    lonely_overview = build_overview(measure_scenario("alone"))
    assert write_finding(lonely_overview) == NO_RANKING_TEXT
    assert NO_RANKING_TEXT == "No ranking possible: prices from too few exchanges are loaded."
    assert write_verdict(lonely_overview) == ""


def test_the_reading_aid(crash_overview: EventContext, context: PageContext) -> None:
    """The aid has count, even share, the reasons for unranked assets, and that no earlier day is loaded."""
    text = read_text(build_reading_section(crash_overview, context.measurements.run_checks(VIEW).placebo))
    assert "USDT exchanges: largest discount in 1 of 1, longest in 1." in text
    assert "By chance alone each exchange would come first in 0.2 of 1." in text
    assert "Not ranked: WBETH (measured against fair value); DOGE (no price in this data)" in text
    assert "The assets moved together, so this is not a test of statistical significance." in text
    assert NOT_COLLECTED_TEXT in text
    assert not any(word in text.lower() for word in ("probab", "expect", "p-value", "abnormal", "proved"))
    pending = list(list_parts(build_reading_section(crash_overview, None)))
    days = [read_text(part) for part in pending if part["type"] == "Th"]
    assert days[1:9] == [f"{d} Oct" for d in range(3, 11)]
    assert [part["type"] for part in pending].count("Td") == 7 + 1


def test_earlier_days_stand_beside_the_event() -> None:
    """On the day before nobody strayed, so that Binance came first on none of the one ranked asset."""
    calm = [
        build_market_candles(venue, "ATOM/USDT", 4, start=MEMORY_START - timedelta(days=1)) for venue in USDT_VENUES
    ]
    context = PageContext(
        Measurements(MemoryStore(pl.concat([build_crash_candles(), *calm])), CATALOGUE), RecordedActions()
    )
    event_overview = EventContext(context.measurements.measure_event(VIEW), VIEW, CATALOGUE)
    parts = list_parts(build_reading_section(event_overview, context.measurements.run_checks(VIEW).placebo))
    assert [read_text(part) for part in parts if part["type"] == "Td"] == [*6 * [""], "0 of 1", "1 of 1"]


def test_no_ranks_no_reading_aid() -> None:
    """Without a rank of the focus there is nothing to read."""
    assert build_reading_section(build_overview(measure_scenario("alone")), ()) == []


def test_the_ranges_in_words() -> None:
    """Binance at 90 against [96, 98] is 6.25% below; without Gate or Bitget the others' median is 98: 8.16%.

    Bitget at 94.2 is 1.9% below, so that Binance lasted longest; without Gate it is 3.9% below for as many minutes, and
    without Bitget it is Gate that is 2.04% below its median.
    """
    minutes, closes = 10, {"binance": 90.0, "okx": 100.0, "bybit": 98.0, "gate": 96.0, "bitget": 94.2}
    candles = pl.concat(build_candles((venue, "ATOM/USDT"), np.full(minutes, close)) for venue, close in closes.items())
    measurement = measure_frames([candles], minutes, event=None)
    sensitivity = measure_frame_sensitivity(candles, build_empty_frame(SPAN), measurement.question)
    binance = measurement.select_rows("binance")[0].market
    texts = format_sensitivity(sensitivity, binance, USDT_GROUP, Side.BELOW)
    assert texts is not None
    # Four references and quote handlings times four volumes, and four other exchanges.
    assert texts.lines == (
        "\N{MINUS SIGN}6.2% to \N{MINUS SIGN}8.2%, 10 min below",
        "2 of 20",
        "Excluding Bitget: \N{MINUS SIGN}8.2%",
    )
    assert texts.flips == (
        "Length: too close to call instead of longest (excluding Bitget)",
        "Length: too close to call instead of longest (excluding Gate)",
    )
    usd_texts = format_sensitivity(sensitivity, binance, USD, Side.BELOW)
    assert usd_texts is not None
    assert usd_texts.lines[:2] == ("no comparable minute in any of 20 variants", "not ranked")


def test_cards(crash_overview: EventContext, context: PageContext) -> None:
    """Each card has the first two sentences of the headline, and how much they depend on the method."""
    card_list = build_cards(crash_overview, context.measurements.run_checks(VIEW).sensitivities)
    atom, wbeth, doge, *missing_cards = (read_text(card) for card in card_list)
    assert atom.startswith("ATOM ATOM/USDT on Binance: up to 33% below other USDT exchanges. At least 2% below in 5 of")
    assert "Range across methods \N{MINUS SIGN}33%" in atom
    assert "Methods that change the ranking" in atom
    assert "Most influential exchange" in atom
    assert wbeth.startswith("WBETH against estimated fair value WBETH on Binance: up to 50% below its estimated fair")
    # Nothing stands in for Binance: its futures venue is offered as any other.
    assert doge.startswith("DOGE No price of DOGE on Binance is in this data for this window. Exchanges with prices: ")
    assert "Range across methods" not in doge
    assert [text.split()[0] for text in missing_cards] == ["BNSOL", "XRP"]
    assert all("plumbline collect --event 2025-10-10" in text for text in missing_cards)
    links = [part["props"]["href"] for part in list_parts(card_list) if part["type"] == "A"]
    assert "/explorer?asset=DOGE&window=crash" in links
    assert "/export/measurement.json?asset=DOGE&window=crash" in links


def test_cards_keep_their_shape(crash_overview: EventContext, context: PageContext) -> None:
    """A card without sensitivity has the same lines, so that nothing moves when it arrives."""
    before, after = (
        build_cards(crash_overview, None),
        build_cards(crash_overview, context.measurements.run_checks(VIEW).sensitivities),
    )
    part_types = [[part["type"] for part in list_parts(card_list)] for card_list in (before, after)]
    for part_type in ("Dt", "Dd", "Details", "Summary"):
        assert part_types[0].count(part_type) == part_types[1].count(part_type) > 0
    assert "aria-busy" in str(to_plain_data(before))


def test_an_absent_focus_can_be_replaced(context: PageContext) -> None:
    """If the focus has no price, the card says so and offers the venues that have some."""
    view = replace(VIEW, focus="htx")
    card = build_cards(EventContext(context.measurements.measure_event(view), view, CATALOGUE), None)[0]
    assert "No price of ATOM on HTX is in this data for this window." in read_text(card)
    offered_venues = [part["props"]["data-focus"] for part in list_parts(card) if part["type"] == "Button"]
    assert offered_venues[:3] == ["binance", "okx", "bybit"]


def test_choices_by_hand_stand_on_each_card(context: PageContext) -> None:
    """An excluded exchange and a threshold are said where the numbers are."""
    view = replace(VIEW, enter_pct=5.0, excluded=frozenset({"okx"}))
    card = build_cards(EventContext(context.measurements.measure_event(view), view, CATALOGUE), None)[0]
    assert "Chosen by hand: OKX excluded; threshold 5%." in read_text(card)


def test_volume_beside_size() -> None:
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
    (leader,) = find_volume_leaders([measurement], Side.BELOW)
    assert (leader.asset, leader.venue, leader.word, leader.leader) == ("ATOM", "Binance", RankWord.NOT_LARGEST, "OKX")
    assert write_volume_sentence([leader], Side.BELOW) == (
        "The exchange with the most reported volume had the largest discount in 0 of 1 comparison. "
        "Most volume, not the largest discount: ATOM (USDT), Binance (OKX further)."
    )
    first_leader = replace(leader, asset="DOGE", word=RankWord.LARGEST, leader=None)
    close_leader = replace(leader, asset="XRP", word=RankWord.CLOSE, leader=None)
    assert write_volume_sentence([leader, first_leader, close_leader], Side.ABOVE) == (
        "The exchange with the most reported volume had the largest premium in 1 of 3 comparisons. "
        "Most volume and largest premium: DOGE (USDT), Binance. "
        "Most volume, not the largest premium: ATOM (USDT), Binance (OKX further). "
        "Too close to call: XRP (USDT), Binance."
    )
    assert write_volume_sentence([], Side.BELOW) == NOTHING_TEXT
    event_overview = build_overview(measurement)
    points = build_points(event_overview)
    figure = build_volume_figure(
        event_overview, [point for point in points if point.venue in {"binance", "okx"}], WIDE_CHART
    )
    assert {t["name"]: t["x"] for t in figure["data"] if t["mode"] == "markers"} == {
        "OKX": [pytest.approx(60 * 50_000)],
        "Binance": [pytest.approx(60 * 900_000)],
    }
    text = read_text(build_volume_chart(event_overview, points))
    assert "reported volume, not liquidity" in text
    assert "correlation" not in text


def test_an_illustration_has_no_ranks() -> None:
    """On the sample the published figures come first, and there is no rank, no verdict, and no second request."""
    context = PageContext(Measurements(MemoryStore(reconstruct_candles()), CATALOGUE), RecordedActions())
    page = to_plain_data(overview.build_content(context, VIEW))
    text = read_text(page)
    assert "Sample data: no conclusion can be drawn." in text
    assert not any(word in text for word in ("largest on", "not largest", "not longest", "too close", "influential"))
    assert "overview-asked" not in str(page)
    assert text.count("SAMPLE") == 1


def test_published_figures_come_first_on_the_sample() -> None:
    """The lowest trade of ATOM on Binance, 0.001 USDT at 21:20, is on record; what follows is marked as assumed."""
    context = PageContext(Measurements(MemoryStore(reconstruct_candles()), CATALOGUE), RecordedActions())
    text = read_text(overview.build_content(context, VIEW))
    assert (
        "On public record Asset Exchange Lowest trade Minute Source ATOM Binance ATOM/USDT 0.001 USDT 21:20 UTC [1]"
        in text
    )
    assert "Other USDT exchanges ATOM/USDT 1.5-1.6 USDT not stated [2]" in text
    assert "Kraken ATOM/USD 3.000 USD" in text
    assert "www.binance.com" in text
    order = [text.index(part) for part in ("On public record", "Sample: assumed lines", "Size and duration")]
    assert order == sorted(order)


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
    assert {measurement.focus for measurement in measurements} <= {view.focus}


def test_nothing_stored() -> None:
    """Without candles the page says what to do, and sends no second request."""
    context = PageContext(Measurements(MemoryStore(build_empty_frame(CANDLE)), CATALOGUE), RecordedActions())
    text = read_text(overview.build_content(context, VIEW))
    assert "no price of its assets in this window" in text
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
    assert [quote for quote in sorted(assumed_quotes) if f"{quote} is treated as $1" not in text] == []
