"""Which candles a view is answered from, which venue is its focus, and who takes part."""

from dataclasses import replace
from datetime import timedelta

import polars as pl
import pytest

from dashboard.answers import Answers
from dashboard.notices import Tone, notices, origin_text
from dashboard.style import Theme
from dashboard.view import OriginChoice, ViewState, default_view
from dashboard.words import choices, measured
from data.catalogue import load_catalogue
from data.reconstruction import reconstruct
from data.schema import Evidence
from deviation.question import Group, QuoteHandling, Reference
from tests.dashboard.shelf import MINUTES, START, Shelf, market

CATALOGUE = load_catalogue()


@pytest.fixture(scope="module")
def sample() -> pl.DataFrame:
    """The reconstruction of all assets."""
    return reconstruct()


@pytest.fixture
def view() -> ViewState:
    """ATOM in the crash window."""
    window = CATALOGUE.event("2025-10-10").window("crash")
    return replace(default_view(CATALOGUE), start=window.start, end=window.end)


def test_real_candles_first(view: ViewState, sample: pl.DataFrame) -> None:
    """Where there are real candles they are shown, and nothing of the reconstruction beside them."""
    shelf = Shelf()
    shelf.put(sample)
    answer = Answers(shelf, CATALOGUE).answer(view)
    assert answer.measurement is not None
    assert answer.measurement.question.origin is Evidence.REAL
    assert not answer.illustrated
    assert origin_text(answer) == ""
    usd = ("coinbaseexchange", "kraken", "gemini", "bitstamp")
    assert answer.present == ("binance", "okx", "bybit", "bitget", "gate", *usd)


def test_reconstruction_where_nothing_is_real(view: ViewState, sample: pl.DataFrame) -> None:
    """Without real candles the reconstruction is shown and said to be one."""
    answer = Answers(Shelf(sample), CATALOGUE).answer(view)
    assert answer.illustrated
    assert "Illustration, not a measurement" in origin_text(answer)
    assert "No real candle of ATOM" in origin_text(answer)
    chosen = Answers(Shelf(sample), CATALOGUE).answer(replace(view, origin=OriginChoice.RECONSTRUCTION))
    assert "No real candle" not in origin_text(chosen)


def test_nothing_at_all(view: ViewState, sample: pl.DataFrame) -> None:
    """Without a candle of the kind that is asked for there is no answer, and it is said which is missing."""
    answer = Answers(Shelf(sample), CATALOGUE).answer(replace(view, origin=OriginChoice.REAL))
    assert answer.measurement is None
    assert notices(answer, CATALOGUE) == ()
    assert origin_text(answer) == "No real candle of ATOM in the store from 10 Oct 2025, 21:10 to 21:40 UTC."


def test_focus_gives_way(view: ViewState) -> None:
    """A focus venue without candles gives way to the catalogue's first present one, which is said."""
    answer = Answers(Shelf(), CATALOGUE).answer(replace(view, asset="DOGE"))
    assert (answer.view.focus, answer.replaced) == ("coinbaseexchange", "binance")
    alert, remark = notices(answer, CATALOGUE)
    assert (alert.tone, alert.text) == (Tone.ALERT, "Binance has no candle of DOGE in this window; Coinbase is shown.")
    assert remark == replace(
        remark, tone=Tone.REMARK, text="1 USDT taken as 1 USD: the candles hold no rate for this window."
    )


def test_leaving_a_venue_out_changes_the_vote(view: ViewState) -> None:
    """A venue that is left out has no row and no vote, and is named; hiding its line changes nothing."""
    answers = Answers(Shelf(), CATALOGUE)
    whole, hidden = answers.answer(view), answers.answer(replace(view, hidden=frozenset({"okx"})))
    assert whole.measurement is hidden.measurement
    answer = answers.answer(replace(view, out=frozenset({"okx", "kraken", "upbit"})))
    assert answer.measurement is not None
    assert answer.measurement.focus is not None
    assert answer.measurement.focus.series[Group.USDT].votes.max() == 3
    assert answer.left_out == ("okx", "kraken")
    assert answer.present == whole.present
    assert "Left out by choice: OKX and Kraken." in notices(answer, CATALOGUE)[0].text


def test_the_focus_is_never_left_out(view: ViewState) -> None:
    """A focus that had to give way to a venue that is left out brings that one back."""
    answer = Answers(Shelf(), CATALOGUE).answer(
        replace(view, asset="DOGE", out=frozenset({"coinbaseexchange", "gemini"}))
    )
    assert (answer.view.focus, answer.left_out) == ("coinbaseexchange", ("gemini",))


