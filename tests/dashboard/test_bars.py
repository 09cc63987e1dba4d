"""Bars of a second and of five minutes on the page: what is read, drawn and said goes by their length."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import numpy as np
import plotly.graph_objects as go
import polars as pl
import pytest

from dashboard.answers import Answers
from dashboard.clock import Zone, ticks
from dashboard.compare_figure import panel_figure
from dashboard.compare_panels import scale, since_start
from dashboard.explorer import explorer_figure
from dashboard.formats import minute
from dashboard.notices import notices, origin_text
from dashboard.pages.contract import Context
from dashboard.panels import epoch_ms
from dashboard.picture import file_name, picture
from dashboard.scene import Scene
from dashboard.site import Site
from dashboard.strips import state_key
from dashboard.venue_lines import below
from dashboard.view import ViewState, default_view
from dashboard.words import measured
from data.catalogue import load_catalogue
from data.schema import Timeframe
from deviation.headline import headline
from deviation.minutes import State
from deviation.result import Measurement

from .boxes import words
from .sent import plain, text_of
from .shelf import START, USD_VENUES, USDT_VENUES, Hands, Shelf, crash, market

CATALOGUE = load_catalogue()


def of_length(frame: pl.DataFrame, bar: Timeframe) -> pl.DataFrame:
    """The candles of 30 minutes as 30 bars of another length from the same start."""
    since = pl.col("open_time") - pl.lit(START).cast(frame.schema["open_time"])
    return frame.with_columns(
        (pl.lit(START).cast(frame.schema["open_time"]) + since * (bar.seconds / 60)).alias("open_time"),
        timeframe=pl.lit(bar.value),
    )


def fallen() -> pl.DataFrame:
    """ATOM falls on Binance, in bars 10 to 14, against four USDT and four USD venues."""
    others = [market(venue, "ATOM/USDT", 4, fallen=0.9) for venue in USDT_VENUES if venue != "binance"]
    others += [market(venue, "ATOM/USD", 4) for venue in USD_VENUES]
    return pl.concat([market("binance", "ATOM/USDT", 4, fallen=0.6, low=0.001), *others])


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    """A store with minutes, and with 30 seconds and 30 bars of five minutes from the same start."""
    return Shelf(pl.concat([crash(), *(of_length(fallen(), bar) for bar in (Timeframe.S1, Timeframe.M5))]))


@pytest.fixture
def view() -> ViewState:
    """The first minute of ATOM's crash, in seconds."""
    usual = default_view(CATALOGUE)
    return replace(usual, start=START, end=START + timedelta(minutes=1), bar=Timeframe.S1)


def measurement_of(shelf: Shelf, view: ViewState) -> Measurement:
    """What is measured for a view."""
    measurement = Answers(shelf, CATALOGUE).answer(view).measurement
    assert measurement is not None
    return measurement


def test_a_view_in_seconds_is_measured_in_seconds(shelf: Shelf, view: ViewState) -> None:
    """Bars of a second are read, counted in parts of a minute, and named to the second."""
    found = measurement_of(shelf, view)
    assert (found.question.timeframe, found.axis.size) == (Timeframe.S1, 60)
    row = found.focus
    assert row is not None
    assert row.own.below_min == 5 / 60
    assert below(row.own).text == "0.08 of 0.5"
    assert minute(found, row.low_at, Zone.UTC) == "21:10:10"
    assert measured(found).startswith("One-second closes in dollars against")


