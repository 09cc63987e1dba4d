from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.chunk import MINUTES
from collectors.failures import BadData
from collectors.minutes import candles_of_batches, candles_of_trades

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
    frame = candles_of_trades(trades(*EVENING))
    assert frame.schema == MINUTES
    assert frame.rows() == CANDLES
    assert 72.357 + 0.15 + 0.2 + 0.15 != 72.857


def test_the_order_of_the_rows_does_not_count() -> None:
    """Trades in reverse, in one batch or one by one, make the same candles."""
    backwards = EVENING[::-1]
    assert candles_of_trades(trades(*backwards)).rows() == CANDLES
    assert candles_of_batches(trades(row) for row in backwards).rows() == CANDLES


def test_the_border_of_a_page_inside_a_minute_leaves_no_seam() -> None:
    """Wherever a page ends, also between two trades of one time, the joined candles are those of one page."""
    for border in range(len(EVENING) + 1):
        pages = (trades(*EVENING[:border]), trades(*EVENING[border:]))
        assert candles_of_trades(pl.concat(pages)).rows() == CANDLES
        assert candles_of_batches(pages).rows() == CANDLES


def test_trades_of_one_time_are_ordered_by_their_id() -> None:
    """Of trades in one instant the lowest id opens and the highest closes, in nanoseconds as in microseconds."""
    rows = trades((after(0), 12, "2", "1"), (after(0), 9, "1", "1"), (after(0), 11, "3", "1"))
    for unit in ("us", "ns"):
        frame = candles_of_trades(rows.with_columns(pl.col("time").cast(pl.Datetime(unit, "UTC"))))
        assert frame.rows() == [(AT, 1.0, 3.0, 1.0, 2.0, 3.0)]


def test_without_trades_there_is_no_candle() -> None:
    """No trades, no batches, or trades of nothing: no rows, and still all columns."""
    nothing = trades((after(1), 1, "0.001", "0"), (after(2), 2, "0.001", "0.000"))
    for frame in (candles_of_trades(trades()), candles_of_batches([]), candles_of_trades(nothing)):
        assert frame.schema == MINUTES
        assert frame.rows() == []


def test_a_trade_of_nothing_moves_no_price() -> None:
    """A price at which the amount is 0 is neither open nor low."""
    frame = candles_of_trades(trades((after(1), 1, "0.001", "0.0"), (after(2), 2, "3.5", "1")))
    assert frame.rows() == [(AT, 3.5, 3.5, 3.5, 3.5, 1.0)]


def test_small_amounts_may_be_printed_with_an_exponent() -> None:
    """An exponent is read as exactly as plain digits are."""
    frame = candles_of_trades(trades((after(1), 1, "1E3", "1e-8"), (after(2), 2, "1000.5", "0.30000001")))
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
        candles_of_trades(trades((AT, 2, "1", "1"), row))


AMOUNTS = st.one_of(
    st.builds(lambda digits, places: Decimal(digits).scaleb(-places), st.integers(0, 10**14), st.integers(0, 18)),
    st.builds(lambda digits: Decimal(digits).scaleb(-8), st.integers(0, 10**22)),
)
PRICES = st.builds(lambda digits, places: Decimal(digits).scaleb(-places), st.integers(1, 10**17), st.integers(0, 20))


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 179), st.integers(0, 3), PRICES, AMOUNTS), max_size=12), st.integers(0, 12))
def test_candles_are_exact(made: list[tuple[int, int, Decimal, Decimal]], border: int) -> None:
    """Whatever the trades and the border of the batches, prices are the printed ones, and volumes the exact sums."""
    rows = [(after(second), number, f"{price:f}", f"{amount:f}") for second, number, price, amount in made]
    frame = candles_of_batches([trades(*rows[:border]), trades(*rows[border:])])
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
