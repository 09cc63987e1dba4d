"""The overview: what each of its parts says of hand-made candles, and that nothing is said of an illustration."""

import math
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import polars as pl
import pytest

from dashboard.answers import Answers
from dashboard.dots import FOCUS_MARK
from dashboard.frame import frame
from dashboard.labels import Box
from dashboard.matrix_cells import FULL, STEPS_PCT
from dashboard.overview_cards import cards
from dashboard.overview_charts import depth_chart, depth_figure, volume_chart, volume_figure
from dashboard.overview_marks import MARKERS, marker
from dashboard.overview_matrix import matrices, tint
from dashboard.overview_points import points
from dashboard.overview_ranges import ranges
from dashboard.overview_reading import reading, verdict
from dashboard.overview_scatter import BOTTOM, LEFT, NARROW, RIGHT, TOP, WIDE, Size
from dashboard.overview_view import Overview
from dashboard.overview_volume import NOTHING, busiest, volume_sentence
from dashboard.pages import overview
from dashboard.pages.contract import Context
from dashboard.style import READABLE, Theme, contrast, venue_colour
from dashboard.view import OriginChoice, ViewState, default_view
from data.reconstruction import reconstruct
from data.schema import CANDLE, Origin, empty
from deviation.question import Group
from deviation.ranks import Word
from deviation.result import Measurement
from deviation.sensitivity import sensitivity
from tests.dashboard.measured import CATALOGUE, START, USDT, ask_and_measure, candles, dip, made
from tests.dashboard.ruler import width_of
from tests.dashboard.sent import plain, text_of
from tests.dashboard.shelf import Hands, Shelf, market
from tests.dashboard.test_pages import parts
from tests.deviation.boards import NOTHING_COVERED, question
from tests.deviation.boards import candles as board_candles
from tests.deviation.test_sensitivity import FIVE

FALLS = {"okx": 0.6, "binance": 0.35}
"""How far each falls, where it is not 0.3."""

WINDOW = CATALOGUE.event("2025-10-10").window("crash")
VIEW = replace(default_view(CATALOGUE), start=WINDOW.start, end=WINDOW.end)


def seen(*measurements: Measurement, focus: str = "binance", theme: Theme = Theme.LIGHT) -> Overview:
    """Measurements as the overview's view sees them."""
    return Overview(measurements, replace(VIEW, focus=focus, theme=theme), CATALOGUE)


def said(component: Any) -> str:  # noqa: ANN401 - whatever dash takes
    """What a component says, spaces of every kind alike."""
    return " ".join(text_of(plain(component)).split())


@pytest.fixture
def shelf() -> Shelf:
    """ATOM, DOGE and WBETH, made by hand."""
    return Shelf()


@pytest.fixture
def context(shelf: Shelf) -> Context:
    """The pages over it."""
    return Context(Answers(shelf, CATALOGUE), Hands())


@pytest.fixture
def fell(context: Context) -> Overview:
    """In the crash window: Binance's ATOM closes at 2.4 for five of 30 minutes, the other USDT venues at 3.6."""
    return Overview(context.answers.event(VIEW), VIEW, CATALOGUE)


def test_points_by_hand(fell: Overview) -> None:
    """Binance is a third below for 5 of 30 firm minutes; who never was below is no deeper than zero."""
    found = {(p.asset, p.venue): p for p in points(fell.measurements, CATALOGUE, {"binance"}, VIEW.zone)}
    atom = found["ATOM", "binance"]
    assert atom.depth == pytest.approx(-1 / 3)
    assert (atom.below_min, atom.firm_min, atom.depth_at, atom.focus) == (5, 30, "21:20", True)
    assert "\N{MINUS SIGN}33\N{NO-BREAK SPACE}% against the other USDT exchanges, 21:20" in atom.told("2 %")
    assert "at least 2 % below for 5 of 30 firm minutes" in atom.told("2 %")
    assert found["ATOM", "okx"].below == 0
    assert found["WBETH", "binance"].against == "fair value"
    perpetual = found["DOGE", "binanceusdm"]
    assert (perpetual.name, perpetual.depth, perpetual.firm_min) == ("Binance USD-M perpetual", None, 0)
    assert "no firm minute" in perpetual.told("2 %")