def test_prices_as_printed_are_said(view: ViewState) -> None:
    """Unconverted prices are said to be so."""
    answer = Answers(Shelf(), CATALOGUE).answer(replace(view, quote=QuoteHandling.AS_IS))
    assert [notice.text for notice in notices(answer, CATALOGUE)] == [
        "Prices are as printed in each quote, not converted to dollars."
    ]


def test_a_weighted_reference_is_said(view: ViewState) -> None:
    """A reference in which venues weigh differently is said to be so, also in the sentence on what is measured."""
    answer = Answers(Shelf(), CATALOGUE).answer(replace(view, reference=Reference.WEIGHTED_MEDIAN))
    assert notices(answer, CATALOGUE)[0].text == "Venues vote by weight: what each traded in the 24 h before."
    assert answer.measurement is not None
    assert "against the weighted median of the other venues" in measured(answer.measurement)
    assert "Weighted median, enter 2 %" in choices(answer.measurement)


def test_kept_until_the_store_changes(view: ViewState) -> None:
    """An answer is read once for all its looks, and again when the store has changed."""
    shelf = Shelf()
    answers = Answers(shelf, CATALOGUE)
    for theme in Theme:
        answers.answer(replace(view, theme=theme))
    assert shelf.reads == 1
    shelf.put(market("mexc", "ATOM/USDT", 4))
    assert "mexc" in answers.answer(view).present
    assert shelf.reads == 2


def test_a_window_far_from_the_event(view: ViewState) -> None:
    """A window chosen by hand far from the event is measured without the event's calm span."""
    start = START + timedelta(days=60)
    answers = Answers(Shelf(market("binance", "ATOM/USDT", 4, start=start)), CATALOGUE)
    answer = answers.answer(replace(view, start=start, end=start + timedelta(minutes=MINUTES)))
    assert answer.measurement is not None
    assert answer.measurement.question.event is None


def test_lows_are_of_one_kind(view: ViewState, sample: pl.DataFrame) -> None:
    """The assets of the table of lows are all real, or all of the reconstruction."""
    shelf = Shelf()
    shelf.put(sample)
    answers = Answers(shelf, CATALOGUE)
    assert [measured.question.asset for measured in answers.lows(view)] == ["ATOM", "WBETH", "DOGE"]
    illustrated = answers.lows(replace(view, origin=OriginChoice.RECONSTRUCTION))
    assert {measured.question.origin for measured in illustrated} == {Evidence.RECONSTRUCTION}
    assert len(illustrated) == 5


def test_lows_without_a_candle_of_the_own_asset(view: ViewState, sample: pl.DataFrame) -> None:
    """The other assets of the event are there, of the first kind that any of them has."""
    shelf = Shelf()
    shelf.put(sample)
    answers = Answers(shelf, CATALOGUE)
    other = replace(view, asset="USDE")
    assert [measured.question.asset for measured in answers.lows(other)] == ["ATOM", "WBETH", "DOGE"]
    illustrated = answers.lows(replace(other, origin=OriginChoice.RECONSTRUCTION))
    assert {measured.question.origin for measured in illustrated} == {Evidence.RECONSTRUCTION}
    assert len(illustrated) == 5
    assert Answers(Shelf(sample), CATALOGUE).lows(replace(other, origin=OriginChoice.REAL)) == ()


def test_leaving_out_everyone(view: ViewState) -> None:
    """Where every venue with a candle is left out nothing is measured, rather than everyone."""
    answers = Answers(Shelf(market("okx", "ATOM/USDT", 4)), CATALOGUE)
    asked = replace(view, focus="binance")
    assert [measured.question.asset for measured in answers.event(asked)] == ["ATOM"]
    assert answers.event(replace(asked, out=frozenset({"okx"}))) == ()
    # A view shows one venue at least: its focus, which cannot be left out.
    shown = answers.answer(replace(asked, out=frozenset({"okx"})))
    assert (shown.view.focus, shown.view.out) == ("okx", frozenset())


def test_assets_that_only_the_store_knows() -> None:
    """An imported asset is offered although the catalogue knows nothing of it."""
    assert Answers(Shelf(), CATALOGUE).other_assets() == ("SOMECOIN",)


def test_a_page_is_of_one_version(view: ViewState) -> None:
    """Candles that come while a page is being made are on the next one: its parts never speak of two stores."""
    shelf = Shelf()
    answers = Answers(shelf, CATALOGUE)
    with answers.settled():
        first = answers.answer(view)
        shelf.put(market("kucoin", "ATOM/USDT", 4))
        assert answers.version() == "0"
        assert answers.answer(view) == first
    assert answers.version() == "1"
    assert "kucoin" in answers.answer(view).present