def test_charts_go_by_the_length_of_bars(shelf: Shelf, view: ViewState) -> None:
    """Lines have a point per second, wicks stand at theirs, the axis ends with the window and ticks name seconds."""
    found = measurement_of(shelf, view)
    figure = go.Figure(explorer_figure(Scene(found, CATALOGUE)))
    lines = {trace.name: trace for trace in figure.data}
    assert (lines["Binance"].x0, lines["Binance"].dx) == ("2025-10-10 21:10:00", 1000)
    assert lines["Binance"].y[10] == pytest.approx(2.4)
    wick = lines["Binance low to high"]
    lowest = int(np.nanargmin(wick.y))
    assert wick.x[lowest] == (START + timedelta(seconds=10)).timestamp() * 1000
    assert list(figure.layout.xaxis3.range) == ["2025-10-10 21:10:00", "2025-10-10 21:11:00"]
    assert figure.layout.xaxis3.ticktext[:3] == ("21:10:00", "21:10:10", "21:10:20")


def test_the_picture_goes_by_the_length_of_bars(shelf: Shelf, view: ViewState) -> None:
    """Ticks, counts and texts of the picture are those of seconds, and its file says so in its name."""
    found = measurement_of(shelf, view)
    text = words(picture(found, CATALOGUE))
    assert "second closes" in text
    assert "21:10:30" in text
    assert "Bars of 1s." in text
    assert file_name(found) == "plumbline_ATOM_binance_2025-10-10T2110Z-2111Z_1s_comparison.png"
    counts = dict(state_key(Scene(found, CATALOGUE)))
    assert counts == {State.VOTING: 0.5, State.MISSING: 0.5}


@pytest.mark.parametrize(("bar", "minutes"), [(Timeframe.S1, 1.0), (Timeframe.M5, 150.0)])
def test_panels_side_by_side_are_as_long_as_their_window(
    shelf: Shelf, view: ViewState, bar: Timeframe, minutes: float
) -> None:
    """Ticks and minutes since the start go by the window's time, not by the number of its bars."""
    found = measurement_of(shelf, replace(view, bar=bar, end=START + timedelta(minutes=minutes)))
    scene = Scene(found, CATALOGUE)
    shown = panel_figure(scene, scale([scene]), Zone.UTC).layout.xaxis
    last = datetime.fromisoformat(shown.tickvals[-1]).replace(tzinfo=UTC)
    assert START + timedelta(minutes=minutes / 2) <= last <= START + timedelta(minutes=minutes)
    trace = {"x": epoch_ms(found, np.array([0.0, 10.0]))}
    assert since_start(found, trace)["x"].tolist() == [0.0, 10 * bar.seconds / 60]


def test_five_minutes_round_the_window(shelf: Shelf, view: ViewState) -> None:
    """At five minutes a window is measured in whole bars, and the page says which."""
    rough = replace(view, bar=Timeframe.M5, start=START + timedelta(minutes=3), end=START + timedelta(minutes=44))
    answer = Answers(shelf, CATALOGUE).answer(rough)
    assert answer.measurement is not None
    assert answer.measurement.axis.size == 8
    said = [notice.text for notice in notices(answer, CATALOGUE)]
    assert "Measured in whole bars of five minutes: 10 Oct 2025, 21:10 to 21:50 UTC." in said
    lines = {trace.name: trace for trace in go.Figure(explorer_figure(Scene(answer.measurement, CATALOGUE))).data}
    assert lines["Binance"].dx == 300_000


def test_without_such_candles_it_is_said_how_to_collect_them(view: ViewState) -> None:
    """A link to seconds that nobody collected says which command brings them, and offers minutes."""
    answers = Answers(Shelf(), CATALOGUE)
    assert "No candle of a second of ATOM in the store" in origin_text(answers.answer(view))
    query = {"bar": "1s", "window": "crash"}
    values = Site(Context(answers, Hands())).changed([], query, "explorer")
    text = text_of(plain(values["second", "children"]))
    assert "plumbline collect --timeframe 1s --assets ATOM --from 2025-10-10T21:10Z --to 2025-10-10T21:40Z" in text
    assert "Show minutes" in text


