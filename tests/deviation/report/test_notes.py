"""The notes under a headline and the line of choices."""

from dataclasses import replace
from datetime import timedelta, timezone
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from data.schema import Evidence
from deviation.question import Parameters, PublishedPrice, PublishedRange, Question, QuoteHandling, ReferenceKind
from deviation.report.headline import write_headline
from deviation.report.notes import describe_choices, write_named_notes, write_notes
from tests.deviation.close_boards import NOTHING_COVERED, START, build_board_question, build_candles, measure_board
from tests.grids import measure_frame

USD_PEERS = {f"{venue} ATOM/USD": [10.0] * 5 for venue in ("bitget", "bybit", "okx")}


def build_named_question(**fields: Any) -> Question:  # noqa: ANN401 - any field of it
    """A question over a window that has a name."""
    return build_board_question(window="named", **fields)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        (build_named_question(), ""),
        (build_board_question(), "Chosen by hand: window 2025-10-10 21:20 to 2025-10-10 21:25 UTC"),
        (
            build_named_question(excluded=("kraken",), parameters=Parameters(enter=0.05)),
            "Chosen by hand: Kraken excluded; threshold 5%",
        ),
        (build_named_question(venues=("okx", "gate:ATOM/USDT")), "Chosen by hand: only OKX and Gate ATOM/USDT"),
        (
            build_named_question(
                parameters=Parameters(
                    reference=ReferenceKind.WEIGHTED_MEDIAN,
                    quote=QuoteHandling.AS_IS,
                    exit=0.005,
                    confirm=5,
                    min_vote=1000.0,
                )
            ),
            (
                "Chosen by hand: volume-weighted median; stablecoins taken as $1; ends when back within 0.5%; "
                "confirmed after 5 minutes; minimum volume $1000 a minute"
            ),
        ),
    ],
)
def test_choices_in_one_line(question: Question, text: str) -> None:
    """Only what differs from the defaults, or was chosen by hand, is listed."""
    assert describe_choices(question) == text


def test_an_assumed_rate_and_an_absent_choice_are_noted() -> None:
    """USDT without a price in dollars counts as one; an excluded exchange without a price is named."""
    board = {**USD_PEERS, "binance ATOM/USDT": [9.0] * 5}
    assert write_notes(measure_board(board, build_named_question(excluded=("gate",)))) == (
        "USDT is treated as $1: no USDT/USD price is in this data for this window.",
        "Chosen by hand: Gate excluded.",
        "Chosen, but without a price in this data for this window: gate.",
    )


def test_stablecoins_as_dollars_are_noted() -> None:
    """With as-is the rates are not measured."""
    board = {**USD_PEERS, "binance ATOM/USDT": [9.0] * 5}
    question = build_named_question(parameters=Parameters(quote=QuoteHandling.AS_IS))
    assert write_notes(measure_board(board, question))[0] == "Stablecoins are treated as exactly $1."


def test_a_rate_of_one_exchange_that_grows_old_is_noted() -> None:
    """The only USDT/USD trade is ten minutes before the window: a single leg, stale throughout."""
    leg = build_candles({"kraken USDT/USD": [0.99]}, start=START - timedelta(minutes=10))
    candles = pl.concat([leg, build_candles({**USD_PEERS, "binance ATOM/USDT": [9.0] * 4})])
    measurement = measure_frame(candles, NOTHING_COVERED, build_named_question())
    assert write_notes(measurement) == (
        "In 4 of 4 comparable minutes against USD exchanges the conversion rate comes from one exchange.",
        "In 4 of 4 comparable minutes against USD exchanges the conversion rate is more than five minutes old.",
        "1 of 5 minutes of ATOM/USDT on Binance are missing from this data.",
    )
    assert write_named_notes(measurement) == ("1 of 5 minutes of ATOM/USDT on Binance are missing from this data.",)


