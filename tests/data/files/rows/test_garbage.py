"""Values that no market has, and names that are none, are refused; what a refusal repeats is short and visible."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.data.files.content import MARKET, list_candles, read_file, read_refusal, write_file

HEADER = "time,open,high,low,close,volume"
NOW = datetime(2025, 10, 10, 23, 30, tzinfo=UTC)


def refuse_row(folder: Path, row: str, header: str = HEADER) -> str:
    """The message about a file of one row."""
    market = {} if "venue" in header else MARKET
    return read_refusal(write_file(folder / "a.csv", header, row), **market, now=NOW)


@pytest.mark.parametrize("price", ["1e-19", "5e-324", "1.1e12", "1e300"])
def test_a_price_beyond_all_markets_is_refused(tmp_path: Path, price: str) -> None:
    """Prices lie from 1e-18 to 1e12, in candles and in trades."""
    message = refuse_row(tmp_path, f"1760131200,{price},{price},{price},{price},5")
    assert message.startswith("a.csv: nothing of it was taken\n  line 2: open ")
    assert message.endswith(" is no price: it lies outside of 1e-18 to 1e+12")
    message = refuse_row(tmp_path, f"1760131200,{price},5", "timestamp,price,amount")
    assert f"line 2: price {price} is no price: it lies outside of" in message


def test_the_least_and_the_greatest_price_are_prices(tmp_path: Path) -> None:
    """Both bounds belong to what is read."""
    path = write_file(tmp_path / "a.csv", HEADER, "1760131200,1e-18,1e12,1e-18,1e12,5")
    assert list_candles(read_file(path, **MARKET)) == [("21:20:00", (1e-18, 1e12, 1e-18, 1e12, 5.0))]


def test_a_volume_beyond_all_coins_is_refused(tmp_path: Path) -> None:
    """Sums of such volumes would be infinite."""
    assert "line 2: volume 1e+300 is above 1e+20" in refuse_row(tmp_path, "1760131200,4,4,4,4,1e300")


@pytest.mark.parametrize(
    ("time", "is_taken"),
    [
        ("2008-12-31T23:59:00Z", False),
        ("2009-01-01T00:00:00Z", True),
        ("2025-10-11T23:59:00Z", True),
        ("2025-10-12T00:00:00Z", False),
        ("1760227140", True),  # 2025-10-11T23:59:00Z
        ("1760227200", False),
        ("1760227200000", False),
        ("1230767940", False),  # 2008-12-31T23:59:00Z
        ("2262-04-12T00:00:00Z", False),
        ("9999-12-31T23:59:00Z", False),
    ],
)
def test_times_lie_from_2009_to_tomorrow(tmp_path: Path, time: str, *, is_taken: bool) -> None:
    """Tomorrow is that of the clock that is handed in, in UTC; it is half past eleven at night there."""
    path = write_file(tmp_path / "a.csv", HEADER, f"{time},4,4,4,4,5")
    if is_taken:
        assert len(read_file(path, **MARKET, now=NOW).candles) == 1
    else:
        reason = f"line 2: time {time} lies before 2009 or after tomorrow"
        assert reason in read_refusal(path, **MARKET, now=NOW)
    trades = write_file(tmp_path / "b.csv", "timestamp,price,amount", f"{time},4,5")
    if is_taken:
        assert len(read_file(trades, **MARKET, now=NOW).candles) == 1
    else:
        assert f"line 2: time {time} is no time from 2009 to tomorrow" in read_refusal(trades, **MARKET, now=NOW)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (
            "\u0661\u0667\u0666\u0660\u0661\u0663\u0661\u0662\u0660\u0660,4,4,4,4,5",
            "time \u0661\u0667\u0666\u0660\u0661\u0663\u0661\u0662\u0660\u0660 is neither ISO 8601 nor an epoch number",
        ),
        (
            "\u0662\u0660\u0662\u0665-\u0661\u0660-\u0661\u0660T\u0662\u0661:\u0662\u0660:\u0660\u0660Z,4,4,4,4,5",
            "is neither ISO 8601 nor an epoch number",
        ),
        (
            "\u0967\u096d\u096c\u0966\u0967\u0969\u0967\u0968\u0966\u0966,4,4,4,4,5",
            "is neither ISO 8601 nor an epoch number",
        ),
        ("1760131200,\u0664,\u0664,\u0664,\u0664,5", "open \u0664 is no number"),
        ("1760131200,4,4,4,4,\u0665", "volume \u0665 is no number"),
        ("1760131200,\uff14,4,4,4,5", "open \uff14 is no number"),
    ],
)
def test_digits_of_other_scripts_are_no_numbers(tmp_path: Path, row: str, reason: str) -> None:
    """Patterns know them as digits and parsers of numbers do not."""
    assert reason in refuse_row(tmp_path, row)


OWN = "venue,symbol,open_time,open,high,low,close,volume"


@pytest.mark.parametrize(
    ("symbol", "shown"),
    [
        ("ATOM\u202e/USD", "ATOM\\u202e/USD"),
        ("A\u200bTOM/USD", "A\\u200bTOM/USD"),
        ("A\x1b[31mTOM/USD", "A\\x1b[31MTOM/USD"),
        ("<b>/USD", "<B>/USD"),
        ("=1+1/USD", "=1+1/USD"),
        ("-1/USD", "-1/USD"),
        ("'ATOM/USD", "'ATOM/USD"),
        ("ATOM/USD/EUR", "ATOM/USD/EUR"),
        ("\u0410\u0422\u041e\u041c/USD", "\u0410\u0422\u041e\u041c/USD"),  # Cyrillic letters that look like ATOM
        ("\N{GRINNING FACE}/USD", "\N{GRINNING FACE}/USD"),
        ("A" * 31 + "/USD", "A" * 31 + "/USD"),
    ],
)
def test_a_symbol_that_is_none_is_refused(tmp_path: Path, symbol: str, shown: str) -> None:
    """Signs that hide or turn text, markup, formulas, letters that pass for others, and names of any length."""
    message = refuse_row(tmp_path, f"kraken,{symbol},2025-10-10T21:20:00Z,4,4,4,4,5", OWN)
    assert f"line 2: symbol {shown} is not of the form BASE/QUOTE" in message


@pytest.mark.parametrize(
    "symbol", ["1INCH/USD", "BTC/USDT:USDT-251226", "币安人生/USDT", "$WIF/USD", "1000SATS/USDT:USDT"]
)
def test_unusual_symbols_of_real_markets_are_taken(tmp_path: Path, symbol: str) -> None:
    """Digits first, an expiry, a coin with a Chinese name, a dollar sign, and a thousand of a coin."""
    path = write_file(tmp_path / "a.csv", OWN, f"kraken,{symbol},2025-10-10T21:20:00Z,4,4,4,4,5")
    assert read_file(path, now=NOW).candles["symbol"].to_list() == [symbol]


def test_a_venue_with_hidden_signs_is_not_the_one_it_looks_like(tmp_path: Path) -> None:
    """Punctuation may differ; a sign that nobody sees may not."""
    message = refuse_row(tmp_path, "kra\u202eken,ATOM/USD,2025-10-10T21:20:00Z,4,4,4,4,5", OWN)
    assert "line 2: venue 'kra\\u202eken' holds a control, bidirectional or invisible sign" in message


def test_the_name_of_a_column_with_hidden_signs_is_refused(tmp_path: Path) -> None:
    """It would be shown among the columns that are not read."""
    message = refuse_row(tmp_path, "1760131200,4,4,4,4,5,1", f"{HEADER},no\u2066te")
    assert "has a control, bidirectional or invisible sign in the name of column 7: 'no\\u2066te'" in message


def test_a_refusal_repeats_200_characters_at_most(tmp_path: Path) -> None:
    """However long the value was, and in whichever column."""
    long = "x" * 900
    rows = {
        f"{long},4,4,4,4,5": HEADER,
        f"1760131200,{long},4,4,4,5": HEADER,
        f"1760131200,4,4,4,4,{long}": HEADER,
        f"{long},ATOM/USD,2025-10-10T21:20:00Z,4,4,4,4,5": OWN,
        f"kraken,{long},2025-10-10T21:20:00Z,4,4,4,4,5": OWN,
        f"{long},4,5": "timestamp,price,amount",
        f"1760131200,{long},5": "timestamp,price,amount",
        f"1760131200,4,{long}": "timestamp,price,amount",
    }
    for row, header in rows.items():
        message = refuse_row(tmp_path, row, header)
        assert 190 <= message.lower().count("x") <= 202, message


def test_as_many_names_as_rows_are_refused(tmp_path: Path) -> None:
    """Each name takes a look-up: a file of a million names would take minutes."""
    rows = [f"kraken,A{number}/USD,2025-10-10T21:20:00Z,4,4,4,4,5" for number in range(5_001)]
    message = read_refusal(write_file(tmp_path / "a.csv", OWN, *rows))
    assert message == "a.csv: names 5,001 markets; a file may name 5,000: import it in parts"