def test_depth_against_duration(fell: Overview) -> None:
    """A marker for each market that was below, whose click leads to its explorer; the others are named beside it."""
    found = points(fell.measurements, CATALOGUE, {"binance"}, VIEW.zone)
    drawn = [point for point in found if point.below_min]
    figure = depth_figure(fell, drawn, WIDE)
    (binance,) = [trace for trace in figure["data"] if trace["mode"] == "markers"]
    assert (binance["x"], [round(y, 3) for y in binance["y"]]) == ([5, 5], [0.333, 0.5])
    assert binance["marker"]["symbol"] == ["circle", "circle-open"]  # fair value is not ranked
    assert binance["customdata"][1][0] == "/explorer?asset=WBETH&window=crash"
    assert (figure["layout"]["xaxis"]["type"], figure["layout"]["yaxis"]["type"]) == ("log", "log")
    text = said(depth_chart(fell, found))
    assert "Never 2 % below: ATOM" in text
    assert "No firm minute, so no point: DOGE Binance USD-M perpetual, Coinbase and Gemini" in text


def test_nobody_below() -> None:
    """A calm market has a sentence instead of a chart, a lonely one another, and both keep their tables."""
    calm, lonely = seen(made("calm")), seen(made("alone"))
    told = said(depth_chart(calm, points(calm.measurements, CATALOGUE, {"binance"}, VIEW.zone)))
    assert "Nobody was 2 % below for a minute." in told
    assert "As a table" in told
    told = said(depth_chart(lonely, points(lonely.measurements, CATALOGUE, {"binance"}, VIEW.zone)))
    assert "Too few exchanges" in told


def pixels(figure: dict[str, Any], size: Size) -> tuple[list[tuple[str, Box]], list[Box]]:
    """The texts and boxes of labels, and the boxes of markers, from the figure's own axes."""
    layout = figure["layout"]
    ends = [layout[axis]["range"] for axis in ("xaxis", "yaxis")]

    def at(x: float, y: float) -> tuple[float, float]:
        across, up = ((math.log10(v) - low) / (high - low) for v, (low, high) in zip((x, y), ends, strict=True))
        return (
            LEFT + across * (size.width - LEFT - RIGHT),
            size.height - BOTTOM - up * (size.height - TOP - BOTTOM),
        )

    labels, marks = [], []
    for trace in figure["data"]:
        for i, (x, y) in enumerate(zip(trace["x"], trace["y"], strict=True)):
            if trace["mode"] == "markers":
                across, up = at(x, y)
                half = trace["marker"]["size"] / 2
                marks.append(Box(across - half, up - half, across + half, up + half))
            elif trace["mode"] == "text":
                across, up = at(x, y)
                width, high = width_of(trace["text"][i], size.font), size.font * 0.6
                labels.append((trace["text"][i], Box(across, up - high, across + width, up + high)))
    return labels, marks