def test_minutes_without_a_rate_are_noted() -> None:
    """A rate of KRW that comes with the third minute is missing in the first two."""
    late = build_candles({"kraken KRW/USD": [0.0007] * 3}, start=START + timedelta(minutes=2), volume=1e9)
    candles = pl.concat([late, build_candles({**USD_PEERS, "binance ATOM/KRW": [13000.0] * 5})])
    notes = write_notes(measure_frame(candles, NOTHING_COVERED, build_named_question()))
    assert "No conversion rate against USD exchanges in 2 minutes." in notes


def test_a_split_beside_a_deviation_is_noted() -> None:
    """Votes of 10, 10, 14 and 14 lie 40% apart; a price of 8 is 20% below the nearer ones."""
    closes = {"bitget": 10.0, "bybit": 10.0, "okx": 14.0, "gate": 14.0, "binance": 8.0}
    board = {f"{venue} ATOM/USDT": [close] * 5 for venue, close in closes.items()}
    assert write_notes(measure_board(board, build_named_question())) == (
        "In 5 of 5 comparable minutes the other exchanges disagreed with each other by more than 2%.",
    )


def test_the_sample_states_published_figures() -> None:
    """On the reconstruction the headline is what was published, and there are no notes on its data."""
    low = PublishedPrice(venue="binance", symbol="ATOM/USDT", price=Decimal("0.001"), at=START, source="an account")
    other = PublishedPrice(venue="kraken", symbol="ATOM/USD", price=Decimal("3.000"), at=None, source="trades")
    question = build_named_question(origin=Evidence.RECONSTRUCTION, published=(low, other))
    measurement = measure_board({"binance ATOM/USDT": [2.0] * 5}, question)
    assert write_headline(measurement) == (
        "Published: ATOM/USDT fell to 0.001 on Binance at 21:20; lowest on Kraken (USD) 3.000.",
        "The lines between published figures are assumed.",
    )
    assert write_notes(measurement) == ()
    elsewhere = replace(question, focus="okx", published=(replace(low, symbol="ATOM/USDC"), other))
    assert write_headline(measure_board({"binance ATOM/USDT": [2.0] * 5}, elsewhere))[0] == (
        "Published: lowest on Binance 0.001, Kraken (USD) 3.000."
    )
    nothing = replace(question, published=())
    assert write_headline(measure_board({"binance ATOM/USDT": [2.0] * 5}, nothing)) == (
        "No published figure of ATOM lies in this window. The lines between published figures are assumed.",
    )


def test_a_published_range_names_no_exchange() -> None:
    """What a source says of exchanges that it does not name stands between the figures of those with a name."""
    low = PublishedPrice(venue="binance", symbol="ATOM/USDT", price=Decimal("0.001"), at=START, source="an account")
    other = PublishedPrice(venue="kraken", symbol="ATOM/USD", price=Decimal("3.000"), at=None, source="trades")
    span = PublishedRange(symbol="ATOM/USDT", least=Decimal("1.5"), most=Decimal("1.6"), source="a report")
    question = build_named_question(origin=Evidence.RECONSTRUCTION, published=(low, other), published_ranges=(span,))
    assert write_headline(measure_board({"binance ATOM/USDT": [2.0] * 5}, question))[0] == (
        "Published: ATOM/USDT fell to 0.001 on Binance at 21:20; lowest on other USDT exchanges 1.5-1.6, "
        "Kraken (USD) 3.000."
    )


def test_published_minutes_are_on_the_readers_clock() -> None:
    """In another zone the minute is converted, and the zone is named."""
    low = PublishedPrice(venue="binance", symbol="ATOM/USDT", price=Decimal("0.001"), at=START, source="an account")
    question = build_named_question(origin=Evidence.RECONSTRUCTION, published=(low,))
    measurement = measure_board({"binance ATOM/USDT": [2.0] * 5}, question)
    zone = timezone(timedelta(hours=8), "UTC+8")
    assert write_headline(measurement, zone)[0] == "Published: ATOM/USDT fell to 0.001 on Binance at 05:20 UTC+8."
