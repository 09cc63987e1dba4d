from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.chunk import BARS, LOWS
from collectors.failures import BadData
from collectors.minutes import bars_of_batches
from data.schema import Timeframe

AT = datetime(2025, 10, 10, 21, 20, tzinfo=UTC)
COLUMNS: dict[str, pl.DataType] = {
    "time": pl.Datetime("us", "UTC"),
    "id": pl.Int64(),
    "price": pl.String(),
    "amount": pl.String(),
}

Row = tuple[datetime | None, int | None, str | None, str | None]


def after(seconds: float) -> datetime:
    """A time by seconds after 21:20."""
    return AT + timedelta(seconds=seconds)


def trades(*rows: Row) -> pl.DataFrame:
    """A frame of trades."""
    return pl.DataFrame(rows, schema=COLUMNS, orient="row")


def candles_of(*batches: pl.DataFrame, timeframe: Timeframe = Timeframe.M1) -> pl.DataFrame:
    """The candles that the batches make."""
    return bars_of_batches(batches, timeframe).candles


EVENING = (
    (after(-0.000001), 1, "3.40", "5"),
    (after(0), 2, "3.560", "72.357"),
    (after(30), 4, "3.594", "0.2"),
    (after(30), 3, "3.550", "0.15"),
    (after(59.999999), 5, "3.570", "0.15"),
    (after(120), 6, "3.6", "1"),
)
CANDLES = [
    (after(-60), 3.4, 3.4, 3.4, 3.4, 5.0),
    (after(0), 3.56, 3.594, 3.55, 3.57, 72.857),
    (after(120), 3.6, 3.6, 3.6, 3.6, 1.0),
]


def test_trades_make_candles() -> None:
    """Open is the first trade, close the last, and the volume is what adding by hand gives; 21:21 has no row."""
    frame = candles_of(trades(*EVENING))
    assert frame.schema == BARS
    assert frame.rows() == CANDLES
    assert 72.357 + 0.15 + 0.2 + 0.15 != 72.857


def test_the_order_of_the_rows_does_not_count() -> None:
    """Trades in reverse, in one batch or one by one, make the same candles."""
    backwards = EVENING[::-1]
    assert candles_of(trades(*backwards)).rows() == CANDLES
    assert candles_of(*(trades(row) for row in backwards)).rows() == CANDLES


def test_the_border_of_a_page_inside_a_minute_leaves_no_seam() -> None:
    """Wherever a page ends, also between two trades of one time, the joined candles are those of one page."""
    for border in range(len(EVENING) + 1):
        pages = (trades(*EVENING[:border]), trades(*EVENING[border:]))
        assert candles_of(pl.concat(pages)).rows() == CANDLES
        assert candles_of(*pages).rows() == CANDLES


def test_trades_of_one_time_are_ordered_by_their_id() -> None:
    """Of trades in one instant the lowest id opens and the highest closes, in nanoseconds as in microseconds."""
    rows = trades((after(0), 12, "2", "1"), (after(0), 9, "1", "1"), (after(0), 11, "3", "1"))
    for unit in ("us", "ns"):
        frame = candles_of(rows.with_columns(pl.col("time").cast(pl.Datetime(unit, "UTC"))))
        assert frame.rows() == [(AT, 1.0, 3.0, 1.0, 2.0, 3.0)]


def test_without_trades_there_is_no_candle() -> None:
    """No trades, no batches, or trades of nothing: no rows, and still all columns."""
    nothing = trades((after(1), 1, "0.001", "0"), (after(2), 2, "0.001", "0.000"))
    for frame in (candles_of(trades()), candles_of(), candles_of(nothing)):
        assert frame.schema == BARS
        assert frame.rows() == []


def test_a_trade_of_nothing_moves_no_price() -> None:
    """A price at which the amount is 0 is neither open nor low."""
    frame = candles_of(trades((after(1), 1, "0.001", "0.0"), (after(2), 2, "3.5", "1")))
    assert frame.rows() == [(AT, 3.5, 3.5, 3.5, 3.5, 1.0)]


def test_small_amounts_may_be_printed_with_an_exponent() -> None:
    """An exponent is read as exactly as plain digits are."""
    frame = candles_of(trades((after(1), 1, "1E3", "1e-8"), (after(2), 2, "1000.5", "0.30000001")))
    assert frame.rows() == [(AT, 1000.0, 1000.5, 1000.0, 1000.5, 0.30000002)]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ((None, 1, "1", "1"), "without time or id"),
        ((AT, None, "1", "1"), "without time or id"),
        ((AT, 1, None, "1"), "price that is no positive number"),
        ((AT, 1, "", "1"), "price that is no positive number"),
        ((AT, 1, "0", "1"), "price that is no positive number"),
        ((AT, 1, "-3", "1"), "price that is no positive number"),
        ((AT, 1, "nan", "1"), "price that is no positive number"),
        ((AT, 1, "inf", "1"), "price that is no positive number"),
        ((AT, 1, "3,5", "1"), "price that is no positive number"),
        ((AT, 1, "1", None), "amount that is no number"),
        ((AT, 1, "1", "-1"), "amount that is no number"),
        ((AT, 1, "1", "nan"), "amount that is no number"),
        ((AT, 1, "1", "inf"), "amount that is no number"),
        ((AT, 1, "1", "1 ATOM"), "amount that is no number"),
        ((AT, 1, "1", "100000000000001"), "amount that is no number"),
        ((AT, 1, "1", "0.1234567890123456789"), "more digits than can be added exactly"),
        ((AT, 1, "1", "1e-19"), "more digits than can be added exactly"),
    ],
)
def test_what_is_no_trade_is_bad_data(row: Row, words: str) -> None:
    """A value that is missing, negative, not finite or too fine to add is an error that names the trade."""
    with pytest.raises(BadData, match=words):
        candles_of(trades((AT, 2, "1", "1"), row))


