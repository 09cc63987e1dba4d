from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.schema import Timeframe
from data.trades.candles import BAR_SCHEMA, LOW_SCHEMA, BadTrade, build_candles

START_TIME = datetime(2025, 10, 10, 21, 20, tzinfo=UTC)
TRADE_COLUMNS: dict[str, pl.DataType] = {
    "time": pl.Datetime("us", "UTC"),
    "id": pl.Int64(),
    "price": pl.String(),
    "amount": pl.String(),
}

TradeTuple = tuple[datetime | None, int | None, str | None, str | None]


def get_time(seconds: float) -> datetime:
    """A time by seconds after 21:20."""
    return START_TIME + timedelta(seconds=seconds)


def build_trades(*rows: TradeTuple) -> pl.DataFrame:
    """A frame of trades."""
    return pl.DataFrame(rows, schema=TRADE_COLUMNS, orient="row")


def build_candle_frame(*batches: pl.DataFrame, timeframe: Timeframe = Timeframe.M1) -> pl.DataFrame:
    """The candles of the batches."""
    return build_candles(batches, timeframe).candles


EVENING = (
    (get_time(-0.000001), 1, "3.40", "5"),
    (get_time(0), 2, "3.560", "72.357"),
    (get_time(30), 4, "3.594", "0.2"),
    (get_time(30), 3, "3.550", "0.15"),
    (get_time(59.999999), 5, "3.570", "0.15"),
    (get_time(120), 6, "3.6", "1"),
)
CANDLES = [
    (get_time(-60), 3.4, 3.4, 3.4, 3.4, 5.0),
    (get_time(0), 3.56, 3.594, 3.55, 3.57, 72.857),
    (get_time(120), 3.6, 3.6, 3.6, 3.6, 1.0),
]


def test_trades_make_candles() -> None:
    """Open is the first trade, close the last, and the volume the exact sum; 21:21 has no row."""
    frame = build_candle_frame(build_trades(*EVENING))
    assert frame.schema == BAR_SCHEMA
    assert frame.rows() == CANDLES
    assert 72.357 + 0.15 + 0.2 + 0.15 != 72.857


def test_the_order_of_the_rows_does_not_count() -> None:
    """Trades in reverse order, in one batch or one by one, give the same candles."""
    backwards = EVENING[::-1]
    assert build_candle_frame(build_trades(*backwards)).rows() == CANDLES
    assert build_candle_frame(*(build_trades(row) for row in backwards)).rows() == CANDLES


def test_the_border_of_a_page_inside_a_minute_leaves_no_seam() -> None:
    """The candles do not depend on where a batch ends, also between two trades of one time."""
    for border in range(len(EVENING) + 1):
        pages = (build_trades(*EVENING[:border]), build_trades(*EVENING[border:]))
        assert build_candle_frame(pl.concat(pages)).rows() == CANDLES
        assert build_candle_frame(*pages).rows() == CANDLES


def test_trades_of_one_time_are_ordered_by_their_id() -> None:
    """Of trades in one instant the lowest id opens and the highest closes, in nanoseconds as in microseconds."""
    rows = build_trades((get_time(0), 12, "2", "1"), (get_time(0), 9, "1", "1"), (get_time(0), 11, "3", "1"))
    for unit in ("us", "ns"):
        frame = build_candle_frame(rows.with_columns(pl.col("time").cast(pl.Datetime(unit, "UTC"))))
        assert frame.rows() == [(START_TIME, 1.0, 3.0, 1.0, 2.0, 3.0)]


def test_without_trades_there_is_no_candle() -> None:
    """No trades, no batches, or trades of nothing: no rows, and still all columns."""
    nothing = build_trades((get_time(1), 1, "0.001", "0"), (get_time(2), 2, "0.001", "0.000"))
    for frame in (build_candle_frame(build_trades()), build_candle_frame(), build_candle_frame(nothing)):
        assert frame.schema == BAR_SCHEMA
        assert frame.rows() == []