def test_a_window_without_a_whole_bar(shelf: Shelf, view: ViewState) -> None:
    """Where rounding down leaves nothing to measure, that is what is said."""
    tight = replace(view, bar=Timeframe.M5, start=START + timedelta(minutes=1), end=START + timedelta(minutes=3))
    answers = Answers(shelf, CATALOGUE)
    assert answers.answer(tight).measurement is None
    values = Site(Context(answers, Hands())).changed([], tight.to_query(CATALOGUE), "explorer")
    assert "No whole bar of five minutes" in text_of(plain(values["second", "children"]))


def test_ticks_of_seconds_need_bars_of_seconds() -> None:
    """A short window has ticks between its minutes only where something is drawn there."""
    end = START + timedelta(minutes=2)
    assert ticks(START, end, Zone.UTC, 8).text == ("21:10", "21:11", "21:12")
    fine = ticks(START, end, Zone.UTC, 8, timedelta(seconds=1))
    assert fine.text[:2] == ("21:10:00", "21:10:15")


def test_ticks_at_midnight_name_days() -> None:
    """Over a month ticks are days; on a clock on which they are no midnights they keep their time."""
    end = START + timedelta(days=30)
    assert ticks(START, end, Zone.UTC, 8).text[:2] == ("14 Oct", "19 Oct")
    assert ticks(START, end, Zone.UTC8, 8).text[0] == "14 Oct 08:00"


CALM_LINE = "ATOM on Binance stayed within 2 % of the others' {} closes."


@pytest.mark.parametrize(
    ("bar", "closes"), [(Timeframe.S1, "one-second"), (Timeframe.M1, "minute"), (Timeframe.M5, "five-minute")]
)
def test_the_headline_names_the_closes(bar: Timeframe, closes: str) -> None:
    """Where nothing strayed the finding says of which closes; of a minute's it is the sentence of the method."""
    calm = pl.concat([market(venue, "ATOM/USDT", 4) for venue in USDT_VENUES])
    view = replace(default_view(CATALOGUE), start=START, end=START + 30 * timedelta(seconds=bar.seconds), bar=bar)
    said = headline(measurement_of(Shelf(of_length(calm, bar)), view))
    assert said[0].startswith(CALM_LINE.format(closes))


def test_reasons_name_parts_of_minutes(view: ViewState) -> None:
    """A market that is not ranked is told in minutes and their hundredths, never in a number without an end."""
    frame = pl.concat([market(venue, "ATOM/USDT", 4) for venue in USDT_VENUES])
    found = measurement_of(Shelf(of_length(frame, Timeframe.S1)), replace(view, end=START + timedelta(seconds=70)))
    assert {rank.why for rank in found.ranks.values()} == {"firm in 0.5 of 1.17 minutes"}


PAGES = ("overview", "explorer", "lows", "compare", "method")


@pytest.mark.parametrize("bar", [Timeframe.S1, Timeframe.M5])
@pytest.mark.parametrize("name", PAGES)
def test_no_page_calls_another_bar_a_minute(shelf: Shelf, view: ViewState, bar: Timeframe, name: str) -> None:
    """What is said of a bar names its length on every page; minutes are durations there, and numbers of them."""
    shown = replace(view, bar=bar, end=START + timedelta(minutes=30))
    context = Context(Answers(shelf, CATALOGUE), Hands())
    values = Site(context).opened(f"/{name}", f"?{urlencode(shown.to_query(CATALOGUE))}")
    text = text_of(plain([values["content", "children"], values.get(("headline", "children"), "")]))
    for fact in FACTS:
        text = text.replace(fact, "")
    assert not OF_A_MINUTE.findall(text.casefold())
    if name != "overview":
        assert bar.one in text


FACTS = ("trades a minute", "of a minute", "not printed in the same minute (Coinbase", "the two minute by minute")
"""What the method page says of minutes whatever bars are measured: durations, the published lows, and the tests."""

OF_A_MINUTE = re.compile(
    r"(?:same|whatever|(?<!half )a|each|any|that|another|calm) minute\b(?! before)|minute by minute|[^-]minute close"
)
"""How a bar of a minute is spoken of."""
