"""Numbers of answers that would take hours to write out: refused in whatever form they come."""

import json
from decimal import Decimal

import pytest

from collectors.failures import BadData
from collectors.http.number_sizes import bound_precision, find_huge_number
from collectors.venues.table import VENUES
from data.schema import Outcome
from tests.collectors.all_venues import build_full_run
from tests.collectors.memory_sink import MemorySink
from tests.collectors.replay_setup import build_run
from tests.replay.faults import replace_body

HUGE_NUMBERS = (
    "1e9999",
    "1E+999999999",
    "-1e-999999999",
    "+.5e1000",
    "1_0e9_9_9_9",
    " 1e99999\n",
    "1e 99999",
    "1e\u0669\u0669\u0669\u0669\u0669",
    "\uff11e\uff19\uff19\uff19\uff19",
    "1." + "0" * 100 + "e9999",
)
"""Texts that Python, or ccxt after cutting them at the exponent, reads as numbers without an end."""

PLAIN_TEXTS = ("", "1e-8", "1E+20", "1e999", "9" * 5000, "PEPE", "1e", "e1234x", "0x1e12345", "1e1234-5", "see 1e12345")
"""Numbers with few digits, and texts that no program reads as a number."""


@pytest.mark.parametrize("text", HUGE_NUMBERS, ids=ascii)
def test_a_number_with_a_huge_exponent_is_found_in_any_notation(text: str) -> None:
    """Signs, scripts, spaces and underscores that Python allows change nothing, nor does the place in the answer."""
    assert find_huge_number(text) == text
    assert find_huge_number({"data": [["1", text]], "code": 0}) == text


@pytest.mark.parametrize("text", PLAIN_TEXTS, ids=lambda text: ascii(text)[:20])
def test_other_texts_are_no_huge_numbers(text: str) -> None:
    """Small exponents, digits alone and words pass."""
    assert find_huge_number([text, {"e": text}, None, 1.5, True]) is None


def test_what_is_no_number_for_a_decimal_is_plain() -> None:
    """Texts that pass are harmless to a decimal: it has few digits, or refuses them."""
    for text in PLAIN_TEXTS[1:4]:
        assert len(f"{Decimal(text):f}") < 1010


@pytest.mark.parametrize("body", ['[["1\\u0065999999999"]]', '[["1e9999999\\n"]]', '[["1e9_999_999"]]'], ids=ascii)
def test_escapes_in_json_hide_no_huge_number(body: str) -> None:
    """What counts is the text as read, not the bytes of the answer."""
    run = build_run(MemorySink(), "binance")
    summary, _ = run.collect(replace_body("binance.com/api/v3/klines", body))
    result = next(result for result in summary.failed if result.symbol == "ATOM/USDT")
    assert result.outcome is Outcome.BAD_DATA
    assert "the limit of a number's digits" in result.message
    assert result.message.isprintable()


@pytest.mark.parametrize("precision", [1_760_126_400_000, -1_760_126_400_000, "253402300800000", 1000])
def test_a_market_with_endless_decimals_is_no_endless_loop(precision: object) -> None:
    """Decimals of a price that are a time in milliseconds end as a failed list of markets, at once."""
    run = build_full_run(MemorySink(), "gemini")
    summary, _ = run.collect(replace_body("/v1/symbols", json.dumps([["atomusd", precision, 8, "1"]])))
    (failed, *_) = [result for result in summary.failed if result.venue == "gemini"]
    assert "more than 999, the limit of a number's digits" in " ".join(result.message for result in summary.failed)
    assert failed.outcome is not Outcome.COMPLETE


@pytest.mark.parametrize("precision", [None, "0", "8", "-3", 999])
def test_precisions_of_markets_pass(precision: str | None) -> None:
    """Those that exchanges have, and a missing one."""
    assert bound_precision(lambda value: f"<{value}>", "okx")(precision) == f"<{precision}>"


def test_a_precision_beyond_the_limit_names_the_exchange() -> None:
    """The exchange, the limit and the next step are in the message."""
    with pytest.raises(BadData, match=r"^okx: more than 999, the limit of a number's digits; look at"):
        bound_precision(str, "okx")("1000")


def test_every_exchange_has_the_functions_that_are_bounded() -> None:
    """The names are those of ccxt, of every exchange of the table."""
    import ccxt.async_support as ccxt  # noqa: PLC0415 - as in collectors.http.ccxt_exchange

    for venue in VENUES:
        exchange = getattr(ccxt, venue.id)
        assert callable(exchange.parse_precision)
        assert callable(exchange.integer_precision_to_amount)