def test_a_trade_of_nothing_moves_no_price() -> None:
    """A trade of amount 0 is neither open nor low."""
    frame = build_candle_frame(build_trades((get_time(1), 1, "0.001", "0.0"), (get_time(2), 2, "3.5", "1")))
    assert frame.rows() == [(START_TIME, 3.5, 3.5, 3.5, 3.5, 1.0)]


def test_small_amounts_may_be_printed_with_an_exponent() -> None:
    """An exponent is read as exactly as plain digits are."""
    frame = build_candle_frame(build_trades((get_time(1), 1, "1E3", "1e-8"), (get_time(2), 2, "1000.5", "0.30000001")))
    assert frame.rows() == [(START_TIME, 1000.0, 1000.5, 1000.0, 1000.5, 0.30000002)]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ((None, 1, "1", "1"), "without time or id"),
        ((START_TIME, None, "1", "1"), "without time or id"),
        ((START_TIME, 1, None, "1"), "price that is no positive number"),
        ((START_TIME, 1, "", "1"), "price that is no positive number"),
        ((START_TIME, 1, "0", "1"), "price that is no positive number"),
        ((START_TIME, 1, "-3", "1"), "price that is no positive number"),
        ((START_TIME, 1, "nan", "1"), "price that is no positive number"),
        ((START_TIME, 1, "inf", "1"), "price that is no positive number"),
        ((START_TIME, 1, "3,5", "1"), "price that is no positive number"),
        ((START_TIME, 1, "1", None), "amount that is no number"),
        ((START_TIME, 1, "1", "-1"), "amount that is no number"),
        ((START_TIME, 1, "1", "nan"), "amount that is no number"),
        ((START_TIME, 1, "1", "inf"), "amount that is no number"),
        ((START_TIME, 1, "1", "1 ATOM"), "amount that is no number"),
        ((START_TIME, 1, "1", "100000000000001"), "amount that is no number"),
        ((START_TIME, 1, "1", "0.1234567890123456789"), "more digits than can be added exactly"),
        ((START_TIME, 1, "1", "1e-19"), "more digits than can be added exactly"),
    ],
)
def test_what_is_no_trade_is_bad_data(row: TradeTuple, words: str) -> None:
    """A value that is missing, negative, not finite or with too many digits is bad data; the message has the trade."""
    with pytest.raises(BadTrade, match=words):
        build_candle_frame(build_trades((START_TIME, 2, "1", "1"), row))


AMOUNTS = st.one_of(
    st.builds(lambda digits, places: Decimal(digits).scaleb(-places), st.integers(0, 10**14), st.integers(0, 18)),
    st.builds(lambda digits: Decimal(digits).scaleb(-8), st.integers(0, 10**22)),
)
PRICES = st.builds(lambda digits, places: Decimal(digits).scaleb(-places), st.integers(1, 10**17), st.integers(0, 20))