@pytest.mark.parametrize("name", ["crash", "crowd", "fair_value", "cheap"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_labels_cover_nothing(name: str, size: Size) -> None:
    """No label lies on another one, on a marker, or outside of the picture, and the focus venue has its own."""
    shown = seen(made(name))
    found = [p for p in points(shown.measurements, CATALOGUE, {"binance"}, VIEW.zone) if p.below_min and p.below]
    labels, marks = pixels(depth_figure(shown, found, size), size)
    assert any(text.startswith("<b>Binance") for text, _ in labels) is any(point.focus for point in found)
    assert not [(one, two) for (one, a), (two, b) in combinations(labels, 2) if a.overlaps(b)]
    assert not [text for text, box in labels for mark in marks if box.overlaps(mark)]
    assert all(box.left >= 0 and box.right <= size.width for _, box in labels)


def test_markers_tell_venues_apart() -> None:
    """No two venues share both shape and colour, and the focus venue's marker lies above all others and is larger."""
    looks = [(marker(CATALOGUE, v), venue_colour(CATALOGUE, v, Theme.LIGHT)) for v in CATALOGUE.venues]
    assert len({*looks}) == len(looks)
    assert len({shape for shape, _ in MARKERS}) == len(MARKERS)
    assert all(abs(x) <= 1.01 and abs(y) <= 1.01 for _, corners in MARKERS for x, y in corners)
    found = [p for p in points([made("crash")], CATALOGUE, {"binance"}, VIEW.zone) if p.below_min]
    figure = depth_figure(seen(made("crash")), found, WIDE)
    traces = [trace for trace in figure["data"] if trace["mode"] == "markers"]
    assert traces[-1]["name"] == "Binance"
    assert traces[-1]["marker"]["size"] == FOCUS_MARK


def cell(shown: Overview, venue: str, asset: str) -> dict[str, Any]:
    """A cell of the matrix as the browser gets it."""
    for row in parts(matrices(shown)):
        if row["type"] == "Tr" and said(row["props"]["children"][0]) == venue:
            assets = [measurement.question.asset for measurement in shown.measurements]
            return dict(row["props"]["children"][1 + assets.index(asset)])
    raise AssertionError(venue)


def test_cells_of_the_matrix(fell: Overview) -> None:
    """A ranked cell has number, minutes and words, and leads to the explorer with its asset and venue as focus."""
    deepest = cell(fell, "Binance", "ATOM")
    assert said(deepest) == "\N{MINUS SIGN}33 % 5 of 30 min deepest, longest"
    assert deepest["props"]["className"] == "deepest"
    assert deepest["props"]["style"]["backgroundColor"] == tint(-0.33, Theme.LIGHT)["backgroundColor"]
    other = cell(fell, "OKX", "ATOM")
    assert said(other) == "0.0 % 0 of 30 min"
    (link,) = [part for part in parts(other["props"]["children"]) if part["type"] == "A"]
    assert link["props"]["href"] == "/explorer?window=crash&focus=okx"
    assert link["props"]["aria-label"].endswith("2 % below; depth: not deepest, time: not longest")


def test_not_ranked_and_no_data_look_different(fell: Overview) -> None:
    """What is not ranked is hatched and keeps its number, what has no candle is empty, and neither has a tint."""
    fair, none, thin = (cell(fell, *at) for at in (("Binance", "WBETH"), ("OKX", "WBETH"), ("Gemini", "DOGE")))
    assert (fair["props"]["className"], fair["props"]["style"]) == ("unranked", {})
    assert said(fair) == "\N{MINUS SIGN}50 % 5 of 30 min not ranked"
    assert (none["props"]["className"], said(none)) == ("empty", "no data")
    assert (thin["props"]["className"], said(thin)) == ("unranked", "\N{MINUS SIGN}10 % 5 of 30 thin min not ranked")


@pytest.mark.parametrize("theme", Theme)
def test_tints(theme: Theme) -> None:
    """Each step is further from the paper than the one before, also in grey, and its text stays readable."""
    looks = [tint(-(pct + 0.1) / 100, theme) for pct in (0, *STEPS_PCT)]
    paper = looks[0]["backgroundColor"]
    distances = [contrast(look["backgroundColor"], paper) for look in looks]
    assert distances == sorted(distances)
    assert len({*distances}) == len(STEPS_PCT) + 1
    assert all(contrast(look["color"], look["backgroundColor"]) >= READABLE for look in looks)
    assert contrast(FULL[theme], paper) >= READABLE


def test_the_verdict_says_it_either_way(fell: Overview) -> None:
    """The focus that fell furthest and one that did not get the same sentence, and so do the others' ranks."""
    assert verdict(fell) == "Binance was deepest on 1 of 1 ranked asset among USDT exchanges."
    okx = replace(fell, view=replace(VIEW, focus="okx"))
    assert verdict(okx) == ("OKX was deepest on 0 of 1 ranked asset among USDT exchanges: not deepest on ATOM.")
    absent = replace(fell, view=replace(VIEW, focus="htx"))
    assert verdict(absent) == (
        "HTX is ranked on no asset here. Of the others: ATOM (USDT) Binance deepest; ATOM (USD) too close to call."
    )
    assert (
        verdict(seen(made("alone")))
        == "Binance is ranked on no asset here. Nor is any other: too few exchanges traded."
    )


def test_the_reading_aid(fell: Overview, context: Context) -> None:
    """Count, even share and why the rest is not ranked; the days before as collected, in words of no probability."""
    told = said(reading(fell, context.answers.checks(VIEW).placebo))
    assert "USDT exchanges: deepest on 1 of 1, longest on 1 of 1." in told
    assert "each ranked exchange would be deepest on 0.2 of 1 (1/5 on ATOM)" in told
    assert "Not ranked: WBETH (measured against fair value)" in told
    assert "Assets fell together, so this is no significance test." in told
    assert not any(word in told.lower() for word in ("probab", "chance", "expect", "p-value", "abnormal", "proved"))
    days = [part for part in parts(reading(fell, None)) if part["type"] == "Th"]
    assert [said(day) for day in days[1:9]] == [f"{d} Oct" for d in range(3, 11)]
    waiting, filled = ([p for p in parts(reading(fell, found)) if p["type"] == "Td"] for found in (None, ()))
    assert len(waiting) == len(filled) == 2 * (7 + 1)


def test_the_ranges_in_words() -> None:
    """Binance's 90 against 98: 6.25 % below without Bitget, 10 % without Gate, and two venues flip its rank."""
    asked = question()
    found = sensitivity(board_candles(FIVE), NOTHING_COVERED, asked)
    market_ = next(one.market for one in found.ranges if one.market.venue == "binance")
    told = ranges(found, market_, Group.USDT)
    assert told is not None
    depth, flips, moved = told.lines
    assert depth.replace("\N{NO-BREAK SPACE}", " ") == "\N{MINUS SIGN}6.2 to \N{MINUS SIGN}10 % deep, 1 min below"
    assert flips == "depth in 2 of 21 runs"
    assert moved.replace("\N{NO-BREAK SPACE}", " ") == "without Bitget: \N{MINUS SIGN}6.2 %"
    assert told.flips == (
        "depth, at the defaults deepest: too close to call without Bitget",
        "depth, at the defaults deepest: too close to call without Bybit",
    )
    usd = ranges(found, market_, Group.USD)
    assert usd is not None
    assert usd.lines[:2] == ("no firm minute in any of 21 runs", "no rank to flip")


def test_cards(fell: Overview, context: Context) -> None:
    """Each asset has its headline, and its rank or why it has none; a relative stands in by name."""
    found = cards(fell, context.answers.checks(VIEW).sensitivities)
    atom, wbeth, doge, *missing = (said(card) for card in found)
    assert atom.startswith("ATOM ATOM on Binance: up to 33 % below other USDT exchanges, 40 % below USD exchanges.")
    assert "Deepest of 5 USDT exchanges: yes." in atom
    assert "Rank depth: deepest , time: longest" in atom
    assert "Rank not ranked: measured against fair value" in wbeth
    assert doge.startswith("DOGE perpetual; no candle of Binance itself DOGE perpetual on Binance USD-M: 47 % below")
    assert "Rank not ranked: perpetual against spot" in doge
    assert [text.split()[0] for text in missing] == ["BNSOL", "XRP"]
    assert all("plumbline collect --event 2025-10-10" in text for text in missing)
    links = [part["props"]["href"] for part in parts(found) if part["type"] == "A"]
    assert "/explorer?asset=DOGE&window=crash&focus=binanceusdm" in links
    assert "/export/measurement.json?asset=DOGE&window=crash&focus=binanceusdm" in links


def test_cards_keep_their_shape(fell: Overview, context: Context) -> None:
    """Before the sensitivity is known a card has the same parts, so that nothing moves when it comes."""
    before, after = cards(fell, None), cards(fell, context.answers.checks(VIEW).sensitivities)
    kinds = [[part["type"] for part in parts(found)] for found in (before, after)]
    for kind in ("Dt", "Dd", "Details", "Summary"):
        assert kinds[0].count(kind) == kinds[1].count(kind) > 0
    assert "aria-busy" in str(plain(before))


def test_an_absent_focus_can_be_replaced(context: Context) -> None:
    """Where neither the focus nor a relative has a candle, the card says so and offers who has."""
    view = replace(VIEW, focus="htx")
    card = cards(Overview(context.answers.event(view), view, CATALOGUE), None)[0]
    assert "No statement on ATOM on HTX: no candle of it here." in said(card)
    marked = [part["props"]["data-focus"] for part in parts(card) if part["type"] == "Button"]
    assert marked[:3] == ["binance", "okx", "bybit"]


def test_volume_beside_depth() -> None:
    """The venue that reported most before is Binance; OKX fell further, which the sentence says by name."""
    minutes, before = 60, 60
    start = START.replace(hour=20)
    flat = np.full(before, 4.0)
    frames = [
        candles(
            (venue, "ATOM/USDT"),
            np.concatenate([flat, dip(minutes, 4.0, FALLS.get(venue, 0.3), 20)]),
            start=start,
            volume_usd=900_000 if venue == "binance" else 50_000,
        )
        for venue in ("binance", *USDT)
    ]
    measurement = ask_and_measure(frames, minutes)
    (one,) = busiest([measurement])
    assert (one.asset, one.venue, one.word, one.deepest) == ("ATOM", "Binance", Word.NOT_DEEPEST, "OKX")
    assert volume_sentence([one]) == (
        "The exchange with the most reported volume was the deepest in 0 of 1 comparisons. "
        "Not the deepest: ATOM (USDT), Binance (OKX fell further)."
    )
    yes = replace(one, asset="DOGE", word=Word.DEEPEST, deepest=None)
    close = replace(one, asset="XRP", word=Word.CLOSE, deepest=None)
    assert volume_sentence([one, yes, close]) == (
        "The exchange with the most reported volume was the deepest in 1 of 3 comparisons: DOGE (USDT), Binance. "
        "Not the deepest: ATOM (USDT), Binance (OKX fell further). Too close to call: XRP (USDT), Binance."
    )
    assert volume_sentence([]) == NOTHING
    shown = seen(measurement)
    found = points([measurement], CATALOGUE, {"binance"}, VIEW.zone)
    figure = volume_figure(shown, [point for point in found if point.venue in {"binance", "okx"}], WIDE)
    assert {t["name"]: t["x"] for t in figure["data"] if t["mode"] == "markers"} == {
        "OKX": [pytest.approx(60 * 50_000)],
        "Binance": [pytest.approx(60 * 900_000)],
    }
    text = said(volume_chart(shown, found, volume_sentence([one])))
    assert "reported volume, not liquidity" in text
    assert "correlation" not in text


def test_an_illustration_has_no_ranks() -> None:
    """On the reconstruction there are numbers, marked, but no rank, no verdict, and nothing that comes later."""
    context = Context(Answers(Shelf(reconstruct()), CATALOGUE), Hands())
    page = plain(overview.show(context, VIEW))
    text = said(page)
    assert "It supports no statement about any exchange." in text
    assert "An illustration: nothing follows from it." in text
    assert "An illustration has no ranks." in text
    assert not any(word in text for word in ("Rank depth", "not deepest", "not longest", "too close", "Moved most"))
    assert "overview-asked" not in str(page)
    assert text.count("ILLUSTRATION") == 2


def test_what_takes_longer_is_asked_for_once(context: Context, shelf: Shelf) -> None:
    """The first page waits for a second answer; then both are one, until the store changes."""
    assert "overview-asked" in str(plain(overview.show(context, VIEW)))
    assert context.answers.known_checks(VIEW) is None
    filled = overview.checked(context, VIEW.to_query(CATALOGUE))
    reads = shelf.reads
    page = overview.show(context, replace(VIEW, theme=Theme.DARK, asset="DOGE"))
    assert "overview-asked" not in str(plain(page))
    assert said(filled[0]) in said(page)
    assert overview.checked(context, VIEW.to_query(CATALOGUE)) is not None
    assert shelf.reads == reads
    shelf.put(market("mexc", "ATOM/USDT", 4))
    assert "overview-asked" in str(plain(overview.show(context, VIEW)))


@pytest.mark.parametrize(
    ("view", "assets"),
    [
        (VIEW, ["ATOM", "WBETH", "DOGE"]),
        (replace(VIEW, asset="SOMECOIN"), ["ATOM", "WBETH", "DOGE", "SOMECOIN"]),
        (replace(VIEW, focus="okx", out=frozenset({"binance"})), ["ATOM", "DOGE"]),
        (replace(VIEW, origin=OriginChoice.RECONSTRUCTION), []),
    ],
    ids=["event", "own asset too", "left out", "other kind"],
)
def test_the_assets_of_an_event(context: Context, view: ViewState, assets: list[str]) -> None:
    """Those of the event with a candle, and the view's own; none where all of its venues are left out."""
    found = context.answers.event(view)
    assert [measurement.question.asset for measurement in found] == assets
    assert {measurement.question.focus for measurement in found} <= {view.focus}


def test_nothing_stored() -> None:
    """Without candles the page says what to do next, and asks for nothing more."""
    context = Context(Answers(Shelf(empty(CANDLE)), CATALOGUE), Hands())
    text = said(overview.show(context, VIEW))
    assert "no candle of its assets in this window" in text
    assert "plumbline collect --event 2025-10-10" in text
    assert context.answers.checks(VIEW).placebo == ()


def test_notices_speak_of_every_asset() -> None:
    """An offer of real candles names each asset of the event, also where the first one alone has an illustration."""
    generated = market("okx", "ATOM/USDT", 4.0).with_columns(origin=pl.lit(Origin.RECONSTRUCTION.value))
    offered = frame(Context(Answers(Shelf(generated), CATALOGUE), Hands()), overview.PAGE, VIEW)
    assert "No real candle of ATOM, WBETH, BNSOL, DOGE or XRP is stored for this window." in str(
        offered["offer-text", "children"]
    )


def test_a_rate_taken_as_one_is_told_whichever_asset_rests_on_it(context: Context) -> None:
    """That a quote was taken as a dollar is said where any asset's numbers rest on it, not only the first one's."""
    shown = overview.answer(context, VIEW).panels
    assumed = {quote for one in shown if one.measurement for quote in one.measurement.fx_assumed}
    words = said(frame(context, overview.PAGE, VIEW)["notices", "children"])
    assert [one.view.asset for one in shown] == list(CATALOGUE.event(VIEW.event).assets)
    assert [quote for quote in sorted(assumed) if f"1 {quote}" not in words] == []