AMOUNTS = st.one_of(
    st.builds(lambda digits, places: Decimal(digits).scaleb(-places), st.integers(0, 10**14), st.integers(0, 18)),
    st.builds(lambda digits: Decimal(digits).scaleb(-8), st.integers(0, 10**22)),
)
PRICES = st.builds(lambda digits, places: Decimal(digits).scaleb(-places), st.integers(1, 10**17), st.integers(0, 20))


@given(st.lists(st.tuples(st.integers(0, 179), st.integers(0, 3), PRICES, AMOUNTS), max_size=12), st.integers(0, 12))
def test_candles_are_exact(made: list[tuple[int, int, Decimal, Decimal]], border: int) -> None:
    """Whatever the trades and the border of the batches, prices are the printed ones, and volumes the exact sums."""
    rows = [(after(second), number, f"{price:f}", f"{amount:f}") for second, number, price, amount in made]
    frame = candles_of(trades(*rows[:border]), trades(*rows[border:]))
    minutes: dict[int, list[tuple[int, int, Decimal, Decimal]]] = {}
    for trade in made:
        if trade[3]:
            minutes.setdefault(trade[0] // 60, []).append(trade)
    assert frame["open_time"].to_list() == [after(60 * minute) for minute in sorted(minutes)]
    for row, (_, found) in zip(frame.iter_rows(named=True), sorted(minutes.items()), strict=True):
        keys = [trade[:2] for trade in found]
        exact = sum((Fraction(amount) for *_, amount in found), Fraction(0))
        # A fraction is made into a float with one rounding, to the nearest.
        assert row["volume"] == exact.numerator / exact.denominator
        prices = [price for _, _, price, _ in found]
        assert (row["high"], row["low"]) == (float(max(prices)), float(min(prices)))
        opens = {float(trade[2]) for trade in found if trade[:2] == min(keys)}
        closes = {float(trade[2]) for trade in found if trade[:2] == max(keys)}
        assert row["open"] in opens
        assert row["close"] in closes


def test_the_length_of_a_bar_is_a_choice() -> None:
    """The same trades make candles of seconds and of five minutes, each bar from a multiple of its length on."""
    seconds = candles_of(trades(*EVENING), timeframe=Timeframe.S1)
    assert seconds.rows() == [
        (after(-1), 3.4, 3.4, 3.4, 3.4, 5.0),
        (after(0), 3.56, 3.56, 3.56, 3.56, 72.357),
        (after(30), 3.55, 3.594, 3.55, 3.594, 0.35),
        (after(59), 3.57, 3.57, 3.57, 3.57, 0.15),
        (after(120), 3.6, 3.6, 3.6, 3.6, 1.0),
    ]
    spans = candles_of(trades(*EVENING), timeframe=Timeframe.M5)
    assert spans.rows() == [(after(-300), 3.4, 3.4, 3.4, 3.4, 5.0), (after(0), 3.56, 3.6, 3.55, 3.6, 73.857)]


LOWEST = (
    (after(3.5), 7, "2.5", "0.1"),
    (after(10), 3, "2.25", "0.2"),
    (after(10), 2, "2.250", "0.30"),
    (after(10.0004), 1, "2.25", "4"),
    (after(11), 5, "0.5", "0"),
    (after(65.1239), 9, "3", "1e-3"),
)
LOWS_BY_HAND = [(AT, after(10), 2.25, 0.3, "2"), (after(60), after(65.123), 3.0, 0.001, "9")]


def test_the_lowest_trade_of_each_bar_is_kept() -> None:
    """Of trades at the lowest price the first by time, then by id; one of nothing is none; its time is cut to ms."""
    for border in range(len(LOWEST) + 1):
        for rows in (LOWEST, LOWEST[::-1]):
            lows = bars_of_batches([trades(*rows[:border]), trades(*rows[border:])], Timeframe.M1).lows
            assert lows.schema == LOWS
            assert lows.rows() == LOWS_BY_HAND
    assert bars_of_batches([trades(*LOWEST)], Timeframe.M1).lows.rows() == LOWS_BY_HAND
    assert bars_of_batches([], Timeframe.M1).lows.schema == LOWS


MADE = st.tuples(st.integers(0, 179), st.integers(0, 9), PRICES, AMOUNTS)


@given(st.lists(MADE, max_size=12, unique_by=lambda trade: trade[:2]))
def test_lowest_trades_are_those_found_one_by_one(made: list[tuple[int, int, Decimal, Decimal]]) -> None:
    """Whatever the trades, each bar's lowest is the least by price, time and id, found by sorting in plain Python."""
    rows = [(after(second), number, f"{price:f}", f"{amount:f}") for second, number, price, amount in made]
    lows = bars_of_batches([trades(*rows)], Timeframe.M1).lows
    best: dict[int, tuple[float, int, int, float]] = {}
    for second, number, price, amount in made:
        trade = (float(price), second, number, float(amount))
        if amount:
            best[second // 60] = min(best.get(second // 60, trade), trade)
    assert lows.rows() == [
        (after(60 * bar), after(second), price, amount, str(number))
        for bar, (price, second, number, amount) in sorted(best.items())
    ]