@given(st.lists(st.tuples(st.integers(0, 179), st.integers(0, 3), PRICES, AMOUNTS), max_size=12), st.integers(0, 12))
def test_candles_are_exact(trades: list[tuple[int, int, Decimal, Decimal]], border: int) -> None:
    """For any trades and batches prices are the printed ones, and volumes the exact sums."""
    rows = [(get_time(second), number, f"{price:f}", f"{amount:f}") for second, number, price, amount in trades]
    frame = build_candle_frame(build_trades(*rows[:border]), build_trades(*rows[border:]))
    minutes: dict[int, list[tuple[int, int, Decimal, Decimal]]] = {}
    for trade in trades:
        if trade[3]:
            minutes.setdefault(trade[0] // 60, []).append(trade)
    assert frame["open_time"].to_list() == [get_time(60 * minute) for minute in sorted(minutes)]
    for row, (_, minute_trades) in zip(frame.iter_rows(named=True), sorted(minutes.items()), strict=True):
        keys = [trade[:2] for trade in minute_trades]
        exact = sum((Fraction(amount) for *_, amount in minute_trades), Fraction(0))
        # The division rounds once, to the nearest float.
        assert row["volume"] == exact.numerator / exact.denominator
        prices = [price for _, _, price, _ in minute_trades]
        assert (row["high"], row["low"]) == (float(max(prices)), float(min(prices)))
        opens = {float(trade[2]) for trade in minute_trades if trade[:2] == min(keys)}
        closes = {float(trade[2]) for trade in minute_trades if trade[:2] == max(keys)}
        assert row["open"] in opens
        assert row["close"] in closes


def test_the_length_of_a_bar_is_a_choice() -> None:
    """The same trades give candles of seconds and of five minutes, opening at multiples of their length."""
    seconds = build_candle_frame(build_trades(*EVENING), timeframe=Timeframe.S1)
    assert seconds.rows() == [
        (get_time(-1), 3.4, 3.4, 3.4, 3.4, 5.0),
        (get_time(0), 3.56, 3.56, 3.56, 3.56, 72.357),
        (get_time(30), 3.55, 3.594, 3.55, 3.594, 0.35),
        (get_time(59), 3.57, 3.57, 3.57, 3.57, 0.15),
        (get_time(120), 3.6, 3.6, 3.6, 3.6, 1.0),
    ]
    spans = build_candle_frame(build_trades(*EVENING), timeframe=Timeframe.M5)
    assert spans.rows() == [(get_time(-300), 3.4, 3.4, 3.4, 3.4, 5.0), (get_time(0), 3.56, 3.6, 3.55, 3.6, 73.857)]


LOWEST = (
    (get_time(3.5), 7, "2.5", "0.1"),
    (get_time(10), 3, "2.25", "0.2"),
    (get_time(10), 2, "2.250", "0.30"),
    (get_time(10.0004), 1, "2.25", "4"),
    (get_time(11), 5, "0.5", "0"),
    (get_time(65.1239), 9, "3", "1e-3"),
)
LOWS_BY_HAND = [(START_TIME, get_time(10), 2.25, 0.3, "2"), (get_time(60), get_time(65.123), 3.0, 0.001, "9")]


def test_the_lowest_trade_of_each_bar_is_kept() -> None:
    """Of trades at the lowest price the first by time, then id; amount 0 is ignored; times are cut to ms."""
    for border in range(len(LOWEST) + 1):
        for rows in (LOWEST, LOWEST[::-1]):
            lows = build_candles([build_trades(*rows[:border]), build_trades(*rows[border:])], Timeframe.M1).lows
            assert lows.schema == LOW_SCHEMA
            assert lows.rows() == LOWS_BY_HAND
    assert build_candles([build_trades(*LOWEST)], Timeframe.M1).lows.rows() == LOWS_BY_HAND
    assert build_candles([], Timeframe.M1).lows.schema == LOW_SCHEMA


RANDOM_TRADES = st.tuples(st.integers(0, 179), st.integers(0, 9), PRICES, AMOUNTS)


@given(st.lists(RANDOM_TRADES, max_size=12, unique_by=lambda trade: trade[:2]))
def test_lowest_trades_are_those_found_one_by_one(trades: list[tuple[int, int, Decimal, Decimal]]) -> None:
    """For any trades the lowest trade of a bar is the least by price, time and id, as sorted in plain Python."""
    rows = [(get_time(second), number, f"{price:f}", f"{amount:f}") for second, number, price, amount in trades]
    lows = build_candles([build_trades(*rows)], Timeframe.M1).lows
    best: dict[int, tuple[float, int, int, float]] = {}
    for second, number, price, amount in trades:
        trade = (float(price), second, number, float(amount))
        if amount:
            best[second // 60] = min(best.get(second // 60, trade), trade)
    assert lows.rows() == [
        (get_time(60 * bar), get_time(second), price, amount, str(number))
        for bar, (price, second, number, amount) in sorted(best.items())
    ]
